#include "models/dispatch/dispatch.h"

static uint32_t choose(const struct dispatch_view *view)
{
    return (uint32_t)stream_below(view->stream, view->count);
}

const struct dispatch_type dispatch_random = {
    .name = "random",
    .summary = "any one, each as likely (the default)",
    .rule = "Each target is as likely, whatever its state.",
    .drawn = true,
    .choose = choose,
};
