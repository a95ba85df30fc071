#include "sim/study/study.h"

#define ENGINE(name) extern const struct engine engine_##name;
#include "sim/study/list.h"
#undef ENGINE

#define ENGINE(name) &engine_##name,
static const void *const rows[] = {
#include "sim/study/list.h"
};
#undef ENGINE

const struct lookup_table engine_table = {rows, sizeof rows / sizeof rows[0]};
