/* Plots over the sweep, and the bars that stand in for one of them where there is no sweep. */
#include "cli/chart.h"

#include "cli/output/label.h"

#include <math.h>
#include <string.h>

static const char *keep(struct chart *c, const char *text)
{
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

/* "sync, p99", "p99", "sync": parts that are empty are left out. */
static const char *join(struct chart *c, const char *first, const char *second, const char *third)
{
    const char *text = first != NULL ? first : "";
    const char *const more[] = {second, third};
    for (size_t i = 0; i < 2; i++)
        if (more[i][0] != '\0')
            text = keep(c, arena_printf(c->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "", more[i]));
    return text;
}

static bool unstable(const struct point *p)
{
    return p->report.stopped == STOPPED_UNSTABLE;
}

static const char *with_unit(struct chart *c, const char *name, const char *unit)
{
    return keep(c, arena_printf(c->arena, "%s (%s)", name, unit));
}

/* The sweep's pointer with its unit where it has one: a setting whose number is not what was written was
 * converted. */
static const char *axis_label(struct chart *c, const struct axis *axis)
{
    const struct result *r = c->result;
    const struct point *first = &r->points[0], *last = &r->points[r->point_count - 1];
    const double rise = last->arrival_rate - first->arrival_rate;
    if (axis->numeric && axis->rate_unit != NULL)
        return keep(c, arena_printf(c->arena, "%s (per %s)", axis->label, axis->rate_unit));
    if (axis->numeric && fabs(rise) > 0.0 && strstr(axis->label, "rate") != NULL)
        return keep(c, arena_printf(c->arena, "%s (per %s)", axis->label, r->time_unit));
    if (axis->numeric && last->sets[axis->set].value[0] == '"')
        return with_unit(c, axis->label, r->time_unit);
    return axis->label;
}

static bool several_kinds(const struct chart *c)
{
    return c->result->points[0].kind_count > 1;
}

/* p50 and p99, or what comes nearest of what was asked for; none: the mean alone. */
static size_t choose_quantiles(const struct figure *f, size_t chosen[static 2])
{
    size_t low = 0, high = 0;
    if (f == NULL || f->quantile_count == 0)
        return 0;
    for (size_t i = 0; i < f->quantile_count; i++) {
        if (fabs(f->quantiles[i].p - 0.5) < fabs(f->quantiles[low].p - 0.5))
            low = i;
        if (fabs(f->quantiles[i].p - 0.99) < fabs(f->quantiles[high].p - 0.99))
            high = i;
    }
    chosen[0] = low;
    chosen[1] = high;
    return low == high ? 1 : 2;
}

/* Requirements on the response of this kind, as horizontal lines. */
static void response_limits(struct chart *c, size_t kind)
{
    const struct point *p = &c->result->points[0];
    for (size_t i = 0; i < p->outcome_count && c->limit_count < CHART_LINES_MOST; i++) {
        const struct requirement *q = p->outcomes[i].requirement;
        if (!q->of_station && !q->of_run && q->subject == kind && strcmp(q->metric, "response") == 0 &&
            (q->statistic == STATISTIC_QUANTILE || q->statistic == STATISTIC_MEAN))
            c->limits[c->limit_count++] = (struct chart_line){.at = q->value, .text = q->text};
    }
}

bool build_response(struct chart *c, size_t kind)
{
    const struct result *r = c->result;
    const struct axis axis = chart_axis(c);
    const struct subject *first = &r->points[0].kinds[kind];
    size_t chosen[2], count = choose_quantiles(subject_figure(first, "response"), chosen), left_out = 0,
                      bare = 0;
    if (!axis.known || subject_figure(first, "response") == NULL)
        return false;
    if (count == 2 && chart_groups(c, &axis) > 4) { /* a tangle otherwise: the rarer one alone */
        chosen[0] = chosen[1];
        count = 1;
    }
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        const struct figure *f = subject_figure(&p->kinds[kind], "response");
        const size_t group = chart_group(c, &axis, i);
        const char *rest = chart_rest(c, &axis, i);
        const double x = chart_x(c, &axis, i);
        left_out += unstable(p);
        if (f == NULL || unstable(p)) /* its times would tell only how long one looked */
            continue;
        bare += count == 0 && isnan(f->half_width);
        if (count == 0)
            chart_add(c, chart_series(c, join(c, p->variant, "mean", rest), group, 0),
                      (struct chart_point){x, f->mean, f->mean - f->half_width, f->mean + f->half_width});
        for (size_t q = 0; q < count && chosen[q] < f->quantile_count; q++) {
            const struct quantile *at = &f->quantiles[chosen[q]];
            const char *name = keep(c, label_quantile(c->arena, at->p));
            bare += isnan(at->low) || isnan(at->high);
            chart_add(c, chart_series(c, join(c, p->variant, name, rest), group, q),
                      (struct chart_point){x, at->value, at->low, at->high});
        }
    }
    const char *many = left_out > 0 ? "; overloaded points are left out" : "";
    c->subtitle =
        keep(c, arena_printf(c->arena, "response time%s%s, with %g %% intervals%s%s",
                             several_kinds(c) ? " of " : "", several_kinds(c) ? first->name : "",
                             100.0 * r->confidence, bare > 0 ? " (hollow: none can be given)" : "", many));
    c->x_label = axis_label(c, &axis);
    c->y_label = with_unit(c, "response time", r->time_unit);
    c->log_y = true;
    response_limits(c, kind);
    chart_ranges(c, true);
    chart_capacities(c, &axis);
    for (size_t i = 0; i < c->marker_count;
         i++) /* overloaded points are left out, but not where overload begins */
        c->x_max = fmax(c->x_max, c->markers[i].at * 1.03);
    return c->series_count > 0;
}

/* All kinds' throughput together. */
static struct chart_point throughput_of(const struct point *p, double x, double factor)
{
    double sum = 0.0, squares = 0.0;
    for (size_t k = 0; k < p->kind_count; k++) {
        const struct figure *f = subject_figure(&p->kinds[k], "throughput");
        if (f == NULL || isnan(f->mean))
            continue;
        sum += f->mean;
        squares += f->half_width * f->half_width; /* kinds' arrivals are independent */
    }
    return (struct chart_point){x, factor * sum, factor * (sum - sqrt(squares)),
                                factor * (sum + sqrt(squares))};
}

static bool offered_varies(const struct result *r)
{
    for (size_t i = 1; i < r->point_count; i++)
        if (fabs(r->points[i].arrival_rate - r->points[0].arrival_rate) > 1e-12 * r->points[0].arrival_rate)
            return r->points[0].arrival_rate > 0.0;
    return false;
}

/* Whether there is more to see than a level line. */
static bool throughput_varies(const struct chart *c)
{
    double least = INFINITY, most = 0.0;
    for (size_t i = 0; i < c->series_count; i++) {
        for (size_t k = 0; k < c->series[i].count; k++) {
            least = fmin(least, c->series[i].points[k].y);
            most = fmax(most, c->series[i].points[k].y);
        }
    }
    return most > 1.02 * least;
}

bool build_throughput(struct chart *c, size_t kind)
{
    const struct result *r = c->result;
    const struct axis axis = chart_axis(c);
    if (kind > 0 || !axis.known)
        return false;
    const struct rate_unit rates = label_rate_unit(c->arena, r);
    c->diagonal = offered_varies(r);
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        const double x = c->diagonal ? p->arrival_rate * rates.factor : chart_x(c, &axis, i);
        chart_add(c,
                  chart_series(
                      c, join(c, p->variant != NULL ? p->variant : "throughput", "", chart_rest(c, &axis, i)),
                      chart_group(c, &axis, i), i % r->variant_count),
                  throughput_of(p, x, rates.factor));
    }
    const char *unit = keep(c, arena_printf(c->arena, "tasks per %s", keep(c, rates.name)));
    c->subtitle = keep(
        c, arena_printf(c->arena, "throughput against %s", c->diagonal ? "what is offered" : axis.label));
    c->x_label = c->diagonal ? with_unit(c, "offered", unit) : axis_label(c, &axis);
    c->y_label = with_unit(c, "throughput", unit);
    if (c->diagonal)
        c->category_count = 0;
    chart_ranges(c, !c->diagonal);
    if (c->diagonal)
        c->x_min = 0.0;
    return c->series_count > 0 && (c->diagonal || throughput_varies(c));
}

/* A share of servers; infinitely many have none. */
static bool has_share(const struct point *p, size_t station)
{
    const struct figure *f = subject_figure(&p->stations[station], "utilisation");
    const bool infinite = p->capacities != NULL && p->capacities[station].load == 0.0 &&
                          isinf(p->capacities[station].rate_most) && f != NULL && f->mean > 0.0;
    return f != NULL && !isnan(f->mean) && !infinite;
}

static struct chart_point share_of(const struct point *p, size_t station, double x)
{
    const struct figure *f = subject_figure(&p->stations[station], "utilisation");
    return (struct chart_point){x, 100.0 * f->mean, 100.0 * (f->mean - f->half_width),
                                100.0 * (f->mean + f->half_width)};
}

bool build_utilisation(struct chart *c, size_t kind)
{
    const struct result *r = c->result;
    const struct axis axis = chart_axis(c);
    if (kind > 0 || !axis.known)
        return false;
    for (size_t s = 0; s < r->points[0].station_count; s++) {
        for (size_t i = 0; i < r->point_count; i++) {
            const struct point *p = &r->points[i];
            if (!has_share(p, s))
                continue;
            const char *label =
                join(c, p->stations[s].name, p->variant != NULL ? p->variant : "", chart_rest(c, &axis, i));
            chart_add(c, chart_series(c, label, s, chart_group(c, &axis, i)),
                      share_of(p, s, chart_x(c, &axis, i)));
        }
    }
    c->subtitle = "utilisation of each station";
    c->x_label = axis_label(c, &axis);
    c->y_label = "servers busy or held (%)";
    chart_ranges(c, true);
    c->y_min = 0.0;
    c->y_max = 105.0;
    return c->series_count > 0;
}

bool build_stations(struct chart *c, size_t kind)
{
    const struct result *r = c->result;
    if (kind > 0 || r->point_count != r->variant_count)
        return false;
    for (size_t s = 0; s < r->points[0].station_count && c->category_count < CHART_CATEGORIES_MOST; s++) {
        if (!has_share(&r->points[0], s))
            continue;
        c->categories[c->category_count++] = r->points[0].stations[s].name;
        for (size_t i = 0; i < r->point_count; i++) {
            const struct point *p = &r->points[i];
            if (has_share(p, s))
                chart_add(c, chart_series(c, p->variant != NULL ? p->variant : "utilisation", i, i),
                          share_of(p, s, (double)c->category_count));
        }
    }
    c->subtitle = "utilisation of each station";
    c->x_label = "station";
    c->y_label = "servers busy or held (%)";
    chart_ranges(c, false);
    c->y_min = 0.0;
    c->y_max = 105.0;
    return c->series_count > 0;
}
