#include "models/recursion_node.h"

#include <stdlib.h>
#include <string.h>

void recursion_draw(double *demand, const struct dist *d, const struct recursion_block *b, uint64_t draw)
{
    const uint64_t step = draw * STREAM_STEP;
    switch (d->shape) {
    case DIST_EXPONENTIAL:
        for (uint32_t i = 0; i < b->count; i++) {
            struct stream s = {b->key[i] + step};
            demand[i] = d->a * stream_exponential(&s);
        }
        return;
    case DIST_CONSTANT:
        for (uint32_t i = 0; i < b->count; i++)
            demand[i] = d->a;
        return;
    case DIST_OTHER:
    case DIST_GIVEN: /* neither comes here */
    case DIST_SHARED:
        for (uint32_t i = 0; i < b->count; i++) {
            struct stream s = {b->key[i] + step};
            demand[i] = d->type->draw(d, &s);
        }
        return;
    }
}

/* Those who have gone to place n after the node go on. */
static void go_on(struct recursion *x, struct recursion_node *s, uint32_t n)
{
    recursion_pass(x, &s->out[n], x->plan.places[s->plan->first + n]);
    s->out[n].count = 0;
}

/* The row's task leaves the station. */
__attribute__((always_inline)) static inline void leave(struct recursion *x, struct recursion_node *s, const double *row)
{
    const uint32_t k = s->plan->depth;
    struct recursion_block *out = s->out;
    const uint32_t n = out->count++;
    memcpy(&out->key[n], &row[ROW_KEY], sizeof out->key[n]);
    out->arrived[n] = row[ROW_ARRIVED];
    out->wait[n] = row[ROW_WAIT];
    out->service[n] = row[ROW_SERVICE];
    if (x->plan.visit_count > 0)
        out->beside[n] = row[ROW_BESIDE];
    if (x->plan.delays)
        out->delay[n] = row[ROW_DELAY];
    for (uint32_t j = 0; j <= k; j++) {
        out->start[j][n] = row[ROW_TIMES + 2 * j];
        out->left[j][n] = row[ROW_TIMES + 2 * j + 1];
    }
    if (out->count == RECURSION_BLOCK)
        go_on(x, s, 0);
}

/* Task i of b, which has come to the node; wait and service as they are to be. */
static inline void write_row(const struct recursion *x, double *row, const struct recursion_node *s, const struct recursion_block *b, uint32_t i,
                             double wait, double service)
{
    memcpy(&row[ROW_KEY], &b->key[i], sizeof row[ROW_KEY]);
    row[ROW_ARRIVED] = b->arrived[i];
    row[ROW_WAIT] = wait;
    row[ROW_SERVICE] = service;
    if (x->plan.visit_count > 0)
        row[ROW_BESIDE] = b->beside[i];
    if (x->plan.delays)
        row[ROW_DELAY] = b->delay[i];
    for (uint32_t j = 0; j < s->plan->depth; j++) {
        row[ROW_TIMES + 2 * j] = b->start[j][i];
        row[ROW_TIMES + 2 * j + 1] = b->left[j][i];
    }
}

/* Its service begins and ends. */
static inline void write_times(double *row, const struct recursion_node *s, double start, double left)
{
    double *times = &row[ROW_TIMES + 2 * s->plan->depth];
    times[0] = start;
    times[1] = left;
}

/* ---- Each of b chooses its way ---- */

static void choose(struct recursion *x, struct recursion_node *s, const struct recursion_block *b)
{
    const uint64_t step = s->plan->draw * STREAM_STEP;
    for (uint32_t i = 0; i < b->count; i++) {
        struct stream draw = {b->key[i] + step};
        const uint32_t way = op_choose_branch(s->plan->op, stream_uniform(&draw));
        struct recursion_block *out = &s->out[way];
        const uint32_t n = out->count++;
        out->key[n] = b->key[i];
        out->arrived[n] = b->arrived[i];
        out->wait[n] = b->wait[i];
        out->service[n] = b->service[i];
        out->beside[n] = b->beside[i];
        out->delay[n] = b->delay[i];
        for (uint32_t j = 0; j < s->plan->depth; j++) {
            out->start[j][n] = b->start[j][i];
            out->left[j][n] = b->left[j][i];
        }
        if (out->count == RECURSION_BLOCK)
            go_on(x, s, way);
    }
}

/* ---- A line of one's own ---- */

/* Lindley's recursion. */
static void pass_one_server(const struct recursion_node *s, const double *demand, struct recursion_block *b)
{
    const uint32_t k = s->plan->depth;
    const double *restrict joined = recursion_joined(b, s->plan->depth);
    double *restrict start = b->start[k], *restrict left = b->left[k];
    double departure = s->line->departure;
    for (uint32_t i = 0; i < b->count; i++) {
        start[i] = departure > joined[i] ? departure : joined[i];
        departure = start[i] + demand[i];
        left[i] = departure;
    }
    s->line->departure = departure;
    for (uint32_t i = 0; i < b->count; i++) {
        b->wait[i] += start[i] - joined[i];
        b->service[i] += demand[i];
    }
}

/* Everybody leaves in the order in which they came. */
static void pass_in_order(const struct recursion_node *s, const double *demand, struct recursion_block *b)
{
    const uint32_t k = s->plan->depth;
    const double *restrict joined = recursion_joined(b, k);
    double *restrict start = b->start[k], *restrict left = b->left[k], *restrict sum = s->waits ? b->delay : b->service;
    for (uint32_t i = 0; i < b->count; i++) {
        start[i] = joined[i];
        left[i] = joined[i] + demand[i];
        sum[i] += demand[i];
    }
}

static bool more_slots(struct recursion_line *line)
{
    const uint32_t size = 2 * line->size;
    uint32_t *node = size > CALENDAR_SUBJECTS ? NULL : realloc(line->node, size * sizeof *node);
    if (node != NULL)
        line->node = node;
    double *rows = node == NULL ? NULL : realloc(line->rows, (size_t)size * line->width * sizeof *rows);
    if (rows == NULL)
        return false;
    line->rows = rows;
    line->size = size;
    return true;
}

/* The next departure. */
__attribute__((always_inline)) static inline uint32_t depart(struct recursion *x, struct recursion_line *line, double *time)
{
    struct event e = {.subject = 0};
    calendar_pop(&line->calendar, &e);
    *time = e.time;
    struct recursion_node *s = line->only != NULL ? line->only : &x->nodes[line->node[e.subject]];
    leave(x, s, line->rows + (size_t)e.subject * line->width);
    return e.subject;
}

/* Everybody whose time has come departs, and leaves the slot. */
static void depart_until(struct recursion *x, struct recursion_line *line, double time)
{
    double departure;
    while (calendar_next(&line->calendar, &departure) && departure <= time) {
        const uint32_t slot = depart(x, line, &departure);
        line->node[slot] = line->free;
        line->free = slot;
    }
}

/* A slot for who joins now, and the time at which its server is free. Kiefer and Wolfowitz's recursion: a server that is free keeps the
 * task that it had last until it is taken again. UINT32_MAX: no memory. */
static inline uint32_t take_slot(struct recursion *x, struct recursion_line *line, double joined, double *start)
{
    uint32_t slot = line->free;
    *start = joined;
    if (line->servers == UNLIMITED) {
        depart_until(x, line, joined);
        slot = line->free;
    }
    if (slot != UINT32_MAX) {
        line->free = line->node[slot];
        return slot;
    }
    if (line->used < line->servers) {
        if (line->used == line->size && !more_slots(line)) {
            x->failed = true;
            return UINT32_MAX;
        }
        return line->used++;
    }
    double departure;
    slot = depart(x, line, &departure);
    *start = departure > joined ? departure : joined;
    return slot;
}

static void pass_servers(struct recursion *x, struct recursion_node *s, const double *demand, const struct recursion_block *b)
{
    struct recursion_line *line = s->line;
    const double *joined = recursion_joined(b, s->plan->depth);
    for (uint32_t i = 0; i < b->count; i++) {
        double start;
        const uint32_t slot = take_slot(x, line, joined[i], &start);
        if (slot == UINT32_MAX)
            return;
        double *row = line->rows + (size_t)slot * line->width;
        write_row(x, row, s, b, i, b->wait[i] + (start - joined[i]), b->service[i] + (s->waits ? 0.0 : demand[i]));
        if (s->waits)
            row[ROW_DELAY] += demand[i];
        write_times(row, s, start, start + demand[i]);
        calendar_push(&line->calendar, start + demand[i], RANK_COMPLETION, 0, slot);
    }
}

/* Who has forked joins in the order in which that happens. */
static void sort_joins(struct recursion *x, struct recursion_node *s, const struct recursion_block *b)
{
    const uint32_t k = s->plan->depth;
    for (uint32_t i = 0; i < b->count; i++) {
        double start;
        const uint32_t slot = take_slot(x, s->line, b->start[k][i], &start);
        if (slot == UINT32_MAX)
            return;
        double *row = s->line->rows + (size_t)slot * s->line->width;
        write_row(x, row, s, b, i, b->wait[i], b->service[i]);
        write_times(row, s, start, b->left[k][i]);
        calendar_push(&s->line->calendar, b->left[k][i], RANK_COMPLETION, 0, slot);
    }
}

/* ---- A shared line ---- */

static bool more_rows(struct recursion_queue *q, uint32_t width)
{
    const uint32_t size = q->size == 0 ? 2 * RECURSION_BLOCK : 2 * q->size;
    double *rows = size == 0 ? NULL : malloc((size_t)size * width * sizeof *rows);
    if (rows == NULL)
        return false;
    for (uint32_t i = 0; i < q->count; i++)
        memcpy(rows + (size_t)i * width, q->rows + (size_t)((q->first + i) & (q->size - 1)) * width, width * sizeof *rows);
    free(q->rows);
    *q = (struct recursion_queue){.rows = rows, .size = size, .count = q->count};
    return true;
}

/* Those of b wait until it is known who comes between them. */
static void line_up(struct recursion *x, struct recursion_node *s, const double *demand, const struct recursion_block *b)
{
    struct recursion_queue *q = &s->queue;
    const uint32_t width = s->line->width;
    const double *joined = recursion_joined(b, s->plan->depth);
    while (q->count + b->count > q->size) {
        if (!more_rows(q, width)) {
            x->failed = true;
            return;
        }
    }
    for (uint32_t i = 0; i < b->count; i++) {
        const uint32_t at = (q->first + q->count++) & (q->size - 1);
        double *row = q->rows + (size_t)at * width;
        write_row(x, row, s, b, i, b->wait[i], b->service[i] + demand[i]);
        row[ROW_JOINED] = joined[i];
        row[ROW_DEMAND] = demand[i];
    }
}

/* When the first who waits in the node's queue came; INFINITY: nobody waits. */
static inline double first_joined(const struct recursion_node *s)
{
    return s->queue.count == 0 ? INFINITY : s->queue.rows[(size_t)s->queue.first * s->line->width + ROW_JOINED];
}

/* The row's task is the line's next. */
static inline void serve_row(struct recursion *x, struct recursion_line *line, struct recursion_node *s, double *row, double joined)
{
    double start = line->departure > joined ? line->departure : joined;
    uint32_t slot = 0;
    if (line->servers > 1)
        slot = take_slot(x, line, joined, &start);
    const double left = start + row[ROW_DEMAND];
    row[ROW_WAIT] += start - joined;
    write_times(row, s, start, left);
    if (line->servers == 1) {
        line->departure = left;
        leave(x, s, row);
    } else {
        memcpy(line->rows + (size_t)slot * line->width, row, line->width * sizeof *row);
        line->node[slot] = (uint32_t)(s - x->nodes);
        calendar_push(&line->calendar, left, RANK_COMPLETION, 0, slot);
    }
}

/* Those who have come to the line before `time` are served in the order in which they came. members: the nodes that visit it. */
static void merge(struct recursion *x, struct recursion_line *line, const uint32_t *members, uint32_t count, double time)
{
    double heads[PLAN_NODES], before = -INFINITY;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++)
        heads[i] = first_joined(&x->nodes[members[i]]);
    for (;;) {
        uint32_t first = 0;
        double joined = heads[0];
        for (uint32_t i = 1; i < count; i++) { /* by conditional moves: who comes next cannot be foretold */
            first = heads[i] < joined ? i : first;
            joined = heads[i] < joined ? heads[i] : joined;
        }
        if (!(joined < time) || x->failed)
            return;
        if (joined == before && first != last) {
            x->tied = true;
            return;
        }
        before = joined;
        last = first;
        struct recursion_node *s = &x->nodes[members[first]];
        struct recursion_queue *q = &s->queue;
        serve_row(x, line, s, q->rows + (size_t)q->first * line->width, joined);
        q->first = (q->first + 1) & (q->size - 1);
        q->count--;
        heads[first] = first_joined(s);
    }
}

void recursion_flush(struct recursion *x, double time)
{
    uint32_t members[PLAN_NODES];
    for (uint32_t i = 0; i < x->plan.node_count; i++) {
        const uint32_t n = x->plan.order[i];
        struct recursion_node *s = &x->nodes[n];
        if (s->plan->shared && s->plan->line == n) {
            uint32_t count = 0;
            for (uint32_t j = 0; j < x->plan.node_count; j++)
                if (x->plan.nodes[j].line == n)
                    members[count++] = j;
            merge(x, s->line, members, count, time);
        }
        if (s->line != NULL && s->line->servers != 1 && s->plan->line == n)
            depart_until(x, s->line, time);
        for (uint32_t j = 0; j < s->plan->count; j++)
            go_on(x, s, j);
    }
}

void recursion_pass(struct recursion *x, struct recursion_block *b, struct plan_place at)
{
    if (b->count == 0)
        return;
    if (at.ends) {
        recursion_account_block(&x->accounts[at.index], b);
        return;
    }
    struct recursion_node *s = &x->nodes[at.index];
    if (s->plan->visit_count > 0) {
        recursion_fork(x, s, b);
        if (s->plan->unsorted)
            sort_joins(x, s, b);
        else
            recursion_pass(x, b, x->plan.places[s->plan->first]);
        return;
    }
    if (s->service == NULL) {
        choose(x, s, b);
        return;
    }
    double demand[RECURSION_BLOCK];
    recursion_draw(demand, s->service, b, s->plan->draw);
    if (s->plan->shared) {
        line_up(x, s, demand, b);
    } else if (s->in_order || s->line->servers == 1) {
        if (s->in_order)
            pass_in_order(s, demand, b);
        else
            pass_one_server(s, demand, b);
        recursion_pass(x, b, x->plan.places[s->plan->first]);
    } else {
        pass_servers(x, s, demand, b);
    }
}
