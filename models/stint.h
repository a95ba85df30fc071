/* stint.h: what a task's visit has come to, at stations that keep account of it. Internal to the engine. */
#ifndef MODELS_STINT_H
#define MODELS_STINT_H

#include "models/station.h"

/* Beside each task (model.stint_offset), where model.stints. */
struct stint {
    double left;  /* work left when its server turned to it */
    double begun; /* when it did; or when it began to wait */
    double cost;  /* the switch with which the stint begins */
    double waited, served;
    uint64_t sequence; /* polling: its number in the order of joining */
    uint32_t server;   /* UINT32_MAX: waits */
};

static inline struct stint *task_stint(const struct world *w, uint32_t ti)
{
    return (struct stint *)(void *)(w->more + (size_t)ti * w->model->more_size + w->model->stint_offset);
}

/* What a visit has come to since its stint began, of a task that waits or is served by one server of its own speed: a
 * station_shape.account. */
void stint_account(const struct world *w, const struct station *st, uint32_t ti, struct parts *parts);

/* The task, for which its stint's server has been chosen, takes it to hold. true: it can move on at once; else after the
 * switch. */
bool stint_hold(struct world *w, struct station *st, uint32_t ti);

#endif
