/* One server that goes round several lines: mean waits by the numbers found at its visits. */
#include "models/theory/single.h"

#include "models/discipline/discipline.h"

#include <math.h>
#include <string.h>

enum { LINES_MOST = 40 };

struct line_of {
    double rate, mean, second, third;
    const struct dist *law; /* NULL: several */
};

struct round {
    size_t n;
    const struct line_of *lines;
    bool gated;
    double s, s2; /* moments of one switch-over */
};

/* One visit to line i and the switch-over behind it. x: mean numbers in each line when it began, f: their second factorial
 * moments, f[j n + k] = E[X_j X_k], for j = k E[X_j (X_j - 1)]; both are then those when the next visit begins.
 *
 * The visit takes T, the sum of X_i independent terms: services (gated: those of who was found), or the busy periods that they begin
 * (exhaustive). In T and the switch-over arrivals to the lines are Poisson. */
static void visit(const struct round *r, size_t i, double *x, double *f)
{
    const size_t n = r->n;
    const struct line_of *own = &r->lines[i];
    const double free = r->gated ? 1.0 : 1.0 - own->rate * own->mean;
    const double g1 = own->mean / free, g2 = own->second / (free * free * free);
    const double t = g1 * x[i], t2 = x[i] * g2 + g1 * g1 * f[i * n + i];
    double with_t[LINES_MOST]; /* E[X_j T] of those in line j who are not served now */
    for (size_t j = 0; j < n; j++)
        with_t[j] = j == i ? 0.0 : g1 * f[j * n + i];
    const double left = x[i];
    x[i] = 0.0;
    for (size_t j = 0; j < n; j++)
        f[i * n + j] = f[j * n + i] = 0.0;
    /* Arrivals to j during T count but where they are served at once. */
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            const double rj = r->lines[j].rate, rk = r->lines[k].rate;
            const double a = j == i && !r->gated ? 0.0 : 1.0, b = k == i && !r->gated ? 0.0 : 1.0;
            f[j * n + k] += rk * (b * with_t[j] + r->s * x[j]) + rj * (a * with_t[k] + r->s * x[k]) +
                            rj * rk * (a * b * t2 + (a + b) * r->s * t + r->s2);
            f[k * n + j] = f[j * n + k];
        }
    for (size_t j = 0; j < n; j++)
        x[j] += r->lines[j].rate * ((j == i && !r->gated ? 0.0 : g1 * left) + r->s);
}

/* Mean waits by line, switch-overs having these moments. The moments of the numbers are those that a round does not change. */
static bool waits(struct round *r, double *out)
{
    enum { ROUNDS = 200000 };
    const size_t n = r->n;
    double x[LINES_MOST] = {0.0}, f[LINES_MOST * LINES_MOST] = {0.0}, found[LINES_MOST], before[LINES_MOST] = {0.0}, rho = 0.0;
    for (size_t i = 0; i < n; i++)
        rho += r->lines[i].rate * r->lines[i].mean;
    const double cycle = (double)n * r->s / (1.0 - rho);
    for (int round = 0; round < ROUNDS; round++) {
        double moved = 0.0;
        for (size_t i = 0; i < n; i++) {
            found[i] = f[i * n + i];
            moved = fmax(moved, fabs(found[i] - before[i]) / (found[i] + before[i]));
            before[i] = found[i];
            visit(r, i, x, f);
        }
        if (round > 1 && moved < 1e-15 + 1e-13 * (1.0 - rho))
            break;
        if (round == ROUNDS - 1 || !isfinite(moved))
            return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct line_of *line = &r->lines[i];
        const double own = line->rate * line->mean;
        if (r->gated)
            out[i] = (1.0 + own) * found[i] / (2.0 * line->rate * line->rate * cycle);
        else
            out[i] = found[i] / (2.0 * line->rate * line->rate * (1.0 - own) * cycle) +
                     line->rate * line->second / (2.0 * (1.0 - own));
    }
    return true;
}

/* Without switch-overs, as in the limit of ever shorter ones: means of constant switch-overs s are linear in s.
 * scale: about as long as the waits, so that the difference keeps its digits. */
static bool waits_at_once(struct round *r, double scale, double *out)
{
    double twice[LINES_MOST];
    r->s = scale;
    r->s2 = scale * scale;
    if (!waits(r, out))
        return false;
    r->s = 2.0 * scale;
    r->s2 = 4.0 * scale * scale;
    if (!waits(r, twice))
        return false;
    for (size_t i = 0; i < r->n; i++)
        out[i] = 2.0 * out[i] - twice[i];
    return true;
}

/* Alike lines, one task a visit. */
static bool alike(const struct line_of *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lines[i].law == NULL || lines[i].law->type != lines[0].law->type || lines[i].rate != lines[0].rate ||
            lines[i].mean != lines[0].mean || lines[i].second != lines[0].second || !(lines[i].third == lines[0].third))
            return false;
    return true;
}

static double wait_of_alike(const struct line_of *line, double n, double s, double s2)
{
    const double rho = n * line->rate * line->mean, all = n * s, all2 = n * (s2 - s * s) + all * all;
    const double work = rho * n * line->rate * line->second / (2.0 * (1.0 - rho)) + (all > 0.0 ? rho * all2 / (2.0 * all) : 0.0) +
                        all / (2.0 * (1.0 - rho)) * (rho * rho - rho * rho / n) + all / (1.0 - rho) * rho * rho / n;
    return work / (rho * (1.0 - line->rate * all / (1.0 - rho)));
}

static bool make_lines(const struct single *c, struct line_of *lines, struct error *err)
{
    const struct station_model *st = c->st;
    for (uint32_t k = 0; k < c->kinds; k++) {
        const struct single_visit *v = &c->visits[k];
        struct line_of *line = &lines[st->list_of[st->told.by_priority ? v->class : k]];
        if (!isfinite(v->service->variance))
            return error_set(err, "the service time has no finite variance");
        line->law = line->rate > 0.0 ? NULL : v->service;
        line->rate += v->rate;
        line->mean += v->rate * v->service->mean;
        line->second += v->rate * (v->service->variance + v->service->mean * v->service->mean);
        line->third += v->rate * dist_third_moment(v->service);
    }
    for (uint32_t i = 0; i < st->list_count; i++) {
        if (!(lines[i].rate > 0.0))
            return error_set(err, "nobody comes to one of the lines");
        lines[i].mean /= lines[i].rate;
        lines[i].second /= lines[i].rate;
        lines[i].third /= lines[i].rate;
    }
    return true;
}

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    const struct discipline_told *told = &c->st->told;
    if (!c->st->discipline->visits)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) || !single_one_server(c, err) ||
        !single_stable(c, err))
        return false;
    const struct dist *way = told->switch_over;
    if (way != NULL && told->stays)
        return error_set(err, "the server stops where nobody waits");
    if (way != NULL && !isfinite(way->variance))
        return error_set(err, "switch-overs have no finite variance");
    if (c->st->list_count > LINES_MOST)
        return error_set(err, "there are more than %d lines", LINES_MOST);
    struct line_of lines[LINES_MOST] = {0};
    double of_line[LINES_MOST];
    double *wait = arena_array(c->arena, c->kinds, sizeof *wait);
    if (wait == NULL)
        return error_set(err, "out of memory");
    if (!make_lines(c, lines, err))
        return false;
    struct round r = {.n = c->st->list_count, .lines = lines, .gated = told->visit == VISIT_GATED};
    if (way != NULL) {
        r.s = way->mean;
        r.s2 = way->variance + way->mean * way->mean;
    }
    if (told->visit == VISIT_LIMITED) {
        if (told->limit != 1 || !alike(lines, r.n))
            return error_set(err, told->limit != 1 ? "several tasks may be served in a visit" : "the lines are not alike");
        if (!(lines[0].rate * (double)r.n * r.s < 1.0 - c->load))
            return error_set(err, "lines grow without end: a round serves one of each at most");
        for (size_t i = 0; i < r.n; i++)
            of_line[i] = wait_of_alike(&lines[0], (double)r.n, r.s, r.s2);
    } else if (way != NULL ? !waits(&r, of_line) : !waits_at_once(&r, c->rate * c->second / (2.0 * (1.0 - c->load)), of_line)) {
        return error_set(err, "the moments of the numbers found at visits do not settle");
    }
    for (uint32_t k = 0; k < c->kinds; k++)
        wait[k] = of_line[c->st->list_of[told->by_priority ? c->visits[k].class : k]];
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_polling = {
    .name = "polling",
    .title = "M/G/1 polling: exhaustive or gated visits, or one task a visit where lines are alike",
    .source = "Cooper, Murray, Bell Syst. Tech. J. 48 (1969); Takagi, Analysis of Polling Systems, 1986 (numbers found at visits); "
              "Boxma, Groenendijk, J. Appl. Probab. 24 (1987) (alike lines)",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'q':{'discipline':{'name':'polling','switch_over':{'dist':'uniform','min':0,'max':0.8}}}},'tasks':{"
                 "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':0.4},"
                 "'service':0.7},'c':{'arrivals':{'rate':0.05},'service':{'dist':'erlang','k':2,'mean':2.3}}}",
                 "'stations':{'q':{'discipline':{'name':'polling','visit':'gated','switch_over':0.35}}},'tasks':{"
                 "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':0.4},"
                 "'service':0.7},'c':{'arrivals':{'rate':0.05},'service':{'dist':'erlang','k':2,'mean':2.3}}}",
                 "'stations':{'q':{'discipline':{'name':'polling','lines':'priority'}}},'tasks':{"
                 "'a':{'arrivals':{'rate':0.15},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':0.4},"
                 "'service':0.7},'c':{'priority':1,'arrivals':{'rate':0.15},'service':{'dist':'erlang','k':2,'mean':2.3}}}",
                 "'stations':{'q':{'discipline':{'name':'polling','visit':'limited','switch_over':0.35}}},'tasks':{"
                 "'a':{'arrivals':{'rate':0.23},'service':{'dist':'exponential','mean':1.3}},'b':{'arrivals':{'rate':0.23},"
                 "'service':{'dist':'exponential','mean':1.3}}}"},
    .apply = apply,
};
