/* One number with its interval per row, for spreadsheets and data frames. Quoting by RFC 4180; lines end in
 * CR LF as it asks. What cannot be given is left empty. */
#include "cli/output/label.h"
#include "cli/output/number.h"
#include "cli/output/output.h"

#include <string.h>

static void field(FILE *out, const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void number(FILE *out, double x)
{
    char text[NUMBER_ROOM];
    fputc(',', out);
    fputs(number_exact(x, text), out);
}

/* What every row of a subject begins with. */
struct row_start {
    FILE *out;
    struct arena *arena;
    const struct point *point;
    const char *scope, *name;
};

static void end_row(FILE *out)
{
    fputs("\r\n", out);
}

static bool start_row(const struct row_start *s, const char *figure, const char *statistic)
{
    field(s->out, s->point->variant != NULL ? s->point->variant : "");
    for (size_t i = 0; i < s->point->set_count; i++) {
        const char *value = label_value(s->arena, &s->point->sets[i]);
        if (value == NULL)
            return false;
        fputc(',', s->out);
        field(s->out, value);
    }
    const char *const rest[] = {s->scope, s->name, figure, statistic};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        fputc(',', s->out);
        field(s->out, rest[i]);
    }
    return true;
}

static bool row(const struct row_start *s, const char *figure, const char *statistic, double value,
                double low, double high)
{
    if (!start_row(s, figure, statistic))
        return false;
    number(s->out, value);
    number(s->out, low);
    number(s->out, high);
    end_row(s->out);
    return true;
}

static bool subject(struct row_start s, const struct subject *subject)
{
    s.name = subject->name;
    for (size_t i = 0; i < subject->figure_count; i++) {
        const struct figure *f = &subject->figures[i];
        if (!row(&s, f->probe->name, "mean", f->mean, f->mean - f->half_width, f->mean + f->half_width))
            return false;
        if (f->probe->tally && (!row(&s, f->probe->name, "sd", f->sd, NAN, NAN) ||
                                !row(&s, f->probe->name, "max", f->max, NAN, NAN)))
            return false;
        for (size_t q = 0; q < f->quantile_count; q++) {
            const char *name = label_quantile(s.arena, f->quantiles[q].p);
            if (name == NULL || !row(&s, f->probe->name, name, f->quantiles[q].value, f->quantiles[q].low,
                                     f->quantiles[q].high))
                return false;
        }
    }
    return true;
}

static bool point(FILE *out, struct arena *a, const struct point *p)
{
    struct row_start s = {.out = out, .arena = a, .point = p, .scope = "task"};
    bool good = true;
    for (size_t i = 0; i < p->kind_count && good; i++)
        good = subject(s, &p->kinds[i]);
    s.scope = "station";
    for (size_t i = 0; i < p->station_count && good; i++)
        good = subject(s, &p->stations[i]);
    s.scope = "run";
    return good && (p->run == NULL || subject(s, p->run));
}

static bool write_csv(const struct result *r, FILE *out, struct error *err)
{
    struct arena arena;
    bool good = true;
    arena_init(&arena);
    fputs("variant", out);
    for (size_t i = 0; r->point_count > 0 && i < r->points[0].set_count; i++) {
        fputc(',', out);
        field(out, r->points[0].sets[i].pointer);
    }
    fputs(",scope,name,figure,statistic,value,low,high", out);
    end_row(out);
    for (size_t i = 0; i < r->point_count && good; i++)
        good = point(out, &arena, &r->points[i]);
    arena_free(&arena);
    return good || error_set(err, "out of memory while writing CSV");
}

const struct output output_csv = {
    .name = "csv", .suffix = ".csv", .summary = "one number per row, for spreadsheets", .write = write_csv};
