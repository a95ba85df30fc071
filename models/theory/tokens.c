/* tokens.c: token buckets that shape or police Poisson arrivals. */
#include "models/theory/md1.h"
#include "models/theory/single.h"

#include <gsl/gsl_integration.h>
#include <math.h>

/* What a bucket lacks, over the rate of tokens, and what those who wait will take, is the work in a queue
 * whose service times are the tokens that tasks take, over that rate. A task goes on once that is at most
 * `spare` = (bucket - tokens) / rate. */
struct bucket {
    const struct station_model *station;
    const struct kind_model *kind;
    double rate, time, load, spare; /* of arrivals; of tokens for one task */
    struct md1_law law;
};

static bool read_bucket(const struct model *model, struct bucket *b, struct error *err)
{
    if (model->kind_count != 1 || model->station_count != 1 || !(model->stations[0].tokens_rate > 0.0))
        return error_set(err, "it is not one kind of task at one token bucket");
    const struct kind_model *kind = &model->kinds[0];
    if (kind->program_length != 2 || kind->program[0].code != OP_PASS)
        return error_set(err, "tasks do more than pass the token bucket once");
    static const char *const station_known[] = {"tokens", "capacity", NULL};
    static const char *const kind_known[] = {"arrivals", "steps", NULL};
    const char *other = station_other_key(&model->scenario->stations[0], station_known);
    if (other != NULL)
        return error_set(err, "the station has \"%s\"", other);
    other = kind_other_key(&model->scenario->kinds[0], kind_known);
    if (other != NULL)
        return error_set(err, "kind \"%s\" has \"%s\"", kind->name, other);
    const struct arrival *a = kind->arrival;
    if (a->form != ARRIVAL_OPEN || !a->plain || a->interarrival.shape != DIST_EXPONENTIAL ||
        kind->limit != UINT64_MAX)
        return error_set(err, "arrivals are not Poisson");
    const struct dist *tokens = kind->program[0].dist;
    if (tokens->shape != DIST_CONSTANT || !(tokens->a > 0.0))
        return error_set(err, "tasks do not all take the same number of tokens");
    const struct station_model *m = &model->stations[0];
    *b = (struct bucket){.station = m, .kind = kind, .rate = a->rate, .time = tokens->a / m->tokens_rate};
    b->load = b->rate * b->time;
    b->spare = fmax(0.0, (m->tokens_most - tokens->a) / m->tokens_rate);
    if (b->load >= 1.0)
        return error_set(err, "the load is %.6g: at least 1, so the line grows without end", b->load);
    md1_law_make(&b->law, b->load, b->time);
    return true;
}

static double above(double t, void *law)
{
    return md1_wait_above(law, t);
}

/* The integral of P(work > t) between two points: smooth between multiples of the service time. */
static double part(struct md1_law *law, double from, double to, const gsl_integration_glfixed_table *table)
{
    return to > from ? gsl_integration_glfixed(&(gsl_function){above, law}, from * (1.0 + 1e-15),
                                               to * (1.0 - 1e-15), table)
                     : 0.0;
}

/* E[(work - spare)+]: what the mean leaves of the part below, or what is beyond, whose pieces fall
 * geometrically in the end. NAN: no memory. */
static double mean_beyond(struct bucket *b)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(24);
    if (table == NULL)
        return NAN;
    struct md1_law *law = &b->law;
    const double mean = b->load * b->time / (2.0 * (1.0 - b->load)),
                 whole = floor(b->spare / b->time) * b->time;
    double below = 0.0, beyond = part(law, b->spare, whole + b->time, table), before = 0.0;
    for (double t = 0.0; t < whole && below < 0.6 * mean; t += b->time)
        below += part(law, t, fmin(t + b->time, whole), table);
    below += part(law, whole, b->spare, table);
    bool settled = below < 0.5 * mean;
    if (settled)
        beyond = mean - below;
    for (double t = whole + b->time; !settled; t += b->time) {
        const double piece = part(law, t, t + b->time, table), ratio = piece / before;
        beyond += piece;
        settled = piece == 0.0 || fabs(ratio / law->ratio - 1.0) < 1e-13;
        if (settled && piece > 0.0)
            beyond += piece * law->ratio / (1.0 - law->ratio);
        before = piece;
    }
    gsl_integration_glfixed_table_free(table);
    return beyond;
}

static double wait_above(const void *bucket, double t)
{
    const struct bucket *b = bucket;
    return md1_wait_above(&b->law, t + b->spare);
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct bucket *b = arena_alloc(out->arena, sizeof *b);
    if (b == NULL)
        return error_set(err, "out of memory");
    if (!read_bucket(model, b, err))
        return false;
    const struct station_model *m = b->station;
    const double waits = wait_above(b, 0.0);
    if (m->capacity == 0) {
        if (m->tokens_most * (1.0 + 1e-12) < b->kind->program[0].dist->a)
            return error_set(err, "tasks take more than the bucket holds");
        /* Below a level, the density of what a queue that turns away whoever finds more than that has to do
         * is that of the queue that lets all in, up to a factor (its level crossings are the same); and the
         * work that is let in is the work that is done. */
        const double lost = waits / (1.0 + b->load * md1_wait_upto(&b->law, b->spare) / (1.0 - b->load));
        theory_mean(out, THEORY_OF_KIND, 0, "lost", lost);
        theory_mean(out, THEORY_OF_KIND, 0, "throughput", b->rate * (1.0 - lost));
        theory_mean(out, THEORY_OF_STATION, 0, "utilisation", b->load * (1.0 - lost));
        return true;
    }
    if (m->capacity != UNLIMITED)
        return error_set(err, "the line has a capacity");
    const double wait = mean_beyond(b);
    theory_mean(out, THEORY_OF_KIND, 0, "wait", wait);
    theory_mean(out, THEORY_OF_KIND, 0, "response", wait);
    theory_mean(out, THEORY_OF_KIND, 0, "throughput", b->rate);
    theory_mean(out, THEORY_OF_KIND, 0, "in_system", b->rate * wait);
    theory_mean(out, THEORY_OF_STATION, 0, "queue_length", b->rate * wait);
    theory_mean(out, THEORY_OF_STATION, 0, "utilisation", b->load);
    const struct run_spec *run = &model->scenario->run;
    for (size_t q = 0; q < run->quantile_count; q++)
        theory_quantile(out, THEORY_OF_KIND, 0, "wait", run->quantiles[q],
                        single_quantile(wait_above, b, run->quantiles[q], b->time));
    return true;
}

const struct theory_form theory_token_bucket = {
    .name = "token_bucket",
    .title = "Token bucket: Poisson arrivals that take the same number of tokens each, and wait for them or "
             "are turned away",
    .source = "the bucket's lack is the work in M/D/1: Erlang 1909, Franx, Operations Research Letters 29, "
              "2001, eq. 10; turned away: level "
              "crossings, Brill, Posner, Oper. Res. 25, 1977",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'b':{'tokens':{'rate':1,'bucket':3}}},'tasks':{'t':{'arrivals':{'rate':0.8},'"
                 "steps':[{'pass':'b'}]}}",
                 "'stations':{'b':{'tokens':{'rate':2,'bucket':5},'capacity':0}},'tasks':{'t':{'arrivals':{'"
                 "rate':1.7},'steps':[{'pass':'b'}]}}",
                 "'stations':{'b':{'tokens':{'rate':1,'bucket':2}}},'tasks':{'t':{'arrivals':{'rate':0.2},'"
                 "steps':[{'pass':'b','tokens':4}]}}"},
    .apply = apply,
};
