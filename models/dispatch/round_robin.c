#include "models/dispatch/dispatch.h"

static uint32_t choose(const struct dispatch_view *view)
{
    const uint32_t target = *view->turn;
    *view->turn = target + 1 == view->count ? 0 : target + 1;
    return target;
}

const struct dispatch_type dispatch_round_robin = {
    .name = "round_robin",
    .summary = "each in its turn",
    .rule = "The first task goes to the first target, the next to the second, and so on in a circle, whatever "
            "kind they are of: there is one turn for all.",
    .choose = choose,
};
