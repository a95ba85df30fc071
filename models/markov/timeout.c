/* timeout.c: time-outs that are exponential: what is left of one is as long as all of it, wherever the task is. */
#include "models/markov/scene.h"

#include <string.h>

static const struct op *arm_of(const struct scene *scene, const struct spot *p, uint32_t frame)
{
    return &scene->chain->model->kinds[p->kind].program[p->frame[frame].armed - 1];
}

const char *timeout_refused(const struct op *op)
{
    switch ((enum opcode)op->code) {
    case OP_BUDGET:
    case OP_GUARD:
        return "breakers, throttles or budgets of retries";
    case OP_ARM:
        return op->given                                 ? "attempts that go on when nobody waits for them"
               : op->dist->shape != DIST_EXPONENTIAL ? "time-outs that are not exponential"
               : op->slot >= SPOT_FRAMES             ? "time-outs nested too deep"
                                                         : NULL;
    case OP_BACKOFF:
        return op->p != 1.0 || op->target > 0 ? "backoffs that grow, or are jittered" : NULL;
    default:
        return NULL;
    }
}

double scene_timeout_rate(const struct scene *scene, const struct spot *p, uint32_t frame)
{
    return p->frame[frame].armed == 0 ? 0.0 : 1.0 / arm_of(scene, p, frame)->dist->a;
}

void scene_close_frame(struct spot *p, uint32_t frame)
{
    memset(&p->frame[frame], 0, sizeof p->frame[frame]);
}

void scene_arm(struct spot *p, const struct op *op)
{
    p->frame[op->slot].armed = p->step + 1;
    p->frame[op->slot].holds = p->holds;
    p->frame[op->slot].awaits = p->awaits;
    p->step++;
}

void scene_retry(struct spot *p, const struct op *op)
{
    if (p->frame[op->slot].retries < op->p) {
        p->frame[op->slot].retries++;
        p->step++;
        return;
    }
    scene_close_frame(p, op->slot);
    p->step = op->target;
}

/* Where the task goes on: what its attempt waits for, has and holds has been given back, what it held before is its own again. */
void scene_attempt_over(const struct scene *scene, struct spot *p, uint32_t frame)
{
    const struct op *arm = arm_of(scene, p, frame);
    const uint8_t awaits = p->frame[frame].awaits;
    for (uint8_t h = 0; h < p->holds; h++)
        if (p->hold[h].state == HOLDING_AWAY && p->hold[h].level > awaits) {
            p->hold[h].state = HOLDING_WANTED;
            p->hold[h].level = 0;
            p->wanted++;
        }
    p->awaits = awaits;
    p->step = arm->target;
    p->frame[frame].armed = 0;
    p->frame[frame].holds = p->frame[frame].awaits = 0;
    if (scene->chain->model->kinds[p->kind].program[p->step].code != OP_RETRY)
        scene_close_frame(p, frame);
}
