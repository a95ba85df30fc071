/* M/G/1 whose server goes away, is set up, or breaks. */
#include "models/dist/transform.h"
#include "models/theory/single.h"

#include <math.h>

/* All but the one key is plain; one server, Poisson arrivals, in order. */
static bool ready(const struct single *c, const char *key, struct error *err)
{
    const char *const also[] = {key, "keep_alive", NULL};
    static const char *const fcfs[] = {"fcfs", NULL};
    if (!single_plain_but(c, also, err) || !single_poisson(c, err) || !single_one_server(c, err) ||
        !single_no_capacity(c, err))
        return false;
    return single_discipline(c, fcfs, err);
}

/* Mean wait of M/G/1 with this first and second moment of service (Pollaczek and Khinchine). */
static double pollaczek(double rate, double mean, double second)
{
    return rate * second / (2.0 * (1.0 - rate * mean));
}

/* What a setup of R before the first service of a busy period adds to every wait (Welch, Oper. Res. 12
 * (1964)). */
static double setup_adds(double rate, double mean, double second)
{
    return (2.0 * mean + rate * second) / (2.0 * (1.0 + rate * mean));
}

static bool add(const struct single *c, struct theory_sheet *out, double mean_wait, struct error *err)
{
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = mean_wait;
    single_add_open(c, out, wait);
    return true;
}

static bool apply_vacation(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!ready(c, "vacation", err) || !single_stable(c, err))
        return false;
    const struct station_model *st = c->st;
    const double queueing = pollaczek(c->rate, c->mean, c->second);
    if (st->rest_until > 0) /* N-policy */
        return add(c, out, queueing + (st->rest_until - 1.0) / (2.0 * c->rate), err);
    if (st->vacation == NULL)
        return error_set(err, "the server takes no vacations");
    const double mean = st->vacation->mean, second = st->vacation->variance + mean * mean;
    if (!st->vacation_single)
        return add(c, out, queueing + second / (2.0 * mean), err);
    double tail[TRANSFORM_TAILS]; /* tail[0]: nobody comes during one */
    if (!dist_real_transform(st->vacation, c->rate, tail))
        return error_set(err, "the transform of the vacation is not known");
    return add(c, out, queueing + c->rate * second / (2.0 * (tail[0] + c->rate * mean)), err);
}

const struct theory_form theory_vacation = {
    .name = "vacation",
    .title = "M/G/1 with vacations, multiple or single, or an N-policy",
    .source = "Levy, Yechiali, Management Science 22 (1975); Doshi, Queueing Systems 1 (1986), section 2; "
              "Heyman 1968 (N-policy)",
    .class = THEORY_EXACT,
    .examples =
        {"'arrivals':{'rate':0.6},'service':{'mean':1,'scv':2},'vacation':{'dist':'uniform','min':0,'max':3}",
         "'arrivals':{'rate':0.6},'service':1,'vacation':{'time':{'dist':'exponential','mean':2},'policy':'"
         "single'}",
         "'arrivals':{'rate':0.7},'service':{'dist':'exponential','mean':1},'vacation':{'until':4}"},
    .apply = apply_vacation,
};

static bool apply_setup(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!ready(c, "setup", err) || !single_stable(c, err))
        return false;
    const struct dist *setup = c->st->setup, *keep = c->st->keep_alive;
    if (setup == NULL)
        return error_set(err, "servers are not set up");
    if (keep == NULL || keep->shape != DIST_CONSTANT || keep->a > 0.0)
        return error_set(err, "a server without work does not go cold at once (\"keep_alive\": 0)");
    const double mean = setup->mean;
    return add(c, out,
               pollaczek(c->rate, c->mean, c->second) +
                   setup_adds(c->rate, mean, setup->variance + mean * mean),
               err);
}

const struct theory_form theory_setup = {
    .name = "setup",
    .title = "M/G/1 whose server goes cold without work and has to be set up",
    .source = "Welch, Oper. Res. 12 (1964); Gandhi, Doroudi, Harchol-Balter, Scheller-Wolf, SIGMETRICS 2013, "
              "section 1",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.8},'service':{'dist':'exponential','mean':1},'setup':{'dist':'"
                 "exponential','mean':5},'keep_alive':0",
                 "'arrivals':{'rate':0.6},'service':{'mean':1,'scv':2},'setup':3,'keep_alive':0"},
    .apply = apply_setup,
};

static bool apply_breakdown(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!ready(c, "breakdown", err))
        return false;
    const struct dist *up = c->st->up, *down = c->st->down;
    if (up == NULL)
        return error_set(err, "servers do not break");
    if (c->st->broken_task != BROKEN_RESUMES)
        return error_set(err, "a broken task does not resume");
    if (up->shape != DIST_EXPONENTIAL)
        return error_set(err, "up times are not exponential: %s, scv %.4g", up->type->name, up->scv);
    /* Completion: the service and the down times that it meets. An arrival that finds nobody may find the
     * server down: then what is left of that is as a setup. */
    const double often = 1.0 / up->mean, d = down->mean, d2 = down->variance + d * d,
                 stretch = 1.0 + often * d;
    const double mean = c->mean * stretch, second = c->second * stretch * stretch + often * c->mean * d2;
    if (c->rate * mean >= 1.0)
        return error_set(err, "with its break-downs the load is %.6g: at least 1", c->rate * mean);
    double tail[TRANSFORM_TAILS];
    if (!dist_real_transform(down, c->rate, tail))
        return error_set(err, "the transform of the down time is not known");
    /* first / (1 - first tail[0]), first = often / (often + rate): times the chance that somebody comes while it is down */
    const double reaches = often / (c->rate * (1.0 + often * tail[1]));
    const double rest = reaches * c->rate * tail[2];
    const double rest2 = reaches * (d2 - 2.0 * tail[2]);
    const double begins = pollaczek(c->rate, mean, second) + setup_adds(c->rate, rest, rest2);
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = begins + c->visits[k].service->mean * often * d;
    single_add_open(c, out, wait);
    theory_mean(out, THEORY_OF_STATION, c->station, "broken", d / (up->mean + d));
    return true;
}

const struct theory_form theory_breakdown = {
    .name = "breakdown",
    .title = "M/G/1 whose server breaks down by the clock; tasks resume",
    .source = "Avi-Itzhak, Naor, Oper. Res. 11 (1963), model A; with Welch 1964 for arrivals at a broken "
              "server without tasks",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':0.5},'service':{'dist':'exponential','mean':1},'breakdown':{'up':{'dist'"
                 ":'exponential','mean':10},"
                 "'down':{'dist':'exponential','mean':2.5}}",
                 "'arrivals':{'rate':0.5},'service':{'mean':1,'scv':2},'breakdown':{'up':{'dist':'"
                 "exponential','mean':20},'down':4}"},
    .apply = apply_breakdown,
};
