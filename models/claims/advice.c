#include "models/claims/advice.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct advice_quantity advice_quantities[] = {
    [ADVICE_N] = {"n", "threads of the synchronous pool", ADVICE_NUMBER, 200.0, 1.0},
    [ADVICE_M] = {"m", "tasks of a batch", ADVICE_NUMBER, 1000.0, 1.0},
    [ADVICE_CORES] = {"c", "cores", ADVICE_NUMBER, 8.0, 1.0},
    [ADVICE_C] = {"C", "computing of one task", ADVICE_TIME, 1e-3, 0.0},
    [ADVICE_I] = {"I", "waiting of one task (I/O)", ADVICE_TIME, 99e-3, 0.0},
    [ADVICE_S] = {"s", "creating a thread", ADVICE_TIME, 17e-6, 0.0},
    [ADVICE_D] = {"d", "handing a task over to a thread", ADVICE_TIME, 5e-6, 0.0},
    [ADVICE_OA] = {"o", "an asynchronous turn: suspending and resuming a task", ADVICE_TIME, 5e-6, 0.0},
    [ADVICE_OS] = {"o_s", "a synchronous turn: switching threads", ADVICE_TIME, 2e-6, 0.0},
    [ADVICE_RATE_OF] = {"lambda", "tasks that come per time", ADVICE_RATE, 1000.0, 0.0},
    [ADVICE_SCV] = {"scv", "squared coefficient of variation of the computing", ADVICE_NUMBER, 1.0, 0.0},
    [ADVICE_F] = {"f", "share of the computing inside one lock", ADVICE_NUMBER, 0.0, 0.0},
    [ADVICE_P] = {"P", "places downstream (connections of a database)", ADVICE_NUMBER, INFINITY, 1.0},
};
const size_t advice_quantity_count = sizeof advice_quantities / sizeof advice_quantities[0];

void advice_usual(struct advice_numbers *numbers)
{
    for (size_t i = 0; i < ADVICE_COUNT; i++)
        numbers->value[i] = advice_quantities[i].usual;
}

static const struct {
    const char *name;
    double seconds;
} units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}};

/* Multiplies by the unit that text names. "": seconds, or per second. */
static bool with_unit(double *value, const char *text, enum advice_unit unit)
{
    while (isspace((unsigned char)*text))
        text++;
    if (*text == '\0')
        return true;
    if (unit == ADVICE_RATE && *text == '/')
        text++;
    else if (unit != ADVICE_TIME)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(text, units[i].name) == 0) {
            *value = unit == ADVICE_RATE ? *value / units[i].seconds : *value * units[i].seconds;
            return true;
        }
    return false;
}

bool advice_set(struct advice_numbers *numbers, const char *setting, struct error *err)
{
    const char *equals = strchr(setting, '=');
    for (size_t i = 0; equals != NULL && i < ADVICE_COUNT; i++) {
        const struct advice_quantity *q = &advice_quantities[i];
        const size_t length = strlen(q->name);
        if ((size_t)(equals - setting) != length || strncmp(setting, q->name, length) != 0)
            continue;
        char *end;
        double value = strtod(equals + 1, &end);
        if (end == equals + 1 || isnan(value) || !with_unit(&value, end, q->unit))
            return error_set(err, "%s takes %s, not \"%s\"", q->name,
                             q->unit == ADVICE_TIME   ? "a time (\"20ms\"; a plain number is in seconds)"
                             : q->unit == ADVICE_RATE ? "a rate (\"500/s\")"
                                                      : "a number",
                             equals + 1);
        if (value < q->least || (i == ADVICE_F && value > 1.0) || (isinf(value) && i != ADVICE_P))
            return error_set(err, "%s (%s) cannot be %s", q->name, q->meaning, equals + 1);
        numbers->value[i] = value;
        return true;
    }
    char known[400] = "";
    for (size_t i = 0; i < ADVICE_COUNT; i++) {
        strcat(known, i == 0 ? "" : ", ");
        strcat(known, advice_quantities[i].name);
    }
    return error_set(err, "\"%s\" sets nothing; NAME=VALUE, with one of %s", setting, known);
}

const char *advice_time(struct arena *arena, double seconds)
{
    if (isinf(seconds))
        return "any time";
    if (seconds == 0.0)
        return "0 s";
    size_t i = 0;
    while (i < 3 && fabs(seconds) >= 1000.0 * units[i].seconds)
        i++;
    return arena_printf(arena, "%.4g %s", seconds / units[i].seconds, units[i].name);
}

/* ---- the page ---- */

struct page {
    struct arena *arena;
    const double *v;
    struct advice items[12];
    size_t count;
    bool failed;
};

static void item(struct page *p, const char *claim, const char *question, const char *sync, const char *async,
                 double better, const char *break_even)
{
    p->failed |= question == NULL || sync == NULL || async == NULL || break_even == NULL;
    /* better: of sync over async, by a share; what rounding leaves does not count. */
    const enum advice_winner winner = better > 1e-9    ? ADVICE_SYNC
                                      : better < -1e-9 ? ADVICE_ASYNC
                                                       : ADVICE_NEITHER;
    p->items[p->count++] = (struct advice){question, sync, async, winner, fabs(better) < 1e-3, break_even, claim};
}

#define SAY(...) arena_printf(p->arena, __VA_ARGS__)
#define TIME(x)  advice_time(p->arena, (x))

static double share(double a, double b)
{
    return (a - b) / fmax(fabs(a), fabs(b));
}

/* m tasks that are released d apart and need one of n servers for t each: lane r of the last round is either
 * kept busy from its r d on, or the last release decides (claim C10). */
static double makespan(double m, double n, double d, double t)
{
    const double rounds = ceil(m / n), r = m - n * (rounds - 1.0);
    return fmax(rounds * t + r * d, m * d + t);
}

/* A batch: one after another, or a thread for each. Each computes for C on one of the cores and then waits.
 */
static void creation(struct page *p)
{
    const double m = p->v[ADVICE_M], s = p->v[ADVICE_S], c = p->v[ADVICE_CORES],
                 t = p->v[ADVICE_C] + p->v[ADVICE_I];
    const double sync = m * t, async = makespan(m, c, s, p->v[ADVICE_C]) + p->v[ADVICE_I];
    item(p, "C10", SAY("A batch of %g: a thread for each, created one after another", m),
         SAY("one thread, one after another: %s", TIME(sync)),
         SAY("a thread each, %g cores: %s", c, TIME(async)), share(async, sync),
         m > 1.0 ? SAY("with cores for all, one after another is sooner where a task takes less than s m / "
                       "(m - 1) = %s",
                       TIME(s * m / (m - 1.0)))
                 : SAY("a single task gains nothing"));
}

/* The same with a pool whose threads are kept. */
static void handing_over(struct page *p)
{
    const double m = p->v[ADVICE_M], n = p->v[ADVICE_N], d = p->v[ADVICE_D],
                 t = p->v[ADVICE_C] + p->v[ADVICE_I];
    const double cores = makespan(m, p->v[ADVICE_CORES], d, p->v[ADVICE_C]) + p->v[ADVICE_I];
    const double pool = fmax(makespan(m, n, d, t), cores);
    item(p, "C10", SAY("A batch of %g: handed over to a pool of %g", m, n),
         SAY("one thread, one after another: %s", TIME(m * t)), SAY("the pool: at least %s", TIME(pool)),
         share(pool, m * t),
         SAY("for large batches one after another is sooner where handing over takes longer than the task, d "
             "> T = %s",
             TIME(t)));
}

/* Event loops on c cores against a pool that keeps its threads: capacity (claim C14). */
static void capacity(struct page *p)
{
    const double n = p->v[ADVICE_N], c = p->v[ADVICE_CORES], burst = p->v[ADVICE_C], wait = p->v[ADVICE_I];
    const double places = wait > 0.0 ? p->v[ADVICE_P] / wait : INFINITY;
    const double lock = p->v[ADVICE_F] > 0.0 && burst > 0.0 ? 1.0 / (p->v[ADVICE_F] * burst) : INFINITY;
    const double sync_cores = burst + p->v[ADVICE_OS] > 0.0 ? c / (burst + p->v[ADVICE_OS]) : INFINITY;
    const double async_cores = burst + p->v[ADVICE_OA] > 0.0 ? c / (burst + p->v[ADVICE_OA]) : INFINITY;
    const double threads = burst + wait > 0.0 ? n / (burst + wait) : INFINITY, behind = fmin(places, lock);
    const double sync = fmin(fmin(threads, sync_cores), behind), async = fmin(async_cores, behind);
    const double even = (burst + wait) * fmin(async_cores, behind);
    item(
        p, "C14", SAY("Most tasks per second"),
        SAY("%g threads kept, %g cores: %.5g/s (%s)", n, c, sync,
            sync == behind    ? "what is downstream"
            : sync == threads ? "the threads are all taken"
                              : "the cores are busy"),
        SAY("%g cores: %.5g/s (%s)", c, async, async == behind ? "what is downstream" : "the cores are busy"),
        isinf(sync) && isinf(async) ? 0.0 : share(sync, async),
        isinf(even) ? SAY("neither has a limit")
                    : SAY("asynchronous carries more below %.4g threads%s", even,
                          p->v[ADVICE_OA] > p->v[ADVICE_OS] && !(behind < async_cores)
                              ? ", synchronous more above, since its turns are cheaper"
                              : "; above, both carry the same"));
    if (!isinf(places) || !isinf(lock))
        item(p, !isinf(places) ? "C13" : "C12", SAY("What is behind the threads"),
             SAY("at most %.5g/s, whoever asks", behind),
             SAY("the same; and nothing limits how many crowd there"), 0.0,
             SAY("asynchronous gains nothing where places or the lock carry less than %.5g/s",
                 fmin(sync_cores, threads)));
}

/* Mean response with exponential computing on c cores (Erlang), waiting for nothing else: many threads. */
static double mmc(double rate, double mean, double c)
{
    const double a = rate * mean;
    double inverse = 1.0;
    if (!(a < c))
        return INFINITY;
    for (double k = 1.0; k <= c && a > 0.0; k++)
        inverse = 1.0 + inverse * k / a;
    const double blocked = a > 0.0 ? 1.0 / inverse : 0.0, rho = a / c;
    return mean + blocked / (1.0 - rho * (1.0 - blocked)) * mean / (c - a);
}

static void at_this_rate(struct page *p)
{
    const double rate = p->v[ADVICE_RATE_OF], c = p->v[ADVICE_CORES], burst = p->v[ADVICE_C],
                 wait = p->v[ADVICE_I];
    const double sync = mmc(rate, burst + p->v[ADVICE_OS], c) + wait,
                 async = mmc(rate, burst + p->v[ADVICE_OA], c) + wait;
    const double needed = rate * sync, reserve = needed + 4.0 * sqrt(needed);
    const bool enough = p->v[ADVICE_N] > needed, plenty = p->v[ADVICE_N] >= reserve;
    item(p, "C15", SAY("Mean response at %.4g tasks per second", rate),
         !isfinite(sync) ? SAY("no steady state: the cores cannot carry it")
         : enough        ? SAY("%s or more, with %g threads of which %.4g are taken on average", TIME(sync),
                               p->v[ADVICE_N], needed)
                         : SAY("no steady state: %.4g threads would be taken on average", needed),
         isfinite(async) ? SAY("%s", TIME(async)) : SAY("no steady state: the cores cannot carry it"),
         !isfinite(async)          ? (isfinite(sync) && plenty ? 1.0 : 0.0)
         : !enough || sync > async ? -1.0
         : plenty                  ? share(async, sync)
                                   : 0.0,
         SAY("synchronous needs more than lambda T = %.4g threads (Little), and some in reserve: from %.4g "
             "on they are "
             "hardly ever all taken",
             rate * (burst + wait), reserve));
}

/* Tasks that only compute (claim C11). */
static void variability(struct page *p)
{
    const double scv = p->v[ADVICE_SCV], c = p->v[ADVICE_CORES], mean = p->v[ADVICE_C];
    const double rho = p->v[ADVICE_RATE_OF] * mean / c;
    if (!(rho < 1.0) || !(mean > 0.0))
        return;
    const double fcfs = mean * (1.0 + rho * (1.0 + scv) / (2.0 * (1.0 - rho))), ps = mean / (1.0 - rho);
    item(p, "C11", SAY("Computing alone, one core at load %.3g, scv %g", rho, scv),
         SAY("one after another: %s", TIME(fcfs)), SAY("side by side: %s", TIME(ps)), share(ps, fcfs),
         SAY("one after another is better where the scv is below 1; a batch then has half the mean "
             "completion"));
}

static void low_load(struct page *p)
{
    const double t = p->v[ADVICE_C] + p->v[ADVICE_I], sync = t + p->v[ADVICE_OS],
                 async = t + 2.0 * p->v[ADVICE_OA];
    item(p, "C14", SAY("A lonely task"), SAY("%s (one turn)", TIME(sync)),
         SAY("%s (a turn to begin, one to resume)", TIME(async)), share(async, sync),
         SAY("the difference is %s, whatever the load", TIME(fabs(async - sync))));
}

static void long_bursts(struct page *p)
{
    const double burst = p->v[ADVICE_C];
    item(p, "C7", SAY("A task that computes for long"), SAY("delays those that need its core"),
         SAY("delays all of its loop: by %s and more", TIME(burst)), 1.0,
         SAY("keep bursts short on a loop, or give long ones threads of their own"));
}

bool advice_make(const struct advice_numbers *numbers, struct arena *arena, const struct advice **out,
                 size_t *count, struct error *err)
{
    struct page *p = arena_alloc(arena, sizeof *p);
    if (p == NULL)
        return error_set(err, "out of memory");
    *p = (struct page){.arena = arena, .v = numbers->value};
    creation(p);
    handing_over(p);
    capacity(p);
    at_this_rate(p);
    variability(p);
    low_load(p);
    long_bursts(p);
    *out = p->items;
    *count = p->count;
    return !p->failed || error_set(err, "out of memory");
}
