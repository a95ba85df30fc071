#include "models/arrival/arrival.h"

#define ARRIVAL(name) extern const struct arrival_type arrival_##name;
#include "models/arrival/list.h"
#undef ARRIVAL

static const void *const rows[] = {
#define ARRIVAL(name) &arrival_##name,
#include "models/arrival/list.h"
#undef ARRIVAL
};

const struct lookup_table arrival_table = {rows, sizeof rows / sizeof rows[0]};
