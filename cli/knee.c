#include "cli/knee.h"

#include "cli/interrupt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_POINTS = 4, SET_ROOM = 400 };

/* A pilot: rough, and short where there is no steady state. */
static const char pilot_run[] = "/run={\"precision\":0.1,\"quantiles\":[0.5],\"limit\":{\"events\":3e6}}";

struct tried {
    double x, response; /* INFINITY: no steady state */
};

struct search {
    const struct scenario_args *args;
    const struct scenario_file *file;
    const char *name;
    unsigned jobs;
    struct ranks *ranks;
    struct tried *places; /* ascending by x */
    size_t count;
};

static void value_text(const struct sweep_knee *k, double x, char *out, size_t size)
{
    const char *quote = k->unit[0] != '\0' ? "\"" : "";
    snprintf(out, size, "%s%.10g%s%s", quote, x, k->unit, quote);
}

/* Reads the scenario with what the user set, and more behind it. */
static bool read_with(const struct search *s, const char *const *more, size_t more_count, struct desq **d, struct error *err)
{
    struct desq_options options = s->args->options;
    const char **set = calloc(s->args->set_count + more_count + 1, sizeof *set);
    if (set == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < s->args->set_count; i++)
        set[options.set_count++] = s->args->set[i];
    for (size_t i = 0; i < more_count; i++)
        set[options.set_count++] = more[i];
    options.set = set;
    const bool good = desq_read_text(s->name, s->file->text, &options, d, err);
    free(set);
    return good;
}

/* The longest mean response of any kind and variant. */
static double longest_response(const struct result *r)
{
    double longest = 0.0;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        if (p->report.stopped == STOPPED_UNSTABLE || p->report.stopped == STOPPED_DEADLOCK)
            return INFINITY;
        for (size_t k = 0; k < p->kind_count; k++)
            for (size_t f = 0; f < p->kinds[k].figure_count; f++)
                if (strcmp(p->kinds[k].figures[f].probe->name, "response") == 0 && !isnan(p->kinds[k].figures[f].mean))
                    longest = fmax(longest, p->kinds[k].figures[f].mean);
    }
    return longest;
}

static bool look_at(struct search *s, double x, struct error *err)
{
    char value[SET_ROOM], text[2 * SET_ROOM];
    const char *const more[] = {"/sweep=null", pilot_run, text};
    struct desq *d;
    const struct result *result;
    value_text(&s->file->knee, x, value, sizeof value);
    const int length = snprintf(text, sizeof text, "%s=%s", s->file->knee.pointer, value);
    if (length < 0 || (size_t)length >= sizeof text)
        return error_set(err, "the pointer of the sweep is too long");
    if (!read_with(s, more, sizeof more / sizeof *more, &d, err))
        return false;
    const struct desq_run how = {.jobs = s->jobs, .ranks = s->ranks, .stop = &interrupted};
    const bool good = desq_run(d, &how, &result, err);
    if (good) {
        size_t at = s->count++;
        for (; at > 0 && s->places[at - 1].x > x; at--)
            s->places[at] = s->places[at - 1];
        s->places[at] = (struct tried){x, longest_response(result)};
    }
    desq_free(d);
    return good;
}

/* How far x is along the range, 0 to 1. */
static double along(const struct sweep_knee *k, double x)
{
    return k->logarithmic ? log(x / k->from) / log(k->to / k->from) : (x - k->from) / (k->to - k->from);
}

static double at(const struct sweep_knee *k, double share)
{
    const double x = k->logarithmic ? k->from * pow(k->to / k->from, share) : k->from + (k->to - k->from) * share;
    char digits[32];
    snprintf(digits, sizeof digits, "%.4g", x);
    return k->whole ? floor(x + 0.5) : strtod(digits, NULL);
}

static bool has(const struct search *s, double x)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->places[i].x == x)
            return true;
    return false;
}

/* The middle of the longest piece of the curve, drawn in a square: x as in the range, y the logarithm of the response; what has no
 * steady state lies above all. false: nothing lies between any two points. */
static bool longest_piece(const struct search *s, double *middle)
{
    const struct sweep_knee *k = &s->file->knee;
    double low = INFINITY, high = 0.0, longest = 0.0;
    for (size_t i = 0; i < s->count; i++)
        if (isfinite(s->places[i].response) && s->places[i].response > 0.0) {
            low = fmin(low, s->places[i].response);
            high = fmax(high, s->places[i].response);
        }
    const double above = 1.25;
    const double span = high > low ? log(high / low) : 1.0;
    for (size_t i = 0; i + 1 < s->count; i++) {
        const struct tried *a = &s->places[i], *b = &s->places[i + 1];
        const bool both = isinf(a->response) && isinf(b->response);
        const double ya = isinf(a->response) ? above : a->response > 0.0 ? log(a->response / low) / span : 0.0;
        const double yb = isinf(b->response) ? above : b->response > 0.0 ? log(b->response / low) / span : 0.0;
        const double share = (along(k, a->x) + along(k, b->x)) / 2.0, x = at(k, share);
        const double length = both ? 0.0 : hypot(along(k, b->x) - along(k, a->x), yb - ya);
        if (length > longest && !has(s, x)) {
            longest = length;
            *middle = x;
        }
    }
    return longest > 0.0;
}

static bool find_places(struct search *s, struct error *err)
{
    const struct sweep_knee *k = &s->file->knee;
    const size_t first = k->points < FIRST_POINTS ? k->points : FIRST_POINTS;
    for (size_t i = 0; i < first && !interrupted; i++) {
        const double x = i == 0 ? k->from : i + 1 == first ? k->to : at(k, (double)i / (double)(first - 1));
        if (!has(s, x) && !look_at(s, x, err))
            return false;
    }
    double middle;
    while (s->count < k->points && !interrupted && longest_piece(s, &middle))
        if (!look_at(s, middle, err))
            return false;
    return true;
}

/* "/sweep={...}" with the points found; free it. NULL: no memory. */
static char *sweep_text(const struct search *s)
{
    const size_t room = 64 + strlen(s->file->knee.pointer) + s->count * (32 + strlen(s->file->knee.unit));
    char *text = malloc(room), value[SET_ROOM];
    size_t n = text == NULL ? 0 : (size_t)snprintf(text, room, "/sweep={\"%s\":[", s->file->knee.pointer);
    for (size_t i = 0; text != NULL && i < s->count; i++) {
        value_text(&s->file->knee, s->places[i].x, value, sizeof value);
        n += (size_t)snprintf(text + n, room - n, "%s%s", i > 0 ? "," : "", value);
    }
    if (text != NULL)
        snprintf(text + n, room - n, "]}");
    return text;
}

bool knee_place(const struct scenario_args *args, size_t i, unsigned jobs, struct ranks *ranks, struct desq **d)
{
    struct search s = {.args = args, .file = desq_scenario(*d), .name = args->files[i], .jobs = jobs, .ranks = ranks};
    if (s.file->knee.pointer == NULL)
        return true;
    struct error err;
    struct desq *placed = NULL;
    char *sweep = NULL;
    s.places = calloc(s.file->knee.points + 1, sizeof *s.places);
    bool good = s.places != NULL || error_set(&err, "out of memory");
    good = good && find_places(&s, &err);
    if (good && !interrupted && s.count > 1) {
        sweep = sweep_text(&s);
        const char *const more[] = {sweep};
        good = (sweep != NULL || error_set(&err, "out of memory")) && read_with(&s, more, 1, &placed, &err);
    }
    if (!good)
        complain(&err);
    free(s.places);
    free(sweep);
    if (placed != NULL) {
        desq_free(*d);
        *d = placed;
    }
    return good;
}
