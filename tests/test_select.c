/* select.c: the best of several designs is chosen as often as stated. */
#include "models/select.h"
#include "tests/trial.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>
#include <string.h>

/* Chooses among the variants of a scenario ('for "), for one seed. */
static void choose(struct arena *arena, const char *scenario, uint64_t seed, unsigned jobs, bool largest,
                   struct selection *out)
{
    char text[2000];
    struct error err;
    struct desq *d;
    const struct selection *s;
    snprintf(text, sizeof text, "%s", scenario);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    memset(out, 0, sizeof *out);
    out->best = SIZE_MAX;
    const struct desq_options options = {.seed_given = true, .seed = seed};
    if (!EXPECT(desq_read_text("designs", text, &options, &d, &err), "%s", err.text))
        return;
    const struct selection_how how = {.largest = largest, .confidence = 0.95, .indifference = 0.01, .jobs = jobs};
    if (EXPECT(desq_select(d, &how, &s, &err), "%s", err.text)) {
        *out = *s;
        struct selection_of_design *designs = arena_array(arena, s->count, sizeof *designs);
        memcpy(designs, s->designs, s->count * sizeof *designs);
        out->designs = designs;
    }
    desq_free(d);
}

/* 40 tasks at once at infinite servers: response times are the service times. Means 1, 1.03, 1.06 and three laws, so
 * that the pairing does not make it easy. Of 120 choices at 95 % a wrong one is one that is neither the best nor
 * within 1 % of it: at most 6 in the mean; false alarm when the share of right ones is really 95 %: 1e-5. */
static void chooses_right_as_often_as_stated(void)
{
    static const char scenario[] =
        "{'servers':'infinite','arrivals':{'at_once':40},'service':1,"
        "'variants':{'c':{'/service':{'dist':'lognormal','mean':1.06,'scv':1}},"
        "'a':{'/service':{'dist':'exponential','mean':1}},'b':{'/service':{'dist':'gamma','mean':1.03,'scv':0.8}}},"
        "'require':['task.response < 1']}";
    const unsigned runs = 120;
    unsigned wrong = 0, unsure = 0;
    uint64_t least = UINT64_MAX, most = 0;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        struct arena arena;
        struct selection s;
        arena_init(&arena);
        choose(&arena, scenario, seed, 1, false, &s);
        wrong += s.best != 1;
        unsure += !s.sure;
        for (size_t i = 0; i < s.count; i++) {
            least = s.designs[i].replications < least ? s.designs[i].replications : least;
            most = s.designs[i].replications > most ? s.designs[i].replications : most;
        }
        arena_free(&arena);
    }
    CU_ASSERT_EQUAL(unsure, 0);
    EXPECT(gsl_cdf_binomial_Q(wrong, 0.05, runs) > 1e-5, "%u of %u wrong", wrong, runs);
    EXPECT(most >= 4 * least, "the easy cases took as long as the hard ones: %llu to %llu", (unsigned long long)least,
           (unsigned long long)most);
}

/* At arrivals of 1: M/M/2 with service 1 has a mean response of 4/3, M/M/1 with service 1/2 one of 1. */
static void knows_worse_overloaded_and_equal_designs(void)
{
    static const char scenario[] =
        "{'servers':2,'arrivals':{'rate':1},'service':{'dist':'exponential','mean':1},"
        "'variants':{'two':{},'fast':{'/servers':1,'/service/mean':0.5},'slow':{'/servers':1,'/service/mean':1.5},"
        "'fast too':{'/servers':1,'/service/mean':0.5}},'require':['task.response < 1']}";
    struct arena arena;
    struct selection s, again;
    arena_init(&arena);
    choose(&arena, scenario, 5, 1, false, &s);
    CU_ASSERT_EQUAL_FATAL(s.count, 4);
    CU_ASSERT(s.sure && s.best == 1);
    CU_ASSERT_EQUAL(s.designs[0].fate, SELECTION_WORSE);
    CU_ASSERT_EQUAL(s.designs[1].fate, SELECTION_BEST);
    CU_ASSERT_EQUAL(s.designs[2].fate, SELECTION_OVERLOADED);
    CU_ASSERT_EQUAL(s.designs[3].fate, SELECTION_NEAR);
    CU_ASSERT_EQUAL(s.designs[3].difference, 0.0);
    CU_ASSERT_EQUAL(s.designs[2].replications, 0);
    EXPECT(fabs(s.designs[0].difference - 1.0 / 3.0) < 4.0 * s.designs[0].half_width, "%g ± %g", s.designs[0].difference,
           s.designs[0].half_width);
    choose(&arena, scenario, 5, 3, false, &again);
    CU_ASSERT_EQUAL_FATAL(again.count, 4);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(s.designs[i].replications, again.designs[i].replications);
        CU_ASSERT(s.designs[i].value == again.designs[i].value || isnan(s.designs[i].value));
        CU_ASSERT(s.designs[i].half_width == again.designs[i].half_width || isnan(s.designs[i].half_width));
    }
    choose(&arena, scenario, 5, 1, true, &s);
    CU_ASSERT_EQUAL_FATAL(s.count, 4);
    CU_ASSERT(s.sure && s.best == 0); /* the largest response, of those that have one */
    arena_free(&arena);
}

/* Percentiles: M/M/1 against M/D/1 of the same load, by p90 of the response (at load 0.7: 7.68 against less). */
static void chooses_by_percentiles(void)
{
    static const char scenario[] =
        "{'arrivals':{'rate':0.7},'service':1,"
        "'variants':{'mm1':{'/service':{'dist':'exponential','mean':1}},'md1':{}},'require':['task.response.p90 < 1']}";
    struct arena arena;
    struct selection s;
    arena_init(&arena);
    choose(&arena, scenario, 2, 1, false, &s);
    CU_ASSERT_EQUAL_FATAL(s.count, 2);
    CU_ASSERT(s.sure && s.best == 1);
    CU_ASSERT_EQUAL(s.designs[0].fate, SELECTION_WORSE);
    EXPECT(s.designs[0].low < log(10.0) / 0.3 && log(10.0) / 0.3 < s.designs[0].high, "%g to %g", s.designs[0].low, s.designs[0].high);
    arena_free(&arena);
}

static void needs_a_mean_or_a_percentile(void)
{
    struct desq *d;
    struct error err;
    const struct selection *s;
    const struct selection_how how = {.confidence = 0.95, .indifference = 0.01, .jobs = 1};
    if (!EXPECT(desq_read_text("x", "{\"arrivals\":{\"rate\":0.5},\"service\":1,\"require\":[\"task.response.max < 1\"]}", NULL, &d, &err), "%s",
                err.text))
        return;
    CU_ASSERT_FALSE(desq_select(d, &how, &s, &err));
    CU_ASSERT(strstr(err.text, "a mean or a percentile") != NULL);
    desq_free(d);
}

const struct test select_tests[] = {
    {"chooses right as often as stated", chooses_right_as_often_as_stated},
    {"knows worse, overloaded and equal designs", knows_worse_overloaded_and_equal_designs},
    {"chooses by percentiles", chooses_by_percentiles},
    {"needs a mean or a percentile", needs_a_mean_or_a_percentile},
    {NULL, NULL},
};
