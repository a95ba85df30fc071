#include "models/dispatch/dispatch.h"

#include <math.h>

static uint32_t choose(const struct dispatch_view *view)
{
    struct dispatch_least least = {.least = INFINITY};
    for (uint32_t i = 0; i < view->count; i++)
        dispatch_see(&least, view->stream, i, view->work(view, i));
    return least.target;
}

const struct dispatch_type dispatch_least_work = {
    .name = "least_work",
    .summary = "the one with least work left",
    .rule = "The target whose tasks present, those in service included, have the least service time left, over "
            "its number of servers; it is known exactly. Servers that are held through steps count for the "
            "mean time of that. Ties at random.",
    .looks = true,
    .choose = choose,
};
