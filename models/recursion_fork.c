/* Forks and joins: all branches of a block of tasks at once, one column for each of their times. */
#include "models/recursion_node.h"

#include "models/part.h"

#include <stdlib.h>
#include <string.h>

bool recursion_visits_new(struct recursion *x, const struct model *m)
{
    x->visits = calloc(x->plan.visit_count > 0 ? x->plan.visit_count : 1, sizeof *x->visits);
    if (x->visits == NULL)
        return false;
    for (uint32_t i = 0; i < x->plan.visit_count; i++) {
        x->visits[i].plan = &x->plan.visits[i];
        x->visits[i].account = &x->accounts[x->plan.way_count + i];
        x->visits[i].servers = m->stations[x->plan.visits[i].op->station].servers;
        calendar_init(&x->visits[i].calendar);
    }
    return true;
}

void recursion_visits_free(struct recursion *x)
{
    for (uint32_t i = 0; x->visits != NULL && i < x->plan.visit_count; i++)
        calendar_free(&x->visits[i].calendar);
    free(x->visits);
}

void recursion_visits_reset(struct recursion *x)
{
    for (uint32_t i = 0; i < x->plan.visit_count; i++) {
        struct recursion_visit *v = &x->visits[i];
        v->departure = 0.0;
        v->used = 0;
        calendar_reset(&v->calendar);
    }
}

/* When a server of the line begins with who joins now. */
static inline double take_server(struct recursion_visit *line, double joined, double demand)
{
    if (line->servers == UNLIMITED)
        return joined;
    double start = joined;
    if (line->servers == 1) {
        start = line->departure > joined ? line->departure : joined;
        line->departure = start + demand;
        return start;
    }
    if (line->used < line->servers) {
        line->used++;
    } else {
        struct event e = {.time = 0.0};
        calendar_pop(&line->calendar, &e);
        start = e.time > joined ? e.time : joined;
    }
    calendar_push(&line->calendar, start + demand, RANK_COMPLETION, 0, 0);
    return start;
}

/* The visits to one line: task by task, and each task's in the order of its branches. */
static void serve_line(struct recursion_visit *line, struct recursion_visit *const *visits, uint32_t count)
{
    const uint32_t n = line->times.count;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < count; j++) {
            struct recursion_block *t = &visits[j]->times;
            const double start = take_server(line, t->arrived[i], t->service[i]);
            t->start[0][i] = start;
            t->left[0][i] = start + t->service[i];
        }
}

/* Task i's branch that ends with visit a joins before the one that ends with b. Of two that end at the same instant
 * the calendar has first whose service began first, and else whose branch did. */
static bool before(const struct recursion_visit *a, const struct recursion_visit *b, uint32_t i)
{
    const struct recursion_block *x = &a->times, *y = &b->times;
    if (x->left[0][i] != y->left[0][i])
        return x->left[0][i] < y->left[0][i];
    return x->start[0][i] != y->start[0][i] ? x->start[0][i] < y->start[0][i] : a < b;
}

/* The ends of branches in the order in which task i's join, as far as the one that decides. */
static const struct recursion_visit *decide(const struct recursion_visit **ends, uint32_t count, uint32_t needed, uint32_t i, double *beside)
{
    for (uint32_t n = 0; n < needed; n++) {
        uint32_t least = n;
        for (uint32_t j = n + 1; j < count; j++)
            least = before(ends[j], ends[least], i) ? j : least;
        const struct recursion_visit *next = ends[least];
        ends[least] = ends[n];
        ends[n] = next;
        if (n + 1 < needed)
            *beside += next->service[i];
    }
    return ends[needed - 1];
}

/* The same where all are needed: who is last decides. */
static const struct recursion_visit *decide_last(const struct recursion_visit **ends, uint32_t count, uint32_t i, double *beside)
{
    uint32_t last = 0;
    double all = 0.0;
    for (uint32_t j = 0; j < count; j++) {
        last = j > 0 && before(ends[last], ends[j], i) ? j : last;
        all += ends[j]->service[i];
    }
    *beside += all - ends[last]->service[i];
    return ends[last];
}

/* Those of the block begin the visit, having left the one before it in the branch (NULL: it is the first). */
static void come(struct recursion_visit *v, const struct recursion_visit *before, const struct recursion_block *b, const double *joined,
                 uint64_t draw, uint32_t branch)
{
    struct recursion_block *t = &v->times;
    const uint32_t n = t->count = b->count;
    if (before == NULL) {
        for (uint32_t i = 0; i < n; i++)
            t->key[i] = stream_subkey(part_key_at(b->key[i], draw), branch);
        memcpy(t->arrived, joined, n * sizeof *joined);
    } else {
        memcpy(t->key, before->times.key, n * sizeof *t->key);
        memcpy(t->arrived, before->times.left[0], n * sizeof *t->arrived);
    }
    recursion_draw(t->service, v->plan->op->dist, t, v->plan->draw);
}

/* What the branch has had so far, with the visit. */
static void go(struct recursion_visit *v, const struct recursion_visit *before)
{
    struct recursion_block *t = &v->times;
    for (uint32_t i = 0; i < t->count; i++)
        t->wait[i] = t->start[0][i] - t->arrived[i];
    for (uint32_t i = 0; i < t->count; i++) {
        v->wait[i] = before == NULL ? t->wait[i] : before->wait[i] + t->wait[i];
        v->service[i] = before == NULL ? t->service[i] : before->service[i] + t->service[i];
    }
}

void recursion_fork(struct recursion *x, const struct recursion_node *s, struct recursion_block *b)
{
    const struct plan_node *fork = s->plan;
    const uint32_t n = b->count, k = fork->depth, needed = (uint32_t)fork->op->p;
    const double *joined = recursion_joined(b, k);
    struct recursion_visit *const visits = &x->visits[fork->first_visit];
    const struct recursion_visit *all[PLAN_VISITS], *ends[PLAN_VISITS];
    uint32_t branches = 0;
    for (uint32_t j = 0; j < fork->visit_count; j++) {
        struct recursion_visit *v = &visits[j], *before = v->plan->first ? NULL : v - 1;
        come(v, before, b, joined, fork->draw, branches);
        if (!v->plan->shared) {
            serve_line(v, &v, 1);
            go(v, before);
        }
        if (v->plan->last)
            all[branches++] = v;
    }
    for (uint32_t j = 0; j < fork->visit_count; j++) {
        struct recursion_visit *sharers[PLAN_VISITS];
        uint32_t count = 0;
        for (uint32_t i = j; visits[j].plan->shared && i < fork->visit_count; i++)
            if (visits[i].plan->line == fork->first_visit + j)
                sharers[count++] = &visits[i];
        if (count == 0)
            continue;
        serve_line(sharers[0], sharers, count);
        for (uint32_t i = 0; i < count; i++)
            go(sharers[i], NULL);
    }
    for (uint32_t j = 0; j < fork->visit_count; j++)
        recursion_account_block(visits[j].account, &visits[j].times);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(ends, all, branches * sizeof *all);
        const struct recursion_visit *end = needed == branches ? decide_last(ends, branches, i, &b->beside[i])
                                                               : decide(ends, branches, needed, i, &b->beside[i]);
        b->start[k][i] = joined[i];
        b->left[k][i] = end->times.left[0][i];
        b->wait[i] += end->wait[i];
        b->service[i] += end->service[i];
    }
}
