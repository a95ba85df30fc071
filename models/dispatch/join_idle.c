#include "models/dispatch/dispatch.h"

#include <math.h>

static uint32_t choose(const struct dispatch_view *view)
{
    struct dispatch_least least = {.least = INFINITY};
    for (uint32_t i = 0; i < view->count; i++)
        dispatch_see(&least, view->stream, i, view->idle(view, i) > 0 ? 0.0 : 1.0);
    return least.target;
}

const struct dispatch_type dispatch_join_idle = {
    .name = "join_idle",
    .summary = "one with an idle server, else any",
    .rule = "Of the targets with an idle server each is as likely; if there is none, of all targets.",
    .drawn = true,
    .looks = true,
    .choose = choose,
};
