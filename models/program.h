/* program.h: what a kind's steps compile to: a short array of opcodes that the engine walks, one task at a
 * time, until the task has to wait. `desq check --program` prints it. */
#ifndef MODELS_PROGRAM_H
#define MODELS_PROGRAM_H

#include "models/dist/dist.h"
#include "sim/arena.h"
#include "sim/error.h"

#include <stdint.h>
#include <stdio.h>

/* A closed set: switches over it have no default, so that the compiler names what was forgotten. */
enum opcode {
    OP_AT,     /* queue at station, be served for dist */
    OP_PASS,   /* take dist tokens of station; wait for them where it has too few */
    OP_DELAY,  /* let dist pass */
    OP_TAKE,   /* queue for a server of station and hold it: one more holding */
    OP_GIVE,   /* free the innermost holding, if it is held; forget it */
    OP_AWAIT,  /* give back what the holdings' stations release, innermost first */
    OP_RETURN, /* the innermost await is over: what it gave back is to be taken again before the next step */
    OP_CHOOSE, /* draw one of the OP_BRANCH that follow */
    OP_BRANCH, /* with cumulative probability p: go to target */
    OP_JUMP,   /* go to target */
    OP_REPEAT, /* draw dist, rounded to a whole number, into loop counter slot; if 0 go to target */
    OP_LOOP,   /* one less in slot; if not 0 go to target */
    OP_SEND,   /* start a task of kind station */
    OP_BECOME, /* be of priority p, class target, from now on */
    OP_TRY,    /* a time-out block begins: no attempt in frame slot yet */
    OP_GUARD,  /* the breaker `station` of frame slot (models/breaker.h; p failures open it for dist; given: a
                  throttle of ratio p and memory dist) lets the attempt through: next; else go to target */
    OP_BUDGET, /* the budget of retries `station` (models/breaker.h): given: p is put in, at most target are kept; else one is taken:
                  next; if there is none go to target */
    OP_ARM,    /* one more attempt: the time-out runs, drawn from dist; when it is over go to target */
    OP_DISARM, /* the attempt came through: its time-out is off */
    OP_RETRY,  /* the attempt timed out: fewer than p retries so far? next; else go to target */
    OP_BACKOFF, /* let dist times p to the number of retries so far less one pass; target: jitter */
    OP_GIVE_UP, /* the task ends as timed out */
    OP_FORK,   /* start slot branches, those of the OP_BRANCH that follow (one of them station times, where
                  not 0); go on at target when p of them are done; given: the others are cancelled then */
    OP_JOIN,   /* the branch is done */
    OP_DELIVER, /* a message (models/redelivery.h): its first delivery begins; two OP_BRANCH follow, to what a delivery
                   does (p: most deliveries) and to what becomes of a dead letter; acknowledged: go on at target */
    OP_VISIBLE, /* the delivery begins: the message is visible again after dist (NULL: never), unless acknowledged */
    OP_ACKNOWLEDGE, /* the delivery is over; with probability p it failed */
    OP_LOST,   /* the task is lost: behind the end of every program, where lines drop tasks */
    OP_DEAD,   /* the task ends as a dead letter */
    OP_REPLY,  /* the answer is out: the response ends here, the task goes on */
    OP_END     /* the task is done */
};

struct op {
    uint8_t code;     /* enum opcode */
    bool given;       /* BECOME: of the priority and weight of kind `station`; AT: the service time is the task's own (from a trace, or shared by its steps); dist has its moments; FORK,
                         ARM: see there */
    uint16_t station; /* AT, TAKE, GIVE; SEND: a kind */
    uint16_t slot;    /* REPEAT, LOOP, DELIVER: a counter; TRY .. BACKOFF, VISIBLE, ACKNOWLEDGE: a frame; TAKE: servers taken; BECOME: 1 + index of
                         a weight, 0: it stays */
    uint32_t target;  /* BRANCH, JUMP, REPEAT, LOOP: index of an op; CHOOSE: how many branches follow; BECOME: a class, set by compile.c */
    double p;         /* BRANCH: with those before it, of a choice; BECOME: the priority */
    const struct dist *dist; /* AT, PASS, DELAY, REPEAT */
};

/* Which branch CHOOSE takes for a uniform u; of very many branches none is looked at in vain. */
static inline uint32_t op_choose_branch(const struct op *choose, double u)
{
    enum { FEW = 8 };
    const struct op *branch = choose + 1;
    uint32_t count = choose->target;
    if (count <= FEW) {
        while (--count > 0 && u >= branch->p) /* the last takes what rounding left */
            branch++;
    } else {
        while (count > 1) { /* the first whose p is beyond u lies in the count from branch on */
            const uint32_t half = count / 2;
            if (u >= branch[half - 1].p) {
                branch += half;
                count -= half;
            } else {
                count = half;
            }
        }
    }
    return (uint32_t)(branch - choose - 1);
}

/* Where it leads. */
static inline uint32_t op_choose(const struct op *choose, double u)
{
    return choose[1 + op_choose_branch(choose, u)].target;
}

struct steps;
struct station_spec;

enum { PROGRAM_MOST = 1 << 20, PROGRAM_CALLS = 60 /* deep */ };

/* A program while it is being written, and afterwards. */
struct program {
    struct arena *arena;
    const struct steps *const *steps_of_kind; /* for calls */
    const struct station_spec *stations;      /* the scenario's: what is done where one is full */
    struct op *ops;
    uint32_t count, size;
    uint16_t loops, loops_most; /* loop counters in use here; needed at once */
    uint16_t holds, holds_most; /* holdings here; at once */
    double *weights;            /* that tasks become, of all programs so far */
    uint32_t weight_count, weight_first; /* how many; index of the first in the model */
    bool delays;                /* some OP_DELAY */
    uint16_t frames, frames_most; /* time-outs open here; at once */
    bool takes;                 /* some OP_TAKE */
    bool forks;                 /* some OP_FORK */
    bool delivers;              /* some OP_DELIVER */
    bool replies;               /* some OP_REPLY */
    bool replies_in_part;       /* one inside a branch or a time-out */
    int parts;                  /* branches and time-outs open */
    bool splits;                /* some attempt goes on when it has timed out */
    uint32_t calls;             /* compiled so far */
    int call_depth;             /* open */
    bool failed;                /* no memory, or: */
    bool too_large;             /* calls unfold to more than PROGRAM_MOST opcodes, or calls */
};

/* Appends one opcode; returns its index. */
uint32_t program_emit(struct program *p, struct op op);

/* The opcode gives the task this weight: one more of those that tasks become. */
void program_weight(struct program *p, struct op *op, double weight);

/* Appends all steps, in order. false: no memory (p->failed). */
bool program_steps(struct program *p, const struct steps *steps);

/* The same with a kind's own steps, among which "next" leads; where they end the program goes on. */
bool program_routed(struct program *p, const struct steps *steps);

/* Behind what visits a station that takes other steps when it is full: those steps, which op `visit` then leads to.
 */
bool program_on_full(struct program *p, size_t station, uint32_t visit);

/* Those of another kind, in place: calls leave nothing to be done while the program runs. */
bool program_call(struct program *p, size_t kind);

#endif
