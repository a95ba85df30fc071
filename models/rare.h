/* rare.h: chances of losses, and of long times, that an ordinary run would hardly ever see, by splitting.
 *
 * Cycles begin empty and end when the system is empty again. Tasks lost at a station per cycle, over tasks that came to it per cycle, is
 * the share lost in the long run (regenerative processes; Crane, Iglehart, 1975). A cycle with a loss has to pass each number
 * present on the way up to the capacity: at each of these levels as many paths are begun as at the one before, from states drawn
 * among those in which the level was first reached, and the shares of paths that reach the next level before the cycle ends
 * are multiplied (fixed effort splitting: Garvels, The splitting method in rare event simulation, 2000, ch. 3; unbiased).
 * Of tasks that wait (or take) longer than some time, those are counted that end between one level and the next, and their number on such a path is weighed by
 * the chance that the level is reached: unbiased again, and of little variance where long lines make for long times. A state is reached again
 * by replaying its path, which is a function of its number, with other draws from the moments on at which it was split. */
#ifndef MODELS_RARE_H
#define MODELS_RARE_H

#include "models/desq.h"

enum { RARE_EFFORT = 1000 };
#define RARE_PRECISION   0.05
#define RARE_EVENTS_MOST 1e9

struct rare_how {
    enum rare_figure of;  /* losses, or of a kind: */
    size_t kind;          /* tasks of it that complete */
    double beyond;        /* after a wait (a response) longer than that */
    const char *station;  /* where tasks are lost, or whose line they wait in; NULL: the first with a capacity, or the most loaded */
    uint64_t effort;      /* paths at each level; at least 2 */
    double precision;     /* relative half-width to go on to */
    double events_most;   /* in all */
    unsigned jobs;        /* threads; 0: one per core */
    const volatile sig_atomic_t *stop;
};

struct rare_level {
    double level; /* so many at the station; of waits and responses so much work in line for each server, where its line is first come first served */
    double reached;   /* share of the paths from the level before (of cycles, at the first) that reach it, over all replications */
};

struct rare {
    const char *station, *kind;
    enum rare_figure of;
    double beyond;                /* of waits and responses */
    double lost, half_width;      /* share of the tasks that come to the station (of those of the kind that complete); at the scenario's confidence. NAN: no level beyond was reached */
    double exact;                 /* by theory; NAN: not known */
    const char *form;             /* which row of theory says so */
    uint64_t replications, events;
    double plain;                 /* tasks that an ordinary run would need for the same half-width, if losses came one by one */
    double fewest;                /* paths that reach the level that fewest reach, in one replication: below 20 or so the figures cannot be trusted */
    bool work; /* levels are of the work in line */
    const struct rare_level *levels;
    size_t level_count;
    bool unfinished;
};

/* Of one point; storage in d until it is freed. Arrivals must be Poisson (also in batches), and what is empty must be all alike: servers that
 * are always there, and no memory of what was. false: err says what is in the way. */
bool desq_rare(struct desq *d, size_t point, const struct rare_how *how, const struct rare **out, struct error *err);

/* The same for a compiled model; and whether it could be done at all. */
struct model;
bool rare_possible(const struct model *m, const struct rare_how *how, struct error *err);
/* As the scenario's "run" asks. */
struct rare_how rare_as_asked(const struct run_spec *run);
bool rare_run(struct arena *arena, const struct model *m, const struct rare_how *how, const struct rare **out, struct error *err);

#endif
