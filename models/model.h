/* model.h: what runs. Compiled once from a scenario, const afterwards, shared by all threads: names have
 * become indices, every choice that can be made before the run has been made. */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include "models/program.h"
#include "models/scenario/scenario.h"
#include "models/server/server.h"

#define UNLIMITED UINT32_MAX

struct station_shape;

struct station_model {
    const char *name;
    const struct discipline_type *discipline;
    struct discipline_told told; /* the discipline's parameters */
    const struct server_type *behaviour; /* NULL: all servers are always there and warm */
    const struct environment_spec *environment; /* NULL: none */
    const struct dist *switch_cost;      /* NULL: none */
    const struct dist *setup, *keep_alive;
    uint32_t servers;        /* UNLIMITED: infinite */
    uint32_t capacity;       /* UNLIMITED: none */
    uint32_t capacity_plain; /* below this number present nothing but joining can happen: capacity, or 0 if
                                impatient */
    bool unusual;            /* switch_cost, behaviour, impatient or interruptible: one test for all */
    bool (*push)(struct line *line, struct task *tasks, uint32_t task); /* the discipline's, */
    uint32_t (*pop)(struct line *line, struct task *tasks);             /* linked where the model is */
    void (*remove)(struct line *line, struct task *tasks, uint32_t task);
    bool setup_serial;
    enum preempt_mode preempt; /* PREEMPT_NOBODY also where nobody ever waits */
    double quantum;            /* rr; INFINITY: none */
    double tokens_rate, tokens_most; /* models/tokens.h; rate 0: it is no token bucket */
    bool impatient;            /* some kind has patience or balks */
    const struct station_shape *shape; /* NULL: plain, one line before whole servers that keep their task */
    bool sharing;              /* the discipline's shape */
    bool plain;                /* one line before whole servers that are always there and keep their task (models/plain.h) */
    bool plain_ps;             /* models/plain_ps.h */
    bool release, resume_first;
    double visit_mean; /* mean time of one visit */
    bool blocks;    /* on_full: block */
    bool blocks_before; /* of those: before service, not after it */
    bool drops_oldest; /* on_full: drop_oldest */
    bool overflows; /* on_full: steps to take instead, at the opcode's target */
    struct group_model *group; /* its tasks go to one of several stations (models/group.h); NULL: they do not */
    uint32_t batch_max, batch_min;  /* 0: tasks are served one by one */
    const struct dist *batch_wait;  /* NULL: none */
    double batch_per_task;
    const struct pace *pace;        /* NULL: every server has full speed */
    const struct discipline_type *inner; /* how those in service share the pace; NULL: not paced, or ps */
    bool counted;                   /* some tasks take several servers */
    bool crowd;                     /* tasks in service are counted apart: batch, counted */
    double cost_per_server, cost_per_task; /* both 0: no cost is asked for */
    bool costs;
    /* Servers one by one, as in struct station_spec. */
    bool individual;
    bool by_class; /* the discipline is `priority`: an interrupted task goes back to the head of its class */
    const double *speeds; /* by server, the fastest first */
    uint32_t servers_at_start, rest_until;
    enum take_rule take;
    enum broken_task broken_task;
    const struct dist *up, *down, *vacation, *scale_lag;
    bool breaks_whole, vacation_single;
    const double *schedule;
    size_t schedule_count;
    double schedule_repeat;
    double scale_every, scale_min, scale_max, scale_target, scale_tolerance, scale_stabilisation;
    const struct limit_type *limit; /* as in struct station_spec */
    struct limit_told limit_told;
    double limit_min;
    uint32_t limit_wait;     /* most that wait where the limit adapts itself; UNLIMITED: any number */
    uint32_t list_count;     /* polling: lines that its servers go round; 0: they do not */
    const uint32_t *list_of; /* by class where told.by_priority, else by kind: the line that such a task joins */
    bool wanders;   /* tasks change between its line and others of its group */
    uint16_t whole; /* of a server of `queues: per_server`: the station it is a part of; else itself */
    bool deadlines; /* the discipline orders by them */
    bool in_order;  /* the discipline is fcfs */
    bool drops;     /* its line drops tasks (models/drop.h) */
    bool keyed;     /* its line is told what it orders by: deadlines or estimated sizes */
    bool plain_fcfs; /* its line is a plain list: fcfs, and nobody leaves it early */
};

struct kind_model {
    const char *name;
    const struct arrival *arrival;
    uint64_t limit; /* UINT64_MAX: none */
    const struct op *program;
    uint32_t program_length;
    bool delays;                 /* its tasks have delays */
    bool extras;                 /* they have delays, overheads or a deadline */
    const struct dist *deadline; /* relative to arrival; NULL: none */
    const struct dist *patience; /* NULL: waits for ever */
    const double *balk;
    uint32_t balk_count; /* 0: always joins */
    double mean_service; /* of one task, all visits together; NAN: not known for certain, or what becomes of a task depends on it (models/work.h) */
};

struct model {
    const struct scenario *scenario;
    struct station_model *stations;
    uint32_t station_count; /* of the scenario */
    uint32_t part_count;    /* with the servers that have lines of their own, which come behind those */
    struct kind_model *kinds;
    uint32_t kind_count;

    uint32_t *class_of_kind; /* priority classes, 0 the most urgent */
    uint32_t classes;

    bool linked;        /* lines need struct task_link */
    bool overheads;     /* some station has a switch cost */
    uint32_t more_size; /* bytes of struct task_more with its arrays; 0: no task needs one */
    uint32_t counters_offset, holdings_offset;
    uint32_t visit_offset;      /* of a struct visit (models/preempt.h), where some station preempts */
    uint32_t impatience_offset; /* of a struct impatience (models/patience.h), where impatient */
    bool deadlines;             /* tasks have one: some kind does, or some station orders by them */
    bool impatient;             /* some kind has patience or balks: tasks have a struct impatience */
    uint32_t frames_offset;     /* of frames struct frame (models/timeout.h) */
    struct breaker_model *breakers; /* models/breaker.h */
    uint32_t breaker_count;
    uint32_t frames;            /* time-outs that a task may have open at once */
    uint32_t sticky_offset;     /* of sticky_count numbers, one for each group that is sticky (models/group.h) */
    uint32_t sticky_count;
    bool probes;                /* some group's rule is answered after a time */
    uint32_t part_offset;       /* of a struct part (models/part.h), where parted */
    bool parted;                /* tasks fork, or go on in two records when they time out */
    uint32_t stint_offset;      /* of a struct stint (models/stint.h), where stints */
    uint32_t stay_offset;       /* of a struct stay (models/station.h), where interruptible */
    bool interruptible;         /* a task may be taken from where it is: what it waits for by the clock are timers */
    bool unusual;               /* interruptible or placed: one test for both */
    bool weighed;               /* some rule of dispatch looks at the work that is left */
    bool drops;                 /* some line does; behind each program there is an OP_LOST */
    bool delivers;              /* tasks are delivered (models/redelivery.h) */
    bool replies;               /* tasks may reply before they end */
    bool stints;                /* tasks have a struct stint */
    const uint64_t *initial;    /* by kind: tasks at time 0 */
    bool blocking;              /* some station blocks those who find it full */
    bool blocking_before;       /* some of them before service */
    bool placed;                /* where a task is, is not said by its step alone: task_more.station */
    double *weights;            /* by kind; then what tasks become */
    uint32_t weight_count;

    const char *recursion_refused; /* what stands against running it without a calendar (models/recursion.h); NULL:
                                      nothing */
    bool recursion;                /* it is run so */
    bool plain;                    /* the handlers of models/plain.h do */
    bool plain_holding;            /* its loop for tasks that hold servers does */

    bool deterministic; /* nothing is drawn: all replications are the same */
    bool terminating;   /* every source ends, so the run does */

    /* Offered load (models/load.h). rate: all open kinds together. */
    double open_rate;
    double *load; /* by station: mean servers occupied by open kinds per server; 0 for infinite servers */
    double *rate_most; /* by station: most tasks of this mix per time that it could carry; INFINITY: any */
    bool *exposed;     /* by station: its line can grow without end (models/load.h) */
    double *load_sure; /* by station: of visits that no loss, balking or end of patience can take away */
    double *patience;  /* by station: longest mean patience of the kinds that come there; INFINITY: some have
                          none */
    double *visits;    /* by station: mean number of visits per arriving task */
    double *scv;       /* by station: squared coefficient of variation of the time of one visit, over all its
                          visitors */
    double *held_mean; /* by station: mean time one arriving open (or closed) task occupies a server there */
    double *kind_time; /* by kind: mean time from start to end, nothing ever waiting */

    /* One replication's length, as chosen from the scenario and the load. */
    double warmup;  /* 0: none */
    double length;  /* measured time; INFINITY: until empty or until count */
    double period;  /* after which all rates of arrival repeat themselves; 0: they do not change */
    uint64_t seed;  /* the scenario's, or what the command line puts in its place */
    uint64_t count; /* completions of all kinds after the warm-up; UINT64_MAX: not used */
    uint64_t replications_first; /* before precision is first looked at */
    double events_per_time;      /* about how many events happen per time; 0: not known */
    double completions_per_time; /* and how many tasks complete */
    double warmup_found;         /* that the data ask for (models/settle.h); NAN: they were not asked */
    bool warmup_doubtful;        /* they asked for more than the warm-up is, or than was looked at */
};

/* Compiles s; storage in arena. false: err. */
bool model_compile(struct arena *arena, const struct scenario *s, struct model **out, struct error *err);

/* The same in a form in which every task can be asked at any time where it is and what its parts have come to by now
 * (struct stay); the sample path is the same. */
bool model_compile_watched(struct arena *arena, const struct scenario *s, struct model **out, struct error *err);

/* Chooses warm-up and length for what the scenario leaves open, from the load (models/length.c). Another run
 * of the same point may lengthen both: see model_lengthen. */
void model_choose_length(struct model *m);

/* A warm-up and a length `factor` times as long, for a point whose replications turned out to be too short.
 */
void model_lengthen(struct model *m, double factor);

/* The warm-up that model_choose_length would have chosen had it known how busy the stations are (utilisation,
 * by station): servers held across other lines are busier than mean values foretell. */
double model_warmup_for(const struct model *m, const double *utilisation);

/* Rounds what the scenario leaves open of warm-up and length up to whole periods (an even number of them in
 * the length), where the rates of arrival repeat themselves: means over anything else would depend on the
 * hour. */
void model_round_length(struct model *m);

/* Does the scenario ask for one replication, of a given or chosen length? It is measured in pieces (batch means). */
bool model_one_long_run(const struct model *m);

/* Have the rates of arrival reached those of the long run when measuring begins? */
bool model_settled(const struct model *m);

/* Does nothing change by the clock? */
bool model_steady_rates(const struct model *m);

/* Are both halves of the measured time offered the same, in the mean, so that growth from one to the other
 * says something? */
bool model_halves_alike(const struct model *m);

/* Is the measured time a whole number of periods, as far as that matters? */
bool model_whole_periods(const struct model *m);

/* The task programs as text, one opcode a line. NULL: no memory. */
char *model_print(struct arena *arena, const struct model *m);

/* Histograms that a replication of m fills: for kind k and its n-th probe with values (n from 0 in
 * probe_table's order) index k * model_histograms_per_kind() + n. */
size_t model_histograms_per_kind(void);

#endif
