/* batch.h: stations whose servers serve several tasks together. Internal to the engine: a station shape.
 *
 * A server without work takes the first tasks of the line, in its discipline's order, at most `max`, and serves them together:
 * one service time for all, that of the first of them, and `per_task` for each. Nobody joins a batch under way. It starts
 * as soon as `max` wait; or at least `min` wait and one of them has waited for `wait` (of equals in age, the first in the
 * order of the lists); those who come at one instant to an idle server are seen together. */
#ifndef MODELS_BATCH_H
#define MODELS_BATCH_H

#include "models/station.h"

struct batch_server {
    struct task_list tasks; /* in service together */
    uint32_t count;
    uint32_t alarm; /* of the end of service */
    double begun, cost, left; /* since the speed last changed: when that was, the switch and the work left then */
    bool busy;
};

/* What such a station has beyond struct station. */
struct batch_servers {
    struct batch_server *servers;
    uint32_t count;
    uint32_t wait_alarm;
    uint32_t head;      /* the task whose wait was drawn, or NO_TASK */
    double head_since, head_deadline;
};

extern const struct station_shape station_batch;

/* The station's environment sets another speed: batches under way go on at that. */
void batch_speed(struct world *w, struct station *st, double speed);

struct batch_servers *batch_servers_new(const struct station_model *m);
void batch_servers_begin(struct world *w, struct station *st);

#endif
