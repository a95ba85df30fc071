/* pace.h: the speed of a station by the number of tasks in service ("speed"). */
#ifndef MODELS_DISCIPLINE_PACE_H
#define MODELS_DISCIPLINE_PACE_H

#include <stddef.h>
#include <stdint.h>

/* The speed of all in service together, in servers of full speed. */
struct pace {
    const double *list; /* with 1, 2, ... in service; the last holds beyond; NULL: the law below */
    size_t count;
    double alpha, beta; /* contention and coherency: k / (1 + alpha (k - 1) + beta k (k - 1)) (Gunther, Guerrilla
                           Capacity Planning, 2007, chapter 4) */
};

static inline double pace_total(const struct pace *pace, uint32_t k)
{
    if (pace->list != NULL)
        return pace->list[(k < pace->count ? k : pace->count) - 1];
    return k / (1.0 + pace->alpha * (k - 1.0) + pace->beta * k * (k - 1.0));
}

#endif
