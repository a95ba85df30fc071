#include "models/dispatch/dispatch.h"

static uint32_t choose(const struct dispatch_view *view)
{
    const double u = stream_uniform(view->stream);
    uint32_t target = 0;
    while (target + 1 < view->count && u >= view->weights[target])
        target++;
    return target;
}

const struct dispatch_type dispatch_weighted = {
    .name = "weighted",
    .summary = "at random, with chances in proportion to `weights`",
    .rule = "Each target with a chance in proportion to its weight, whatever its state.",
    .drawn = true,
    .choose = choose,
};
