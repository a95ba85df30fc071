/* The results layout of docs/scenario-format.md. Written by hand rather than through a cJSON tree, so that
 * one figure stands on one line, and numbers read back bit for bit. What cannot be given is null; INFINITY is
 * "infinite". */
#include "cli/output/number.h"
#include "cli/output/output.h"
#include "models/rare.h"

#include <string.h>

/* A place in the text being written: whether the next member needs a comma, and how deep it stands. */
struct writer {
    FILE *out;
    int depth;
    bool comma;
    bool inline_; /* members of this object stand on one line */
};

static void text(struct writer *w, const char *s)
{
    fputc('"', w->out);
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            fprintf(w->out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", w->out);
        else if (c == '\t')
            fputs("\\t", w->out);
        else if (c < 0x20 || c == 0x7f)
            fprintf(w->out, "\\u%04x", c);
        else
            fputc(c, w->out);
    }
    fputc('"', w->out);
}

/* Ends the line before and indents, or puts a space. */
static void next(struct writer *w)
{
    if (w->comma)
        fputc(',', w->out);
    if (w->inline_)
        fputc(' ', w->out);
    else
        fprintf(w->out, "\n%*s", 2 * w->depth, "");
    w->comma = true;
}

static void key(struct writer *w, const char *name)
{
    next(w);
    text(w, name);
    fputs(": ", w->out);
}

static void begin(struct writer *w, char bracket)
{
    fputc(bracket, w->out);
    w->depth++;
    w->comma = false;
}

static void end(struct writer *w, char bracket)
{
    w->depth--;
    if (w->comma && w->inline_)
        fputc(' ', w->out);
    else if (w->comma)
        fprintf(w->out, "\n%*s", 2 * w->depth, "");
    fputc(bracket, w->out);
    w->comma = true;
}

static void value(struct writer *w, double x)
{
    char digits[NUMBER_ROOM];
    if (isnan(x))
        fputs("null", w->out);
    else if (isinf(x))
        text(w, number_exact(x, digits));
    else
        fputs(number_exact(x, digits), w->out);
}

static void number(struct writer *w, const char *name, double x)
{
    key(w, name);
    value(w, x);
}

static void whole(struct writer *w, const char *name, uint64_t x)
{
    key(w, name);
    fprintf(w->out, "%llu", (unsigned long long)x);
}

static void word(struct writer *w, const char *name, const char *s)
{
    key(w, name);
    if (s != NULL)
        text(w, s);
    else
        fputs("null", w->out);
}

static void flag(struct writer *w, const char *name, bool x)
{
    key(w, name);
    fputs(x ? "true" : "false", w->out);
}

static void texts(struct writer *w, const char *name, const char *const *list, size_t count)
{
    key(w, name);
    begin(w, '[');
    for (size_t i = 0; i < count; i++) {
        next(w);
        text(w, list[i]);
    }
    end(w, ']');
}

static const char *const verdict_names[] = {
    [VERDICT_MET] = "met", [VERDICT_NOT_MET] = "not met", [VERDICT_UNDECIDED] = "undecided"};
static const char *const comparison_names[] = {
    [LESS] = "<", [LESS_OR_EQUAL] = "<=", [GREATER] = ">", [GREATER_OR_EQUAL] = ">="};

static void statistic(struct writer *w, enum statistic s, double p)
{
    static const char *const names[] = {[STATISTIC_MEAN] = "mean",
                                        [STATISTIC_SD] = "sd",
                                        [STATISTIC_MAX] = "max",
                                        [STATISTIC_QUANTILE] = "quantile"};
    word(w, "statistic", names[s]);
    if (s == STATISTIC_QUANTILE)
        number(w, "p", p);
}

/* A long part of a figure, on a line of its own. */
static void figure_part(struct writer *w, const char *name)
{
    w->inline_ = false;
    key(w, name);
    w->inline_ = true;
}

static void quantiles(struct writer *w, const struct figure *f)
{
    char p[NUMBER_ROOM];
    figure_part(w, "quantiles");
    begin(w, '{');
    for (size_t i = 0; i < f->quantile_count; i++) {
        const struct quantile *q = &f->quantiles[i];
        key(w, number_exact(q->p, p));
        begin(w, '{');
        number(w, "value", q->value);
        number(w, "low", q->low);
        number(w, "high", q->high);
        end(w, '}');
    }
    end(w, '}');
}

static void tail(struct writer *w, const struct figure *f)
{
    figure_part(w, "tail");
    fputc('[', w->out);
    for (size_t i = 0; i < f->tail_count; i++) {
        fputs(i > 0 ? ", [" : "[", w->out);
        value(w, f->tail[i].value);
        fputs(", ", w->out);
        value(w, f->tail[i].above);
        fputc(']', w->out);
    }
    fputc(']', w->out);
}

static void figure(struct writer *w, const struct figure *f)
{
    key(w, f->probe->name);
    w->inline_ = true;
    begin(w, '{');
    number(w, "mean", f->mean);
    number(w, "half_width", f->half_width);
    if (!isnan(f->variance_left))
        number(w, "variance_left", f->variance_left);
    if (f->probe->tally) {
        number(w, "sd", f->sd);
        number(w, "max", f->max);
        number(w, "count", f->count);
    }
    if (f->quantile_count > 0)
        quantiles(w, f);
    if (f->tail_count > 0)
        tail(w, f);
    end(w, '}');
    w->inline_ = false;
}

static void subjects(struct writer *w, const char *name, const struct subject *list, size_t count)
{
    key(w, name);
    begin(w, '{');
    for (size_t i = 0; i < count; i++) {
        key(w, list[i].name);
        begin(w, '{');
        for (size_t k = 0; k < list[i].figure_count; k++)
            figure(w, &list[i].figures[k]);
        end(w, '}');
    }
    end(w, '}');
}

static void sets(struct writer *w, const struct point *p)
{
    key(w, "set");
    begin(w, '{');
    for (size_t i = 0; i < p->set_count; i++) {
        key(w, p->sets[i].pointer);
        fputs(p->sets[i].value, w->out); /* JSON as it is */
    }
    end(w, '}');
    key(w, "set_numbers"); /* the same in the time unit, where they are numbers */
    begin(w, '{');
    for (size_t i = 0; i < p->set_count; i++)
        number(w, p->sets[i].pointer, p->sets[i].number);
    end(w, '}');
}

static void report(struct writer *w, const struct run_report *r)
{
    key(w, "run");
    begin(w, '{');
    whole(w, "replications", r->replications);
    number(w, "warmup", r->warmup);
    number(w, "warmup_found", r->warmup_found);
    number(w, "length", r->length);
    flag(w, "terminating", r->terminating);
    whole(w, "events", r->events);
    word(w, "engine", run_engine_names[r->recursion]);
    number(w, "precision", r->precision);
    word(w, "worst", r->worst);
    word(w, "stopped", stop_reason_names[r->stopped]);
    end(w, '}');
}

static void deadlock(struct writer *w, const struct deadlock_report *d)
{
    key(w, "deadlock");
    begin(w, '{');
    whole(w, "replication", d->replication);
    number(w, "time", d->time);
    whole(w, "tasks", d->tasks);
    key(w, "cycle");
    begin(w, '[');
    for (size_t i = 0; i < d->length; i++) {
        const struct deadlock_step *s = &d->cycle[i];
        next(w);
        w->inline_ = true;
        begin(w, '{');
        word(w, "task", s->task);
        flag(w, "branch", s->branch);
        word(w, "holds", s->holds);
        word(w, "waits_for", s->waits_for);
        flag(w, "room", s->room);
        number(w, "arrived", s->arrived);
        number(w, "since", s->since);
        end(w, '}');
        w->inline_ = false;
    }
    end(w, ']');
    end(w, '}');
}

static void capacity(struct writer *w, const struct point *p)
{
    key(w, "capacity");
    begin(w, '{');
    number(w, "arrival_rate", p->arrival_rate);
    key(w, "stations");
    begin(w, '{');
    for (size_t i = 0; i < p->station_count && p->capacities != NULL; i++) {
        const struct capacity *c = &p->capacities[i];
        key(w, p->stations[i].name);
        w->inline_ = true;
        begin(w, '{');
        number(w, "load", c->load);
        number(w, "rate_most", c->rate_most);
        number(w, "held_mean", c->held_mean);
        end(w, '}');
        w->inline_ = false;
    }
    end(w, '}');
    end(w, '}');
}

static void outcome(struct writer *w, const struct point *p, const struct requirement_outcome *o)
{
    const struct requirement *r = o->requirement;
    next(w);
    begin(w, '{');
    word(w, "text", r->text);
    if (r->of_station)
        word(w, "station", p->stations[r->subject].name);
    else
        word(w, "task", r->of_run ? NULL : p->kinds[r->subject].name);
    word(w, "figure", r->metric);
    statistic(w, r->statistic, r->quantile);
    word(w, "comparison", comparison_names[r->comparison]);
    number(w, "limit", r->value);
    number(w, "value", o->value);
    number(w, "low", o->low);
    number(w, "high", o->high);
    word(w, "verdict", verdict_names[o->verdict]);
    end(w, '}');
}

static void rare(struct writer *w, const struct rare *r)
{
    static const char *const names[] = {[RARE_LOSSES] = "lost", [RARE_WAITS] = "wait", [RARE_RESPONSES] = "response"};
    key(w, "rare");
    begin(w, '{');
    word(w, "of", names[r->of]);
    if (r->of != RARE_LOSSES)
        word(w, "task", r->kind);
    word(w, "station", r->station);
    if (r->of != RARE_LOSSES)
        number(w, "beyond", r->beyond);
    number(w, "share", r->lost);
    number(w, "half_width", r->half_width);
    number(w, "exact", r->exact);
    whole(w, "replications", r->replications);
    whole(w, "events", r->events);
    number(w, "tasks_of_an_ordinary_run", r->plain);
    number(w, "fewest_paths_at_a_level", r->fewest);
    end(w, '}');
}

static void prediction(struct writer *w, const struct point *p, const struct prediction *x)
{
    next(w);
    w->inline_ = true;
    begin(w, '{');
    if (x->of_station)
        word(w, "station", p->stations[x->subject].name);
    else
        word(w, "task", x->of_run ? NULL : p->kinds[x->subject].name);
    word(w, "figure", x->measure);
    statistic(w, x->statistic, x->quantile);
    if (isinf(x->value)) /* a mean that diverges */
        word(w, "exact", "infinite");
    else
        number(w, "exact", x->value);
    number(w, "simulated", x->simulated);
    number(w, "z", x->z);
    word(w, "formula", x->form);
    end(w, '}');
    w->inline_ = false;
}

static void point(struct writer *w, const struct point *p)
{
    next(w);
    begin(w, '{');
    word(w, "variant", p->variant);
    sets(w, p);
    subjects(w, "tasks", p->kinds, p->kind_count);
    subjects(w, "stations", p->stations, p->station_count);
    for (size_t i = 0; p->run != NULL && i < p->run->figure_count; i++)
        figure(w, &p->run->figures[i]);
    report(w, &p->report);
    if (p->deadlock != NULL)
        deadlock(w, p->deadlock);
    if (p->rare != NULL)
        rare(w, p->rare);
    capacity(w, p);
    key(w, "require");
    begin(w, '[');
    for (size_t i = 0; i < p->outcome_count; i++)
        outcome(w, p, &p->outcomes[i]);
    end(w, ']');
    key(w, "theory");
    begin(w, '[');
    for (size_t i = 0; i < p->prediction_count; i++)
        prediction(w, p, &p->predictions[i]);
    end(w, ']');
    texts(w, "warnings", p->warnings, p->warning_count);
    end(w, '}');
}

static void differences(struct writer *w, const struct result *r)
{
    key(w, "differences");
    begin(w, '[');
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct difference *d = &r->differences[i];
        next(w);
        begin(w, '{');
        whole(w, "base", d->base);
        whole(w, "other", d->other);
        word(w, "task", d->of_run ? NULL : r->points[d->base].kinds[d->kind].name);
        word(w, "figure", d->probe->name);
        statistic(w, d->statistic, d->quantile);
        number(w, "difference", d->difference);
        number(w, "half_width", d->half_width);
        number(w, "half_width_unpaired", d->half_width_unpaired);
        end(w, '}');
    }
    end(w, ']');
}

static void comparisons(struct writer *w, const struct result *r)
{
    key(w, "comparisons");
    begin(w, '[');
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison_of_await *c = &r->comparisons[i];
        const struct subject *stations = r->points[c->sync].stations;
        const size_t count = r->points[c->sync].station_count;
        next(w);
        begin(w, '{');
        whole(w, "sync", c->sync);
        whole(w, "async", c->async);
        flag(w, "by_await", c->by_await);
        if (c->by_await) {
            number(w, "sync_rate_most", c->sync_rate_most);
            number(w, "async_rate_most", c->async_rate_most);
            /* Where any rate is carried, none is full first. */
            word(w, "sync_saturates", c->sync_saturates < count ? stations[c->sync_saturates].name : NULL);
            word(w, "async_saturates", c->async_saturates < count ? stations[c->async_saturates].name : NULL);
            word(w, "pool", stations[c->pool].name);
            number(w, "break_even_servers", c->break_even_servers);
        }
        end(w, '}');
    }
    end(w, ']');
}

static bool write_json(const struct result *r, FILE *out, struct error *err)
{
    struct writer w = {.out = out};
    (void)err; /* nothing here can fail but the file */
    begin(&w, '{');
    word(&w, "desq", DESQ_VERSION);
    word(&w, "scenario", r->path);
    word(&w, "title", r->title);
    word(&w, "description", r->description);
    word(&w, "time_unit", r->time_unit);
    whole(&w, "seed", r->seed);
    number(&w, "confidence", r->confidence);
    whole(&w, "variants", r->variant_count);
    flag(&w, "unfinished", r->unfinished);
    key(&w, "points");
    begin(&w, '[');
    for (size_t i = 0; i < r->point_count; i++)
        point(&w, &r->points[i]);
    end(&w, ']');
    differences(&w, r);
    comparisons(&w, r);
    texts(&w, "notes", r->notes, r->note_count);
    end(&w, '}');
    fputc('\n', out);
    return true;
}

const struct output output_json = {
    .name = "json", .suffix = ".json", .summary = "all numbers, to be read by programs", .write = write_json};
