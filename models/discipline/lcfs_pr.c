#include "models/discipline/discipline.h"

const struct discipline_type discipline_lcfs_pr = {
    .name = "lcfs_pr",
    .summary = "last come, first served, with preemption",
    .rule = "A task that joins takes the server at once: an idle one, else that of the task in service that "
            "joined first, which waits. A freed server turns to the waiting task that joined last. "
            "\"preempt\": resume (default), restart or repeat.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_ALWAYS,
    .order = ORDER_LATEST,
    .only_at = true,
};
