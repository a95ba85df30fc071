/* network.c: what the programs of a model say of visits, demands and routes. */
#include "models/network/network.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPS_MOST = 1500 };

static const char *station_refused(const struct station_model *m)
{
    if (m->behaviour != NULL || m->individual)
        return "servers that come and go or differ";
    if (m->environment != NULL)
        return "an environment";
    if (m->capacity != UNLIMITED)
        return "a capacity";
    if (m->impatient)
        return "tasks that balk or leave";
    if (m->switch_cost != NULL)
        return "a switch cost";
    if (m->pace != NULL)
        return "a speed by number";
    if (m->batch_max > 0 || m->counted)
        return "service in batches or by several servers at once";
    if (m->group != NULL)
        return "lines of the servers' own, or a balancer";
    return NULL;
}

static const char *op_refused(const struct op *op)
{
    if (op->dist != NULL && op->dist->shape == DIST_SHARED)
        return "draws that steps share";
    switch ((enum opcode)op->code) {
    case OP_AT:
        return op->given ? "service times from a trace" : NULL;
    case OP_DELAY:
    case OP_CHOOSE:
    case OP_BRANCH:
    case OP_JUMP:
    case OP_REPEAT:
    case OP_LOOP:
    case OP_AWAIT: /* nothing is held: it changes nothing */
    case OP_RETURN:
    case OP_END:
        return NULL;
    case OP_TAKE:
    case OP_GIVE:
        return "servers that are held";
    case OP_SEND:
        return "messages";
    case OP_BECOME:
        return "tasks that change their class";
    case OP_FORK:
    case OP_JOIN:
        return "forks";
    case OP_PASS:
        return "tokens";
    case OP_DELIVER:
    case OP_VISIBLE:
    case OP_ACKNOWLEDGE:
    case OP_LOST:
    case OP_DEAD:
        return "messages delivered again";
    case OP_REPLY:
        return "replies before the end";
    case OP_TRY:
    case OP_BUDGET:
    case OP_GUARD:
    case OP_ARM:
    case OP_DISARM:
    case OP_RETRY:
    case OP_BACKOFF:
    case OP_GIVE_UP:
        break;
    }
    return "time-outs";
}

/* Where ops lead, by their means: to[2], with probabilities. A loop of n rounds is left each time with
 * probability 1 / n in the mean. */
struct loop {
    double never, mean; /* P(0 rounds); mean number if any */
};

static struct loop loop_of(const struct dist *d)
{
    enum { MOST = 100000 };
    if (d->shape == DIST_CONSTANT) {
        const double n = floor(d->a + 0.5);
        return (struct loop){n < 1.0, fmax(n, 1.0)};
    }
    const double never = d->type->cdf(d, nextafter(0.5, 0.0));
    double sum = 0.0;
    for (int k = 1; k <= MOST; k++) {
        const double above = 1.0 - d->type->cdf(d, nextafter(k - 0.5, 0.0));
        sum += above;
        if (above < 1e-15)
            break;
    }
    return (struct loop){never, never < 1.0 ? sum / (1.0 - never) : 1.0};
}

/* Calls f for each op that may follow op i. */
struct flow {
    const struct op *program;
    uint32_t length;
    gsl_matrix *chain; /* P(next is j | i) */
};

static void lead(struct flow *f, uint32_t from, uint32_t to, double p)
{
    gsl_matrix_set(f->chain, from, to, gsl_matrix_get(f->chain, from, to) + p);
}

static void fill(struct flow *f)
{
    for (uint32_t i = 0; i < f->length; i++) {
        const struct op *op = &f->program[i];
        switch ((enum opcode)op->code) {
        case OP_CHOOSE: {
            double before = 0.0;
            for (uint32_t b = i + 1; f->program[b].code == OP_BRANCH; b++) {
                const bool last = f->program[b + 1].code != OP_BRANCH;
                lead(f, i, f->program[b].target, (last ? 1.0 : f->program[b].p) - before);
                before = f->program[b].p;
            }
            break;
        }
        case OP_JUMP:
            lead(f, i, op->target, 1.0);
            break;
        case OP_REPEAT: {
            const struct loop loop = loop_of(op->dist);
            lead(f, i, op->target, loop.never);
            lead(f, i, i + 1, 1.0 - loop.never);
            break;
        }
        case OP_LOOP: {
            uint32_t head = op->target; /* of the REPEAT in front of the body */
            const struct loop loop = loop_of(f->program[head - 1].dist);
            lead(f, i, head, 1.0 - 1.0 / loop.mean);
            lead(f, i, i + 1, 1.0 / loop.mean);
            break;
        }
        case OP_END:
        case OP_BRANCH:
            break;
        default:
            lead(f, i, i + 1, 1.0);
            break;
        }
    }
}

/* Solves x (I - P) = start, all rows of P. */
static bool visits_from(const gsl_matrix *chain, uint32_t from, double *out)
{
    const size_t n = chain->size1;
    gsl_matrix *a = gsl_matrix_alloc(n, n);
    gsl_vector *b = gsl_vector_calloc(n), *x = gsl_vector_calloc(n);
    gsl_permutation *permutation = gsl_permutation_alloc(n);
    bool ok = a != NULL && b != NULL && x != NULL && permutation != NULL;
    if (ok) {
        int sign;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gsl_matrix_set(a, j, i, (i == j) - gsl_matrix_get(chain, i, j));
        gsl_vector_set(b, from, 1.0);
        ok = gsl_linalg_LU_decomp(a, permutation, &sign) == 0 &&
             gsl_linalg_LU_solve(a, permutation, b, x) == 0;
        for (size_t i = 0; i < n; i++)
            out[i] = gsl_vector_get(x, i);
    }
    gsl_matrix_free(a);
    gsl_vector_free(b);
    gsl_vector_free(x);
    gsl_permutation_free(permutation);
    return ok;
}

/* From a station's op (or the start), where the task goes next: mass is passed on along ops that are no
 * stations. */
static void next_stations(const struct flow *f, uint32_t from, double mass, double *row, double *now,
                          double *then)
{
    memset(now, 0, f->length * sizeof *now);
    now[from] = mass;
    for (int round = 0; round < 100000; round++) {
        double left = 0.0;
        memset(then, 0, f->length * sizeof *then);
        for (uint32_t i = 0; i < f->length; i++) {
            if (now[i] == 0.0)
                continue;
            if (f->program[i].code == OP_AT) {
                row[f->program[i].station + 1] += now[i];
            } else if (f->program[i].code == OP_END) {
                row[0] += now[i];
            } else {
                for (uint32_t j = 0; j < f->length; j++)
                    then[j] += now[i] * gsl_matrix_get(f->chain, i, j);
                left += now[i];
            }
        }
        memcpy(now, then, f->length * sizeof *now);
        if (left < 1e-15 * mass)
            break;
    }
}

static bool passages_of(const struct network *n, const struct flow *f, const double *times,
                        struct arena *arena, const double **out)
{
    const size_t width = n->stations + 1U;
    double *rows = arena_array(arena, width * width, sizeof *rows);
    double *now = malloc(f->length * sizeof *now), *then = malloc(f->length * sizeof *then);
    const bool ok = rows != NULL && now != NULL && then != NULL;
    if (ok) {
        next_stations(f, 0, 1.0, rows, now, then);
        for (uint32_t i = 0; i < f->length; i++) {
            double *row = rows + (f->program[i].station + 1U) * width;
            if (f->program[i].code != OP_AT || times[i] == 0.0)
                continue;
            for (uint32_t j = 0; j < f->length; j++) {
                const double p = gsl_matrix_get(f->chain, i, j);
                if (p > 0.0)
                    next_stations(f, j, times[i] * p, row, now, then);
            }
        }
    }
    free(now);
    free(then);
    *out = rows;
    return ok;
}

/* Per visit, over kinds by how often each comes: sums for the mean and the second moment. */
struct moments {
    double weight, first, second;
};

static bool kind_make(struct network *n, uint32_t k, struct moments *moments, double *common,
                      struct arena *arena, struct error *err)
{
    const struct kind_model *kind = &n->model->kinds[k];
    struct network_kind *out = &n->kind[k];
    double *visits = arena_array(arena, n->stations + 1U, sizeof *visits);
    double *demand = arena_array(arena, n->stations + 1U, sizeof *demand);
    double *times = arena_array(arena, kind->program_length, sizeof *times);
    struct flow f = {.program = kind->program, .length = kind->program_length};
    f.chain = gsl_matrix_calloc(f.length, f.length);
    if (visits == NULL || demand == NULL || times == NULL || f.chain == NULL) {
        gsl_matrix_free(f.chain);
        return error_set(err, "out of memory");
    }
    fill(&f);
    bool ok = visits_from(f.chain, 0, times) && passages_of(n, &f, times, arena, &n->passages[k]);
    gsl_matrix_free(f.chain);
    if (!ok)
        return error_set(err, "the routes of %s cannot be solved", kind->name);
    out->visits = visits;
    out->demand = demand;
    out->closed = kind->arrival->form == ARRIVAL_CLOSED;
    if (out->closed) {
        out->number = kind->arrival->number;
        out->think = kind->arrival->think.mean;
    } else {
        out->rate = kind->arrival->rate;
        out->scv = kind->arrival->scv;
        out->poisson = kind->arrival->type->next == NULL && kind->arrival->batch == NULL &&
                       kind->arrival->interarrival.shape == DIST_EXPONENTIAL;
    }
    for (uint32_t i = 0; i < f.length; i++) {
        const struct op *op = &f.program[i];
        if (op->code == OP_DELAY)
            out->delay += times[i] * op->dist->mean;
        if (op->code != OP_AT || times[i] == 0.0)
            continue;
        const uint16_t s = op->station;
        visits[s] += times[i];
        demand[s] += times[i] * op->dist->mean;
        const double weight = (out->closed ? 0.0 : out->rate) * times[i];
        moments[s].weight += weight;
        moments[s].first += weight * op->dist->mean;
        moments[s].second += weight * (op->dist->variance + op->dist->mean * op->dist->mean);
        if (op->dist->shape != DIST_EXPONENTIAL)
            n->station[s].unlike = "service there is not exponential";
        else if (common[s] > 0.0 && fabs(op->dist->mean - common[s]) > 1e-12 * common[s])
            n->station[s].unlike = "its visitors are served for different means";
        common[s] = op->dist->mean;
    }
    return true;
}

static bool station_make(struct network_station *out, const struct station_model *m, struct error *err)
{
    static const char *const lines[] = {"fcfs", "lcfs", "random", NULL};
    const char *why = station_refused(m);
    if (why != NULL)
        return error_set(err, "station %s has %s", m->name, why);
    out->servers = m->servers == UNLIMITED ? (double)INFINITY : (double)m->servers;
    if (m->servers == UNLIMITED) {
        out->form = NETWORK_DELAY;
        return true;
    }
    if (m->discipline == lookup_row(discipline_table, "ps")) {
        out->form = NETWORK_SHARED;
        return true;
    }
    if (m->discipline == lookup_row(discipline_table, "lcfs_pr") && m->preempt == PREEMPT_RESUMES) {
        out->form = NETWORK_LATEST;
        return true;
    }
    for (size_t i = 0; lines[i] != NULL; i++)
        if (m->discipline == lookup_row(discipline_table, lines[i]))
            return true;
    return error_set(err, "station %s serves by %s", m->name, m->discipline->name);
}

bool network_make(const struct model *model, struct arena *arena, struct network *out, struct error *err)
{
    *out = (struct network){.model = model, .stations = model->station_count, .kinds = model->kind_count};
    out->station = arena_array(arena, out->stations + 1U, sizeof *out->station);
    out->kind = arena_array(arena, out->kinds + 1U, sizeof *out->kind);
    out->passages = arena_array(arena, out->kinds + 1U, sizeof *out->passages);
    struct moments *moments = arena_array(arena, out->stations + 1U, sizeof *moments);
    double *common = arena_array(arena, out->stations + 1U, sizeof *common);
    if (out->station == NULL || out->kind == NULL || out->passages == NULL || moments == NULL ||
        common == NULL)
        return error_set(err, "out of memory");
    for (uint32_t s = 0; s < out->stations; s++)
        if (!station_make(&out->station[s], &model->stations[s], err))
            return false;
    for (uint32_t k = 0; k < out->kinds; k++) {
        const struct kind_model *kind = &model->kinds[k];
        if (kind->arrival->requests != NULL)
            return error_set(err, "kind %s has sessions of several requests", kind->name);
        if (kind->arrival->form != ARRIVAL_OPEN && kind->arrival->form != ARRIVAL_CLOSED)
            return error_set(err, "kind %s has no arrivals in the long run", kind->name);
        if (kind->arrival->ends || kind->limit != UINT64_MAX)
            return error_set(err, "the arrivals of %s end", kind->name);
        if (kind->program_length > OPS_MOST)
            return error_set(err, "the steps of %s are too many", kind->name);
        for (uint32_t i = 0; i < kind->program_length; i++)
            if (op_refused(&kind->program[i]) != NULL)
                return error_set(err, "kind %s has %s", kind->name, op_refused(&kind->program[i]));
        if (!kind_make(out, k, moments, common, arena, err))
            return false;
    }
    for (uint32_t s = 0; s < out->stations; s++) {
        const struct moments *m = &moments[s];
        out->station[s].mean = m->weight > 0.0 ? m->first / m->weight : (double)NAN;
        out->station[s].scv =
            m->first > 0.0 ? m->second * m->weight / (m->first * m->first) - 1.0 : (double)NAN;
    }
    return true;
}
