#include "models/discipline/estimate.h"

const struct discipline_type discipline_psjf = {
    .name = "psjf",
    .summary = "preemptive shortest job first, by original size",
    .rule = "The tasks with the least service time are in service, however much of it is done. A task that "
            "joins takes the server of the longest one in service if its own is strictly less. " ESTIMATE_RULE "Of equals, "
            "who joined first. Preempted tasks resume.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_RESUME,
    .order = ORDER_SIZE,
    ESTIMATE_PARAMS("psjf"),
    .only_at = true,
};
