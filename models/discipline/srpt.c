#include "models/discipline/estimate.h"

const struct discipline_type discipline_srpt = {
    .name = "srpt",
    .summary = "shortest remaining processing time first, with preemption",
    .rule =
        "The tasks with the least work left are in service. A task that joins takes the server of the one "
        "with "
        "the most left if its own service time is strictly less than that; a `switch` is no work. "
        ESTIMATE_RULE "What is left is then the estimate less what was served; once that is used up nobody takes the server "
        "away. Of equal ones, who joined first. Preempted tasks resume.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_RESUME,
    .order = ORDER_LEFT,
    ESTIMATE_PARAMS("srpt"),
    .only_at = true,
};
