#include "models/probe/probe.h"

#define PROBE(name) extern const struct probe_type probe_##name;
#include "models/probe/list.h"
#undef PROBE

static const void *const rows[] = {
#define PROBE(name) &probe_##name,
#include "models/probe/list.h"
#undef PROBE
};

const struct lookup_table probe_table = {rows, sizeof rows / sizeof rows[0]};
