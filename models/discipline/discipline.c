#include "models/discipline/discipline.h"

#define DISCIPLINE(name) extern const struct discipline_type discipline_##name;
#include "models/discipline/list.h"
#undef DISCIPLINE

static const void *const rows[] = {
#define DISCIPLINE(name) &discipline_##name,
#include "models/discipline/list.h"
#undef DISCIPLINE
};

const struct lookup_table discipline_table = {rows, sizeof rows / sizeof rows[0]};
