/* recursion.h: a replication without a calendar.
 *
 * Where tasks pass through stations that serve first come first served and nothing feeds back,
 * the times of a task follow from those of the tasks before it: with one server by Lindley (1952), start =
 * max(arrival, departure of the task before); with c servers by Kiefer and Wolfowitz (1955), start =
 * max(arrival, earliest departure among the c tasks whose servers are looked at), where a departure is
 * forgotten once its server is taken again. Departures come out of each station in the order of time, so that
 * stations in a row are such recursions in a row. Where tasks come to a station on several ways, or are of several kinds, those
 * sequences are merged up to a time until which all of them are known (models/recursion_node.h). A task that forks goes on when as many
 * of its branches as it needs are through: in the order of time, since branches of single servers keep it and others are sorted.
 *
 * The draws are those of the event calendar, and so are the sums of which a time is made: every time of every
 * task is the same to the bit. Sums over tasks (means, integrals over time) are formed in another order, so
 * they agree to some 1e-15 relative. Two independent implementations, which tests hold against each other. */
#ifndef MODELS_RECURSION_H
#define MODELS_RECURSION_H

#include "models/world.h"

/* Most visits in a row. */
enum { RECURSION_STAGES = 8 };

/* NULL where the recursion can run this model, else the one thing that stands against it, as half a sentence
 * ("station \"db\" has a capacity"), in arena; never NULL for lack of memory. */
const char *recursion_refusal(struct arena *arena, const struct model *m);

/* The working memory of one world. NULL: no memory. */
struct recursion *recursion_new(const struct model *m);
void recursion_free(struct recursion *x);

/* Runs the replication that w has been reset for, as world_run does, and leaves in w all that probes read.
 * w->recursion is there. Calls w->left for each task that completes. */
enum world_end recursion_run(struct world *w, struct record *record, const struct world_limits *limits);

/* After recursion_run: two tasks came to a station at the same time on different ways, and what happened first only the calendar knows.
 * The run broke off, without a result; nobody was told of any task. */
bool recursion_tied(const struct recursion *x);

#endif
