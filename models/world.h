/* world.h: one replication: tasks, stations, and the event handlers.
 *
 * Order at one instant, on which every result hangs: completions before arrivals; a completion frees the
 * innermost server first (core, then lock, then thread); each freed server turns to its next task at once,
 * and those tasks move on in that order; only then the finished task moves on.
 *
 * Between events, at every station: busy + idle + cold + starting == servers, present == busy + waiting
 * (queueing disciplines), and no server is idle while a task waits. */
#ifndef MODELS_WORLD_H
#define MODELS_WORLD_H

#include "models/model.h"
#include "models/task.h"
#include "sim/sim.h"
#include "sim/stat/batches.h"
#include "sim/stat/tally.h"
#include "sim/stat/time_average.h"

#include <signal.h>

enum event_kind {
    EV_ARRIVAL,      /* subject: kind */
    EV_THINK_END,    /* subject: task of a closed kind */
    EV_SERVICE_END,  /* subject: task */
    EV_SHARED_END,   /* subject: station with a sharing discipline; a timer */
    EV_DELAY_END,    /* subject: task */
    EV_SWITCH_END,   /* subject: task that has just been given a server to hold */
    EV_SETUP_END,    /* subject: station */
    EV_STINT_END,    /* subject: task in service where tasks are preempted; a timer */
    EV_KEEP_ALIVE,   /* subject: idle slot; a timer */
    EV_PATIENCE_END, /* subject: waiting task; a timer */
    EV_TIMEOUT,      /* subject: task; a timer */
    EV_ALARM,        /* subject: index of an alarm (models/alarm.h); a timer */
    EV_CUT,          /* the warm-up is over */
    EV_HALF,         /* half of the measured time is over */
    EV_SECTION,      /* a piece of the measured time is over; subject: its number */
    EV_STOP,         /* the measured time is over */
    EV_KINDS
};

/* What a task has beyond its cache line, where its model needs it; loop counters and holdings follow
 * (model.counters_offset, model.holdings_offset). */
struct task_more {
    double delay, overhead;
    uint64_t requests; /* that its session will issue after it */
    uint32_t thought;  /* 1: its session thought before it, which took a draw */
    uint64_t shared; /* key of the draws that its steps share, those of its branches included */
    double given;    /* service time that its row of a trace gives */
    double deadline; /* absolute; INFINITY: none. Set only if model.deadlines */
    bool replied;    /* its response is over */
    uint32_t awaits; /* open */
    uint32_t wanted; /* holdings in state HOLDING_WANTED */
    double wasted;   /* of its service: in attempts that timed out. Set only if model.interruptible */
    double beside;   /* service of branches that it waited for, beside its own. Likewise */
    double joined;   /* when it joined the station whose server it keeps. Likewise */
    uint16_t kept;   /* 1 + the station whose server it keeps while it is blocked; 0: none. Set only if
                        model.blocking */
    uint16_t promised; /* 1 + the station at which a place is kept for it; 0: none. Set only if model.blocking_before */
    uint16_t station; /* where it is, or last was. Set only if model.placed */
    uint16_t probed;  /* 1 + the station that a group's rule has chosen, the answer being on its way; 0: none */
};

struct station {
    const struct station_model *model;
    /* Where model.weighed: sum of the times at which those in service will be done, their number, and the work of
     * those in line. */
    double ends, line_work;
    uint32_t serving_here;
    uint32_t turn;            /* round_robin */
    uint32_t idle;            /* servers without work, ready at once */
    uint32_t busy;            /* servers serving or held; for sharing: min(present, servers) */
    uint32_t present;         /* tasks waiting for a server here or having one */
    struct task_list blocked; /* tasks that wait for room here (models/block.h) */
    uint32_t promised;        /* places kept here for tasks that are being served elsewhere; likewise */
    struct task_list resumed; /* "resume": "first": served before the line */
    struct line line;
    struct sharing sharing;
    struct timer timer; /* EV_SHARED_END */
    uint8_t standing;   /* the place of the one timer that it sets at a time (calendar_stand); 0: there is none */
    struct batch_servers *batches;         /* models/batch.h */
    uint32_t head;                   /* models/counted.h: first in order, for whom too few servers are free */
    /* Tasks in service, where that is not the number of busy servers (models/crowd.h). */
    uint32_t served_tasks;
    double served_area, served_since;
    /* Idle servers that are warm, where servers are set up (models/server/setup.c). */
    double warm_area, warm_since;
    /* models/environment.h */
    double speed, worked, worked_since, work_next;
    struct {
        double full;      /* when the bucket will be full, or was last */
        double full_time; /* since the cut: for how long it was */
        uint32_t alarm;
    } tokens;                        /* models/tokens.h */
    struct polling *polling;         /* models/polling.h */
    struct told_load *told;       /* of a group whose rule does not know what is now (models/group.h); else NULL */
    struct individuals *individuals; /* models/individual.h; NULL: servers are counted only */

    /* preemptive: the tasks in service, the least urgent first */
    struct line_entry *serving;
    uint32_t serving_count, serving_size;

    /* behaviour: setup */
    uint32_t cold;
    uint32_t starting;   /* starts begun, those that wait for their turn (setup_serial) included */
    uint32_t setting_up; /* servers being set up at this moment */
    uint32_t idle_slot;  /* most recently idle first, linked through idle_server.older; UINT32_MAX: none */

    /* measured since the cut */
    double since, busy_area, present_area, setting_up_area;
    double half_area; /* of present, in the first half of the measured time */
    struct tally wait, response;
    uint64_t offered, lost;

#ifdef DESQ_CHECKS
    struct little_check {
        double area, since, in,
            out; /* of the whole run: integral of present; sums of times of joining and leaving */
        uint64_t joined, left;
    } check;
#endif
};

/* A warm server without work whose time runs. */
struct idle_server {
    struct timer timer;
    uint32_t station;
    uint32_t older, newer; /* in the station's list; older also links free slots */
};

struct source {
    struct stream stream;
    uint64_t key;     /* of the kind's tasks */
    uint64_t started; /* tasks so far, since time 0 */
    bool plain;       /* that of the model's arrival */

    /* Of sources that are not plain (models/source.h). */
    struct arrival_state state;
    uint64_t epochs;  /* so far */
    uint64_t batches; /* key of the sizes of batches */
    double given;     /* service time of the row of a trace that comes now */
};

struct kind_state {
    uint64_t arrived, completed, lost, abandoned, timed_out; /* since the cut */
    uint64_t attempts;       /* begun under a time-out */
    uint64_t redelivered, duplicates, dead; /* deliveries after the first; that began beside another; dead letters */
    double served, useful;   /* service of its tasks in all their parts; that of completed tasks which counted for
                                them. Only where interruptible */
    uint64_t missed;                              /* of completed: after their deadline */
    uint64_t present;                             /* now */
    struct time_average in_system;
    double half_area; /* of in_system, in the first half of the measured time */
    double work_change; /* of the excess of its tasks' services over their mean, from the cut to the end (models/work.h) */
    struct tally response, wait, service, delay, overhead;
    struct histogram *response_histogram, *wait_histogram; /* the record's */
#ifdef DESQ_CHECKS
    struct little_check check;
    uint64_t all_arrived, all_ended[TASK_ENDS];
#endif
};

/* WORLD_STUCK: a deadlock; see world_deadlock. WORLD_FROZEN: events without end at one instant, or without
 * any completion. WORLD_LIMIT: past what the caller allows. */
enum world_end {
    WORLD_DONE,
    WORLD_EMPTY,
    WORLD_STUCK,
    WORLD_INTERRUPTED,
    WORLD_NO_MEMORY,
    WORLD_TOO_LONG,
    WORLD_FROZEN,
    WORLD_LIMIT
};

/* Hears of every task that ends. */
typedef void task_listener(void *context, const struct world *w, uint32_t task, enum task_end how);

struct world {
    struct sim sim;
    const struct model *model;
    task_listener *left; /* NULL: nobody listens */
    void *left_context;
    struct station *stations;
    struct kind_state *kinds;
    struct source *sources;
    struct environment *environments; /* models/environment.h */

    struct task *tasks;
    unsigned char *more;
    struct task_link *links;        /* NULL: the model needs none */
    uint32_t task_count, task_size; /* records ever used in this replication; allocated */
    uint32_t task_free;             /* first of the free ones, or NO_TASK */

    uint32_t *ready; /* ring: tasks that were given a server to hold and have yet to move on */
    uint32_t ready_first, ready_count, ready_size;

    struct idle_server *idle;
    uint32_t idle_count, idle_size, idle_free;

    struct alarm *alarms; /* models/alarm.h */
    uint32_t alarm_count, alarm_size, alarm_free;

    uint64_t alive;     /* tasks present or thinking, and sources that are not done */
    uint64_t completed; /* of all kinds, since the cut */
    double cut;         /* time of the cut */
    bool measuring;     /* the warm-up is over */
    double last_leave;  /* when a task last ended */
    double end;         /* when the replication ended, set by world_run */
    event_handler *handlers[EV_KINDS];
    struct recursion *recursion; /* models/recursion.h; NULL: the model runs by its calendar */
    uint32_t admitted;  /* a blocked task for which there is room now, or NO_TASK */
    struct breaker *breakers; /* models/breaker.h: model.breaker_count of them */
    bool failed;        /* no memory */
    struct witness *witness; /* through whom every event goes (models/witness.h); NULL: nobody watches */

    /* Where one replication is all there is: told at the end of each of `sections` equal pieces of the measured time but
     * the last; what was counted is forgotten afterwards, as at the cut. NULL: it is not cut into pieces. */
    bool (*section)(void *context, struct world *w); /* false: no memory */
    void *section_context;
    struct batches *section_batches;
    uint32_t sections;
    bool unmeasured; /* nobody reads the histograms, so they are not emptied at the beginning */
    bool notes_work; /* kind_state.work_change is wanted */
    bool to_the_end; /* goes on through the measured time though nothing is left to do */
};

struct world *world_new(const struct model *m);
void world_free(struct world *w);

/* What ends a replication early. */
struct world_limits {
    const volatile sig_atomic_t *stop; /* nonzero: interrupted; NULL: never */
    double events;                     /* most events in this replication; INFINITY: any number */
    double deadline;                   /* on the clock CLOCK_MONOTONIC, in seconds; INFINITY: none */
};

/* Time 0 of replication r: nothing there, nothing pending. Internal to world*.c. */
void world_reset(struct world *w, uint64_t r, struct record *record);

/* The tallies of a kind begin anew, and count in the record's histograms too where somebody reads those. */
void world_begin_tallies(const struct world *w, struct kind_state *ks);

/* All that the tallies of kinds have noted stands in the histograms: before those are read. */
void world_settle_tallies(struct world *w);

/* Time 0 of replication r, nothing there, by the calendar: for those who go on event by event (sim_run with w->handlers). */
void world_begin(struct world *w, uint64_t r, struct record *record);

/* Replication r from time 0, empty, into record (shape: see study.h; reset here). */
enum world_end world_run(struct world *w, uint64_t r, struct record *record,
                         const struct world_limits *limits);

/* A deadlock, after or in the middle of world_run: stations all of whose servers are held by tasks that wait
 * for each other, for ever, whatever else goes on. True if there is one; then out (NUL-ended, at most size
 * bytes) tells the cycle: who holds what and waits for what, and since when. */
bool world_deadlock(const struct world *w, char *out, size_t size);

/* For behaviours (models/server/). */

/* Brings the station's integrals up to now: before any of idle, busy, present, setting_up changes. */
static inline void station_clock(struct world *w, struct station *st)
{
    const double now = w->sim.now, elapsed = now - st->since;
    st->busy_area += (double)st->busy * elapsed;
    st->present_area += (double)st->present * elapsed;
    if (st->setting_up > 0)
        st->setting_up_area += (double)st->setting_up * elapsed;
    st->since = now;
}

/* Tasks in the line or among the resumed. */
static inline uint32_t station_waiting(const struct station *st)
{
    return st->present - st->busy;
}

/* A server that is neither idle nor busy turns to the next waiting task, which there is. */
void station_serve_next(struct world *w, struct station *st);

#endif
