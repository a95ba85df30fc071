/* time_average.h: the time average of a number that changes at events. init, set or add, cut, read.
 *
 * The value holds from the last change on. A state of zero length counts for nothing. */
#ifndef SIM_STAT_TIME_AVERAGE_H
#define SIM_STAT_TIME_AVERAGE_H

struct time_average {
    double value; /* since `since` */
    double since; /* time of the last change, or of the cut */
    double area;  /* integral of the value from the cut to `since` */
};

static inline void time_average_init(struct time_average *t, double now)
{
    *t = (struct time_average){.since = now};
}

static inline void time_average_set(struct time_average *t, double value, double now)
{
    t->area += t->value * (now - t->since);
    t->since = now;
    t->value = value;
}

/* Forgets the past: the integral starts at now, from the present value (not from 0). */
static inline void time_average_cut(struct time_average *t, double now)
{
    t->area = 0.0;
    t->since = now;
}

/* Integral from the cut to now. */
static inline double time_average_area(const struct time_average *t, double now)
{
    return t->area + t->value * (now - t->since);
}

#endif
