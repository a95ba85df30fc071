/* preempt.h: stations that put a task in service back into the line. Internal to the engine; stations that
 * never do so have no part in it.
 *
 * Of the tasks at such a station the c most urgent ones are in service, in the discipline's order (enum
 * preempt_order); of equals those that joined first. A newcomer takes the server of the least urgent task in
 * service if it is strictly more urgent; a task whose work ends at this very instant is not preempted. The
 * task that lost its server waits in order: since whoever was more urgent is in service, it is at the head of
 * its class.
 *
 * "preempt": resume: what was done stays done; restart: the same work begins again; repeat: the work is drawn
 * anew, from the station's stream, when the task is preempted, so that its own later draws stay what they
 * were (a time given by the row of a trace stays). Work that is lost counts as service, for it occupied the
 * server: response = wait + service + delay + overhead holds, and utilisation is what the servers did.
 * `switch` is paid each time a server turns to a task, and after a preemption in the middle of it, again in
 * full.
 *
 * Patience (models/patience.h) is over when a server first turns to a task: who was preempted, or waits for
 * its next turn, never leaves. */
#ifndef MODELS_PREEMPT_H
#define MODELS_PREEMPT_H

#include "models/station.h"

/* One visit to such a station, of a task that waits or is in service. Beside each task (model.visit_offset).
 */
struct visit {
    struct timer timer; /* EV_STINT_END: while in service */
    double begun;       /* when it last got a server, or began to wait for one */
    double turn; /* in an environment: when its quantum is over */
    double ends;        /* in service: when its work will be done, if it keeps the server */
    double left;        /* work left at `begun` */
    double size;        /* of all its work, as the discipline sees it; */
    double mistake;     /* which is so much more than there is */
    double cost;        /* the switch with which the stint in hand begins */
    double waited, served;
    uint64_t sequence;
    uint32_t place; /* in service: in station.serving */
};

extern const struct station_shape station_preemptive;

/* So many servers are there from now on: if they are fewer than serve, the least urgent tasks wait. */
void preempt_servers(struct world *w, struct station *st, uint32_t servers);

/* The station's environment sets another speed. */
void preempt_speed(struct world *w, struct station *st, double speed);

event_handler preempt_on_stint_end;
/* The same, but for the task's next steps: who is done, and has yet to go on; NO_TASK: nobody. */
uint32_t preempt_stint_end(struct world *w, const struct event *e);

#ifdef DESQ_CHECKS
/* As many in service as servers are busy, and nobody more urgent waits. */
void preempt_check(const struct world *w, const struct station *st);
#else
#define preempt_check(w, st) ((void)0)
#endif

#endif
