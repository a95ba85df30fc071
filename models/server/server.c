#include "models/server/server.h"

#define SERVER(name) extern const struct server_type server_##name;
#include "models/server/list.h"
#undef SERVER

static const void *const rows[] = {
#define SERVER(name) &server_##name,
#include "models/server/list.h"
#undef SERVER
};

const struct lookup_table server_table = {rows, sizeof rows / sizeof rows[0]};
