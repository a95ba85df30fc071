/* scenario.h: what the user said. Plain data, read once, const afterwards; all storage in the arena given to
 * the reader. All times are in the scenario's time unit, all rates per that unit; no text with a unit is
 * left. */
#ifndef MODELS_SCENARIO_H
#define MODELS_SCENARIO_H

#include "models/arrival/arrival.h"
#include "models/discipline/discipline.h"
#include "models/dispatch/dispatch.h"
#include "models/dist/dist.h"
#include "models/limit/limit.h"
#include "models/step/step.h"
#include "sim/arena.h"
#include "sim/error.h"

#include <stdint.h>

/* Which of several idle servers takes a task. */
enum take_rule { TAKE_FASTEST, TAKE_LONGEST_IDLE, TAKE_RANDOM };

/* For how long a group, or lines of servers' own, send a task to where they sent it first. */
enum sticky { STICKY_NOT, STICKY_TASK, STICKY_SESSION };

/* What becomes of a task whose server breaks. */
enum broken_task { BROKEN_RESUMES, BROKEN_RESTARTS, BROKEN_LOST };

struct server_class {
    double count, speed;
};

struct environment_state {
    const struct dist *lasts;
    double speed;
};

/* What changes the speed of all stations that name it (models/environment.h). */
struct environment_spec {
    const char *name;
    const struct environment_state *states; /* from the first on */
    size_t state_count;
    const double *next; /* row i: from state i to each, cumulated */
    double mean_speed;  /* in the long run */
    double home, away;  /* mean time in the state that has most of it, each time; and away from it, in between */
    double period;      /* where nothing is drawn, after which it repeats itself; else 0 */
};

struct station_spec {
    const char *name;
    struct place at;
    double servers;  /* INFINITY: infinite */
    double capacity; /* most tasks present, in service included; INFINITY: no limit */
    const struct discipline_type *discipline;
    struct discipline_told told;    /* its parameters */
    bool await_release;             /* "await": "release" */
    bool resume_first;              /* "resume": "first" */
    const struct dist *switch_cost; /* NULL: none */
    const struct dist *setup;       /* NULL: servers are always warm */
    const struct dist *keep_alive;  /* NULL: never cold again */
    bool setup_serial;
    double tokens_rate, tokens_most; /* a token bucket: how fast tokens come, how many it keeps; rate 0: it is none */
    enum preempt_mode preempt;
    double quantum; /* rr; INFINITY: none */
    const struct environment_spec *environment; /* NULL: none */
    double batch_max, batch_min; /* batch_max 0: one by one */
    const struct dist *batch_wait; /* NULL: none */
    double batch_per_task;
    const struct pace *pace; /* NULL: each server has full speed */
    const char *cost_unit;   /* NULL: no cost is asked for */
    double cost_per_server, cost_per_task;
    bool individual; /* some of what follows is asked for: servers one by one (models/individual.h) */
    const struct server_class *classes; /* the fastest first; NULL: all of speed 1 */
    size_t class_count;
    enum take_rule take;
    double servers_at_start; /* `servers` is the most there ever are */
    const double *schedule;  /* pairs: time, number; NULL: none */
    size_t schedule_count;
    double schedule_repeat; /* INFINITY: it stays as it is at the end */
    const struct dist *up, *down; /* NULL: never broken */
    bool breaks_whole;            /* all servers together */
    enum broken_task broken_task;
    const struct dist *vacation; /* NULL: none */
    bool vacation_single;
    double rest_until; /* so many wait; 0: no */
    double scale_every; /* 0: no controller */
    double scale_min, scale_max, scale_target, scale_tolerance, scale_stabilisation;
    const struct dist *scale_lag; /* NULL: none */
    const struct limit_type *limit; /* by which rule the number of servers follows what visits take; NULL: it does not */
    struct limit_told limit_told;
    double limit_min, limit_wait; /* limit_wait: most that wait; INFINITY: any number */
    bool at_full;                /* "on_full" is more than "drop" */
    bool blocks;                 /* "on_full": "block", before or after service */
    bool blocks_before;          /* { "block": "before" } */
    bool drops_oldest;           /* "on_full": "drop_oldest" */
    const struct steps *on_full; /* taken instead where it is full; NULL: none */
    const struct dist *retry;    /* "on_full": it comes again after this time; NULL: it does not */
    bool per_server;             /* each server has a line of its own */
    const size_t *balance;       /* a group: its stations; NULL: none */
    size_t balance_count;
    const struct dispatch_type *dispatch; /* of a group, or among lines; NULL: neither */
    double d;                             /* power_of_d */
    const struct dist *information;       /* how long what the rule knows stays as it is; NULL: it knows what is now */
    const struct dist *key;               /* hash */
    enum sticky sticky;
    const struct dist *probe; /* what the rule asks is answered after this time; NULL: at once */
    bool replacement;
    const double *weights; /* weighted: as written, one for each member or server */
    size_t weight_count;
    bool steal;
    double jockey;  /* least difference; 0: nobody changes lines */
    uint64_t given; /* which keys the scenario has: see station_other_key */
};

struct kind_spec {
    const char *name;
    struct place at;
    struct arrival arrival;
    double limit;                /* at most this many tasks; INFINITY: no limit */
    double priority;             /* smaller is served first; default 0 */
    double weight;               /* share of the speed under dps; default 1 */
    const struct dist *deadline; /* relative to arrival; NULL: none */
    const struct dist *patience; /* NULL: waits for ever */
    const double *balk;          /* probability of not joining, by number present; the last holds beyond */
    size_t balk_count;           /* 0: always joins */
    double initial; /* tasks present at time 0 */
    struct steps steps;
    uint64_t given; /* which keys the scenario has: see kind_other_key */
};

/* The first key that the scenario gives the station (or kind) beside those known (NULL-ended); NULL: none. For
 * those who know what a plain station is, and must not be led astray by a feature that they do not know. */
const char *station_other_key(const struct station_spec *spec, const char *const *known);
const char *kind_other_key(const struct kind_spec *spec, const char *const *known);

enum comparison { LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL };
enum statistic { STATISTIC_MEAN, STATISTIC_SD, STATISTIC_MAX, STATISTIC_QUANTILE };

/* KIND.METRIC[.STAT] op VALUE, or station:NAME.METRIC[.STAT] op VALUE, or METRIC[.STAT] op VALUE for a
 * measure of the run (makespan). */
struct requirement {
    const char *text; /* as written */
    struct place at;
    bool of_station;
    bool of_run;        /* neither of a station nor of a kind; subject is 0 */
    size_t subject;     /* index of the kind or station */
    const char *metric; /* name of a measure, checked */
    enum statistic statistic;
    double quantile; /* STATISTIC_QUANTILE: p in (0, 1) */
    enum comparison comparison;
    double value; /* in the time unit, or per time unit, or a number */
};

/* What is too rare to be seen, as "run" asks for it (models/rare.h). */
enum rare_figure { RARE_LOSSES, RARE_WAITS, RARE_RESPONSES };
struct rare_spec {
    bool asked;
    enum rare_figure of;
    size_t kind;
    double beyond;
    const char *station; /* NULL: not named */
    double effort, precision; /* NAN: not given */
};

struct run_spec {
    uint64_t seed;           /* 1 */
    double confidence;       /* 0.95 */
    double precision;        /* NAN: not asked for */
    uint64_t replications;   /* 0: not given */
    double time;             /* NAN: not given */
    double count;            /* NAN: not given */
    double warmup;           /* NAN: auto */
    const double *quantiles; /* ascending, each in (0, 1); those that requirements ask for included */
    size_t quantile_count;
    struct rare_spec rare;
    bool antithetic;      /* replications in pairs (models/antithetic.h) */
    bool controls;        /* means by control variates where they help; true */
    double limit_seconds; /* wall-clock; INFINITY: none */
    double limit_events;  /* INFINITY: none */
};

struct scenario {
    const char *title, *description, *answer; /* NULL: none */
    const char *time_unit;           /* "s", ... */
    double time_unit_seconds;
    const struct environment_spec *environments;
    size_t environment_count;
    struct station_spec *stations;
    size_t station_count;
    struct kind_spec *kinds;
    size_t kind_count;
    const struct requirement *requirements;
    size_t requirement_count;
    struct run_spec run;
    const char **notes; /* sentences for the report: which two-moment fit was picked, ... */
    size_t note_count;
};

/* A pointer into what the user wrote and the JSON text put there. number is the value where it is one number
 * (times and rates converted to the time unit), else NAN: plots put it on an axis. */
struct setting {
    const char *pointer;
    const char *value;
    double number;
};

/* One combination of variant and sweep values. */
struct scenario_point {
    const char *variant;        /* NULL: the scenario has none */
    const struct setting *sets; /* the sweep's settings, in the order of "sweep" */
    size_t set_count;
    struct scenario scenario;
};

/* A file, all its variants and sweep values carried out: points in the order sweep (first pointer slowest),
 * then variant. */
/* A range of a sweep whose points are to be put where the curve bends; read as if evenly spread. */
struct sweep_knee {
    const char *pointer; /* NULL: there is none */
    const char *unit;    /* of its values: "/s", or "" where they are numbers */
    double from, to;
    size_t points;
    bool whole, logarithmic;
};

struct scenario_file {
    const char *path;
    const struct scenario_point *points;
    size_t point_count;
    size_t variant_count; /* points per combination of sweep values; at least 1 */
    struct sweep_knee knee;
    const char *text;     /* as it was read, and what was set */
    const char *const *set;
    size_t set_count;
};

/* Reads path ("-": standard input), puts in what --set says (set[i] is "/pointer=value"; value is JSON, or
 * else a string), carries out variants and sweep, expands shorthand and reads each point. false: err says
 * what and where. */
bool scenario_read(struct arena *arena, const char *path, const char *const *set, size_t set_count,
                   const struct scenario_file **out, struct error *err);

/* The same from a text already in memory; name stands for the file in messages. */
bool scenario_read_text(struct arena *arena, const char *name, const char *text, const char *const *set,
                        size_t set_count, const struct scenario_file **out, struct error *err);

/* The full form of path (text NULL), or of a text that path stands for in messages, as JSON text, with --set put in, shorthand expanded, and the pointers of variants and
 * sweep rewritten to the full form: itself a scenario that runs the same. */
bool scenario_expand(struct arena *arena, const char *path, const char *text, const char *const *set, size_t set_count,
                     const char **out, struct error *err);

#endif
