/* group.h: stations whose tasks go to one of several others: a group behind a load balancer, or the servers of one
 * station, each with a line of its own ("queues": "per_server"). Internal to the engine.
 *
 * The servers of such a station are stations of their own in the model, behind those of the scenario, and are reported
 * as the whole. A task knows where it went: model.placed. What it holds it gives back there, and it resumes there.
 *
 * "steal": a server that has nothing to do takes the next task of the longest line of its group (of equals, the one
 * of the lowest number), and a task that is sent to a busy server while another one is idle goes to that (the idle
 * one of the lowest number). So no server is idle while a task waits. "jockey": d: when a task leaves, the last one
 * of the longest other line moves behind it, if that line is then longer by at least d, present ones counted. */
#ifndef MODELS_GROUP_H
#define MODELS_GROUP_H

#include "models/dispatch/dispatch.h"
#include "models/station.h"

struct group_model {
    const struct dispatch_type *rule;
    const uint16_t *members; /* stations */
    uint32_t count;
    uint32_t d;
    bool replacement;
    const double *weights; /* cumulated; NULL: not weighted */
    const struct dist *information; /* how long what the rule knows stays as it is; NULL: it knows what is now */
    const struct dist *key; /* of tasks; NULL: the rule needs none */
    enum sticky sticky;
    uint32_t sticky_slot;     /* in task_sticky */
    const struct dist *probe; /* NULL: nothing is asked, or answered at once */
    bool steal;
    uint32_t jockey; /* least difference; 0: nobody changes lines */
};

/* Tasks present at all members. */
uint32_t group_present(const struct world *w, const struct group_model *group);

/* The member of st's group to which ti, its demand drawn, goes. */
struct station *group_dispatch(struct world *w, struct station *st, uint32_t ti);

/* A task goes where it likes from now on at groups that are sticky: at those that are for a task's life, or at all. */
void group_forget(const struct world *w, uint32_t ti, bool session);

/* The rule has chosen for ti, which has the answer after the time of the probe: it then comes again (EV_SWITCH_END) to the step
 * in hand, task_more.probed being set. The choice goes by what was when it was asked. */
void group_probe(struct world *w, struct station *st, const struct station *chosen, uint32_t ti);

/* What the rule knows of a member, as of when it was last looked at. */
struct told_load {
    uint32_t present, idle;
    double work;
};

/* Start of a replication, once alarms may be made: nothing is there, and the next look is set. */
void group_begin(struct world *w);

/* A task has left st, a member where model.wanders: its server may be idle while others wait elsewhere, or its line
 * shorter than others. */
void group_left(struct world *w, struct station *st);

/* The run is over: what was measured at the members of each group is put together at its station. */
void group_gather(struct world *w);

#endif
