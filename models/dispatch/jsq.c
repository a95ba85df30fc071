#include "models/dispatch/dispatch.h"

#include <math.h>

static uint32_t choose(const struct dispatch_view *view)
{
    struct dispatch_least least = {.least = INFINITY};
    for (uint32_t i = 0; i < view->count; i++)
        dispatch_see(&least, view->stream, i, view->present(view, i));
    return least.target;
}

const struct dispatch_type dispatch_jsq = {
    .name = "jsq",
    .summary = "the one with fewest tasks (join the shortest queue, least connections)",
    .rule = "The target with fewest tasks present, those in service counted; of several, each is as likely.",
    .looks = true,
    .choose = choose,
};
