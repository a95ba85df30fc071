#include "models/discipline/discipline.h"

const struct discipline_type discipline_rr = {
    .name = "rr",
    .summary = "round robin: each in turn for a `quantum`",
    .rule = "A server serves a task for at most one `quantum`; if work is left and others wait, the task "
            "goes to the end of the line and the server turns to its head, paying `switch`. If nobody waits, "
            "the task goes on with another quantum and no switch. A task that joins goes to the end, behind "
            "one whose quantum ends at that instant. It is no part of a quantum to switch.",
    .shape = DISCIPLINE_QUEUEING,
    .preemption = PREEMPT_RESUME,
    .order = ORDER_TURN,
    .only_at = true,
};
