/* Plots of whole distributions: percentiles on HdrHistogram's axes, and the complementary distribution
 * function. */
#include "cli/chart.h"

#include "cli/output/label.h"

#include <math.h>
#include <string.h>

static const char *keep(struct chart *c, const char *text)
{
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

static bool stable_place(const struct result *r, size_t place)
{
    for (size_t v = 0; v < r->variant_count; v++)
        if (r->points[place * r->variant_count + v].report.stopped == STOPPED_UNSTABLE)
            return false;
    return true;
}

/* The places whose distributions are shown: all of a few; of many, the first, the middle and the last at
 * which every variant keeps up (or simply of all, where there is none). Returns how many. */
enum { PLACES_MOST = 3 };
static size_t choose_places(const struct result *r, size_t chosen[static PLACES_MOST])
{
    const size_t places = result_places(r);
    size_t stable = 0, count = 0;
    for (size_t i = 0; i < places; i++)
        stable += stable_place(r, i);
    const size_t total = stable > 0 ? stable : places;
    const size_t wanted[PLACES_MOST] = {0, (total - 1) / 2, total - 1};
    for (size_t i = 0, rank = 0; i < places; i++) {
        if (stable > 0 && !stable_place(r, i))
            continue;
        bool take = total <= PLACES_MOST;
        for (size_t k = 0; k < PLACES_MOST && !take; k++)
            take = wanted[k] == rank;
        if (take && count < PLACES_MOST)
            chosen[count++] = i;
        rank++;
    }
    return count;
}

static const struct figure *response_of(const struct point *p, size_t kind)
{
    const struct figure *f = subject_figure(&p->kinds[kind], "response");
    return f != NULL && f->tail_count > 0 ? f : NULL;
}

/* "sync, 500/s" under the legend's title "request: rate"; of several sweep pointers each is named. */
static const char *series_name(struct chart *c, size_t point)
{
    const struct result *r = c->result;
    const struct point *p = &r->points[point];
    const char *name;
    if (p->set_count == 1) {
        const char *value = keep(c, label_value(c->arena, &p->sets[0]));
        c->key_title = keep(c, label_pointer(c->arena, p, 0));
        name = p->variant != NULL ? keep(c, arena_printf(c->arena, "%s, %s", p->variant, value)) : value;
    } else {
        name = keep(c, label_point(c->arena, r, point));
    }
    return name[0] != '\0' ? name : "response";
}

/* Beyond the last hundred observations a curve shows chance more than anything else. */
static const double observations_least = 100.0;

static bool dependable(const struct figure *f, const struct tail_point *t)
{
    return isnan(f->count) || t->above * f->count >= observations_least;
}

/* Adds (x, y) of each dependable tail point; as percentiles or as shares above. */
static bool add_distributions(struct chart *c, size_t kind, bool percentiles)
{
    const struct result *r = c->result;
    size_t chosen[PLACES_MOST];
    const size_t places = choose_places(r, chosen);
    for (size_t k = 0; k < places; k++) {
        for (size_t v = 0; v < r->variant_count; v++) {
            const size_t i = chosen[k] * r->variant_count + v;
            const struct figure *f = response_of(&r->points[i], kind);
            if (f == NULL)
                continue;
            struct series *s = chart_series(c, series_name(c, i), r->variant_count > 1 ? v : k, k);
            for (size_t t = 0; t < f->tail_count; t++) {
                const struct tail_point *at = &f->tail[t];
                if (!(at->above > 0.0) || !dependable(f, at))
                    continue;
                chart_add(c, s,
                          percentiles ? (struct chart_point){1.0 / at->above, at->value, NAN, NAN}
                                      : (struct chart_point){at->value, at->above, NAN, NAN});
            }
        }
    }
    /* One value alone makes no curve. */
    for (size_t i = 0; i < c->series_count; i++)
        if (c->series[i].count > 2)
            return true;
    return false;
}

/* before, the kind's name where there are several, after. */
static const char *of_kind(struct chart *c, size_t kind, const char *before, const char *after)
{
    const struct point *p = &c->result->points[0];
    const bool several = p->kind_count > 1;
    return keep(c, arena_printf(c->arena, "%s%s%s%s", before, several ? " of " : "",
                                several ? p->kinds[kind].name : "", after));
}

static const char *time_label(struct chart *c)
{
    return keep(c, arena_printf(c->arena, "response time (%s)", c->result->time_unit));
}

/* Whether the curves' ends lie so far apart that a linear axis would press some of them flat. */
static bool far_apart(const struct chart *c, bool of_y)
{
    double least = INFINITY, most = 0.0;
    for (size_t i = 0; i < c->series_count; i++) {
        const struct series *s = &c->series[i];
        if (s->count == 0)
            continue;
        const double end = of_y ? s->points[s->count - 1].y : s->points[s->count - 1].x;
        least = fmin(least, end);
        most = fmax(most, end);
    }
    return least > 0.0 && most > 30.0 * least;
}

bool build_percentiles(struct chart *c, size_t kind)
{
    if (!add_distributions(c, kind, true))
        return false;
    c->subtitle = of_kind(c, kind, "response time", " by percentile");
    c->x_label = "percentile (each ten times rarer than the one before)";
    c->y_label = time_label(c);
    c->log_x = true;
    c->log_y = far_apart(c, true);
    chart_ranges(c, false);
    c->x_min = 1.0;
    return true;
}

bool build_tail(struct chart *c, size_t kind)
{
    if (!add_distributions(c, kind, false))
        return false;
    c->subtitle = of_kind(c, kind, "share of tasks that take longer: response time", "");
    c->x_label = time_label(c);
    c->y_label = "share of tasks that take longer";
    c->log_y = true;
    c->log_x = far_apart(c, false);
    chart_ranges(c, false);
    if (!c->log_x)
        c->x_min = 0.0;
    c->y_max = 1.0;
    return true;
}
