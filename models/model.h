/* model.h: what runs. Compiled once from a scenario, const afterwards, shared by all threads: names have
 * become indices, every choice that can be made before the run has been made. */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include "models/program.h"
#include "models/scenario/scenario.h"
#include "models/server/server.h"

#define UNLIMITED UINT32_MAX

struct station_model {
    const char *name;
    const struct discipline_type *discipline;
    const struct server_type *behaviour; /* NULL: all servers are always there and warm */
    const struct dist *switch_cost;      /* NULL: none */
    const struct dist *setup, *keep_alive;
    uint32_t servers;        /* UNLIMITED: infinite */
    uint32_t capacity;       /* UNLIMITED: none */
    uint32_t capacity_plain; /* below this number present nothing but joining can happen: capacity, or 0 if
                                impatient */
    bool unusual;            /* switch_cost, behaviour or impatient: one test for all three */
    bool (*push)(struct line *line, struct task *tasks, uint32_t task); /* the discipline's, */
    uint32_t (*pop)(struct line *line, struct task *tasks);             /* linked where the model is */
    bool setup_serial;
    bool impatient; /* some kind has patience or balks */
    bool sharing;   /* the discipline's shape */
    bool fcfs;      /* the discipline is first come, first served: handled in place */
    bool plain;     /* fcfs, visited only by `at`, no switch, no behaviour */
    bool release, resume_first;
};

struct kind_model {
    const char *name;
    const struct arrival *arrival;
    uint64_t limit; /* UINT64_MAX: none */
    const struct op *program;
    uint32_t program_length;
    bool delays;                 /* its tasks have delays */
    const struct dist *patience; /* NULL: waits for ever */
    const double *balk;
    uint32_t balk_count; /* 0: always joins */
};

struct model {
    const struct scenario *scenario;
    struct station_model *stations;
    uint32_t station_count;
    struct kind_model *kinds;
    uint32_t kind_count;

    uint32_t *class_of_kind; /* priority classes, 0 the most urgent */
    uint32_t classes;

    bool linked;        /* lines need struct task_link */
    bool overheads;     /* some station has a switch cost */
    uint32_t more_size; /* bytes of struct task_more with its arrays; 0: no task needs one */
    uint32_t counters_offset, holdings_offset, impatience_offset;
    bool impatient; /* some kind has patience or balks: tasks have a struct impatience */

    bool deterministic; /* nothing is drawn: all replications are the same */
    bool terminating;   /* every source ends, so the run does */

    /* Offered load (models/load.h). rate: all open kinds together. */
    double open_rate;
    double *load; /* by station: mean servers occupied by open kinds per server; 0 for infinite servers */
    double *rate_most; /* by station: most tasks of this mix per time that it could carry; INFINITY: any */
    bool *exposed;     /* by station: its line can grow without end (models/load.h) */
    double *load_sure; /* by station: of kinds that neither balk beyond all numbers nor lose patience */
    double *patience;  /* by station: longest mean patience of the kinds that come there; INFINITY: some have
                          none */
    double *visits;    /* by station: mean number of visits per arriving task */
    double *held_mean; /* by station: mean time one arriving open (or closed) task occupies a server there */
    double *kind_time; /* by kind: mean time from start to end, nothing ever waiting */

    /* One replication's length, as chosen from the scenario and the load. */
    double warmup;               /* 0: none */
    double length;               /* measured time; INFINITY: until empty or until count */
    uint64_t seed;               /* the scenario's, or what the command line puts in its place */
    uint64_t count;              /* completions of all kinds after the warm-up; UINT64_MAX: not used */
    uint64_t replications_first; /* before precision is first looked at */
    double events_per_time;      /* about how many events happen per time; 0: not known */
};

/* Compiles s; storage in arena. false: err. */
bool model_compile(struct arena *arena, const struct scenario *s, struct model **out, struct error *err);

/* Chooses warm-up and length for what the scenario leaves open, from the load (models/length.c). Another run
 * of the same point may lengthen both: see model_lengthen. */
void model_choose_length(struct model *m);

/* Twice the warm-up and the length, for a point whose replications turned out not to be stationary. */
void model_lengthen(struct model *m);

/* The task programs as text, one opcode a line. NULL: no memory. */
char *model_print(struct arena *arena, const struct model *m);

/* Histograms that a replication of m fills: for kind k and its n-th probe with values (n from 0 in
 * probe_table's order) index k * model_histograms_per_kind() + n. */
size_t model_histograms_per_kind(void);

#endif
