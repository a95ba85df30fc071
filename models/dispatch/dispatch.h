/* dispatch.h: which of several stations or lines a task goes to. One file per rule, its row at the end; list.h names
 * them all. */
#ifndef MODELS_DISPATCH_H
#define MODELS_DISPATCH_H

#include "sim/lookup.h"
#include "sim/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* What a rule may look at. Targets are numbered from 0. */
struct dispatch_view {
    const void *world;
    uint32_t group;   /* the station whose targets these are */
    uint32_t count; /* of targets, at least 1 */
    uint32_t (*present)(const struct dispatch_view *view, uint32_t target); /* tasks waiting and in service */
    uint32_t (*idle)(const struct dispatch_view *view, uint32_t target);    /* servers without work */
    double (*work)(const struct dispatch_view *view, uint32_t target); /* service time left of all present */
    const uint16_t *targets;                                           /* the group's, for these functions */
    struct stream *stream;                                             /* the group's own draws */
    uint32_t d;            /* power_of_d: targets that are looked at */
    bool replacement;      /* power_of_d: one may be drawn twice */
    const double *weights; /* weighted: cumulated, the last one 1 */
    uint64_t key;          /* hash: of the task */
    uint32_t *turn;        /* round_robin: whose turn it is; 0 at the start */
};

struct dispatch_type {
    const char *name;
    const char *summary; /* one line */
    const char *rule;    /* exactly what it does; for `desq list` */
    bool drawn;          /* by chance, ties left out */
    bool looks;          /* at what the targets have to do */
    bool keyed;          /* at a key of the task */
    uint32_t (*choose)(const struct dispatch_view *view);
};

extern const struct lookup_table dispatch_table;

/* Of all targets one with the least value, ties at random: fed one after another. Zero-initialised but for
 * least = INFINITY. */
struct dispatch_least {
    double least;
    uint32_t target, ties;
};

void dispatch_see(struct dispatch_least *l, struct stream *stream, uint32_t target, double value);

#endif
