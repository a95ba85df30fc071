/* discipline.h: who is served next. One file per discipline, its row at the end; list.h names them all.
 *
 * Two shapes. A queueing discipline orders the tasks that wait for a whole server. A sharing one serves all
 * present at once, in virtual time: a clock that runs at the speed at which each of them is served. */
#ifndef MODELS_DISCIPLINE_H
#define MODELS_DISCIPLINE_H

#include "models/dist/dist.h"
#include "models/param.h"
#include "models/task.h"
#include "sim/lookup.h"
#include "sim/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct discipline_told;

/* The tasks waiting at a station with a queueing discipline. */
struct line {
    uint32_t count;             /* tasks waiting here */
    struct task_list list;      /* fcfs, lcfs */
    struct task_list *by_class; /* priority: one list per class, most urgent first */
    uint32_t classes;
    const uint32_t *class_of_kind; /* priority: the model's; index into by_class */
    const uint32_t *list_of; /* polling: by class (list_by_class) or by kind; index into by_class */
    bool list_by_class;
    struct task_link *const
        *links;      /* by task, wherever they move to; NULL: classes stay, nobody leaves early */
    uint32_t *slots; /* random: the tasks, in no order */
    uint32_t slots_size;
    struct line_entry *heap; /* those ordered by a number (models/discipline/ordered.h) */
    uint32_t heap_size;
    uint64_t sequence;    /* of the next to join, for ties */
    double deadline;      /* edf: of the task that is about to be pushed, absolute; set by the station */
    double size;          /* sjf, where `estimated`: its size as the discipline sees it; likewise */
    bool estimated;
    const struct discipline_told *told; /* the station's */
    const double *clock;                /* adaptive_lifo, codel: the time */
    struct task_list dropped; /* codel: put aside by pop; the station takes them from here (models/drop.h) */
    bool above_set, dropping; /* codel: waits have been above the target since before above_until less the interval; it drops */
    uint32_t drops, drops_before; /* since dropping began; when it began last time */
    double above_until, next_drop;
    struct stream stream; /* the station's own draws */
};

/* A task in a line ordered by a number: the smallest key first, of equal ones the smallest sequence. */
struct line_entry {
    double key;
    uint64_t sequence;
    uint32_t task;
};

/* The tasks at a station with a sharing discipline. */
struct sharing_entry {
    double finish;     /* virtual time at which its work is done */
    uint64_t sequence; /* ties: who joined first finishes first */
    uint32_t task;
};

struct sharing {
    uint32_t count;
    double servers;      /* INFINITY: infinite */
    const struct pace *pace; /* ps: speed of all together by their number; NULL: min(k, servers) */
    double virtual_time; /* at `since` */
    double since;
    uint64_t sequence;
    struct sharing_entry *heap; /* binary, least finish first */
    uint32_t heap_size;
    uint32_t kind;                /* of the task that is about to join; set by the station */
    uint32_t kinds;               /* of the model */
    const double *weights;        /* dps, gps: by kind; the model's */
    struct shared_class *classes; /* dps: by kind */
    struct gps_line *lines;       /* gps: likewise */
    struct level_set *levels;     /* las */
};

/* task_list_append and its kin, with the links that let a task leave from anywhere. */
static inline void line_append(struct line *line, struct task_list *list, struct task *tasks, uint32_t task)
{
    (*line->links)[task].before = list->last;
    task_list_append(list, tasks, task);
}

static inline void line_prepend(struct line *line, struct task_list *list, struct task *tasks, uint32_t task)
{
    (*line->links)[task].before = NO_TASK;
    if (list->first != NO_TASK)
        (*line->links)[list->first].before = task;
    task_list_prepend(list, tasks, task);
}

static inline uint32_t line_take(struct line *line, struct task_list *list, const struct task *tasks)
{
    const uint32_t task = task_list_take(list, tasks);
    if (list->first != NO_TASK)
        (*line->links)[list->first].before = NO_TASK;
    return task;
}

/* From anywhere in the list. */
static inline void line_unlink(struct line *line, struct task_list *list, struct task *tasks, uint32_t task)
{
    struct task_link *links = *line->links;
    const uint32_t before = links[task].before, behind = tasks[task].next;
    if (before == NO_TASK)
        list->first = behind;
    else
        tasks[before].next = behind;
    if (behind == NO_TASK)
        list->last = before;
    else
        links[behind].before = before;
}

enum discipline_shape { DISCIPLINE_QUEUEING, DISCIPLINE_SHARING };

/* May a task in service be put back into the line? Then the engine (models/preempt.c) keeps the tasks in
 * order, by the row's `order`, and push and pop serve only where nobody is preempted. */
enum preemption {
    PREEMPT_NEVER,    /* "preempt" is refused */
    PREEMPT_OPTIONAL, /* where the station says "preempt": resume, restart or repeat */
    PREEMPT_ALWAYS,   /* resume (default), restart or repeat */
    PREEMPT_RESUME    /* always, and only so that it goes on where it stopped */
};

/* What becomes of the work of a task that is preempted. */
enum preempt_mode {
    PREEMPT_NOBODY,   /* tasks in service stay there */
    PREEMPT_RESUMES,  /* goes on where it stopped */
    PREEMPT_RESTARTS, /* the same work begins again */
    PREEMPT_REPEATS   /* begins again with work drawn anew */
};

/* What comes first where tasks are preempted; of equals, who joined first. */
enum preempt_order {
    ORDER_CLASS,    /* smallest priority */
    ORDER_LATEST,   /* who joined last */
    ORDER_SIZE,     /* least demand */
    ORDER_LEFT,     /* least left of it */
    ORDER_DEADLINE, /* earliest deadline */
    ORDER_TURN      /* nobody: each is served in its turn, for a quantum */
};

/* When a polling server leaves a line. */
enum polling_visit { VISIT_EXHAUSTIVE, VISIT_GATED, VISIT_LIMITED };

/* What a discipline was told beside its name; each member belongs to the disciplines named. */
struct discipline_told {
    const struct dist *estimate; /* sjf, psjf, srpt: factor on the sizes that it sees; NULL: it knows them */
    uint32_t longest;            /* adaptive_lifo: most who wait where the first is served; UINT32_MAX: any number */
    double oldest;               /* likewise: longest wait of the first; INFINITY: any */
    double target, interval;     /* codel */
    /* polling */
    enum polling_visit visit;
    uint32_t limit;                 /* VISIT_LIMITED: most services in a visit */
    bool by_priority;               /* a line for each priority; else for each kind */
    bool stays;                     /* where nobody waits anywhere, servers stop */
    const struct dist *switch_over; /* from a line to the next; NULL: no time */
};

enum { DISCIPLINE_PARAMS = 5 };

struct discipline_type {
    const char *name;
    const char *summary; /* one line */
    const char
        *rule; /* exactly what it does: ties, who is preempted, what counts as waiting; for `desq list` */
    enum discipline_shape shape;
    enum preemption preemption;
    enum preempt_order order; /* unless PREEMPT_NEVER */
    /* What it may be told: "discipline": { "name": ..., ... }. tell puts it where it belongs, by the numbers of
     * params; false: out says (with no place) what does not fit together. NULL: it has no parameters. */
    struct param params[DISCIPLINE_PARAMS + 1];
    bool (*tell)(struct discipline_told *told, const struct arg *args, struct error *err);
    const char *example; /* NULL: its name */
    bool linked;         /* its push and pop need line->links */
    bool drops;          /* its pop drops tasks (models/drop.h) */
    bool visits;         /* its servers go round several lines (models/polling.h) */
    bool only_at; /* its tasks are known by their demand, or preempted: only `at` can visit, no server can be
                     held */

    /* Queueing. tasks: the replication's task records.
     * push: the task joins; false: no memory. pop: the next to serve leaves the line; count > 0. */
    bool (*push)(struct line *line, struct task *tasks, uint32_t task);
    uint32_t (*pop)(struct line *line, struct task *tasks);
    /* The same, with line->links (which is NULL where these are not used). remove: a task leaves before its
     * turn. */
    bool (*push_linked)(struct line *line, struct task *tasks, uint32_t task);
    uint32_t (*pop_linked)(struct line *line, struct task *tasks);
    void (*remove)(struct line *line, struct task *tasks, uint32_t task);
    /* Where tasks take several servers at once, with line->links: the one that pop gave last, which has to wait on, goes
     * back to where it was, first of all; false: no memory. Where the line is by deadlines line->deadline is its own.
     * ranks: a newcomer that ranks before it is then served before it. */
    bool (*put_back)(struct line *line, struct task *tasks, uint32_t task);
    bool ranks;

    /* Sharing.
     * join: a task with this much work at full speed joins at now; false: no memory.
     * next: the time at which the next one finishes if nobody joins; count > 0. Never before now.
     * finish: the one that next spoke of leaves, at now; NO_TASK: only the speeds change at that time.
     * left: the work at full speed that the task, which is here, still has to do at now.
     * work: of all present, together.
     * leave: it leaves before it is done, at now.
     * change: there are so many servers from now on, perhaps none.
     * reset, release: start of a replication; end of all. NULL: nothing beyond the common part. */
    bool (*join)(struct sharing *sharing, double now, uint32_t task, double work);
    double (*next)(const struct sharing *sharing, double now);
    uint32_t (*finish)(struct sharing *sharing, double now);
    double (*left)(const struct sharing *sharing, double now, uint32_t task);
    double (*work)(const struct sharing *sharing, double now);
    void (*leave)(struct sharing *sharing, double now, uint32_t task);
    void (*change)(struct sharing *sharing, double now, double servers);
    void (*reset)(struct sharing *sharing);
    void (*release)(struct sharing *sharing);
};

extern const struct lookup_table discipline_table;

#endif
