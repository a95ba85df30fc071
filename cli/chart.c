#include "cli/chart.h"

#include "cli/output/label.h"

#include <math.h>
#include <string.h>

/* ---- the sweep as an axis ---- */

static bool same_value(const struct point *a, const struct point *b, size_t set)
{
    return strcmp(a->sets[set].value, b->sets[set].value) == 0;
}

/* How many different values setting `set` takes. */
static size_t distinct_values(const struct result *r, size_t set)
{
    size_t count = 0;
    for (size_t i = 0; i < r->point_count; i += r->variant_count) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k += r->variant_count)
            seen = same_value(&r->points[i], &r->points[k], set);
        count += !seen;
    }
    return count;
}

static bool all_numbers(const struct result *r, size_t set)
{
    for (size_t i = 0; i < r->point_count; i++)
        if (!isfinite(r->points[i].sets[set].number))
            return false;
    return true;
}

struct axis chart_axis(struct chart *c)
{
    const struct result *r = c->result;
    struct axis axis = {.known = false, .factor = 1.0};
    size_t most = 1;
    /* A number with as many values as possible; failing that, words. */
    for (int numeric = 1; numeric >= 0 && !axis.known; numeric--) {
        for (size_t set = 0; set < r->points[0].set_count; set++) {
            const size_t count = distinct_values(r, set);
            if (count <= most || (numeric == 1 && !all_numbers(r, set)) || count > CHART_CATEGORIES_MOST)
                continue;
            most = count;
            axis = (struct axis){.known = true, .set = set, .numeric = numeric == 1};
        }
    }
    if (!axis.known)
        return axis;
    axis.values = most;
    axis.alone = most * r->variant_count == r->point_count;
    axis.label = label_pointer(c->arena, &r->points[0], axis.set);
    const struct rate_unit unit = label_rate_unit_of(c->arena, r, axis.set);
    axis.factor = unit.factor;
    axis.rate_unit = unit.name;
    c->failed = c->failed || axis.label == NULL;
    for (size_t i = 0; !axis.numeric && i < r->point_count; i += r->variant_count) {
        const char *value = label_value(c->arena, &r->points[i].sets[axis.set]);
        bool seen = value == NULL;
        for (size_t k = 0; k < c->category_count && !seen; k++)
            seen = strcmp(c->categories[k], value) == 0;
        if (!seen)
            c->categories[c->category_count++] = value;
        c->failed = c->failed || value == NULL;
    }
    return axis;
}

double chart_x(const struct chart *c, const struct axis *axis, size_t point)
{
    const struct result *r = c->result;
    const struct setting *s = &r->points[point].sets[axis->set];
    if (axis->numeric)
        return s->number * axis->factor;
    const char *value = label_value(c->arena, s);
    for (size_t k = 0; k < c->category_count && value != NULL; k++)
        if (strcmp(c->categories[k], value) == 0)
            return (double)(k + 1);
    return NAN;
}

const char *chart_rest(struct chart *c, const struct axis *axis, size_t point)
{
    const struct point *p = &c->result->points[point];
    const char *rest = "";
    for (size_t i = 0; i < p->set_count && !axis->alone && rest != NULL; i++) {
        const char *name, *value;
        if (i == axis->set)
            continue;
        name = label_pointer(c->arena, p, i);
        value = label_value(c->arena, &p->sets[i]);
        rest = name != NULL && value != NULL
                   ? arena_printf(c->arena, "%s%s%s %s", rest, rest[0] != '\0' ? ", " : "", name, value)
                   : NULL;
    }
    c->failed = c->failed || rest == NULL;
    return rest != NULL ? rest : "";
}

size_t chart_group(struct chart *c, const struct axis *axis, size_t point)
{
    const struct result *r = c->result;
    const size_t variant = point % r->variant_count;
    const char *mine = chart_rest(c, axis, point);
    size_t rank = 0;
    /* The rank of this rest among the different ones, in the order of their first points. */
    for (size_t i = 0; i < point - variant && !axis->alone; i += r->variant_count) {
        const char *other = chart_rest(c, axis, i);
        if (strcmp(other, mine) == 0)
            return chart_group(c, axis, i) + variant;
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k += r->variant_count)
            seen = strcmp(chart_rest(c, axis, k), other) == 0;
        rank += !seen;
    }
    return rank * r->variant_count + variant;
}

size_t chart_groups(const struct chart *c, const struct axis *axis)
{
    return axis->alone ? c->result->variant_count : c->result->point_count / axis->values;
}

/* ---- series ---- */

struct series *chart_series(struct chart *c, const char *label, size_t colour, size_t dash)
{
    enum { POINTS_FIRST = 256 };
    for (size_t i = 0; i < c->series_count; i++)
        if (strcmp(c->series[i].label, label) == 0)
            return &c->series[i];
    if (c->series_count == CHART_SERIES_MOST)
        return NULL;
    /* Room for every point of the result or of one tail, whichever is more; grown in chart_add. */
    struct series *s = &c->series[c->series_count];
    *s = (struct series){.label = arena_text(c->arena, label), .colour = colour, .dash = dash};
    s->points = arena_array(c->arena, POINTS_FIRST, sizeof *s->points);
    if (s->label == NULL || s->points == NULL) {
        c->failed = true;
        return NULL;
    }
    c->series_count++;
    return s;
}

void chart_add(struct chart *c, struct series *s, struct chart_point point)
{
    enum { POINTS_FIRST = 256 };
    if (s == NULL || isnan(point.x) || isnan(point.y))
        return;
    /* Full at 256, 512, 1024, ... points: then a room of twice the size is taken. */
    if (s->count >= POINTS_FIRST && (s->count & (s->count - 1)) == 0) {
        struct chart_point *larger = arena_array(c->arena, 2 * s->count, sizeof *larger);
        if (larger == NULL) {
            c->failed = true;
            return;
        }
        memcpy(larger, s->points, s->count * sizeof *larger);
        s->points = larger;
    }
    s->points[s->count++] = point;
}

/* ---- ranges ---- */

struct extent {
    double min, max, least_positive;
};

static void include(struct extent *r, double x)
{
    if (!isfinite(x))
        return;
    r->min = fmin(r->min, x);
    r->max = fmax(r->max, x);
    if (x > 0.0)
        r->least_positive = fmin(r->least_positive, x);
}

/* Whether the values of x were spaced by a factor rather than a step: the last step is far larger than the
 * first. */
static bool spaced_by_factor(const struct series *s)
{
    if (s->count < 3 || !(s->points[0].x > 0.0))
        return false;
    const double first = s->points[1].x - s->points[0].x;
    const double last = s->points[s->count - 1].x - s->points[s->count - 2].x;
    return first > 0.0 && last > 3.0 * first && s->points[s->count - 1].x > 8.0 * s->points[0].x;
}

/* Widens a range so that no point lies on the frame. */
static void margins(double *min, double *max, bool logarithmic, bool from_zero)
{
    if (logarithmic) {
        const double factor = pow(*max / *min, 0.04) * 1.02;
        *min /= factor;
        *max *= factor;
        return;
    }
    const double margin = 0.04 * (*max - *min) + (*max == *min ? 0.05 * fabs(*max) + 1e-9 : 0.0);
    *min = from_zero && *min >= 0.0 ? 0.0 : *min - margin;
    *max += margin;
}

/* Series of which nothing is known would only puzzle in the legend. */
static void drop_empty_series(struct chart *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->series_count; i++)
        if (c->series[i].count > 0)
            c->series[kept++] = c->series[i];
    c->series_count = kept;
}

void chart_ranges(struct chart *c, bool x_may_be_log)
{
    drop_empty_series(c);
    struct extent x = {INFINITY, -INFINITY, INFINITY}, y = x;
    for (size_t i = 0; i < c->series_count; i++) {
        const struct series *s = &c->series[i];
        c->log_x = c->log_x || (x_may_be_log && c->category_count == 0 && spaced_by_factor(s));
        for (size_t k = 0; k < s->count; k++) {
            include(&x, s->points[k].x);
            include(&y, s->points[k].y);
            include(&y, c->log_y && !(s->points[k].low > 0.0) ? NAN : s->points[k].low);
            include(&y, s->points[k].high);
        }
    }
    /* A limit that is near the data belongs on the picture; one that is far would flatten it. */
    for (size_t i = 0; i < c->limit_count; i++)
        if (c->log_y ? c->limits[i].at < 10.0 * y.max && c->limits[i].at > 0.1 * y.least_positive
                     : c->limits[i].at < 1.5 * y.max)
            include(&y, c->limits[i].at);
    c->log_y = c->log_y && isfinite(y.least_positive) && y.max > 0.0;
    c->log_x = c->log_x && isfinite(x.least_positive) && x.min > 0.0;
    c->whole_x = c->category_count == 0;
    for (size_t i = 0; i < c->series_count; i++)
        for (size_t k = 0; k < c->series[i].count; k++)
            c->whole_x = c->whole_x && c->series[i].points[k].x == round(c->series[i].points[k].x);
    c->tick_points = c->log_x && x_may_be_log;
    c->x_min = c->category_count > 0 ? 0.5 : x.min;
    c->x_max = c->category_count > 0 ? (double)c->category_count + 0.5 : x.max;
    c->y_min = c->log_y ? y.least_positive : fmin(y.min, 0.0);
    c->y_max = y.max;
    if (c->category_count == 0)
        margins(&c->x_min, &c->x_max, c->log_x, false);
    margins(&c->y_min, &c->y_max, c->log_y, true);
}

/* ---- where each variant is full ---- */

/* The largest load of any station, and which it is. */
static double bottleneck(const struct point *p, size_t *station)
{
    double most = NAN;
    for (size_t i = 0; p->capacities != NULL && i < p->station_count; i++) {
        const double load = p->capacities[i].load;
        if (load > 0.0 && isfinite(load) && !(load <= most)) {
            most = load;
            *station = i;
        }
    }
    return most;
}

static void add_marker(struct chart *c, size_t variant, double at, size_t station)
{
    const struct result *r = c->result;
    const char *name = r->points[variant].variant, *where = r->points[variant].stations[station].name;
    const char *text =
        arena_printf(c->arena, "%s%s%s full", name != NULL ? name : "", name != NULL ? ": " : "", where);
    if (text == NULL || c->marker_count == CHART_LINES_MOST)
        c->failed = c->failed || text == NULL;
    else
        c->markers[c->marker_count++] = (struct chart_line){.at = at, .text = text, .colour = variant};
}

/* Where the load reaches 1 between two points of a variant, or a little beyond the last; NAN: nowhere near.
 * Load is linear in a rate, and its inverse in a number of servers: both are exact here. */
static double full_at(double xa, double a, double xb, double b, bool last)
{
    const double share = a < b ? (1.0 - a) / (b - a) : (1.0 - 1.0 / a) / (1.0 / b - 1.0 / a);
    const double x = xa + share * (xb - xa);
    if ((a < 1.0 && b >= 1.0) || (a >= 1.0 && b < 1.0))
        return x;
    return last && a < b && b < 1.0 && b > 0.85 ? x : NAN;
}

void chart_capacities(struct chart *c, const struct axis *axis)
{
    const struct result *r = c->result;
    if (!axis->known || !axis->numeric || !axis->alone)
        return;
    for (size_t variant = 0; variant < r->variant_count; variant++) {
        for (size_t i = variant; i + r->variant_count < r->point_count; i += r->variant_count) {
            const size_t next = i + r->variant_count;
            size_t station_a = 0, station_b = 0;
            const double a = bottleneck(&r->points[i], &station_a),
                         b = bottleneck(&r->points[next], &station_b);
            const double x = full_at(chart_x(c, axis, i), a, chart_x(c, axis, next), b,
                                     next + r->variant_count >= r->point_count);
            if (isnan(x))
                continue;
            add_marker(c, variant, x, a < b ? station_b : station_a);
            break;
        }
    }
}
