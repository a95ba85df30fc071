/* dispatch.c: servers with a line each. */
#include "models/theory/delay.h"
#include "models/theory/mg1.h"
#include "models/theory/plain.h"

#include "models/group.h"

#include <math.h>

/* Poisson arrivals to lines by this rule; load per server below 1. */
static bool lines(const struct model *model, const char *rule, struct plain *p, double *rate, double *load,
                  struct error *err)
{
    if (model->station_count != 1 || model->stations[0].group == NULL)
        return error_set(err, "it is not one station whose servers have lines of their own");
    if (!plain_make(model, p, err) || !plain_lines(p, rule, err) || !plain_poisson(p, err))
        return false;
    *rate = p->kind->arrival->rate / p->station->group->count;
    *load = *rate * p->service->mean;
    if (*load >= 1.0)
        return error_set(err, "the load is %.6g: there is no steady state", *load);
    return true;
}

static bool fcfs(const struct plain *p, struct error *err)
{
    return p->station->discipline == lookup_row(discipline_table, "fcfs") ||
           error_set(err, "the lines are served by %s", p->station->discipline->name);
}

static bool exponential(const struct plain *p, struct error *err)
{
    return p->service->shape == DIST_EXPONENTIAL ||
           error_set(err, "service is not exponential: scv %.4g", p->service->scv);
}

static void put(struct theory_sheet *sheet, const struct plain *p, double rate, double wait)
{
    const double mean = p->service->mean;
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", wait);
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", wait + mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "in_system", rate * (wait + mean));
    theory_mean(sheet, THEORY_OF_STATION, 0, "utilisation", rate / p->station->group->count * mean);
}

static void put_law(const struct model *model, struct theory_sheet *sheet, const struct delay *law)
{
    const struct run_spec *run = &model->scenario->run;
    theory_sd(sheet, THEORY_OF_KIND, 0, "wait", delay_wait_sd(law));
    theory_sd(sheet, THEORY_OF_KIND, 0, "response", delay_response_sd(law));
    for (size_t q = 0; q < run->quantile_count; q++) {
        theory_quantile(sheet, THEORY_OF_KIND, 0, "wait", run->quantiles[q],
                        delay_wait_quantile(law, run->quantiles[q]));
        theory_quantile(sheet, THEORY_OF_KIND, 0, "response", run->quantiles[q],
                        delay_response_quantile(law, run->quantiles[q]));
    }
}

static bool at_random(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double rate = 0.0, load = 0.0;
    if (!lines(model, "random", &p, &rate, &load, err) || !fcfs(&p, err))
        return false;
    if (p.station->group->steal)
        return error_set(err, "idle servers steal");
    put(sheet, &p, p.kind->arrival->rate,
        load * (1.0 + p.service->scv) * p.service->mean / (2.0 * (1.0 - load)));
    if (p.service->shape == DIST_EXPONENTIAL) {
        const double mu = 1.0 / p.service->mean;
        put_law(model, sheet, &(struct delay){load, mu - rate, mu, true});
        return true;
    }
    struct single one;
    if (!single_make(model, sheet->arena, &one, err))
        return false;
    struct single_visit visit = one.visits[0]; /* to one of the lines */
    visit.rate = rate;
    one.visits = &visit;
    one.rate = rate;
    one.servers = 1.0;
    one.load = load;
    return mg1_spread(&one, true, sheet) || error_set(err, "out of memory");
}

const struct theory_form theory_split_at_random = {
    .name = "split_at_random",
    .title = "Lines joined at random: each is an M/G/1",
    .source = "a Poisson process split at random gives independent Poisson processes; Pollaczek 1930, "
              "Khinchine 1932",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':2.1},'servers':3,'queues':'per_server','dispatch':'random','service':{'"
                 "dist':'exponential','mean':1}",
                 "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'random','service':{'"
                 "dist':'erlang','k':3,'mean':1}"},
    .apply = at_random,
};

/* sigma = A*(mu (1 - sigma)) for Erlang-n arrivals at `rate`: the root below 1, by Newton in x = 1 - sigma.
 * f(x) = (n rate / (n rate + mu x))^n - 1 + x. */
static double erlang_root(double n, double rate, double mu)
{
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 200; i++) {
        const double x = 0.5 * (low + high), f = expm1(-n * log1p(mu * x / (n * rate))) + x;
        *(f > 0.0 ? &high : &low) = x;
    }
    return 0.5 * (low + high);
}

static bool in_turn(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double rate = 0.0, load = 0.0;
    if (!lines(model, "round_robin", &p, &rate, &load, err) || !fcfs(&p, err) || !exponential(&p, err))
        return false;
    if (p.station->group->steal)
        return error_set(err, "idle servers steal");
    const double mean = p.service->mean, x = erlang_root(p.station->group->count, rate, 1.0 / mean);
    /* wait = sigma / (mu x), sigma = 1 - x = A(mu x) */
    const double servers = p.station->group->count,
                 sigma = exp(-servers * log1p(x / (mean * servers * rate)));
    put(sheet, &p, p.kind->arrival->rate, mean * sigma / x);
    const struct delay law = {sigma, x / mean, 1.0 / mean, true};
    put_law(model, sheet, &law);
    return true;
}

const struct theory_form theory_split_in_turn = {
    .name = "split_in_turn",
    .title = "Lines joined in turn: each is an E_n/M/1",
    .source = "every n-th task of a Poisson process comes after an Erlang-n time; GI/M/1: Kleinrock 1975, "
              "section 6.4",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':2.1},'servers':3,'queues':'per_server','dispatch':'round_robin','"
                 "service':{'dist':'exponential','mean':1}"},
    .apply = in_turn,
};

static bool stealing(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    if (model->station_count != 1 || model->stations[0].group == NULL || !model->stations[0].group->steal)
        return error_set(err, "there are no lines of which idle servers steal");
    if (!plain_make(model, &p, err) || !plain_poisson(&p, err))
        return false;
    const struct group_model *group = p.station->group;
    if (p.station->capacity != UNLIMITED)
        return error_set(err, "the station has a capacity");
    if (!exponential(&p, err))
        return false;
    const double rate = p.kind->arrival->rate, mean = p.service->mean, c = group->count, a = rate * mean;
    if (a >= c)
        return error_set(err, "the load is %.6g: there is no steady state", a / c);
    double inverse = 1.0;
    for (double k = 1.0; k <= c; k++)
        inverse = 1.0 + inverse * k / a;
    const double blocked = 1.0 / inverse, rho = a / c;
    put(sheet, &p, rate, blocked / (1.0 - rho * (1.0 - blocked)) * mean / (c - a));
    return true;
}

const struct theory_form theory_stealing = {
    .name = "stealing",
    .title = "Lines of which idle servers steal: as many tasks as in M/M/c",
    .source = "no server is idle while a task waits, so that the number present is that of M/M/c: Erlang "
              "1917; Cooper 1981, "
              "eq. 4.9",
    .class = THEORY_EXACT,
    .examples = {"'arrivals':{'rate':3},'servers':4,'queues':'per_server','dispatch':'random','steal':true,'"
                 "service':{'dist':'exponential','mean':1}"},
    .apply = stealing,
};

/* Share of servers with at least i tasks: rho^((d^i - 1) / (d - 1)). */
static bool power_of_d(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double rate = 0.0, load = 0.0;
    if (!lines(model, "power_of_d", &p, &rate, &load, err) || !exponential(&p, err))
        return false;
    const double d = p.station->group->d;
    if (p.station->group->steal || !(load > 0.0))
        return error_set(err, "idle servers steal");
    double sum = 0.0, waiting = 0.0, exponent = 0.0, power = 1.0;
    if (d == 1.0) { /* M/M/1, whatever their number */
        sum = load / (1.0 - load);
        waiting = load * sum;
    }
    for (int i = 1; d > 1.0; i++) {    /* the exponent doubles at least */
        exponent = d * exponent + 1.0; /* (d^i - 1) / (d - 1) */
        power = pow(load, exponent);
        sum += power;
        waiting += i > 1 ? power : 0.0;
        if (i > 1 && power <= 1e-18 * waiting)
            break;
    }
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", sum / rate);
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", waiting / rate);
    return true;
}

const struct theory_form theory_power_of_d_limit = {
    .name = "power_of_d_limit",
    .title = "The shortest of d lines, as the number of servers grows",
    .source = "Vvedenskaya, Dobrushin, Karpelevich 1996; Mitzenmacher, IEEE Trans. Parallel Distrib. Syst. "
              "12 (2001), eq. 3",
    .class = THEORY_LIMIT,
    .apply = power_of_d,
};

static bool join_idle(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct plain p;
    double rate = 0.0, load = 0.0;
    if (!lines(model, "join_idle", &p, &rate, &load, err))
        return false;
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", p.service->mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", 0.0);
    return true;
}

const struct theory_form theory_join_idle_limit = {
    .name = "join_idle_limit",
    .title = "An idle server if there is one, as the number of servers grows",
    .source = "Stolyar, Queueing Systems 80 (2015), theorem 2: nobody waits",
    .class = THEORY_LIMIT,
    .apply = join_idle,
};
