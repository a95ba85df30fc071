/* qna.c: the queueing network analyzer (Whitt 1983), and bounds. */
#include "models/network/internal.h"

#include <math.h>

/* Of kinds together: tasks per time from i to j (0: outside). */
static double flow(const struct network *n, uint32_t i, uint32_t j)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < n->kinds; k++)
        sum += n->kind[k].rate * n->passages[k][i * (n->stations + 1U) + j];
    return sum;
}

/* Variability of what arrives at station j, given that at the others (Whitt 1983, eqs. 24 to 33). */
static double variability_at(const struct network *n, const double *rate, const double *ca, uint32_t j)
{
    const double rho = rate[j] * n->station[j].mean / n->station[j].servers;
    double squares = 0.0, sum = 0.0;
    for (uint32_t k = 0; k < n->kinds;
         k++) { /* each kind's source is a stream of its own, which splits at random */
        const double split = n->passages[k][j + 1U], share = n->kind[k].rate * split / rate[j];
        squares += share * share;
        sum += share * (split * n->kind[k].scv + 1.0 - split);
    }
    for (uint32_t i = 0; i < n->stations; i++) {
        if (!(rate[i] > 0.0))
            continue;
        const struct network_station *st = &n->station[i];
        const double f = flow(n, i + 1U, j + 1U), share = f / rate[j], split = f / rate[i];
        const double load = rate[i] * st->mean / st->servers,
                     x = 1.0 + (fmax(st->scv, 0.2) - 1.0) / sqrt(st->servers);
        const double leaves = 1.0 + (1.0 - load * load) * (ca[i] - 1.0) + load * load * (x - 1.0);
        squares += share * share;
        sum += share * (split * leaves + 1.0 - split);
    }
    const double weight = 1.0 / (1.0 + 4.0 * (1.0 - rho) * (1.0 - rho) * (1.0 / squares - 1.0));
    return weight * sum + 1.0 - weight;
}

/* Kraemer and Langenbach-Belz's correction for arrivals less variable than Poisson's (Whitt 1983, eq. 45). */
static double correction(double rho, double ca, double cs)
{
    return ca < 1.0 && ca + cs > 0.0
               ? exp(-2.0 * (1.0 - rho) * (1.0 - ca) * (1.0 - ca) / (3.0 * rho * (ca + cs)))
               : 1.0;
}

bool network_qna(const struct network *n, struct arena *arena, struct network_means *out, struct error *err)
{
    double *rate = arena_array(arena, n->stations + 1U, sizeof *rate),
           *ca = arena_array(arena, n->stations + 1U, sizeof *ca);
    if (rate == NULL || ca == NULL || !network_means_make(n, arena, out, err))
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < n->kinds; k++)
        if (n->kind[k].closed)
            return error_set(err, "kind %s is closed", n->model->kinds[k].name);
    for (uint32_t s = 0; s < n->stations; s++) {
        const struct network_station *st = &n->station[s];
        if (st->form != NETWORK_QUEUE && st->form != NETWORK_DELAY)
            return error_set(err, "station %s serves by %s, not in order of arrival",
                             n->model->stations[s].name, n->model->stations[s].discipline->name);
        for (uint32_t k = 0; k < n->kinds; k++)
            rate[s] += n->kind[k].rate * n->kind[k].visits[s];
        if (network_open_load(n, s) >= st->servers)
            return error_set(err, "station %s is offered a load of 1 or more", n->model->stations[s].name);
        ca[s] = 1.0;
    }
    for (int round = 0; round < 100000; round++) { /* linear equations, whose rows sum to less than 1 */
        double moved = 0.0;
        for (uint32_t s = 0; s < n->stations; s++) {
            const double now = rate[s] > 0.0 ? variability_at(n, rate, ca, s) : 1.0;
            moved = fmax(moved, fabs(now - ca[s]));
            ca[s] = now;
        }
        if (moved < 1e-14)
            break;
    }
    for (uint32_t s = 0; s < n->stations; s++) {
        const struct network_station *st = &n->station[s];
        const double load = network_open_load(n, s);
        double wait = 0.0;
        if (load > 0.0 && !isinf(st->servers)) {
            const double markov = network_open_waiting(st->servers, load) / rate[s];
            wait = 0.5 * (ca[s] + st->scv) * markov;
            if (st->servers == 1.0)
                wait *= correction(load, ca[s], st->scv);
        }
        for (uint32_t k = 0; k < n->kinds; k++) {
            out->waiting[k * n->stations + s] = n->kind[k].rate * n->kind[k].visits[s] * wait;
            out->number[k * n->stations + s] = out->waiting[k * n->stations + s] + n->kind[k].rate * n->kind[k].demand[s];
        }
    }
    network_means_finish(n, out);
    return true;
}

/* Single servers in any product form (Lazowska, Zahorjan, Graham, Sevcik, Quantitative System Performance,
 * 1984, table 5.2). */
static void balanced_bounds(const struct network *n, uint32_t k, struct network_bounds *out)
{
    const struct network_kind *kind = &n->kind[k];
    const double number = kind->number;
    double think = kind->think + kind->delay, all = 0.0, longest = 0.0, stations = 0.0;
    for (uint32_t s = 0; s < n->stations; s++) {
        if (isinf(n->station[s].servers)) {
            think += kind->demand[s];
            continue;
        }
        if (n->station[s].servers != 1.0 ||
            (n->station[s].form == NETWORK_QUEUE && n->station[s].unlike != NULL))
            return;
        all += kind->demand[s];
        longest = fmax(longest, kind->demand[s]);
        stations += kind->demand[s] > 0.0;
    }
    if (!(all > 0.0))
        return;
    out->balanced_low = number / (all + think + (number - 1.0) * longest / (1.0 + think / (number * all)));
    out->balanced_high =
        fmin(1.0 / longest, number / (all + think + (number - 1.0) * all / stations / (1.0 + think / all)));
}

bool network_bounds(const struct model *model, uint32_t k, struct network_bounds *out, struct error *err)
{
    const struct kind_model *kind = &model->kinds[k];
    if (kind->arrival->form != ARRIVAL_CLOSED || model->kind_count != 1)
        return error_set(err, "it is not one closed kind alone");
    const double number = kind->arrival->number, time = model->kind_time[k],
                 think = kind->arrival->think.mean;
    double least = INFINITY;
    *out = (struct network_bounds){
        .balanced_low = (double)NAN, .balanced_high = (double)NAN, .bottleneck = UINT32_MAX};
    for (uint32_t s = 0; s < model->station_count; s++) {
        const struct station_model *m = &model->stations[s];
        if (m->servers == UNLIMITED || !(model->held_mean[s] > 0.0))
            continue;
        if (m->servers / model->held_mean[s] < least) {
            least = m->servers / model->held_mean[s];
            out->bottleneck = s;
        }
    }
    out->throughput_most = fmin(number / (time + think), least);
    out->population = isinf(least) ? INFINITY : least * (time + think);
    out->response_least = fmax(time, number / least - think);
    struct arena arena;
    struct network n;
    struct error ignored;
    arena_init(&arena);
    if (network_make(model, &arena, &n, &ignored))
        balanced_bounds(&n, k, out);
    arena_free(&arena);
    return true;
}
