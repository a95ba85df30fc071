#include "models/dispatch/dispatch.h"

/* The jump consistent hash: of the keys that one of n targets has, 1 / (n + 1) go to a new one and none elsewhere (Lamping,
 * Veach, "A fast, minimal memory, consistent hash algorithm", arXiv:1406.2294, 2014). */
static uint32_t choose(const struct dispatch_view *view)
{
    uint64_t key = stream_mix(view->key);
    int64_t at = -1, next = 0;
    while (next < (int64_t)view->count) {
        at = next;
        key = key * UINT64_C(2862933555777941757) + 1;
        next = (int64_t)((double)(at + 1) * (0x1p31 / (double)((key >> 33) + 1)));
    }
    return (uint32_t)at;
}

const struct dispatch_type dispatch_hash = {
    .name = "hash",
    .summary = "always the same for the same `key` (consistent hashing)",
    .rule = "The task's key is drawn from `key`, once, and rounded to a whole number. The same key goes to the same target, whatever that one's state; each key falls to each target as likely (jump "
            "consistent hash): with one target more, 1 key in n + 1 moves.",
    .drawn = true,
    .keyed = true,
    .choose = choose,
};
