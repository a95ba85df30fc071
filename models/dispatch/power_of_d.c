#include "models/dispatch/dispatch.h"

#include <math.h>

/* Without replacement: Floyd's way of drawing d of n (Bentley, Floyd, "A sample of brilliance", Communications of the
 * ACM 1987); those drawn so far are few. */
static uint32_t choose(const struct dispatch_view *view)
{
    enum { MOST = 64 }; /* the reader refuses more */
    uint32_t drawn[MOST];
    const uint32_t d = view->replacement || view->d < view->count ? view->d : view->count;
    struct dispatch_least least = {.least = INFINITY};
    for (uint32_t i = 0; i < d; i++) {
        uint32_t target;
        if (view->replacement) {
            target = (uint32_t)stream_below(view->stream, view->count);
        } else {
            const uint32_t last = view->count - d + i;
            target = (uint32_t)stream_below(view->stream, last + 1U);
            for (uint32_t j = 0; j < i; j++)
                if (drawn[j] == target) {
                    target = last;
                    break;
                }
        }
        drawn[i] = target;
        dispatch_see(&least, view->stream, target, view->present(view, target));
    }
    return least.target;
}

const struct dispatch_type dispatch_power_of_d = {
    .name = "power_of_d",
    .summary = "the best of `d` drawn at random (2 unless said)",
    .rule = "`d` different targets are drawn, each set as likely (with \"replacement\": true one may be drawn "
            "several times); of them the one with fewest tasks present, those in service counted, ties at "
            "random.",
    .drawn = true,
    .looks = true,
    .choose = choose,
};
