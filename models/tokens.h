/* tokens.h: a token bucket: a station where tasks (those that `pass` it) take tokens, which come at a steady rate and are
 * kept up to so many. Internal to the engine: a station shape (models/station.h).
 *
 * The bucket is full at time 0. A task goes on at once if nobody waits and the bucket has as many tokens as it takes (or is
 * full, where it takes more than fit: the bucket then owes the rest); else it waits, first come, first served.
 * `capacity` counts those who wait: with 0 of them whoever finds too few tokens is turned away.
 *
 * All there is to know of the bucket is the time at which it will be full, if nobody takes anything (ITU-T I.371,
 * the virtual scheduling form of the generic cell rate algorithm): at time t it lacks rate (full - t) tokens, if that
 * is positive. So nothing happens while tokens come, and no rounding adds up. Over the rate, what the bucket lacks and what
 * those who wait will take is the work in a queue of one server with service times of (tokens taken) / rate: M/D/1
 * where tasks come at random and take one token each, whose waits over (bucket - 1) / rate are those here. */
#ifndef MODELS_TOKENS_H
#define MODELS_TOKENS_H

#include "models/station.h"

extern const struct station_shape station_tokens;

/* Start of a replication. */
void tokens_begin(struct world *w, struct station *st);

/* The warm-up is over. */
void tokens_cut(struct world *w, struct station *st);

/* The integral since the cut, up to w->end, of the time in which the bucket was not full. */
double tokens_used(const struct world *w, const struct station *st);

/* Can a task that takes so many go on at once? */
bool tokens_suffice(const struct world *w, const struct station *st, double tokens);

/* The task, whose demand is the tokens that it takes, is there, its `since` set: true if it can go on at once. */
bool tokens_pass(struct world *w, struct station *st, uint32_t ti);

#endif
