/* task.h: one task on its way through its steps, and lists of tasks. */
#ifndef MODELS_TASK_H
#define MODELS_TASK_H

#include <stdbool.h>
#include <stdint.h>

#define NO_TASK UINT32_MAX

/* How a task ends. */
enum task_end {
    TASK_COMPLETED,
    TASK_LOST,      /* a station was full, or it did not join */
    TASK_ABANDONED, /* its patience ended */
    TASK_TIMED_OUT, /* a time-out without retries or other steps */
    TASK_DEAD,      /* delivered as often as may be, never acknowledged */
    TASK_ENDS
};

/* 64 bytes, one cache line: what every task needs. What only some need (loop counters, holdings, delays) lies
 * in a struct task_more beside it, which scenarios without such steps do not have. */
struct task {
    double arrived; /* time of arrival; INFINITY: the record is free, or its client thinks */
    double since;   /* when it joined the station where it is */
    double demand;  /* service time of the visit in hand */
    double wait;    /* queueing so far, anywhere */
    double service; /* being served so far */
    uint64_t key;   /* of its random draws: draw i is a function of (key, i) */
    uint32_t draws; /* made so far */
    uint32_t next;  /* behind it in a list, or NO_TASK */
    uint32_t step;  /* index of the opcode in hand */
    uint16_t kind;
    uint8_t holds;    /* holdings on its stack */
    uint8_t resuming; /* 1 + the index of the holding that it queues for again; 0: none */
};

/* What lines need to know of a task besides, in models where tasks leave a line before their turn or change
 * their priority. */
struct task_link {
    uint32_t before; /* while it waits: the task in front of it in its list, or NO_TASK; or its index in
                        line.slots or line.heap */
    uint32_t class;  /* of its priority */
    uint32_t weight; /* index among the model's weights: its kind, or what it became */
};

enum holding_state {
    HOLDING_HELD,  /* has the server */
    HOLDING_AWAY,  /* gave it back for an await that is not over */
    HOLDING_WANTED, /* the await is over: to be taken again before the next step */
    HOLDING_GONE   /* another record has it now (models/timeout.h) */
};

/* A server that an `in` took. */
struct holding {
    double since; /* when the task joined the station for it */
    uint16_t station;
    uint8_t state;
    uint32_t server; /* which one, where servers are individuals */
    uint8_t level; /* AWAY, WANTED: how many awaits were open when it was given back */
    uint16_t count; /* how many servers, where tasks may take several (model.counted) */
};

/* First-in first-out, linked through the tasks' next. */
struct task_list {
    uint32_t first, last; /* NO_TASK when empty */
};

static inline void task_list_init(struct task_list *list)
{
    list->first = list->last = NO_TASK;
}

static inline void task_list_append(struct task_list *list, struct task *tasks, uint32_t task)
{
    tasks[task].next = NO_TASK;
    if (list->first == NO_TASK)
        list->first = task;
    else
        tasks[list->last].next = task;
    list->last = task;
}

static inline void task_list_prepend(struct task_list *list, struct task *tasks, uint32_t task)
{
    tasks[task].next = list->first;
    if (list->first == NO_TASK)
        list->last = task;
    list->first = task;
}

/* The first leaves the list, which is not empty. */
static inline uint32_t task_list_take(struct task_list *list, const struct task *tasks)
{
    const uint32_t task = list->first;
    list->first = tasks[task].next;
    if (list->first == NO_TASK)
        list->last = NO_TASK;
    return task;
}

/* From anywhere, where nothing links back: the list is walked. */
static inline void task_list_remove(struct task_list *list, struct task *tasks, uint32_t task)
{
    uint32_t before = NO_TASK;
    for (uint32_t ti = list->first; ti != task; ti = tasks[ti].next)
        before = ti;
    if (before == NO_TASK)
        list->first = tasks[task].next;
    else
        tasks[before].next = tasks[task].next;
    if (list->last == task)
        list->last = before;
}

#endif
