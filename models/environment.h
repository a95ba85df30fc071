/* environment.h: processes that set the speed of several stations at once ("environments"). Internal to the engine.
 *
 * An environment is in one state at a time: it stays there for a time drawn from the state's law, then goes to another one
 * by its probabilities (a semi-Markov process, from the first state at time 0). All stations that name it serve at the
 * state's speed; services under way go on at the new one. What is done at the instant of a change is done, and who comes
 * then comes, before. Holding, switching and walking take the time that they take; patience and time-outs go by the clock.
 *
 * Where servers are shared, and at infinite servers, work is done by the station's work clock, which runs at the speed; where
 * each task has a server, as at servers one by one of another speed (models/individual.h). */
#ifndef MODELS_ENVIRONMENT_H
#define MODELS_ENVIRONMENT_H

#include "models/station.h"

struct environment {
    struct stream stream;
    uint32_t state, alarm;
};

/* Start of a replication, before stations begin: the first state. Then, once alarms may be made. */
void environment_reset(struct world *w, uint64_t seed, uint64_t r);
void environment_begin(struct world *w);

/* The station's work clock now: the time, where the station is in no environment. */
static inline double work_clock(const struct world *w, const struct station *st)
{
    if (st->model->environment == NULL)
        return w->sim.now;
    return st->worked + (w->sim.now - st->worked_since) * st->speed;
}

/* Sets the station's timer to go off when its work clock shows `at`. */
void work_timer(struct world *w, struct station *st, double at);

/* It went off: the work clock shows just what it was set to. */
void work_reached(struct world *w, struct station *st);

#endif
