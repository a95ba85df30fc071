#include "models/limit/limit.h"

#define LIMIT(name) extern const struct limit_type limit_##name;
#include "models/limit/list.h"
#undef LIMIT

static const void *const rows[] = {
#define LIMIT(name) &limit_##name,
#include "models/limit/list.h"
#undef LIMIT
};

const struct lookup_table limit_table = {rows, sizeof rows / sizeof rows[0]};
