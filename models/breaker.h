/* breaker.h: circuit breakers. Attempts under a time-out ("breaker" of a `timeout` step) are let through while the breaker is
 * closed. So many failures in a row open it: until a time drawn from `open` is over, attempts are refused at once. Then one
 * is let through on trial, and others are refused until it has ended: if it comes through the breaker is closed, else it
 * is open again. Attempts that began before it opened are not counted any more. An attempt fails when it times out, or when
 * its task ends in it. Internal to the engine. (M. Nygard, Release It!, 2007, section 5.2.)
 *
 * A throttle ("throttle") refuses attempts at random: with probability max(0, (requests - ratio accepts) / (requests + 1)),
 * where requests counts all attempts before, those refused included, and accepts those that came through. Both
 * are forgotten exponentially, with time constant `memory`: a count made t ago is worth exp(-t / memory). (Beyer and others,
 * Site Reliability Engineering, 2016, ch. 21, where it is a window of two minutes.)
 *
 * A budget of retries ("budget" of a `retry`) is an account of tokens, empty at the start: each first attempt puts `share` of one in, as
 * long as there are at most `burst`; a further attempt takes one, and is not made where there is none. So retries are at most a share of
 * requests, but for bursts. (Eriksen, Your server as a function, PLOS 2013, and Finagle's RetryBudget.) */
#ifndef MODELS_BREAKER_H
#define MODELS_BREAKER_H

#include "models/timeout.h"

struct breaker_model {
    const struct dist *open;
    uint32_t failures; /* in a row, that open it */
    double ratio;      /* a throttle; 0: a breaker */
};

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_TRIED };

struct breaker {
    struct stream stream;
    double until;      /* OPEN */
    double tokens;     /* a budget's */
    double requests, accepts, since; /* a throttle: as they were then */
    uint32_t failures; /* CLOSED: in a row so far */
    uint8_t state;     /* enum breaker_state */
};

/* Start of a replication: all are closed. */
void breakers_reset(struct world *w, uint64_t seed, uint64_t r);

/* Would an attempt be let through now? Of a throttle it cannot be said. */
bool breaker_lets(const struct world *w, uint32_t breaker);

/* The task is at OP_GUARD: it goes on with its attempt, or at the opcode's target. */
void breaker_guard(struct world *w, uint32_t ti);

/* The attempt of this frame has come through, or failed. */
void breaker_tell(struct world *w, struct frame *frame, bool came_through);

/* The task is at OP_BUDGET. */
void breaker_budget(struct world *w, uint32_t ti);

#endif
