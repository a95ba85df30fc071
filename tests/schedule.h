/* schedule.h: for tests: scenarios so small that each task's way can be worked out by hand. */
#ifndef TESTS_SCHEDULE_H
#define TESTS_SCHEDULE_H

#include "tests/trial.h"

/* A kind of task of which one arrives, at time t. */
#define ARRIVES(t) "'limit':1,'arrivals':{'interarrival':" #t "},"
/* That many at time 0. */
#define AT_ONCE(n) "'arrivals':{'at_once':" #n "},"

/* How a task ended: of which kind it was, when, and what its time was made of (of a lost one only the wait
 * counts). */
enum { ABANDONED = 2, TIMED_OUT = 3 };
struct ended {
    size_t kind;
    double left, wait, service, delay, overhead;
    int lost; /* false: completed; true: lost; ABANDONED; TIMED_OUT */
};

/* Replication 0 of a point ends these tasks, in this order. line: of the test, for messages. */
void schedule_ends(int line, size_t point, struct trial *t, const struct ended *expected, size_t count);

#define ENDS(point, t, ...)                                                                                  \
    schedule_ends(__LINE__, point, t, (const struct ended[]){__VA_ARGS__},                                   \
                  sizeof((const struct ended[]){__VA_ARGS__}) / sizeof(struct ended))

/* One scenario of one point. */
#define PLAYS(text, ...)                                                                                     \
    do {                                                                                                     \
        struct trial trial;                                                                                  \
        if (trial_read(&trial, "%s", text))                                                                  \
            ENDS(0, &trial, __VA_ARGS__);                                                                    \
        trial_free(&trial);                                                                                  \
    } while (0)

#define FREE_CPU    "'cpu':{'servers':'infinite'}"
#define POOL(await) "'stations':{'pool':{'servers':1,'await':'" await "'}," FREE_CPU "},"

#endif
