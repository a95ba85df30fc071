#include "models/dispatch/dispatch.h"

#define DISPATCH(name) extern const struct dispatch_type dispatch_##name;
#include "models/dispatch/list.h"
#undef DISPATCH

static const void *const rows[] = {
#define DISPATCH(name) &dispatch_##name,
#include "models/dispatch/list.h"
#undef DISPATCH
};

const struct lookup_table dispatch_table = {rows, sizeof rows / sizeof rows[0]};

void dispatch_see(struct dispatch_least *l, struct stream *stream, uint32_t target, double value)
{
    if (value > l->least)
        return;
    if (value < l->least) {
        l->least = value;
        l->ties = 0;
    }
    /* The k-th of equals takes the place of those before with chance 1 / k: each is as likely in the end. */
    if (++l->ties == 1 || stream_below(stream, l->ties) == 0)
        l->target = target;
}
