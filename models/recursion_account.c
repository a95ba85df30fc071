/* What the recursion counts. Tasks that arrive after the cut and leave before every later mark make up nearly
 * all: for them each column is summed in one go, and the integrals over time are sums of responses and waits.
 * The others are taken one by one, each of its times held against the marks. */
#include "models/recursion_block.h"

#include "models/station.h"

#include <stdlib.h>

static void tallies_init(struct recursion_tallies *t)
{
    tally_init(&t->wait);
    tally_init(&t->response);
    tally_init(&t->service);
    tally_init(&t->delay);
}

void recursion_account_begin(struct recursion_account *a, struct world *w, const struct plan_way *way, struct recursion_told *told)
{
    const struct model *m = w->model;
    *a = (struct recursion_account){
        .w = w,
        .told = told,
        .kind = way->kind,
        .mean_service = w->notes_work ? m->kinds[way->kind].mean_service : (double)NAN,
        .stages = way->depth,
        .parted = m->parted,
        .delayed = m->kinds[way->kind].delays,
        .cut = m->warmup > 0.0 ? m->warmup : -1.0, /* times are strictly after the cut */
        .half = m->length < INFINITY ? m->warmup + m->length / 2.0 : INFINITY,
        .until = m->length < INFINITY ? m->warmup + m->length : INFINITY,
    };
    tallies_init(&a->tallies);
    a->tallies.response.histogram = w->kinds[way->kind].response_histogram;
    a->tallies.wait.histogram = w->kinds[way->kind].wait_histogram;
    for (uint32_t k = 0; k < a->stages; k++) {
        a->stations[k] = way->stations[k] >= PLAN_DELAY ? NULL : &w->stations[way->stations[k]];
        a->delays[k] = way->stations[k] == PLAN_DELAY;
        tallies_init(&a->at[k]);
    }
}

void recursion_account_begin_branch(struct recursion_account *a, struct world *w, const struct plan_visit *visit)
{
    const struct plan_way way = {.kind = visit->kind, .depth = 1, .stations = {visit->op->station}};
    recursion_account_begin(a, w, &way, NULL);
    a->branch = true;
    a->unsorted = w->stations[visit->op->station].model->servers != 1;
    a->tallies.response.histogram = a->tallies.wait.histogram = NULL;
}

/* When the tasks of b came to the end of the way, one that may visit no station. */
static const double *ends(const struct recursion_account *a, const struct recursion_block *b)
{
    return a->stages > 0 ? b->left[a->stages - 1] : b->arrived;
}

/* The part of from .. to that lies within low .. high. */
static double overlap(double from, double to, double low, double high)
{
    from = from > low ? from : low;
    to = to < high ? to : high;
    return to > from ? to - from : 0.0;
}

/* The first task leaves after half of the time: what has been summed so far belongs to the first half. */
static void halve(struct recursion_account *a)
{
    a->halved = true;
    a->half_kind = tally_total(&a->tallies.response);
    for (uint32_t k = 0; k < a->stages; k++)
        a->half_at[k] = tally_total(a->stages == 1 ? &a->tallies.response : &a->at[k].response);
}

static void complete(struct recursion_account *a, const struct recursion_block *b, uint32_t i)
{
    struct world *w = a->w;
    struct kind_state *ks = &w->kinds[a->kind];
    const double left = ends(a, b)[i], response = left - b->arrived[i];
    ks->completed++;
    tally_add(&ks->response, response);
    tally_add(&ks->wait, b->wait[i]);
    tally_add(&ks->service, b->service[i]);
    if (a->parted)
        ks->useful += b->service[i] + b->beside[i];
    if (a->delayed)
        tally_add(&ks->delay, b->delay[i]);
    if (++w->completed == w->model->count) {
        a->until = left;
        a->until_open = true;
    }
}

/* Tells the listener, in the one record that there is. */
static void tell_of(struct world *w, struct task t, double left, double delay, unsigned char *more)
{
    if (more != NULL)
        ((struct task_more *)(void *)more)->delay = delay;
    struct task *const tasks = w->tasks;
    unsigned char *const mores = w->more;
    w->tasks = &t;
    w->more = more;
    w->sim.now = left;
    w->left(w->left_context, w, 0, TASK_COMPLETED);
    w->tasks = tasks;
    w->more = mores;
}

static void tell(const struct recursion_account *a, const struct recursion_block *b, uint32_t i)
{
    const struct task t = {
        .arrived = b->arrived[i], .wait = b->wait[i], .service = b->service[i], .key = b->key[i], .kind = (uint16_t)a->kind};
    struct recursion_told *told = a->told;
    if (told == NULL) {
        tell_of(a->w, t, ends(a, b)[i], 0.0, NULL);
        return;
    }
    if (told->count == told->size) {
        const size_t size = told->size == 0 ? 1024 : 2 * told->size;
        void *items = realloc(told->items, size * sizeof *told->items);
        told->failed |= items == NULL;
        if (items == NULL)
            return;
        told->items = items;
        told->size = size;
    }
    told->items[told->count].task = t;
    told->items[told->count].delay = a->delayed ? b->delay[i] : 0.0;
    told->items[told->count++].left = ends(a, b)[i];
}

static int by_time(const void *a, const void *b)
{
    const struct told_task *x = a, *y = b;
    return x->left != y->left ? (x->left > y->left) - (x->left < y->left) : (x->task.arrived > y->task.arrived) - (x->task.arrived < y->task.arrived);
}

/* A task of which some mark may lie in the middle. */
static void account_task(struct recursion_account *a, const struct recursion_block *b, uint32_t i)
{
    struct world *w = a->w;
    const double arrived = b->arrived[i], last = ends(a, b)[i], cut = a->cut,
                 low = cut > 0.0 ? cut : 0.0;
    if (arrived > a->until || (a->until_open && arrived == a->until))
        return;
    if (!a->halved && last > a->half)
        halve(a);
    struct kind_state *ks = &w->kinds[a->kind];
    if (!a->branch) {
        a->events++;
        ks->arrived += arrived > cut;
        if (last <= a->until && last > cut)
            complete(a, b, i);
        else if (last > a->until)
            ks->present++;
        if (a->mean_service > 0.0) /* present at the end, and at the cut */
            ks->work_change += (b->service[i] - a->mean_service) * ((last > a->until) - (arrived <= cut && last > cut));
        if (w->left != NULL && last <= a->until)
            tell(a, b, i);
        a->area_kind += overlap(arrived, last, low, a->until);
        a->half_area_kind += overlap(arrived, last, low, a->half);
    }
    double joined = arrived;
    for (uint32_t k = 0; k < a->stages && joined <= a->until; k++) {
        struct station *st = a->stations[k];
        const double start = b->start[k][i], left = b->left[k][i];
        if (st == NULL) { /* of forks the branches have accounts of their own */
            a->events += a->delays[k] && left <= a->until;
            joined = left;
            continue;
        }
        if (a->parted && left > cut && left <= a->until)
            ks->served += left - start;
        st->offered += joined > cut;
        if (start > cut && start <= a->until)
            tally_add(&st->wait, start - joined);
        if (left <= a->until) {
            a->events++;
            if (left > cut)
                tally_add(&st->response, left - joined);
        } else {
            st->present++;
            st->busy += start <= a->until;
        }
        a->area_present[k] += overlap(joined, left, low, a->until);
        a->area_busy[k] += overlap(start, left, low, a->until);
        a->half_area_at[k] += overlap(joined, left, low, a->half);
        joined = left;
    }
}

static bool all_above(const double *x, uint32_t n, double low)
{
    uint32_t above = 0;
    for (uint32_t i = 0; i < n; i++)
        above += x[i] > low;
    return above == n;
}

static double sum(const double *x, uint32_t n)
{
    double total = 0.0;
    for (uint32_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

/* The same as account_whole, of visits in a branch. */
static void account_whole_visits(struct recursion_account *a, const struct recursion_block *b)
{
    double response[RECURSION_BLOCK];
    for (uint32_t i = 0; i < b->count; i++)
        response[i] = b->left[0][i] - b->arrived[i];
    a->events += b->count;
    a->w->kinds[a->kind].served += sum(b->service, b->count);
    a->stations[0]->offered += b->count;
    tally_add_column(&a->tallies.response, response, b->count);
    tally_add_column(&a->tallies.wait, b->wait, b->count);
}

/* Tasks with no mark in the middle of any. */
static void account_whole(struct recursion_account *a, const struct recursion_block *b)
{
    struct world *w = a->w;
    struct kind_state *ks = &w->kinds[a->kind];
    const uint32_t n = b->count;
    const double *left = ends(a, b);
    double response[RECURSION_BLOCK], wait[RECURSION_BLOCK];
    for (uint32_t i = 0; i < n; i++)
        response[i] = left[i] - b->arrived[i];
    a->events += n;
    ks->arrived += n;
    ks->completed += n;
    w->completed += n;
    tally_add_column(&a->tallies.response, response, n);
    tally_add_column(&a->tallies.wait, b->wait, n);
    tally_add_column(&a->tallies.service, b->service, n);
    if (a->parted)
        ks->useful += sum(b->service, n) + sum(b->beside, n);
    if (a->delayed)
        tally_add_column(&a->tallies.delay, b->delay, n);
    for (uint32_t k = 0; k < a->stages; k++) {
        a->events += a->delays[k] ? n : 0;
        if (a->stations[k] == NULL)
            continue;
        a->stations[k]->offered += n;
        a->events += n;
        for (uint32_t i = 0; a->parted && i < n; i++)
            ks->served += b->left[k][i] - b->start[k][i];
    }
    if (a->stages == 1) /* the station's are the kind's */
        return;
    for (uint32_t k = 0; k < a->stages; k++) {
        const double *joined = k == 0 ? b->arrived : b->left[k - 1];
        if (a->stations[k] == NULL)
            continue;
        for (uint32_t i = 0; i < n; i++) {
            response[i] = b->left[k][i] - joined[i];
            wait[i] = b->start[k][i] - joined[i];
        }
        tally_add_column(&a->at[k].response, response, n);
        tally_add_column(&a->at[k].wait, wait, n);
    }
}

void recursion_account_block(struct recursion_account *a, const struct recursion_block *b)
{
    const uint32_t n = b->count;
    const double *left = ends(a, b);
    double last = left[n - 1];
    for (uint32_t i = 0; a->unsorted && i < n; i++)
        last = left[i] > last ? left[i] : last;
    const struct world *w = a->w;
    const bool within = (w->left == NULL || a->branch) && last <= a->until && w->completed + n < w->model->count &&
                        all_above(b->arrived, n, a->cut) &&
                        (last <= a->half || all_above(b->arrived, n, a->half));
    if (within && !a->halved && last > a->half)
        halve(a);
    if (within && a->branch)
        account_whole_visits(a, b);
    else if (within)
        account_whole(a, b);
    else
        for (uint32_t i = 0; i < n; i++)
            account_task(a, b, i);
}

/* What the way adds to the kind and to its stations. */
static void end_way(struct recursion_account *a)
{
    struct world *w = a->w;
    struct kind_state *ks = &w->kinds[a->kind];
    if (!a->halved)
        halve(a);
    if (!a->branch) {
        ks->in_system.area += a->area_kind + tally_total(&a->tallies.response);
        ks->half_area += a->half_area_kind + a->half_kind;
    }
    for (uint32_t k = 0; k < a->stages; k++) {
        struct station *st = a->stations[k];
        if (st == NULL)
            continue;
        const struct recursion_tallies *t = a->stages == 1 ? &a->tallies : &a->at[k];
        const double response = tally_total(&t->response);
        st->present_area += a->area_present[k] + response;
        st->busy_area += a->area_busy[k] + (response - tally_total(&t->wait));
        st->half_area += a->half_area_at[k] + a->half_at[k];
        tally_merge(&st->wait, &t->wait);
        tally_merge(&st->response, &t->response);
    }
    if (!a->branch) {
        tally_merge(&ks->response, &a->tallies.response);
        tally_merge(&ks->wait, &a->tallies.wait);
        tally_merge(&ks->service, &a->tallies.service);
        tally_merge(&ks->delay, &a->tallies.delay);
    }
    w->sim.events += a->events;
}

void recursion_account_end(struct recursion_account *accounts, uint32_t count)
{
    struct world *w = accounts->w;
    const struct model *m = w->model;
    struct recursion_told *told = accounts->told;
    if (told != NULL && w->left != NULL) {
        if (told->count > 0)
            qsort(told->items, told->count, sizeof *told->items, by_time);
        for (size_t i = 0; i < told->count; i++)
            tell_of(w, told->items[i].task, told->items[i].left, told->items[i].delay, told->more);
    }
    w->end = w->sim.now = accounts->until;
    w->cut = m->warmup > 0.0 ? m->warmup : 0.0;
    w->measuring = true;
    w->alive = 0;
    for (uint32_t k = 0; k < m->kind_count; k++) {
        struct kind_state *ks = &w->kinds[k];
        ks->in_system = (struct time_average){.value = (double)ks->present, .since = w->end};
        w->alive += m->kinds[k].arrival->form == ARRIVAL_OPEN; /* a source, which never ends */
    }
    /* Marks are events too. */
    w->sim.events = (m->warmup > 0.0 && m->warmup < w->end) + 2 * (uint64_t)(m->length < INFINITY);
    for (uint32_t i = 0; i < count; i++)
        end_way(&accounts[i]);
    for (uint32_t i = 0; i < m->part_count; i++) {
        struct station *st = &w->stations[i];
        st->since = w->end;
        st->idle = st->model->servers == UNLIMITED ? UNLIMITED : st->model->servers - st->busy;
    }
    world_settle_tallies(w);
}
