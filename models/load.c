#include "models/load.h"

#include <math.h>
#include <string.h>

void load_steps(struct load *l, const struct steps *steps, double repeats)
{
    if (l->lists == LOAD_DEPTH) {
        l->too_deep = true;
        return;
    }
    const int list = l->lists++;
    for (size_t i = 0; i < steps->count; i++) {
        /* The last step of a list is followed by nothing, but for a repeat's body in all rounds except the
         * last. */
        l->follows[list] = i + 1 < steps->count ? 1.0 : repeats > 1.0 ? (repeats - 1.0) / repeats : 0.0;
        steps->items[i].type->demand(&steps->items[i], l);
    }
    l->lists--;
}

/* The chance that another of a kind's own steps follows step i. */
static double goes_on(const struct steps *steps, size_t i)
{
    const struct step *step = &steps->items[i];
    if (step->route_count == 0)
        return i + 1 < steps->count ? 1.0 : 0.0;
    double p = 0.0;
    for (size_t r = 0; r < step->route_count; r++)
        p += step->routes[r].to < steps->count ? step->routes[r].p : 0.0;
    return p;
}

void load_call(struct load *l, size_t kind)
{
    const struct steps *steps = l->steps_of_kind[kind];
    const double *passages = l->passages_of_kind[kind];
    if (l->lists == LOAD_DEPTH) {
        l->too_deep = true;
        return;
    }
    const double weight = l->weight;
    const int list = l->lists++;
    for (size_t i = 0; i < steps->count; i++) {
        l->follows[list] = goes_on(steps, i);
        l->weight = weight * passages[i];
        if (l->weight > 0.0)
            steps->items[i].type->demand(&steps->items[i], l);
    }
    l->weight = weight;
    l->lists--;
}

void load_send(struct load *l, size_t kind)
{
    l->sends[kind] += l->weight;
    l->doubtful[kind] |= l->loses || l->leaves;
}

void load_time(struct load *l, double mean, double variance)
{
    l->total += l->weight * mean;
    for (int i = 0; i < l->held_count; i++) {
        if (l->held[i].away)
            continue;
        l->busy[l->held[i].station] += l->weight * l->held[i].count * mean;
        if (!l->held[i].guarded && !l->loses && !l->leaves)
            l->sure[l->held[i].station] += l->weight * l->held[i].count * mean;
        /* What comes with chance r adds the variance of that chance; what comes r > 1 times in the mean adds
         * up. */
        const double r = l->weight > 0.0 ? l->weight / l->held[i].weight : 0.0;
        l->held[i].mean += r * mean;
        l->held[i].variance += r * variance + (r < 1.0 ? r * (1.0 - r) * mean * mean : 0.0);
    }
}

static double switch_mean(const struct load *l, size_t station)
{
    const struct dist *cost = l->stations[station].switch_cost;
    return cost == NULL ? 0.0 : cost->mean;
}

/* Not all who come are let in, or served. */
static bool refuses(const struct load *l, size_t station)
{
    return l->stations[station].capacity < INFINITY || l->stations[station].limit_wait < INFINITY || l->stations[station].discipline->drops;
}

/* Its line cannot be said to grow for ever: its own capacity is finite, or that of a station whose server its
 * visitors hold, or some are lost on the way to it. */
static bool guarded(const struct load *l, size_t station)
{
    bool finite = l->loses || l->leaves || refuses(l, station);
    for (int i = 0; i < l->held_count; i++)
        finite |= !l->held[i].away && l->held[i].guarded;
    return finite;
}

/* What it takes to ask where to go. */
static void load_probe(struct load *l, size_t station)
{
    const struct dist *probe = l->stations[station].probe;
    if (probe != NULL)
        load_time(l, probe->mean, probe->variance);
}

void load_visit(struct load *l, size_t station, double mean, double variance)
{
    load_probe(l, station);
    mean += switch_mean(l, station);
    if (!guarded(l, station)) {
        l->exposed[station] = true;
        l->sure[station] += l->weight * mean;
    }
    l->loses |= refuses(l, station);
    l->visits[station] += l->weight;
    l->busy[station] += l->weight * mean;
    l->squares[station] += l->weight * (mean * mean + variance);
    load_time(l, mean, variance);
}

void load_turns(struct load *l, size_t station, const struct dist *service)
{
    enum { MOST = 100000 }; /* quanta beyond which nobody will look */
    const double quantum = l->stations[station].quantum, cost = switch_mean(l, station);
    if (!(quantum < INFINITY) || cost == 0.0)
        return;
    double further = 0.0;
    if (service->shape == DIST_CONSTANT)
        further = fmax(ceil(service->a / quantum) - 1.0, 0.0);
    else if (service->shape == DIST_GIVEN) /* of a trace only the moments are known: about */
        further = fmax(service->mean / quantum - 0.5, 0.0);
    else
        for (int k = 1; k <= MOST; k++) {
            const double more = 1.0 - service->type->cdf(service, k * quantum);
            further += more;
            if (more < 1e-12)
                break;
        }
    l->busy[station] += l->weight * further * cost;
    if (!guarded(l, station))
        l->sure[station] += l->weight * further * cost;
}

void load_tokens(struct load *l, size_t station, double mean, double variance)
{
    if (!guarded(l, station)) {
        l->exposed[station] = true;
        l->sure[station] += l->weight * mean;
    }
    l->loses |= refuses(l, station);
    l->visits[station] += l->weight;
    l->busy[station] += l->weight * mean;
    l->squares[station] += l->weight * (mean * mean + variance);
}

void load_take(struct load *l, size_t station, double count)
{
    if (l->held_count == LOAD_DEPTH) {
        l->too_deep = true;
        return;
    }
    load_probe(l, station);
    const bool guard = guarded(l, station);
    l->exposed[station] |= !guard;
    l->held[l->held_count].guarded = guard;
    l->held[l->held_count].station = station;
    l->held[l->held_count].away = false;
    l->held[l->held_count].lists = l->lists;
    l->held[l->held_count].weight = l->weight;
    l->held[l->held_count].count = count;
    l->held[l->held_count].mean = l->held[l->held_count].variance = 0.0;
    l->held_count++;
    l->visits[station] += l->weight;
    load_time(l, switch_mean(l, station), 0.0);
}

void load_give(struct load *l)
{
    if (l->too_deep)
        return;
    l->held_count--;
    const size_t station = l->held[l->held_count].station;
    const double mean = l->held[l->held_count].mean;
    l->squares[station] += l->weight * (mean * mean + l->held[l->held_count].variance);
    l->loses |= refuses(l, station);
}

/* The chance that something is left to do in the block of holding h after the step in hand. */
static double left_in(const struct load *l, int h)
{
    double nothing = 1.0;
    for (int i = l->held[h].lists; i < l->lists; i++)
        nothing *= 1.0 - l->follows[i];
    return 1.0 - nothing;
}

void load_await(struct load *l, const struct steps *steps)
{
    bool given_back[LOAD_DEPTH] = {false};
    for (int h = 0; h < l->held_count; h++) {
        given_back[h] = !l->held[h].away && l->stations[l->held[h].station].await_release;
        l->held[h].away |= given_back[h];
    }
    load_steps(l, steps, 1.0);
    const double weight = l->weight;
    for (int h = 0; h < l->held_count; h++) { /* taken again outermost first, so later ones see it held */
        if (!given_back[h])
            continue;
        l->held[h].away = false;
        l->weight = weight * left_in(l, h);
        l->visits[l->held[h].station] += l->weight;
        load_time(l, switch_mean(l, l->held[h].station), 0.0);
        l->weight = weight;
    }
}

void load_uncertain(struct load *l)
{
    l->leaves = true;
}

void load_fork(struct load *l, const struct branch *branches, size_t written, size_t count, double needed,
               bool cancel)
{
    const struct load saved = *l;
    const double weight = l->weight;
    double longest = 0.0, shortest = INFINITY;
    /* Within a branch, what the task holds is held all the same, but side by side: their times are not added. */
    l->held_count = 0;
    for (size_t i = 0; i < written; i++) {
        l->total = 0.0;
        l->weight = weight * (written < count ? (double)count : 1.0);
        if (cancel && needed < (double)count)
            l->leaves = true;
        load_steps(l, &branches[i].steps, 1.0);
        const double time = l->total / l->weight;
        longest = fmax(longest, time);
        shortest = fmin(shortest, time);
    }
    memcpy(l->held, saved.held, sizeof l->held);
    l->held_count = saved.held_count;
    l->total = saved.total;
    l->weight = weight;
    if (l->weight > 0.0)
        load_time(l, needed < (double)count ? shortest : longest, 0.0);
}
