/* test_output.c: what is written from results: numbers, tables, text, JSON and back, CSV. */
#include "tests/suites.h"

#include "cli/output/label.h"
#include "cli/output/number.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "tests/sample_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the output writes, to be freed; NULL: it failed. */
static char *written(const struct output *output, const struct result *r)
{
    char *text = NULL;
    size_t size = 0;
    struct error err;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    const bool good = output->write(r, out, &err);
    fclose(out);
    if (good)
        return text;
    free(text);
    return NULL;
}

/* Whether text holds word as a word of its own, in any case of letters. */
static bool holds_word(const char *text, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = text; (at = strcasestr(at, word)) != NULL; at++) {
        const char before = at > text ? at[-1] : ' ', after = at[length];
        const bool inside = (before >= 'a' && before <= 'z') || (after >= 'a' && after <= 'z');
        if (!inside)
            return true;
    }
    return false;
}

static void numbers_read_back(void)
{
    const double samples[] = {0.1,         1.0 / 3.0,           1e-300, 5e-324, 1.7976931348623157e308,
                              123456789.0, 0.30000000000000004, -2.5};
    char text[NUMBER_ROOM];
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        CU_ASSERT_EQUAL(strtod(number_exact(samples[i], text), NULL), samples[i]);
    CU_ASSERT_STRING_EQUAL(number_exact(0.1, text), "0.1");
    CU_ASSERT_STRING_EQUAL(number_exact(-0.0, text), "0");
    CU_ASSERT_STRING_EQUAL(number_exact(NAN, text), "");
    CU_ASSERT_STRING_EQUAL(number_exact(INFINITY, text), "infinite");
}

static void digits_follow_the_half_width(void)
{
    const struct {
        double mean, half_width;
        const char *text;
    } cases[] = {
        {9.8123, 0.0523, "9.81 ± 0.05"},
        {9.8123, 0.123, "9.81 ± 0.12"},
        {9.8123, 0.0996, "9.81 ± 0.10"}, /* 0.0996 is 0.10 to two digits */
        {812.3, 31.2, "810 ± 30"},
        {0.0, 0.0, "0"},
        {4.0, 0.0, "4"},
        {-0.0001, 0.02, "0.00 ± 0.02"}, /* not -0.00 */
        {-0.41, 0.02, "-0.41 ± 0.02"},
        {1.234e-9, 5e-12, "(1.234 ± 0.005)e-09"},
        {1.5e12, 2e9, "(1.500 ± 0.002)e+12"},
        {12.345, NAN, "~12.3"},
        {NAN, 1.0, "-"},
        {NAN, NAN, "-"},
        {INFINITY, NAN, "any"},
        {1e-30, 3.0, "0 ± 3"},
        {99.97, 0.4, "100.0 ± 0.4"},
        {1.0000000000004547, 1.3e-15, "1"}, /* rounding, no interval */
        {0.1 + 0.2, 1e-17, "0.3"},
        {1.1952286093343936, 0.0, "1.19523"},
        {1234567.0, 0.0, "1234567"}, /* not rounded to tens */
        {12345678901.0, 0.0, "1.23457e+10"},
        {5.0, 6e-9, "5.000000000 ± 0.000000006"},
    };
    char text[NUMBER_ROOM];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_STRING_EQUAL(number_interval(cases[i].mean, cases[i].half_width, text), cases[i].text);
    CU_ASSERT_STRING_EQUAL(number_between(6.1, 6.0, 6.4, text), "6.1 ± 0.3");
    CU_ASSERT_STRING_EQUAL(number_between(6.1, 6.0, NAN, text), "~6.1");
    CU_ASSERT_STRING_EQUAL(number_between(6.1, NAN, NAN, text), "~6.1");
}

static void other_numbers(void)
{
    char text[NUMBER_ROOM];
    CU_ASSERT_STRING_EQUAL(number_short(0.0, 3, text), "0");
    CU_ASSERT_STRING_EQUAL(number_short(1.6000, 4, text), "1.6");
    CU_ASSERT_STRING_EQUAL(number_short(2.6667, 4, text), "2.667");
    CU_ASSERT_STRING_EQUAL(number_short(9999.6, 4, text), "10000");
    CU_ASSERT_STRING_EQUAL(number_short(-1e-9, 2, text), "-1.0e-09");
    CU_ASSERT_STRING_EQUAL(number_whole(0.0, text), "0");
    CU_ASSERT_STRING_EQUAL(number_whole(1234.0, text), "1234");
    CU_ASSERT_STRING_EQUAL(number_whole(12345.0, text), "12 345");
    CU_ASSERT_STRING_EQUAL(number_whole(4810022.0, text), "4 810 022");
    CU_ASSERT_STRING_EQUAL(number_clock(4.21, text), "4.2 s");
    CU_ASSERT_STRING_EQUAL(number_clock(65.0, text), "1:05");
    CU_ASSERT_STRING_EQUAL(number_clock(7380.0, text), "2:03:00");
    CU_ASSERT_STRING_EQUAL(number_clock(NAN, text), "-");
}

static const char *pointer_label(struct arena *a, const char *pointer)
{
    const struct setting set = {pointer, "1", 1.0};
    const struct point p = {.sets = &set, .set_count = 1};
    return label_pointer(a, &p, 0);
}

static void pointers_have_short_names(void)
{
    struct arena a;
    arena_init(&a);
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/servers"), "servers");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/arrivals/rate"), "rate");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/stations/threads/servers"), "threads: servers");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/tasks/request/arrivals/rate"), "request: rate");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/stations/a~1b/servers"), "a/b: servers");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, "/tasks/r/steps/0/for"), "r: steps 0 for");
    CU_ASSERT_STRING_EQUAL(pointer_label(&a, ""), "");
    const struct setting both[2] = {{"/servers", "1", 1.0}, {"/servers", "2", 2.0}};
    const struct point p = {.sets = both, .set_count = 2};
    CU_ASSERT_STRING_EQUAL(label_pointer(&a, &p, 0), "/servers"); /* else the two would be called the same */
    const struct setting one[] = {{"/tasks/r/arrivals/rate", "1", 1.0}, {"/stations/s/servers", "2", 2.0}};
    const struct point q = {.sets = one, .set_count = 2};
    CU_ASSERT_STRING_EQUAL(label_column(&a, &q, 0), "rate");
    CU_ASSERT_STRING_EQUAL(label_column(&a, &q, 1), "servers");
    CU_ASSERT_STRING_EQUAL(label_column(&a, &p, 0), "/servers");
    CU_ASSERT_STRING_EQUAL(label_quantile(&a, 0.999), "p99.9");
    CU_ASSERT_STRING_EQUAL(label_quantile(&a, 0.5), "p50");
    arena_free(&a);
}

/* The widest line of a text in characters. */
static size_t widest_line(const char *text)
{
    size_t most = 0, width = 0;
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            width = 0;
        else
            width += ((unsigned char)*text & 0xC0) != 0x80;
        most = width > most ? width : most;
    }
    return most;
}

static bool line_ends_in_space(const char *text)
{
    return strstr(text, " \n") != NULL;
}

static void tables_align(void)
{
    struct arena a;
    struct table t;
    char *text = NULL;
    size_t size = 0;
    arena_init(&a);
    table_init(&t, &a);
    table_label(&t, "point");
    table_column(&t, "group, ms", "mean");
    table_column(&t, "group, ms", "p99");
    table_row(&t);
    table_cell(&t, 0, "one");
    table_cell(&t, 1, "9.8 ± 0.1");
    table_cell(&t, 2, "-");
    table_row(&t);
    table_cell(&t, 0, "two");
    table_cell(&t, 1, "120 ± 30");
    table_cell(&t, 2, "4");
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_TRUE(table_print(&t, out, 1));
    fclose(out);
    CU_ASSERT_STRING_EQUAL(text, "        group, ms ----\n"
                                 " point       mean  p99\n"
                                 " one    9.8 ± 0.1    -\n"
                                 " two    120 ± 30     4\n");
    free(text);
    arena_free(&a);
}

static void wide_tables_continue(void)
{
    struct arena a;
    struct table t;
    char *text = NULL;
    size_t size = 0;
    arena_init(&a);
    table_init(&t, &a);
    table_label(&t, "label");
    for (int i = 0; i < 30; i++)
        table_column(&t, i < 15 ? "first" : "second", "123.45 ± 0.12");
    table_row(&t);
    for (size_t i = 0; i <= 30; i++)
        table_cell(&t, i, "123.45 ± 0.12");
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_TRUE(table_print(&t, out, 0));
    fclose(out);
    CU_ASSERT(widest_line(text) <= PAGE_WIDTH);
    size_t cells = 0;
    for (const char *at = text; (at = strstr(at, "±")) != NULL; at++)
        cells++;
    CU_ASSERT(cells >= 2 * 30 + 1); /* every title and every cell, and the repeated labels */
    free(text);
    arena_free(&a);
}

/* A group of which one narrow column stands alone after the cut, beneath a heading that is wider. */
static void a_cut_group_keeps_its_heading(void)
{
    struct arena a;
    struct table t;
    char *text = NULL;
    size_t size = 0;
    arena_init(&a);
    table_init(&t, &a);
    table_label(&t, "label");
    for (int i = 0; i < 8; i++)
        table_column(&t, "a heading of some length", i < 7 ? "123.45 ± 0.12" : "p99");
    table_column(&t, "next", "x");
    table_row(&t);
    for (size_t i = 0; i < 8; i++)
        table_cell(&t, i, "12");
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_TRUE(table_print(&t, out, 0));
    fclose(out);
    CU_ASSERT(widest_line(text) <= PAGE_WIDTH);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n\n       a heading of some length"));
    free(text);
    arena_free(&a);
}

static void text_fits_the_page(void)
{
    for (size_t places = 1; places <= 4; places += 3) {
        struct arena a;
        arena_init(&a);
        const struct result *r = sample_result(&a, places);
        CU_ASSERT_PTR_NOT_NULL_FATAL(r);
        char *text = written(&output_text, r);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT(widest_line(text) <= PAGE_WIDTH);
        CU_ASSERT_FALSE(line_ends_in_space(text));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "±"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "Verdict"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "Break-even"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "undecided"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "more arrives than it can carry"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "a two-moment fit was made"));
        free(text);
        arena_free(&a);
    }
}

static void text_says_what_was_found(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    char *text = written(&output_text, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    /* 10/3 against 3.5/3: 2.857 times; the interval of the difference is 0.07 wide, 0.9 without pairing. */
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "async responds in 1.167 ± 0.017 ms, sync in 3.33 ± 0.05 ms: 2.86 times as "
                                  "fast"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "-2.17 ± 0.07 ms; without pairing ± 0.9"));
    CU_ASSERT_PTR_NULL(strstr(text, "UNFINISHED"));
    free(text);
    r->unfinished = true;
    text = written(&output_text, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "UNFINISHED"));
    free(text);
    arena_free(&a);
}

static void rounding_is_no_difference(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    struct difference *d = (struct difference *)&r->differences[0];
    d->difference = 4.4e-16;
    d->half_width = d->half_width_unpaired = 1e-16;
    char *text = written(&output_text, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "no difference"));
    CU_ASSERT_PTR_NULL(strstr(text, "e-16"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "difference 0 ms)"));
    free(text);
    arena_free(&a);
}

static void requirements_show_units_and_why(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    static const struct requirement share = {.text = "request.lost < 0.05",
                                             .metric = "lost",
                                             .comparison = LESS,
                                             .value = 0.05},
                                    seconds = {.text = "request.response < 0.1s",
                                               .metric = "response",
                                               .comparison = LESS,
                                               .value = 100.0};
    struct requirement_outcome *o = arena_array(&a, 4, sizeof *o);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    for (size_t i = 0; i < 2; i++) {
        o[2 * i] = (struct requirement_outcome){&share, 0.04, 0.03, 0.06, VERDICT_UNDECIDED};
        o[2 * i + 1] = (struct requirement_outcome){&seconds, 90.0, NAN, NAN, VERDICT_UNDECIDED};
        struct point *p = (struct point *)&r->points[i];
        p->outcomes = &o[2 * i];
        p->outcome_count = 2;
    }
    char *text = written(&output_text, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Required: request.lost < 0.05 (5 %)\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "measured, %"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "3 to 6"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "undecided: bound in interval"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Required: request.response < 0.1s (100 ms)\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "measured, ms"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "undecided: no interval"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "~90"));
    free(text);
    arena_free(&a);
}

static void unfinished_runs_say_where(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    struct point *p = (struct point *)&r->points[2];
    r->unfinished = true;
    p[0].report.stopped = p[1].report.stopped = STOPPED_INTERRUPTED;
    p[1].report.replications = 0;
    char *text = NULL;
    size_t size = 0;
    struct error err;
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_TRUE(output_report(r, 8, out, &err));
    fclose(out);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "UNFINISHED: interrupted at point 3 of 8 (sync at request: rate 1000/s);"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "points 4-8"));
    free(text);
    arena_free(&a);
}

static void a_deadlock_leaves_only_its_warning(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    for (size_t i = 0; i < r->point_count; i++)
        ((struct point *)&r->points[i])->report.stopped = STOPPED_DEADLOCK;
    char *text = written(&output_text, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Warning (sync): more arrives"));
    CU_ASSERT_PTR_NULL(strstr(text, "least precise"));
    CU_ASSERT_PTR_NULL(strstr(text, "response"));
    free(text);
    arena_free(&a);
}

static void nothing_prints_nan(void)
{
    static const struct output *const outputs[] = {&output_text, &output_json, &output_csv};
    struct arena a;
    arena_init(&a);
    const struct result *results[] = {sample_result(&a, 1), sample_result(&a, 3), sample_result_unknown(&a)};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(results[i]);
            char *text = written(outputs[k], results[i]);
            CU_ASSERT_PTR_NOT_NULL_FATAL(text);
            CU_ASSERT_FALSE(holds_word(text, "nan"));
            CU_ASSERT_FALSE(holds_word(text, "inf"));
            CU_ASSERT_FALSE(holds_word(text, "-0.0"));
            free(text);
        }
    }
    arena_free(&a);
}

/* Writes text to a temporary file; its name in path. */
static bool to_file(const char *text, char path[static 32])
{
    strcpy(path, "/tmp/desq-test-XXXXXX");
    const int file = mkstemp(path);
    if (file < 0)
        return false;
    const size_t length = strlen(text);
    const bool good = write(file, text, length) == (ssize_t)length;
    return close(file) == 0 && good;
}

static void json_reads_back(void)
{
    struct arena a;
    arena_init(&a);
    const struct result *results[] = {sample_result(&a, 1), sample_result(&a, 3), sample_result_unknown(&a)};
    for (size_t i = 0; i < 3; i++) {
        struct arena mine;
        struct error err;
        const struct result *back;
        char path[32];
        arena_init(&mine);
        CU_ASSERT_PTR_NOT_NULL_FATAL(results[i]);
        char *first = written(&output_json, results[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        CU_ASSERT_TRUE_FATAL(to_file(first, path));
        CU_ASSERT_TRUE_FATAL(result_read(&mine, path, &back, &err));
        unlink(path);
        char *second = written(&output_json, back);
        CU_ASSERT_PTR_NOT_NULL_FATAL(second);
        CU_ASSERT_STRING_EQUAL(first, second); /* every double to the last bit */
        free(first);
        free(second);
        arena_free(&mine);
    }
    arena_free(&a);
}

/* A design that carries any rate has no station that is full first. */
static void json_without_bottleneck(void)
{
    struct arena a;
    struct error err;
    const struct result *back;
    char path[32];
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    ((struct comparison_of_await *)r->comparisons)->async_saturates = SIZE_MAX;
    char *text = written(&output_json, r), *report = written(&output_text, r);
    CU_ASSERT_FATAL(text != NULL && report != NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"async_saturates\": null"));
    CU_ASSERT_TRUE_FATAL(to_file(text, path));
    CU_ASSERT_TRUE_FATAL(result_read(&a, path, &back, &err));
    CU_ASSERT_EQUAL(back->comparisons[0].async_saturates, SIZE_MAX);
    unlink(path);
    free(text);
    free(report);
    arena_free(&a);
}

/* text with the first `from` replaced. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (at == NULL)
        return NULL;
    char *out = malloc(strlen(text) + strlen(to) + 1);
    if (out != NULL)
        sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void json_errors_say_where(void)
{
    const struct {
        const char *from, *to, *pointer, *text;
    } cases[] = {
        {"\"seed\": 42", "\"seed\": -1", "/seed", "expected a whole number"},
        {"\"variants\": 2", "\"variants\": 4", "/variants",
         "expected a number that divides the number of points"},
        {"\"stopped\": \"precision\"", "\"stopped\": \"tired\"", "/points/0/run/stopped", "expected one of"},
        {"\"verdict\": \"undecided\"", "\"verdict\": 1", "/points/0/require/0/verdict", "expected one of"},
        {"\"base\": 0", "\"base\": 99", "/differences/0/base", "expected the number of one of the points"},
        {"\"points\": [", "\"points\": 3, \"x\": [", "/points", "expected a list"},
        {"\"pool\": \"threads\"", "\"pool\": \"disk\"", "/comparisons/0/pool", "expected the name of"},
        {"\"load\": 0.3125", "\"load\": true", "/points/0/capacity/stations/threads/load",
         "expected a number"},
        {"\"variant\": \"async\"", "\"variant\": null", "/points/1", "expected the same tasks"},
    };
    struct arena a;
    arena_init(&a);
    const struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    char *text = written(&output_json, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct result *back;
        struct error err;
        char path[32], *bad = replaced(text, cases[i].from, cases[i].to);
        CU_ASSERT_PTR_NOT_NULL_FATAL(bad);
        CU_ASSERT_TRUE_FATAL(to_file(bad, path));
        CU_ASSERT_FALSE(result_read(&a, path, &back, &err));
        CU_ASSERT_STRING_EQUAL(err.pointer, cases[i].pointer);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].text));
        unlink(path);
        free(bad);
    }
    free(text);
    arena_free(&a);
}

static void json_that_is_none(void)
{
    const char *const texts[] = {"", "{", "[1, 2", "{}{}", "{\n  \"desq\": ?\n}", "null", "3", "[]", "{}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a;
        struct error err;
        const struct result *r;
        char path[32];
        arena_init(&a);
        CU_ASSERT_TRUE_FATAL(to_file(texts[i], path));
        CU_ASSERT_FALSE(result_read(&a, path, &r, &err));
        CU_ASSERT(err.text[0] != '\0');
        if (i == 4)
            CU_ASSERT(err.line == 2);
        unlink(path);
        arena_free(&a);
    }
}

/* Fields of the CSV record that begins at *at, by RFC 4180; moves *at past it. Returns how many, 0 where it
 * is broken. */
static size_t csv_record(const char **at, char fields[][64], size_t most)
{
    size_t count = 0;
    const char *c = *at;
    while (count < most) {
        size_t length = 0;
        const bool quoted = *c == '"';
        c += quoted;
        while (*c != '\0' && (quoted ? *c != '"' || c[1] == '"' : *c != ',' && *c != '\r')) {
            if (length < 63)
                fields[count][length++] = *c;
            c += quoted && *c == '"' ? 2 : 1;
        }
        fields[count++][length] = '\0';
        c += quoted;
        if (*c == ',') {
            c++;
            continue;
        }
        if (c[0] != '\r' || c[1] != '\n')
            return 0;
        *at = c + 2;
        return count;
    }
    return 0;
}

static void csv_is_quoted(void)
{
    struct arena a;
    char fields[12][64];
    arena_init(&a);
    const struct result *r = sample_result(&a, 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    char *text = written(&output_csv, r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    const char *at = text;
    CU_ASSERT_EQUAL(csv_record(&at, fields, 12), 9);
    CU_ASSERT_STRING_EQUAL(fields[0], "variant");
    CU_ASSERT_STRING_EQUAL(fields[1], "/tasks/request/arrivals/rate");
    CU_ASSERT_STRING_EQUAL(fields[8], "high");
    size_t rows = 0, odd = 0;
    bool mean_found = false;
    while (*at != '\0') {
        CU_ASSERT_EQUAL_FATAL(csv_record(&at, fields, 12), 9);
        rows++;
        odd += strcmp(fields[3], "odd \"name\", with a comma") == 0;
        if (rows == 1)
            CU_ASSERT_STRING_EQUAL(fields[1], "500/s");
        if (strcmp(fields[4], "response") == 0 && strcmp(fields[5], "mean") == 0 && !mean_found) {
            mean_found = true;
            CU_ASSERT_EQUAL(strtod(fields[6], NULL), 10.0 / 3.0);
            CU_ASSERT_DOUBLE_EQUAL(strtod(fields[8], NULL), 10.0 / 3.0 * (1.0 + 1.0 / 70.0), 1e-12);
        }
    }
    CU_ASSERT_TRUE(mean_found);
    CU_ASSERT(odd > 0 && rows > odd);
    free(text);
    arena_free(&a);
}

const struct test output_tests[] = {
    {"numbers for programs read back bit for bit", numbers_read_back},
    {"numbers for people carry the digits of their half-width", digits_follow_the_half_width},
    {"short numbers, whole numbers and durations", other_numbers},
    {"swept pointers have short names that differ", pointers_have_short_names},
    {"tables align on the plus-minus sign", tables_align},
    {"tables too wide for the page are continued", wide_tables_continue},
    {"a group cut in two keeps its heading", a_cut_group_keeps_its_heading},
    {"the report fits the page and leaves nothing out", text_fits_the_page},
    {"the report gives means, ratio, paired and unpaired interval", text_says_what_was_found},
    {"what rounding leaves is no difference", rounding_is_no_difference},
    {"requirements show units, shares in per cent, and why they are undecided",
     requirements_show_units_and_why},
    {"an unfinished run says at which point, and what was not begun", unfinished_runs_say_where},
    {"a deadlock leaves only its warning", a_deadlock_leaves_only_its_warning},
    {"no output ever prints nan or -0.0", nothing_prints_nan},
    {"JSON reads back to the same bytes", json_reads_back},
    {"a design that carries any rate is written and read back", json_without_bottleneck},
    {"a changed result file is refused with the place", json_errors_say_where},
    {"what is no result file is refused", json_that_is_none},
    {"CSV quotes by RFC 4180 and holds the numbers", csv_is_quoted},
    {NULL, NULL},
};
