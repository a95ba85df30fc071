/* spot.h: where one task is on its way, and collections of such tasks. Tasks of which everything that matters
 * is the same have the same place; a place has a number, and a state of the chain is made of these. Internal
 * to models/markov/. */
#ifndef MODELS_MARKOV_SPOT_H
#define MODELS_MARKOV_SPOT_H

#include "models/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOT_HOLDS = 6, SPOT_LOOPS = 4, SPOT_FRAMES = 2 };

enum spot_where {
    SPOT_WALKING,    /* between two steps, for no time */
    SPOT_WAITING,    /* in a line */
    SPOT_SERVED,     /* has a server */
    SPOT_SHARED,     /* at a station that shares its speed */
    SPOT_STAYING,    /* at a station that preempts; its order says who is served */
    SPOT_TURNING,    /* has a server to hold, which turns to it */
    SPOT_TURNING_AT, /* the same before its service */
    SPOT_DELAYED,
    SPOT_THINKING
};

/* All zero where a member means nothing: places are compared byte by byte. */
struct spot {
    uint32_t step;
    uint16_t kind;
    uint16_t station; /* where it is served or stays */
    uint16_t phase;   /* of the time that runs */
    uint16_t urgency; /* its class of priority */
    uint16_t weight;  /* index among the model's */
    uint8_t where;
    uint8_t holds, wanted, resuming, awaits;
    bool fresh; /* it came at this very instant */
    struct {
        uint16_t station;
        uint8_t state, level; /* as in struct holding */
    } hold[SPOT_HOLDS];
    uint16_t loop[SPOT_LOOPS];
    struct {
        uint32_t armed;        /* 1 + the step that armed it; 0: it does not run */
        uint16_t retries;      /* so far */
        uint8_t holds, awaits; /* when it was armed */
    } frame[SPOT_FRAMES];      /* time-outs around its step */
};

/* The places met so far, by number. Start with {0}. */
struct spots {
    struct spot *items;
    uint32_t count, room;
    uint32_t *slots; /* open addressing: 1 + number; a power of two */
    uint32_t slot_count;
};
#define NO_SPOT UINT32_MAX
uint32_t spots_number(struct spots *places, const struct spot *place); /* NO_SPOT: no memory */
void spots_free(struct spots *places);

/* Places in order, equal neighbours counted together. Start with {0}. */
struct spot_run {
    uint32_t number, count;
};
struct runs {
    struct spot_run *items;
    uint32_t count, room;
};
bool runs_append(struct runs *runs, uint32_t number, uint32_t count);
bool runs_prepend(struct runs *runs, uint32_t number);
/* Into a collection kept in the order of the numbers. */
bool runs_add(struct runs *runs, uint32_t number);
/* One of those in run i goes; others close up. */
void runs_remove(struct runs *runs, uint32_t i);
/* Between run i - 1 and run i. */
bool runs_insert(struct runs *runs, uint32_t i, uint32_t number);
/* One of those in run i, of which `before` stay in front of it, becomes another place. */
bool runs_replace(struct runs *runs, uint32_t i, uint32_t before, uint32_t number);

#endif
