#include "tests/schedule.h"

void schedule_ends(int line, size_t point, struct trial *t, const struct ended *expected, size_t count)
{
    struct history h;
    if (!trial_trace(t, point, 0, &h))
        return;
    EXPECT(h.count == count, "line %d: %zu tasks ended, not %zu", line, h.count, count);
    for (size_t i = 0; i < count && i < h.count; i++) {
        const struct desq_task *is = &h.tasks[i];
        const struct ended *e = &expected[i];
        const bool right = is->kind == e->kind && fabs(is->left - e->left) < 1e-12 &&
                           fabs(is->wait - e->wait) < 1e-12 && is->lost == (e->lost == true) &&
                           is->abandoned == (e->lost == ABANDONED) && is->timed_out == (e->lost == TIMED_OUT) &&
                           (e->lost == true ||
                            (fabs(is->service - e->service) < 1e-12 && fabs(is->delay - e->delay) < 1e-12 &&
                             fabs(is->overhead - e->overhead) < 1e-12));
        EXPECT(right,
               "line %d, end %zu: kind %zu left %g wait %g service %g delay %g overhead %g%s; not kind %zu "
               "left %g "
               "wait %g service %g delay %g overhead %g%s",
               line, i, is->kind, is->left, is->wait, is->service, is->delay, is->overhead,
               is->lost        ? " lost"
               : is->abandoned ? " abandoned"
               : is->timed_out ? " timed out"
                               : "",
               e->kind, e->left, e->wait, e->service, e->delay, e->overhead,
               e->lost == ABANDONED ? " abandoned"
               : e->lost == TIMED_OUT ? " timed out"
               : e->lost            ? " lost"
                                    : "");
        if (!is->lost)
            EXPECT(fabs(is->left - is->arrived - (is->wait + is->service + is->delay + is->overhead)) < 1e-12,
                   "line %d, end %zu: response is not the sum of its parts", line, i);
    }
    history_free(&h);
}
