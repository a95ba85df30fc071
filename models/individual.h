/* individual.h: stations whose servers are individuals: of different speeds, there at certain hours only, added and
 * taken away by a controller, broken now and then, on vacation when there is nothing to do. Internal to the engine: a
 * station shape (models/station.h). All of these may meet at one station.
 *
 * Who takes a task, of several idle servers: the fastest (of equals the first), the one idle longest, or any.
 * A task stays with its server; its service takes its demand over that server's speed.
 *
 * breakdown: each server (or all together) is up and down in turn, by the clock, up at time 0. Who is in service when
 * its server breaks goes back to the head of the line (under `priority` of its class) and on with what is left, or
 * from the beginning, or is lost; an idle server takes it at once. A server that is held breaks when it comes back, if
 * it has not been repaired by then.
 * schedule, autoscale: servers that are too many go at once if they are idle, else when their task is done; those that
 * come take waiting tasks at once.
 * vacation: a server that is done with a task and finds nobody waiting goes away for a time; when it comes back and
 * still nobody waits it goes again (multiple), or stays for the next task (single). With "until" it stays away until
 * so many wait. At time 0 nobody is away, but with multiple vacations and with "until" all are.
 * setup: as models/server/setup.c says; of cold servers the fastest is set up first, of idle ones `take` says which works. A
 * server that breaks, or that a schedule or a controller has taken away, is cold when it is there again; a setup that is
 * under way is for nothing then. */
#ifndef MODELS_INDIVIDUAL_H
#define MODELS_INDIVIDUAL_H

#include "models/station.h"

enum server_state {
    SERVER_OFF,      /* not there */
    SERVER_STARTING, /* will be there soon */
    SERVER_IDLE,
    SERVER_BUSY, /* serving or held */
    SERVER_DOWN, /* broken, without a task */
    SERVER_AWAY, /* on vacation */
    SERVER_COLD, /* to be set up before it can serve */
    SERVER_WARMING /* that has begun, or waits for its turn */
};

struct server {
    double speed;
    double idle_since;
    double began;      /* BUSY: when its visit began */
    uint32_t task;     /* BUSY: whom it serves, or NO_TASK where it is held */
    uint32_t alarm;    /* of its breakdowns; UINT32_MAX: none */
    uint32_t returns;  /* alarm: of its vacation, its start, its setup, or the time for which it is kept warm */
    uint8_t state;     /* enum server_state */
    bool broken;       /* down, though it may still be held */
    uint32_t next_held; /* BUSY: another one that the same holding has; UINT32_MAX: none */
    bool leaving;      /* goes when its task is done */
    bool set_up;       /* WARMING: it is its turn */
};

/* What such a station has beyond struct station. */
struct individuals {
    struct server *servers; /* the fastest first */
    uint32_t count;
    uint32_t on, broken, away; /* there; of these broken; of these on vacation */
    uint32_t cold, warming;    /* of these cold; being set up, or waiting for that */
    double since, on_area, broken_area, away_area, busy_area, cold_area;
    uint32_t idle; /* in state SERVER_IDLE */
    uint32_t schedule_alarm, schedule_next, break_alarm, look_alarm;
    double schedule_base;           /* time at which the schedule's period in hand began */
    double looked_on, looked_busy;  /* integrals at the controller's last look */
    struct {
        double time, wanted;
    } past[64]; /* what the controller wanted lately */
    uint32_t past_count;
    struct limit_state limit; /* where it adapts itself */
    uint32_t allowed;         /* whole ones of it */
};

/* Most tasks present at a station, whose limit may adapt itself. */
static inline uint32_t individual_capacity(const struct station *st)
{
    const struct station_model *m = st->model;
    if (m->limit_wait == UNLIMITED)
        return m->capacity;
    const uint32_t most = st->individuals->allowed + m->limit_wait;
    return most < m->capacity ? most : m->capacity;
}

extern const struct station_shape station_individual;

/* Start of a replication. */
void individual_begin(struct world *w, struct station *st);

/* The warm-up is over. */
void individual_cut(const struct world *w, struct station *st);

/* Its environment sets another speed: services under way go on at that. */
void individual_speed(struct world *w, struct station *st, double speed);

/* Its integrals up to now. */
void individual_clock(const struct world *w, struct station *st);

/* Storage of one station's individuals; NULL: no memory. */
struct individuals *individual_new(const struct station_model *m);

#endif
