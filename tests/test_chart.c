/* test_chart.c: what is put on the pictures, and the files that gnuplot draws them from. */
#include "tests/suites.h"

#include "cli/chart_write.h"
#include "tests/sample_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct plot *plot_named(const char *name)
{
    for (size_t i = 0; i < plot_count; i++)
        if (strcmp(plots[i].name, name) == 0)
            return &plots[i];
    return NULL;
}

/* The chart of this plot, in the arena; NULL: it does not apply. */
static struct chart *chart_of(struct arena *a, const struct result *r, const char *name)
{
    struct chart *c = arena_alloc(a, sizeof *c);
    const struct plot *plot = plot_named(name);
    CU_ASSERT_FATAL(r != NULL && c != NULL && plot != NULL);
    *c = (struct chart){.arena = a, .result = r};
    const bool applies = plot->build(c, 0);
    CU_ASSERT_FALSE(c->failed);
    return applies ? c : NULL;
}

static char *written(bool (*write)(void *, FILE *, struct error *), struct picture *p)
{
    char *text = NULL;
    size_t size = 0;
    struct error err;
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_TRUE(write(p, out, &err));
    fclose(out);
    return text;
}

static void plots_apply_where_they_make_sense(void)
{
    struct arena a;
    arena_init(&a);
    const struct result *sweep = sample_result(&a, 4), *single = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, sweep, "response"));
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, sweep, "throughput"));
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, sweep, "utilisation"));
    CU_ASSERT_PTR_NULL(chart_of(&a, sweep, "stations"));
    CU_ASSERT_PTR_NULL(chart_of(&a, single, "response"));
    CU_ASSERT_PTR_NULL(chart_of(&a, single, "throughput"));
    CU_ASSERT_PTR_NULL(chart_of(&a, single, "utilisation"));
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, single, "stations"));
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, single, "percentiles"));
    CU_ASSERT_PTR_NOT_NULL(chart_of(&a, single, "tail"));
    arena_free(&a);
}

static void capacities_stand_where_load_is_one(void)
{
    struct arena a;
    arena_init(&a);
    /* Rates 0.5, 1, 1.5, 2 with load rate / 1.6: full at 1.6, for both variants. */
    const struct chart *c = chart_of(&a, sample_result(&a, 4), "response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL_FATAL(c->marker_count, 2);
    CU_ASSERT_DOUBLE_EQUAL(c->markers[0].at, 1600.0, 1e-9); /* in the unit the rates were written in */
    CU_ASSERT_DOUBLE_EQUAL(c->markers[1].at, 1600.0, 1e-9);
    CU_ASSERT_STRING_EQUAL(c->x_label, "request: rate (per s)");
    CU_ASSERT_STRING_EQUAL(c->markers[0].text, "sync: threads full");
    CU_ASSERT_EQUAL(c->limit_count, 1);
    CU_ASSERT_EQUAL(c->limits[0].at, 100.0);
    /* Up to 1.5 only: load 0.94 there, full a little beyond. */
    c = chart_of(&a, sample_result(&a, 3), "response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL_FATAL(c->marker_count, 2);
    CU_ASSERT_DOUBLE_EQUAL(c->markers[0].at, 1600.0, 1e-9);
    CU_ASSERT(c->x_max > 1600.0);
    /* Up to 1: far from full. */
    c = chart_of(&a, sample_result(&a, 2), "response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(c->marker_count, 0);
    arena_free(&a);
}

static void servers_are_full_where_load_is_one(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    /* Servers 2, 4, 6, 8 at a demand of 5 servers: load 5 / servers, full at 5. */
    for (size_t i = 0; i < r->point_count; i++) {
        const double servers = 2.0 * (double)(i / r->variant_count + 1);
        struct setting *set = arena_alloc(&a, sizeof *set);
        struct capacity *capacities = arena_array(&a, 2, sizeof *capacities);
        struct point *p = (struct point *)&r->points[i]; /* made by sample_result, so it may be changed */
        CU_ASSERT_FATAL(set != NULL && capacities != NULL);
        *set = (struct setting){"/stations/cpu/servers", "?", servers};
        set->value = arena_printf(&a, "%g", servers);
        capacities[0] = (struct capacity){.station = 0, .load = 0.0, .rate_most = INFINITY};
        capacities[1] = (struct capacity){.station = 1, .load = 5.0 / servers, .rate_most = servers};
        p->sets = set;
        p->capacities = capacities;
    }
    const struct chart *c = chart_of(&a, r, "response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_FATAL(c->marker_count > 0);
    CU_ASSERT_DOUBLE_EQUAL(c->markers[0].at, 5.0, 1e-12);
    CU_ASSERT_STRING_EQUAL(c->markers[0].text, "sync: cpu full");
    CU_ASSERT_STRING_EQUAL(c->x_label, "cpu: servers");
    arena_free(&a);
}

static void unstable_points_are_left_out(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    struct point *last = (struct point *)&r->points[6];
    last->report.stopped = STOPPED_UNSTABLE;
    const struct chart *c = chart_of(&a, r, "response");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(c->series_count, 4); /* two variants, p50 and p99 */
    CU_ASSERT_EQUAL(c->series[0].count, 3);
    CU_ASSERT_EQUAL(c->series[2].count, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(c->subtitle, "left out"));
    arena_free(&a);
}

static void curves_end_where_few_observations_are_left(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    struct figure *f = (struct figure *)subject_figure(&r->points[0].kinds[0], "response");
    f->count = 5000.0; /* shares above: 1, e^-1, ... e^-4 = 0.018, of 5000: 92 */
    const struct chart *c = chart_of(&a, r, "percentiles");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(c->series[0].count, 4);
    CU_ASSERT_EQUAL(c->series[1].count, 5);
    CU_ASSERT_DOUBLE_EQUAL(c->series[0].points[3].x, exp(3.0), 1e-9);
    arena_free(&a);
}

static void throughput_is_in_the_unit_of_the_sweep(void)
{
    struct arena a;
    arena_init(&a);
    const struct chart *c = chart_of(&a, sample_result(&a, 4), "throughput");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_STRING_EQUAL(c->x_label, "offered (tasks per s)");
    CU_ASSERT_STRING_EQUAL(c->y_label, "throughput (tasks per s)");
    CU_ASSERT_DOUBLE_EQUAL(c->series[0].points[1].x, 1000.0, 1e-9);
    arena_free(&a);
}

/* The script of the response plot with this title; to be freed. */
static char *script_of(struct arena *a, struct result *r, const char *title)
{
    r->title = title;
    struct picture p = {plot_named("response"), chart_of(a, r, "response"), "response"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(p.chart);
    return written(chart_write_script, &p);
}

static void titles_are_broken_and_say_unfinished(void)
{
    struct arena a;
    arena_init(&a);
    struct result *r = sample_result(&a, 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    char title[200] = "";
    for (int i = 0; i < 19; i++)
        strcat(title,
               i > 0 ? " it's nine" : "it's nine"); /* 9 letters and a space: the ninth word ends at 89 */
    char *script = script_of(&a, r, title);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "nine it''s nine'.\"\\n\".'it''s"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "title_lines = 3\n"));
    CU_ASSERT_PTR_NULL(strstr(script, "UNFINISHED"));
    free(script);
    memset(title, 'x', 120); /* one word: left as it is */
    title[120] = '\0';
    r->unfinished = true;
    script = script_of(&a, r, title);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "title_lines = 1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "subtitle = 'UNFINISHED: '.'response time"));
    free(script);
    arena_free(&a);
}

/* Every plot of every sample, as the files that gnuplot reads. */
static void files_hold_no_nan_and_no_commands(void)
{
    struct arena a;
    arena_init(&a);
    struct result *results[] = {sample_result(&a, 1), sample_result(&a, 4), sample_result_unknown(&a)};
    for (size_t k = 0; k < 3; k++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(results[k]);
        results[k]->title = "It's `touch me` \"here\"\nset output 'x'";
        results[k]->path = "a\nsystem('touch me')\n.json";
        for (size_t i = 0; i < plot_count; i++) {
            struct chart *c = chart_of(&a, results[k], plots[i].name);
            if (c == NULL)
                continue;
            struct picture p = {&plots[i], c, plots[i].name};
            char *data = written(chart_write_data, &p), *script = written(chart_write_script, &p);
            CU_ASSERT_PTR_NULL(strcasestr(data, "nan"));
            CU_ASSERT_PTR_NULL(strcasestr(data, "inf"));
            CU_ASSERT_PTR_NULL(strstr(script, "= nan"));
            CU_ASSERT_PTR_NULL(strstr(script, "= infinite"));
            CU_ASSERT_PTR_NOT_NULL(strstr(script, "title = 'It''s `touch me` \"here\" set output ''x'''\n"));
            CU_ASSERT_PTR_NULL(strstr(script, "\nsystem"));
            CU_ASSERT_PTR_NULL(strstr(data, "\nsystem"));
            free(data);
            free(script);
        }
    }
    arena_free(&a);
}

const struct test chart_tests[] = {
    {"each plot applies where it makes sense", plots_apply_where_they_make_sense},
    {"capacity lines stand where the load reaches 1", capacities_stand_where_load_is_one},
    {"over a number of servers too", servers_are_full_where_load_is_one},
    {"throughput is drawn in the unit in which the sweep wrote its rates",
     throughput_is_in_the_unit_of_the_sweep},
    {"long titles are broken between words; unfinished results say so", titles_are_broken_and_say_unfinished},
    {"unstable points are left out, and that is said", unstable_points_are_left_out},
    {"curves end where fewer than 100 observations are left", curves_end_where_few_observations_are_left},
    {"data and scripts hold no nan, and titles cannot become commands", files_hold_no_nan_and_no_commands},
    {NULL, NULL},
};
