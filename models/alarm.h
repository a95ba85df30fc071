/* alarm.h: events of what is not a task: a server that breaks down, a schedule, a controller that looks every
 * second. One kind of event serves them all; each alarm knows what it calls. Internal to the engine.
 *
 * Alarms are made at the start of a replication (by what needs them: a behaviour's begin) and forgotten at its
 * end. They do not keep a replication going: one in which nothing but alarms is pending, while no task is
 * alive, is over. */
#ifndef MODELS_ALARM_H
#define MODELS_ALARM_H

#include "models/world.h"

/* The alarm went off, at w->sim.now; it is not set any more. */
typedef void alarm_handler(struct world *w, struct alarm *alarm);

struct alarm {
    struct timer timer;
    alarm_handler *fire;
    uint32_t subject; /* what it is about: a station, a server, a task; fire's business */
    uint32_t number;  /* a second one, or the next free alarm */
};

/* A new alarm, not set; its index stays, its address may change when others are made. UINT32_MAX: no memory
 * (the world has failed). */
uint32_t alarm_new(struct world *w, alarm_handler *fire, uint32_t subject, uint32_t number);

/* Sets it, or moves it, to go off at time. */
void alarm_set(struct world *w, uint32_t alarm, double time, enum rank rank);

void alarm_clear(struct world *w, uint32_t alarm);

/* Cleared, and free to be used again by alarm_new. */
void alarm_drop(struct world *w, uint32_t alarm);

/* Start of a replication: there are none. */
void alarm_reset(struct world *w);

event_handler alarm_on_event;

#endif
