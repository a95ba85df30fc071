/* Variants against each other: the paired differences, and what they come to in words. */
#include "cli/output/text.h"

#include <string.h>

static const char *keep(struct page *p, const char *text)
{
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

static struct subject_key key_of(const struct result *r, const struct difference *d)
{
    return (struct subject_key){d->base % r->variant_count, d->other % r->variant_count, d->of_run,
                                d->of_run ? 0 : d->kind, d->probe};
}

static bool same_key(const struct subject_key *a, const struct subject_key *b)
{
    return a->base == b->base && a->other == b->other && a->of_run == b->of_run && a->kind == b->kind &&
           a->probe == b->probe;
}

const struct difference *text_difference(const struct result *r, const struct subject_key *key, size_t place,
                                         enum statistic statistic, double quantile)
{
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct difference *d = &r->differences[i];
        const struct subject_key k = key_of(r, d);
        if (same_key(&k, key) && d->base / r->variant_count == place && d->statistic == statistic &&
            (statistic != STATISTIC_QUANTILE || d->quantile == quantile))
            return d;
    }
    return NULL;
}

static bool seen_before(const struct result *r, size_t index, const struct subject_key *key)
{
    for (size_t i = 0; i < index; i++) {
        const struct subject_key k = key_of(r, &r->differences[i]);
        if (same_key(&k, key))
            return true;
    }
    return false;
}

static const struct figure *figure_of(const struct result *r, const struct subject_key *key, size_t point)
{
    const struct point *at = &r->points[point];
    if (key->of_run)
        return at->run != NULL ? subject_figure(at->run, key->probe->name) : NULL;
    return key->kind < at->kind_count ? subject_figure(&at->kinds[key->kind], key->probe->name) : NULL;
}

static const char *variant_name(const struct result *r, size_t variant)
{
    const char *name = r->points[variant].variant;
    return name != NULL ? name : "";
}

static double value_of(const struct figure *f, const struct difference *d)
{
    if (f == NULL || d->statistic != STATISTIC_QUANTILE)
        return f != NULL ? f->mean : NAN;
    for (size_t i = 0; i < f->quantile_count; i++)
        if (f->quantiles[i].p == d->quantile)
            return f->quantiles[i].value;
    return NAN;
}

/* The difference with what rounding left of nothing taken for nothing: below a billionth of the figures. */
static struct difference rounded(const struct result *r, const struct difference *d)
{
    const double least = 1e-9;
    const struct subject_key key = key_of(r, d);
    const double from = value_of(figure_of(r, &key, d->base), d),
                 to = value_of(figure_of(r, &key, d->other), d);
    const double size = fmax(fabs(from), fabs(to)); /* fmax passes over a NAN */
    struct difference out = *d;
    if (fabs(out.difference) < least * size)
        out.difference = 0.0;
    if (out.half_width < least * size)
        out.half_width = 0.0;
    return out;
}

const char *text_difference_cell(struct page *p, const struct difference *found)
{
    char text[NUMBER_ROOM];
    if (found == NULL || isnan(found->difference) || text_deadlocked(p->result, found->base) ||
        text_deadlocked(p->result, found->other))
        return "-";
    const struct difference shown = rounded(p->result, found), *const d = &shown;
    const double scale = d->probe->unit == UNIT_FRACTION ? 100.0 : 1.0;
    number_interval(scale * d->difference, scale * d->half_width, text);
    p->unsure = p->unsure || text[0] == '~';
    return keep(p, arena_text(p->arena, text));
}

/* -1: other is smaller; 1: greater; 0: the interval holds 0, or there is none. */
static int sign_of(const struct result *r, const struct difference *d)
{
    if (d == NULL || isnan(d->difference) || isnan(d->half_width))
        return 0;
    const struct difference shown = rounded(r, d);
    if (fabs(shown.difference) <= shown.half_width)
        return 0;
    return shown.difference < 0.0 ? -1 : 1;
}

/* "5.2 % shorter", "4 times as fast" from the two means. */
static const char *relative_size(struct page *p, const struct subject_key *key, double from, double to)
{
    char text[NUMBER_ROOM];
    const bool time = key->probe->unit == UNIT_TIME;
    if (!(from > 0.0) || !(to > 0.0))
        return to > from ? "more" : "less";
    const double ratio = to / from;
    if (time && ratio <= 0.5)
        return keep(p, arena_printf(p->arena, "%s times as fast", number_short(1.0 / ratio, 3, text)));
    if (ratio >= 2.0)
        return keep(p, arena_printf(p->arena, "%s times as %s", number_short(ratio, 3, text),
                                    time ? "long" : "much"));
    number_short(100.0 * fabs(ratio - 1.0), 2, text);
    return keep(p, arena_printf(p->arena, "%s %% %s", text,
                                ratio < 1.0 ? (time ? "shorter" : "less") : (time ? "longer" : "more")));
}

static bool unstable(const struct result *r, size_t point)
{
    return r->points[point].report.stopped == STOPPED_UNSTABLE;
}

/* What the difference of the means says, in a few words. */
static const char *words(struct page *p, const struct subject_key *key, size_t place)
{
    const struct result *r = p->result;
    const size_t base = place * r->variant_count + key->base, other = place * r->variant_count + key->other;
    const struct difference *d = text_difference(r, key, place, STATISTIC_MEAN, 0.0);
    const struct figure *from = figure_of(r, key, base), *to = figure_of(r, key, other);
    if (text_deadlocked(r, base) || text_deadlocked(r, other))
        return text_deadlocked(r, base) && text_deadlocked(r, other)
                   ? "both deadlock"
                   : keep(p,
                          arena_printf(p->arena, "%s deadlocks",
                                       variant_name(r, text_deadlocked(r, base) ? key->base : key->other)));
    if (unstable(r, base) && unstable(r, other))
        return "neither keeps up";
    if (unstable(r, base) || unstable(r, other))
        return keep(p, arena_printf(p->arena, "only %s keeps up",
                                    variant_name(r, unstable(r, base) ? key->other : key->base)));
    if (d == NULL || from == NULL || to == NULL || isnan(d->difference))
        return "-";
    if (isnan(d->half_width))
        return "undecided";
    return sign_of(r, d) == 0 ? "no difference" : relative_size(p, key, from->mean, to->mean);
}

/* "responds": what is said between the variant's name and "in 8.5 ms". */
static const char *verb_of(struct page *p, const struct subject_key *key)
{
    if (key->of_run)
        return "finishes";
    if (strcmp(key->probe->name, "response") == 0)
        return "responds";
    return keep(p, arena_printf(p->arena, "has a %s", keep(p, label_measure(p->arena, key->probe->name))));
}

/* One place's means of both variants as a sentence. */
static void print_sentence(struct page *p, const struct subject_key *key, size_t place)
{
    const struct result *r = p->result;
    const size_t base = place * r->variant_count + key->base, other = place * r->variant_count + key->other;
    const struct difference *found = text_difference(r, key, place, STATISTIC_MEAN, 0.0);
    const struct figure *from = figure_of(r, key, base), *to = figure_of(r, key, other);
    const char *a = variant_name(r, key->base), *b = variant_name(r, key->other);
    char size[NUMBER_ROOM], left[NUMBER_ROOM], right[NUMBER_ROOM], apart[NUMBER_ROOM] = "";
    if (found == NULL || from == NULL || to == NULL || isnan(found->difference) || text_deadlocked(r, base) ||
        text_deadlocked(r, other))
        return;
    const struct difference shown = rounded(r, found), *const d = &shown;
    const char *unit = keep(p, label_unit(p->arena, r, key->probe));
    const double unpaired = d->half_width > 0.0 ? d->half_width_unpaired : NAN;
    if (unpaired > d->half_width) {
        char text[NUMBER_ROOM];
        snprintf(apart, sizeof apart, "; without pairing ± %.20s", number_short(unpaired, 2, text));
    }
    number_interval(d->difference, d->half_width, size);
    p->unsure = p->unsure || size[0] == '~';
    const char *in = key->of_run || strcmp(key->probe->name, "response") == 0 ? "in" : "of";
    const char *name = key->of_run ? "" : r->points[0].kinds[key->kind].name;
    const bool named = !key->of_run && r->points[0].kind_count > 1;
    const char *text = arena_printf(
        p->arena, "%s%s%s %s %s %s %s, %s %s %s %s: %s (paired difference %s %s%s).", named ? name : "",
        named ? ": " : "", b, verb_of(p, key), in, number_interval(to->mean, to->half_width, left), unit, a,
        in, number_interval(from->mean, from->half_width, right), unit, words(p, key, place), size, unit,
        apart);
    text_wrapped(p->out, keep(p, text), 2, 4);
}

/* The quantiles shown beside the mean, so that the table stays on the page: those nearest to p50 and to p99
 * among the ones that have differences. All are in the JSON. Returns how many. */
enum { QUANTILES_SHOWN = 2 };
static size_t choose_quantiles(const struct result *r, const struct subject_key *key,
                               double chosen[static QUANTILES_SHOWN])
{
    double low = NAN, high = NAN;
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct difference *d = &r->differences[i];
        const struct subject_key k = key_of(r, d);
        if (d->statistic != STATISTIC_QUANTILE || !same_key(&k, key))
            continue;
        if (!(fabs(low - 0.5) <= fabs(d->quantile - 0.5)))
            low = d->quantile;
        if (!(fabs(high - 0.99) <= fabs(d->quantile - 0.99)))
            high = d->quantile;
    }
    chosen[0] = low;
    chosen[1] = high;
    return isnan(low) ? 0 : low == high ? 1 : 2;
}

/* A row per combination of sweep values: in words, then the paired differences. */
static void print_differences(struct page *p, const struct subject_key *key)
{
    const struct result *r = p->result;
    const struct point *first = &r->points[0];
    struct table t;
    double quantiles[QUANTILES_SHOWN];
    const size_t count = choose_quantiles(r, key, quantiles);
    const char *unit = keep(p, label_unit(p->arena, r, key->probe));
    const char *measure = keep(p, label_measure(p->arena, key->probe->name));
    const bool named = !key->of_run && first->kind_count > 1;
    const char *group =
        keep(p, arena_printf(p->arena, "%s - %s: %s%s%s%s%s", variant_name(r, key->other),
                             variant_name(r, key->base), named ? first->kinds[key->kind].name : "",
                             named ? " " : "", measure, unit[0] != '\0' ? ", " : "", unit));
    table_init(&t, p->arena);
    for (size_t i = 0; i < first->set_count; i++)
        table_label(&t, keep(p, label_column(p->arena, first, i)));
    table_label(&t, keep(p, arena_printf(p->arena, "%s is", variant_name(r, key->other))));
    table_column(&t, group, "mean");
    for (size_t q = 0; q < count; q++)
        table_column(&t, group, keep(p, label_quantile(p->arena, quantiles[q])));
    for (size_t place = 0; place < result_places(r); place++) {
        const struct point *at = &r->points[place * r->variant_count];
        table_row(&t);
        for (size_t i = 0; i < at->set_count && i + 1 < t.label_count; i++)
            table_cell(&t, i, keep(p, label_value(p->arena, &at->sets[i])));
        table_cell(&t, t.label_count - 1, words(p, key, place));
        size_t column = t.label_count;
        table_cell(&t, column++,
                   text_difference_cell(p, text_difference(r, key, place, STATISTIC_MEAN, 0.0)));
        for (size_t q = 0; q < count; q++)
            table_cell(
                &t, column++,
                text_difference_cell(p, text_difference(r, key, place, STATISTIC_QUANTILE, quantiles[q])));
    }
    text_table(p, &t, 2);
}

/* Some of the tasks that come are lost, or the queue grows: throughput is not simply what is offered. */
static bool falls_short(const struct result *r, const struct subject_key *key, size_t point)
{
    const struct point *at = &r->points[point];
    const struct figure *lost =
        key->kind < at->kind_count ? subject_figure(&at->kinds[key->kind], "lost") : NULL;
    return unstable(r, point) || (lost != NULL && lost->mean > 0.0);
}

/* Where both variants carry all that is offered, what their throughput differs by is who was still present
 * when the run ended. */
static bool throughput_differs(const struct result *r, const struct subject_key *key, size_t place)
{
    const double least = 0.02; /* the precision that runs have unless told otherwise */
    const size_t base = place * r->variant_count + key->base, other = place * r->variant_count + key->other;
    const struct difference *d = text_difference(r, key, place, STATISTIC_MEAN, 0.0);
    const struct figure *from = figure_of(r, key, base);
    if (sign_of(r, d) == 0 || from == NULL)
        return false;
    return r->points[base].arrival_rate == 0.0 || falls_short(r, key, base) || falls_short(r, key, other) ||
           fabs(d->difference) > least * from->mean;
}

/* Responses and makespans always; throughput where it differs and tasks keep coming; the rest is in the
 * tables and in the JSON. */
static bool worth_telling(const struct result *r, const struct subject_key *key)
{
    bool known = false, different = false;
    for (size_t place = 0; place < result_places(r); place++) {
        const struct difference *d = text_difference(r, key, place, STATISTIC_MEAN, 0.0);
        known = known || (d != NULL && !isnan(d->difference));
        different = different || throughput_differs(r, key, place);
    }
    return known &&
           (key->of_run || strcmp(key->probe->name, "response") == 0 ||
            (different && strcmp(key->probe->name, "throughput") == 0 && !r->points[0].report.terminating));
}

/* "at most 1.6 per ms (threads is full first)" */
static const char *capacity_text(struct page *p, double rate, size_t station)
{
    const struct result *r = p->result;
    char text[NUMBER_ROOM];
    if (isinf(rate))
        return "any rate";
    const char *name = station < r->points[0].station_count ? r->points[0].stations[station].name : "?";
    const struct rate_unit unit = label_rate_unit(p->arena, r);
    return keep(p, arena_printf(p->arena, "at most %s per %s (%s is full first)",
                                number_short(rate * unit.factor, 4, text), keep(p, unit.name), name));
}

/* The largest rates and the break-even of one comparison, in words. */
static const char *await_text(struct page *p, const struct comparison_of_await *c)
{
    const struct result *r = p->result;
    const char *sync = r->points[c->sync].variant, *async = r->points[c->async].variant;
    if (isnan(c->sync_rate_most) || isnan(c->async_rate_most))
        return "";
    const char *text =
        keep(p, arena_printf(p->arena, "%s carries %s; %s %s.", sync != NULL ? sync : "synchronous",
                             capacity_text(p, c->sync_rate_most, c->sync_saturates),
                             async != NULL ? async : "asynchronous",
                             capacity_text(p, c->async_rate_most, c->async_saturates)));
    if (isnan(c->break_even_servers) || isinf(c->break_even_servers) || c->pool >= r->points[0].station_count)
        return text;
    char number[NUMBER_ROOM];
    const double even = c->break_even_servers, whole = ceil(even * (1.0 - 1e-12));
    return keep(
        p,
        arena_printf(p->arena,
                     "%s Break-even: %s servers at %s, contention between stations left out of account: with "
                     "fewer than %.0f %s carries more. Where tasks wait for one station while they hold a "
                     "server of another, %s needs more servers than that to carry as much.",
                     text, number_short(even, 5, number), r->points[0].stations[c->pool].name, whole,
                     async != NULL ? async : "asynchronous", sync != NULL ? sync : "synchronous"));
}

/* The same sentence for several places is printed once. */
static void print_awaits(struct page *p)
{
    const struct result *r = p->result;
    const char *last = NULL;
    bool all_alike = true;
    for (size_t i = 0; i < r->comparison_count; i++) {
        if (!r->comparisons[i].by_await)
            continue;
        const char *text = await_text(p, &r->comparisons[i]);
        all_alike = all_alike && (last == NULL || strcmp(last, text) == 0);
        last = text;
    }
    if (last == NULL)
        return;
    for (size_t i = 0; i < r->comparison_count; i++) {
        if (!r->comparisons[i].by_await)
            continue;
        const char *place = keep(p, label_place(p->arena, r, r->comparisons[i].sync));
        const char *text = await_text(p, &r->comparisons[i]);
        if (!all_alike && place[0] != '\0')
            text = keep(p, arena_printf(p->arena, "%s: %s", place, text));
        if (text[0] != '\0')
            text_wrapped(p->out, text, 2, 4);
        if (all_alike)
            break;
    }
}

/* What common random numbers brought, over all places: in a sweep there is no room for both intervals. */
static void print_pairing(struct page *p)
{
    const struct result *r = p->result;
    double least = INFINITY, most = 0.0;
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct difference *d = &r->differences[i];
        if (d->of_run || d->statistic != STATISTIC_MEAN || strcmp(d->probe->name, "response") != 0 ||
            !(d->half_width > 0.0) || !(d->half_width_unpaired > 0.0))
            continue;
        least = fmin(least, d->half_width_unpaired / d->half_width);
        most = fmax(most, d->half_width_unpaired / d->half_width);
    }
    if (!(most > 1.5))
        return;
    const char *text = arena_printf(
        p->arena, "Pairing, task by task, narrowed the intervals of the means' differences %s to %s times.",
        number_short(least, 2, low), number_short(most, 2, high));
    text_wrapped(p->out, keep(p, text), 2, 4);
}

/* In the order they are told: makespans, responses, throughput. */
enum turn { TURN_RUN, TURN_RESPONSE, TURN_OTHERS, TURN_COUNT };

static enum turn turn_of(const struct subject_key *key)
{
    if (key->of_run)
        return TURN_RUN;
    return strcmp(key->probe->name, "response") == 0 ? TURN_RESPONSE : TURN_OTHERS;
}

/* Tells the differences whose turn it is; returns how many there were. */
static size_t print_turn(struct page *p, enum turn turn, bool headed)
{
    const struct result *r = p->result;
    size_t count = 0;
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct subject_key key = key_of(r, &r->differences[i]);
        if (turn_of(&key) != turn || seen_before(r, i, &key) || !worth_telling(r, &key))
            continue;
        if (!headed && count == 0)
            fprintf(p->out, "\nVerdict\n");
        count++;
        if (result_places(r) > 1)
            print_differences(p, &key);
        else
            print_sentence(p, &key, 0);
    }
    return count;
}

void text_verdict(struct page *p)
{
    size_t count = 0;
    for (enum turn turn = 0; turn < TURN_COUNT; turn++)
        count += print_turn(p, turn, count > 0);
    if (count == 0)
        return;
    if (result_places(p->result) > 1)
        print_pairing(p);
    print_awaits(p);
}
