/* scene.h: one state of the chain, taken apart so that something can happen in it, and what happens: by the
 * rules of the scenario format, with every draw a fork in the way (struct oracle). Internal to
 * models/markov/. */
#ifndef MODELS_MARKOV_SCENE_H
#define MODELS_MARKOV_SCENE_H

#include "models/group.h"
#include "models/markov/markov.h"
#include "models/markov/spot.h"

/* Markovian arrivals: rates of changes of phase without (d0) and with (d1) an arrival, n by n; n 0: another
 * form. */
struct chain_source {
    size_t n;
    const double *d0, *d1;
};

/* The model with what the chain needs to know of it. */
struct chain_model {
    const struct model *model;
    const struct phase_law **law_of_op; /* by kind, then op; NULL where the op takes no time. See chain_law */
    const size_t *first_op;             /* of each kind, in law_of_op */
    const struct phase_law *switching;  /* by station; n 0: none, or it takes no time */
    const struct phase_law *thinking;   /* by closed kind */
    const struct phase_law *between;    /* by kind of open arrivals: from one epoch to the next */
    const uint32_t *batch;              /* by kind: tasks per epoch */
    const double *patience;             /* by kind: its rate; 0: none */
    bool *closed;                       /* by kind */
    const struct chain_source *source;  /* by kind: arrivals with phases that arrivals may change */
    bool timed; /* it is asked for at moments: rates of arrival may change with time */
    bool ends;  /* all tasks come at time 0: the chain runs until they are gone */
};

/* Fills out, in the arena. false: err says why there is no chain. */
bool chain_model_make(const struct model *model, bool timed, struct arena *arena, struct chain_model *out,
                      struct error *err);

/* Draws, one after another. A first way through an event takes the first outcome of each; then the last draw
 * that has another outcome takes it, and so on, until all ways have been gone. */
struct oracle_draw {
    uint32_t taken, next; /* outcomes; next UINT32_MAX: none */
};
struct oracle {
    struct oracle_draw *draws;
    double looked; /* chances looked at since somebody set this to 0 */
    uint32_t count, room, at;
    double weight; /* probability of the way so far */
    bool failed;
};
void oracle_begin(struct oracle *oracle); /* of a new event */
void oracle_again(struct oracle *oracle); /* from its start, by the draws so far */
bool oracle_next(struct oracle *oracle);  /* is there another way? It is set */
/* One of n outcomes, by their probabilities, which need not sum to 1. */
uint32_t oracle_draw(struct oracle *oracle, uint32_t n, const double *p);

/* What is counted when it happens. */
struct counted_kind {
    double arrived, completed, lost, abandoned, timed_out;
};
struct counted_station {
    double offered, left, lost;
};

struct scene {
    const struct chain_model *chain;
    struct spots *spots;
    struct oracle *oracle;
    uint32_t *source; /* by kind: the phase of its arrivals; or how many are still to come at time 0 */
    uint32_t *turn;   /* by station: of its group */
    struct runs *line, *resumed; /* by station */
    struct runs active;          /* whose time runs, in the order of their numbers */
    uint32_t *busy, *present;    /* by station */
    uint32_t *idle, *starting;   /* by station that sets up: warm servers without work, starts under way */
    uint32_t open;               /* tasks of kinds that are not closed */
    uint32_t open_most;          /* no more of them are let in */
    bool full;                   /* one was not let in */
    struct spot *ready, *instants;
    uint32_t ready_first, ready_count, ready_room, instant_first, instant_count, instant_room;
    struct counted_kind *kinds;
    struct counted_station *stations;
    bool lost_late;  /* a task was lost that had been there for a time */
    double *chances; /* scratch */
    uint32_t chances_room;
    const char *failed; /* why: NULL: not */
};

bool scene_make(struct scene *scene, const struct chain_model *chain, struct spots *spots,
                struct oracle *oracle);
void scene_free(struct scene *scene);

/* The state as words, and back. store: *words may move; the number of words, 0: no memory. */
struct words {
    uint32_t *items;
    size_t count, room;
};
bool scene_store(const struct scene *scene, struct words *out);
void scene_load(struct scene *scene, const uint32_t *words);
void scene_clear(struct scene *scene); /* nobody is there */

/* The law of the time that runs at a place, and the speed at which it runs. */
const struct phase_law *scene_law(const struct scene *scene, const struct spot *place);
double scene_speed(const struct scene *scene, const struct spot *place);

/* Events; afterwards all has come to rest. */
void scene_arrival(struct scene *scene, uint32_t kind); /* an epoch of its source; the next interval begins */
void scene_phase(struct scene *scene, uint32_t number,
                 uint32_t phase);                      /* one of the active goes on to this phase */
void scene_done(struct scene *scene, uint32_t number); /* the time of one of the active is over */
/* The same for the task at `before` in run i of the line of a station that preempts. */
void scene_stay_phase(struct scene *scene, uint32_t station, uint32_t i, uint32_t before, uint32_t phase);
void scene_stay_done(struct scene *scene, uint32_t station, uint32_t i);
void scene_abandon(struct scene *scene, uint32_t station, uint32_t i); /* one in run i of the line */
/* An epoch of Markovian arrivals, which leads to this phase. */
void scene_arrival_to(struct scene *scene, uint32_t kind, uint32_t phase);
/* Time-out `frame` of one of the active is over; of one in run i of a line (resumed: of those who come back). */
void scene_time_out(struct scene *scene, uint32_t number, uint32_t frame);
void scene_time_out_in_line(struct scene *scene, uint32_t station, uint32_t i, bool resumed, uint32_t frame);
/* Its rate; 0: none runs. */
double scene_timeout_rate(const struct scene *scene, const struct spot *p, uint32_t frame);
/* Stations that set up: rates at which a start under way is over and an idle server goes cold, and what happens then. */
bool scene_sets_up(const struct scene *scene, uint32_t station);
double scene_setup_rate(const struct scene *scene, uint32_t station);
double scene_cooling_rate(const struct scene *scene, uint32_t station);
void scene_is_set_up(struct scene *scene, uint32_t station);
void scene_cools(struct scene *scene, uint32_t station);
/* At time 0: the next of those that come then. */
void scene_start(struct scene *scene, uint32_t kind);
/* A closed task begins to think. */
void scene_think(struct scene *scene, uint32_t kind);

/* The member of the group of station s to which a task goes; where chance decides, one of several (scene_chances). */
uint32_t scene_dispatch(struct scene *scene, uint32_t s);

/* Internal to scene.c, walk.c, dispatch.c, timeout.c and setup.c. */
const char *setup_refused(const struct station_model *m);         /* why no chain has it; NULL: one may */
void scene_server_rests(struct scene *scene, uint32_t station);   /* nobody waits for one that has been freed */
void scene_instant_over(struct scene *scene);                      /* who is kept alive for 0 goes cold: later than whoever comes at this instant */
void scene_start_server(struct scene *scene, uint32_t station);   /* one more waits there: a start begins, if one should */
const char *timeout_refused(const struct op *op); /* why no chain has it; NULL: one may */
void scene_close_frame(struct spot *p, uint32_t frame);
void scene_arm(struct spot *p, const struct op *op);
void scene_retry(struct spot *p, const struct op *op);
void scene_attempt_over(const struct scene *scene, struct spot *p, uint32_t frame);
double *scene_chances(struct scene *scene, uint32_t n); /* zeroed; NULL: no memory */
void scene_fail(struct scene *scene, const char *why);
void scene_add_active(struct scene *scene, const struct spot *place);
const struct spot *scene_spot(const struct scene *scene, uint32_t number);
/* The place's time begins: a phase is drawn; no time at all makes an instant. */
void scene_begin(struct scene *scene, struct spot *place, const struct phase_law *law);
bool scene_push(struct scene *scene, struct spot **items, uint32_t *first, uint32_t *count, uint32_t *room,
                const struct spot *place);
bool scene_preempts(const struct scene *scene, uint32_t station);

#endif
