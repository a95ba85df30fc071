/* test_scenario.c: good scenarios read as the format says. Bad ones: test_errors.c. */
#include "models/scenario/scenario.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena; /* of the test that runs */

/* The text as a file, read with these --set (NULL-ended, or NULL). NULL: failed, err says why. */
static const struct scenario_file *read_with(const char *text, const char *const *sets, struct error *err)
{
    char path[] = "/tmp/desq-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    const size_t length = strlen(text);
    CU_ASSERT_FATAL(write(descriptor, text, length) == (ssize_t)length);
    close(descriptor);
    size_t count = 0;
    while (sets != NULL && sets[count] != NULL)
        count++;
    const struct scenario_file *file = NULL;
    memset(err, 0, sizeof *err);
    scenario_read(&arena, path, sets, count, &file, err);
    unlink(path);
    return file;
}

static const struct scenario_file *read_file(const char *text, const char *const *sets)
{
    struct error err;
    const struct scenario_file *file = read_with(text, sets, &err);
    char line[1400];
    if (file == NULL) {
        CU_FAIL("the scenario does not read");
        printf("    %s\n", error_format(&err, line, sizeof line));
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

static const struct scenario *read_one(const char *text)
{
    return &read_file(text, NULL)->points[0].scenario;
}

/* The error's text for a scenario that must not read; in the arena. */
static const char *read_error(const char *text, const char *const *sets)
{
    struct error err;
    CU_ASSERT_PTR_NULL(read_with(text, sets, &err));
    return arena_text(&arena, err.text);
}

static void begin(void)
{
    arena_free(&arena);
    arena_init(&arena);
}

#define MM1 "{ \"arrivals\": { \"rate\": 0.9 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 } }"

static void defaults(void)
{
    begin();
    const struct scenario_file *file = read_file(MM1, NULL);
    CU_ASSERT_EQUAL(file->point_count, 1);
    CU_ASSERT_EQUAL(file->variant_count, 1);
    CU_ASSERT_PTR_NULL(file->points[0].variant);
    CU_ASSERT_EQUAL(file->points[0].set_count, 0);
    const struct scenario *s = &file->points[0].scenario;
    CU_ASSERT_STRING_EQUAL(s->time_unit, "s");
    CU_ASSERT_EQUAL(s->time_unit_seconds, 1.0);
    CU_ASSERT_PTR_NULL(s->title);
    CU_ASSERT_EQUAL_FATAL(s->station_count, 1);
    const struct station_spec *q = &s->stations[0];
    CU_ASSERT_STRING_EQUAL(q->name, "queue");
    CU_ASSERT_EQUAL(q->servers, 1.0);
    CU_ASSERT(isinf(q->capacity));
    CU_ASSERT_STRING_EQUAL(q->discipline->name, "fcfs");
    CU_ASSERT_FALSE(q->await_release || q->resume_first || q->setup_serial);
    CU_ASSERT(q->switch_cost == NULL && q->setup == NULL && q->keep_alive == NULL);
    CU_ASSERT_EQUAL_FATAL(s->kind_count, 1);
    const struct kind_spec *k = &s->kinds[0];
    CU_ASSERT_STRING_EQUAL(k->name, "task");
    CU_ASSERT_EQUAL(k->arrival.form, ARRIVAL_OPEN);
    CU_ASSERT_EQUAL(k->arrival.interarrival.mean, 1.0 / 0.9);
    CU_ASSERT(isinf(k->limit));
    CU_ASSERT_EQUAL(k->priority, 0.0);
    CU_ASSERT_EQUAL_FATAL(k->steps.count, 1);
    CU_ASSERT_STRING_EQUAL(k->steps.items[0].type->name, "at");
    CU_ASSERT_EQUAL(k->steps.items[0].args[0].index, 0);
    CU_ASSERT_EQUAL(k->steps.items[0].args[1].dist->mean, 1.0);
    CU_ASSERT_EQUAL(k->steps.items[0].args[1].dist->shape, DIST_EXPONENTIAL);
    CU_ASSERT_EQUAL(s->run.seed, 1);
    CU_ASSERT_EQUAL(s->run.confidence, 0.95);
    CU_ASSERT(isnan(s->run.precision) && isnan(s->run.time) && isnan(s->run.count) && isnan(s->run.warmup));
    CU_ASSERT_EQUAL(s->run.replications, 0);
    CU_ASSERT_EQUAL_FATAL(s->run.quantile_count, 5);
    CU_ASSERT_EQUAL(s->run.quantiles[4], 0.999);
    CU_ASSERT(isinf(s->run.limit_seconds) && isinf(s->run.limit_events));
    CU_ASSERT_EQUAL(s->requirement_count, 0);
    CU_ASSERT_EQUAL(s->note_count, 0);
    arena_free(&arena);
}

static void everything(void)
{
    begin();
    const struct scenario *s = read_one(
        "{ \"title\": \"T \\u00e9\", \"description\": \"D\", \"time_unit\": \"ms\",\n"
        "  \"stations\": {\n"
        "    \"threads\": { \"servers\": 16, \"capacity\": 1000, \"on_full\": \"drop\", \"await\": "
        "\"release\",\n"
        "                 \"resume\": \"first\", \"switch\": \"5us\", \"setup\": 2, \"keep_alive\": \"1 "
        "min\",\n"
        "                 \"setup_serial\": true, \"discipline\": \"lcfs\" },\n"
        "    \"cpu\": { \"servers\": \"infinite\", \"discipline\": \"ps\", \"capacity\": 7 } },\n"
        "  \"tasks\": {\n"
        "    \"a\": { \"arrivals\": { \"closed\": 50, \"think\": \"1.5 s\" }, \"priority\": -1.5, \"limit\": "
        "9,\n"
        "      \"steps\": [ { \"in\": \"threads\", \"do\": [ { \"at\": \"cpu\", \"for\": 3 },\n"
        "                 { \"await\": [ { \"delay\": \"1s\" } ] }, { \"at\": \"cpu\", \"for\": \"0.5ms\" } "
        "] },\n"
        "               { \"choose\": [ { \"p\": 0.25, \"do\": [] }, { \"do\": [ { \"delay\": 0 } ] } ] },\n"
        "               { \"repeat\": 3, \"do\": [] } ] },\n"
        "    \"b\": { \"arrivals\": { \"at_once\": 4 }, \"steps\": [] } },\n"
        "  \"run\": { \"seed\": \"18446744073709551615\", \"confidence\": 0.9, \"precision\": 0.05,\n"
        "           \"replications\": 12, \"count\": 5000, \"warmup\": \"2s\", \"quantiles\": [0.99, 0.5, "
        "0.99],\n"
        "           \"limit\": { \"time\": \"2 min\", \"events\": 1000000 } } }");
    CU_ASSERT_STRING_EQUAL(s->title, "T \xC3\xA9");
    CU_ASSERT_STRING_EQUAL(s->description, "D");
    CU_ASSERT_EQUAL(s->time_unit_seconds, 0.001);
    const struct station_spec *t = &s->stations[0];
    CU_ASSERT_EQUAL(t->servers, 16.0);
    CU_ASSERT_EQUAL(t->capacity, 1000.0);
    CU_ASSERT(t->await_release && t->resume_first && t->setup_serial);
    CU_ASSERT_EQUAL(t->switch_cost->a, 0.005);
    CU_ASSERT_EQUAL(t->setup->a, 2.0);
    CU_ASSERT_EQUAL(t->keep_alive->a, 60000.0);
    CU_ASSERT_STRING_EQUAL(t->discipline->name, "lcfs");
    CU_ASSERT_STRING_EQUAL(t->at.pointer, "/stations/threads");
    CU_ASSERT_EQUAL(t->at.line, 3);
    CU_ASSERT(isinf(s->stations[1].servers));
    const struct kind_spec *a = &s->kinds[0];
    CU_ASSERT_EQUAL(a->arrival.form, ARRIVAL_CLOSED);
    CU_ASSERT_EQUAL(a->arrival.number, 50.0);
    CU_ASSERT_EQUAL(a->arrival.think.a, 1500.0);
    CU_ASSERT_EQUAL(a->priority, -1.5);
    CU_ASSERT_EQUAL(a->limit, 9.0);
    CU_ASSERT_EQUAL_FATAL(a->steps.count, 3);
    const struct steps *inner = a->steps.items[0].args[1].steps;
    CU_ASSERT_EQUAL_FATAL(inner->count, 3);
    CU_ASSERT_EQUAL(inner->items[0].args[0].index, 1);
    CU_ASSERT_EQUAL(inner->items[1].args[0].steps->items[0].args[0].dist->a, 1000.0);
    CU_ASSERT_EQUAL(inner->items[2].args[1].dist->a, 0.5);
    CU_ASSERT_STRING_EQUAL(inner->items[2].at.pointer, "/tasks/a/steps/0/do/2");
    CU_ASSERT_EQUAL_FATAL(a->steps.items[1].args[0].count, 2);
    CU_ASSERT_EQUAL(a->steps.items[1].args[0].branches[1].p, 0.75);
    CU_ASSERT_EQUAL(a->steps.items[2].args[0].dist->a, 3.0);
    CU_ASSERT_EQUAL(s->kinds[1].arrival.form, ARRIVAL_AT_ONCE);
    CU_ASSERT_EQUAL(s->run.seed, UINT64_MAX);
    CU_ASSERT_EQUAL(s->run.confidence, 0.9);
    CU_ASSERT_EQUAL(s->run.precision, 0.05);
    CU_ASSERT_EQUAL(s->run.replications, 12);
    CU_ASSERT_EQUAL(s->run.count, 5000.0);
    CU_ASSERT_EQUAL(s->run.warmup, 2000.0);
    CU_ASSERT_EQUAL(s->run.limit_seconds, 120.0);
    CU_ASSERT_EQUAL(s->run.limit_events, 1e6);
    CU_ASSERT_EQUAL_FATAL(s->run.quantile_count, 2);
    CU_ASSERT_EQUAL(s->run.quantiles[0], 0.5);
    arena_free(&arena);
}

#define SERVICE(D) "{ \"time_unit\": \"ms\", \"arrivals\": { \"interarrival\": 5 }, \"service\": " D " }"

static const struct dist *service_of(const char *text)
{
    return read_one(text)->kinds[0].steps.items[0].args[1].dist;
}

static void distributions(void)
{
    begin();
    CU_ASSERT_EQUAL(service_of(SERVICE("0.25"))->a, 0.25);
    CU_ASSERT_EQUAL(service_of(SERVICE("\"250us\""))->a, 0.25);
    CU_ASSERT_EQUAL(service_of(SERVICE("{ \"dist\": \"exponential\", \"mean\": \"2s\" }"))->mean, 2000.0);
    CU_ASSERT_EQUAL(service_of(SERVICE("{ \"dist\": \"exponential\", \"rate\": \"500/s\" }"))->mean, 2.0);
    CU_ASSERT_EQUAL(service_of(SERVICE("{ \"dist\": \"uniform\", \"min\": \"1us\", \"max\": 3 }"))->min,
                    0.001);
    const struct dist *nested =
        service_of(SERVICE("{ \"dist\": \"mixture\", \"of\": [ { \"p\": 0.5, \"of\": \"1s\" },"
                           " { \"p\": 0.5, \"of\": { \"dist\": \"exponential\", \"mean\": 2 } } ] }"));
    CU_ASSERT_DOUBLE_EQUAL(nested->mean, 501.0, 1e-9);
    /* inside, a part may be negative as long as the whole is not */
    CU_ASSERT_DOUBLE_EQUAL(
        service_of(SERVICE("{ \"dist\": \"shifted\", \"by\": 3, \"of\": { \"dist\": \"uniform\","
                           " \"min\": -1, \"max\": 1 } }"))
            ->mean,
        3.0, 1e-12);
    /* the fit is named, with its place */
    const struct scenario *s = read_one(SERVICE("{ \"mean\": 1, \"scv\": 3 }"));
    CU_ASSERT_EQUAL_FATAL(s->note_count, 1);
    CU_ASSERT_EQUAL(strncmp(s->notes[0], "/service: two-moment fit", 24), 0);
    CU_ASSERT_DOUBLE_EQUAL(s->kinds[0].steps.items[0].args[1].dist->scv, 3.0, 1e-9);
    /* in a count, numbers have no unit and "rate" is no rate of time */
    s = read_one("{ \"arrivals\": { \"rate\": 1 }, \"steps\": [ { \"repeat\": { \"dist\": \"exponential\", "
                 "\"rate\": 0.5 },"
                 " \"do\": [ { \"delay\": 1 } ] } ] }");
    CU_ASSERT_EQUAL(s->station_count, 0);
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[0].dist->mean, 2.0);
    arena_free(&arena);
}

#define ARTICLE                                                                                              \
    "{ \"arrivals\": { \"at_once\": 4 }, \"service\": 1,\n"                                                  \
    "  \"variants\": { \"sync\": { \"/servers\": 1 }, \"async\": { \"/servers\": 4 } } }"

static void variants(void)
{
    begin();
    const struct scenario_file *file = read_file(ARTICLE, NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 2);
    CU_ASSERT_EQUAL(file->variant_count, 2);
    CU_ASSERT_STRING_EQUAL(file->points[0].variant, "sync");
    CU_ASSERT_STRING_EQUAL(file->points[1].variant, "async");
    CU_ASSERT_EQUAL(file->points[0].scenario.stations[0].servers, 1.0);
    CU_ASSERT_EQUAL(file->points[1].scenario.stations[0].servers, 4.0);
    /* {} is the base; null removes; objects and whole elements can be put in; case matters */
    file = read_file(
        "{ \"stations\": { \"Cpu\": { \"servers\": 1 }, \"cpu\": { \"servers\": 2, \"capacity\": 5 }, "
        "\"a/b~c\": {} },\n"
        "  \"tasks\": { \"t\": { \"arrivals\": { \"rate\": 1 }, \"steps\": [ { \"at\": \"cpu\", \"for\": 1 } "
        "] } },\n"
        "  \"variants\": { \"base\": {},\n"
        "    \"one\": { \"/stations/cpu/capacity\": null, \"/tasks/t/steps/0/for\": 7,\n"
        "             \"/stations/a~1b~0c/servers\": 9, \"/tasks/t/steps/-\": { \"delay\": 2 } },\n"
        "    \"two\": { \"/tasks/t/steps/0\": { \"at\": \"Cpu\", \"for\": 3 }, \"/stations/cpu\": {} },\n"
        "    \"three\": { \"/tasks/t/steps/0\": null } } }",
        NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 4);
    const struct scenario *s = &file->points[0].scenario;
    CU_ASSERT_EQUAL(s->stations[1].capacity, 5.0);
    s = &file->points[1].scenario;
    CU_ASSERT(isinf(s->stations[1].capacity));
    CU_ASSERT_EQUAL(s->stations[2].servers, 9.0);
    CU_ASSERT_EQUAL_FATAL(s->kinds[0].steps.count, 2);
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[1].dist->a, 7.0);
    CU_ASSERT_STRING_EQUAL(s->kinds[0].steps.items[0].args[1].at.pointer,
                           "/variants/one/~1tasks~1t~1steps~10~1for");
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[1].at.line, 4);
    s = &file->points[2].scenario;
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[0].index, 0);
    CU_ASSERT_EQUAL(s->stations[1].servers, 1.0);
    CU_ASSERT_EQUAL(file->points[3].scenario.kinds[0].steps.count, 0);
    arena_free(&arena);
}

static void sweeps(void)
{
    begin();
    const struct scenario_file *file =
        read_file("{ \"time_unit\": \"ms\", \"arrivals\": { \"rate\": 1 }, \"service\": 1,\n"
                  "  \"variants\": { \"a\": {}, \"b\": { \"/discipline\": \"ps\" } },\n"
                  "  \"sweep\": { \"/arrivals/rate\": [ \"500/s\", 2 ], \"/capacity\": [ null, 10, 20 ] } }",
                  NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 12);
    CU_ASSERT_EQUAL(file->variant_count, 2);
    for (size_t i = 0; i < 12; i++) { /* first pointer slowest, then the second, then the variants */
        const struct scenario_point *p = &file->points[i];
        CU_ASSERT_STRING_EQUAL(p->variant, i % 2 == 0 ? "a" : "b");
        CU_ASSERT_EQUAL_FATAL(p->set_count, 2);
        CU_ASSERT_STRING_EQUAL(p->sets[0].pointer, "/arrivals/rate");
        CU_ASSERT_STRING_EQUAL(p->sets[0].value, i < 6 ? "\"500/s\"" : "2");
        CU_ASSERT_EQUAL(p->sets[0].number, i < 6 ? 0.5 : 2.0);
        const size_t c = i / 2 % 3;
        CU_ASSERT_STRING_EQUAL(p->sets[1].value, c == 0 ? "null" : c == 1 ? "10" : "20");
        CU_ASSERT(c == 0 ? isnan(p->sets[1].number) : p->sets[1].number == 10.0 * (double)c);
        CU_ASSERT_EQUAL(p->scenario.stations[0].capacity, c == 0 ? (double)INFINITY : 10.0 * (double)c);
        CU_ASSERT_EQUAL(p->scenario.kinds[0].arrival.interarrival.mean, i < 6 ? 2.0 : 0.5);
    }
    file = read_file("{ \"arrivals\": { \"rate\": 1 }, \"service\": 1, \"sweep\": { \"zip\": true,\n"
                     "  \"/servers\": [ 1, 2, 3 ], \"/arrivals/rate\": [ 0.5, 1, 1.5 ] } }",
                     NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 3);
    CU_ASSERT_EQUAL(file->points[2].sets[0].number, 3.0);
    CU_ASSERT_EQUAL(file->points[2].sets[1].number, 1.5);
    arena_free(&arena);
}

static void ranges(void)
{
    begin();
#define RANGE(POINTER, R)                                                                                    \
    "{ \"arrivals\": { \"rate\": 1 }, \"service\": 1, \"sweep\": { \"" POINTER "\": " R " } }"
    const struct scenario_file *file =
        read_file(RANGE("/servers", "{ \"from\": 1, \"to\": 64, \"points\": 7, \"scale\": \"log\" }"), NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 7);
    for (size_t i = 0; i < 7; i++)
        CU_ASSERT_EQUAL(file->points[i].scenario.stations[0].servers, (double)(1 << i));
    /* servers are whole: rounded, and no value twice */
    file = read_file(RANGE("/servers", "{ \"from\": 1, \"to\": 4, \"points\": 10 }"), NULL);
    CU_ASSERT_EQUAL(file->point_count, 4);
    file = read_file(RANGE("/arrivals/rate", "{ \"from\": 0.1, \"to\": 0.9, \"points\": 9 }"), NULL);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 9);
    CU_ASSERT_EQUAL(file->points[2].sets[0].number, 0.3);
    CU_ASSERT_STRING_EQUAL(file->points[2].sets[0].value, "0.3");
    file =
        read_file(RANGE("/arrivals/rate",
                        "{ \"from\": \"100/min\", \"to\": \"400/min\", \"points\": 3, \"scale\": \"log\" }"),
                  NULL);
    CU_ASSERT_STRING_EQUAL(file->points[1].sets[0].value, "\"200/min\"");
    CU_ASSERT_EQUAL(file->points[1].sets[0].number, 200.0 / 60.0);
    arena_free(&arena);
}

static void set_options(void)
{
    begin();
    static const char *const sets[] = {"/servers=8",
                                       "/discipline=ps",
                                       "/title=5 of them",
                                       "/run={\"seed\": 7}",
                                       "/run/quantiles=[0.5]",
                                       "/service/mean=2ms",
                                       NULL};
    const struct scenario *s = &read_file(MM1, sets)->points[0].scenario;
    CU_ASSERT_EQUAL(s->stations[0].servers, 8.0);
    CU_ASSERT_STRING_EQUAL(s->stations[0].discipline->name, "ps");
    CU_ASSERT_STRING_EQUAL(s->title, "5 of them");
    CU_ASSERT_EQUAL(s->run.seed, 7);
    CU_ASSERT_EQUAL(s->run.quantile_count, 1);
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[1].dist->mean, 0.002);
    /* null removes; variants and sweep can be taken out or changed */
    static const char *const without[] = {"/variants=null", "/servers=3", NULL};
    CU_ASSERT_EQUAL(read_file(ARTICLE, without)->point_count, 1);
    static const char *const other[] = {"/variants/async/~1servers=9", NULL};
    CU_ASSERT_EQUAL(read_file(ARTICLE, other)->points[1].scenario.stations[0].servers, 9.0);
    /* what is set is in force for every point */
    static const char *const both[] = {"/service=2", NULL};
    const struct scenario_file *file = read_file(ARTICLE, both);
    CU_ASSERT_EQUAL(file->points[1].scenario.kinds[0].steps.items[0].args[1].dist->a, 2.0);
    /* "run" need not be there to be written into, nor "sweep" */
    static const char *const absent[] = {"/run/seed=5", "/sweep/~1servers=[1, 2, 3]", NULL};
    file = read_file(MM1, absent);
    CU_ASSERT_EQUAL_FATAL(file->point_count, 3);
    CU_ASSERT_EQUAL(file->points[2].scenario.run.seed, 5);
    CU_ASSERT_EQUAL(file->points[2].scenario.stations[0].servers, 3.0);
    /* an equals sign may be part of the value */
    static const char *const equals[] = {"/title=a=b", NULL};
    CU_ASSERT_STRING_EQUAL(read_file(MM1, equals)->points[0].scenario.title, "a=b");
    arena_free(&arena);
}

static void requirements(void)
{
    begin();
    const struct scenario *s = read_one(
        "{ \"time_unit\": \"ms\", \"stations\": { \"db.main\": {}, \"db\": {} },\n"
        "  \"tasks\": { \"a.b\": { \"arrivals\": { \"at_once\": 3 }, \"steps\": [ { \"at\": \"db\", \"for\": "
        "1 } ] },\n"
        "             \"a\": { \"arrivals\": { \"at_once\": 3 }, \"steps\": [] } },\n"
        "  \"require\": [ \"a.b.response.p99.9 < 0.1s\", \"a.response<=5\", \"a.lost.mean >= 0.001\",\n"
        "    \"station:db.main.utilisation > 0.5\", \"a.throughput > 500/s\", \"a.wait.sd < 3\", "
        "\"a.wait.max<2us\",\n"
        "    \"makespan < 5s\" ] }");
    CU_ASSERT_EQUAL_FATAL(s->requirement_count, 8);
    const struct requirement *q = s->requirements;
    CU_ASSERT_EQUAL(q[0].subject, 0);
    CU_ASSERT_STRING_EQUAL(q[0].metric, "response");
    CU_ASSERT_EQUAL(q[0].statistic, STATISTIC_QUANTILE);
    CU_ASSERT_EQUAL(q[0].quantile, 0.999);
    CU_ASSERT_EQUAL(q[0].comparison, LESS);
    CU_ASSERT_EQUAL(q[0].value, 100.0);
    CU_ASSERT_EQUAL(q[1].subject, 1);
    CU_ASSERT_EQUAL(q[1].statistic, STATISTIC_MEAN);
    CU_ASSERT_EQUAL(q[1].comparison, LESS_OR_EQUAL);
    CU_ASSERT_EQUAL(q[1].value, 5.0);
    CU_ASSERT_EQUAL(q[2].comparison, GREATER_OR_EQUAL);
    CU_ASSERT(q[3].of_station && q[3].subject == 0 && q[3].comparison == GREATER);
    CU_ASSERT_EQUAL(q[4].value, 0.5);
    CU_ASSERT_EQUAL(q[5].statistic, STATISTIC_SD);
    CU_ASSERT_EQUAL(q[6].statistic, STATISTIC_MAX);
    CU_ASSERT_EQUAL(q[6].value, 0.002);
    CU_ASSERT(q[7].of_run && !q[7].of_station && q[7].value == 5000.0);
    /* what is required is measured */
    s = read_one(
        "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": 1, \"require\": [ \"task.response.p97 < 9\" ] }");
    CU_ASSERT_EQUAL_FATAL(s->run.quantile_count, 6);
    CU_ASSERT_EQUAL(s->run.quantiles[3], 0.97);
    arena_free(&arena);
}

static void shorthand(void)
{
    begin();
    /* stations in full, one kind at the top */
    const struct scenario *s = read_one(
        "{ \"stations\": { \"cpu\": { \"servers\": 3 } }, \"arrivals\": { \"rate\": 1 }, \"service\": 1 }");
    CU_ASSERT_STRING_EQUAL(s->stations[0].name, "cpu");
    CU_ASSERT_STRING_EQUAL(s->kinds[0].name, "task");
    CU_ASSERT_EQUAL(s->kinds[0].steps.count, 1);
    /* kinds in full, one station at the top */
    s = read_one(
        "{ \"servers\": 3, \"tasks\": { \"a\": { \"arrivals\": { \"rate\": 1 }, \"service\": 1, "
        "\"priority\": 2 },\n"
        "  \"b\": { \"arrivals\": { \"rate\": 1 }, \"steps\": [ { \"at\": \"queue\", \"for\": 2 } ] } } }");
    CU_ASSERT_STRING_EQUAL(s->stations[0].name, "queue");
    CU_ASSERT_EQUAL(s->stations[0].servers, 3.0);
    CU_ASSERT_EQUAL(s->kinds[0].priority, 2.0);
    CU_ASSERT_EQUAL(s->kinds[1].steps.items[0].args[1].dist->a, 2.0);
    /* service in the kinds alone */
    s = read_one("{ \"tasks\": { \"a\": { \"arrivals\": { \"rate\": 1 }, \"service\": 1 } } }");
    CU_ASSERT_EQUAL(s->station_count, 1);
    /* only delays: no station */
    s = read_one("{ \"arrivals\": { \"rate\": 1 }, \"limit\": 5, \"steps\": [ { \"delay\": 2 } ] }");
    CU_ASSERT_EQUAL(s->station_count, 0);
    CU_ASSERT_EQUAL(s->kinds[0].limit, 5.0);
    /* errors speak of what was written */
    CU_ASSERT_STRING_EQUAL(read_error("{ \"arrivals\": { \"rate\": 1 }, \"service\": { \"dist\": \"erlang\", "
                                      "\"k\": 0.5, \"mean\": 1 } }",
                                      NULL),
                           "expected a whole number, found 0.5");
    arena_free(&arena);
}

/* The full form of a text that is first written to a file; in the arena. */
static const char *expand_text(const char *text, const char *const *sets, size_t set_count, struct error *err)
{
    char path[] = "/tmp/desq-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    const size_t length = strlen(text);
    CU_ASSERT_FATAL(write(descriptor, text, length) == (ssize_t)length);
    close(descriptor);
    const char *out = NULL;
    memset(err, 0, sizeof *err);
    scenario_expand(&arena, path, NULL, sets, set_count, &out, err);
    unlink(path);
    return out;
}

static const char *const expandable[] = {
    MM1,
    ARTICLE,
    "{ \"arrivals\": { \"rate\": 0.5 }, \"discipline\": \"fcfs\", \"title\": \"q \\\" \\\\ \\n \\u001f\",\n"
    "  \"variants\": { \"a\": { \"/service\": 1 }, \"b\": { \"/service\": { \"dist\": \"exponential\", "
    "\"mean\": 2 }, \"/servers\": 2 } },\n"
    "  \"sweep\": { \"/arrivals/rate\": { \"from\": 0.1, \"to\": 1, \"points\": 3 }, \"/limit\": [ 1, null ] "
    "} }",
    "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 },\n"
    "  \"sweep\": { \"/service/mean\": [ 1, 2 ], \"/servers\": [ 1, 2 ], \"zip\": true } }",
    "{ \"tasks\": { \"a\": { \"arrivals\": { \"rate\": 1 }, \"service\": 1 }, \"b\": { \"arrivals\": { "
    "\"rate\": 1 }, \"service\": 2 } },\n"
    "  \"servers\": 3, \"variants\": { \"x\": { \"/tasks/a/service\": 5, \"/tasks/b/priority\": 1 }, \"y\": "
    "{} } }",
    "{ \"arrivals\": { \"rate\": 0.5 }, \"sweep\": { \"/service\": [ 1, 2 ] } }",
    "{ \"stations\": { \"s\": {} }, \"arrivals\": { \"rate\": 0.5 }, \"service\": 1, \"sweep\": { "
    "\"/service\": [ 1, 2 ] } }",
};

/* expand(expand(x)) = expand(x), letter for letter, and both give the same points. */
static void expanding(void)
{
    for (size_t i = 0; i < sizeof expandable / sizeof expandable[0]; i++) {
        begin();
        struct error err;
        const char *once = expand_text(expandable[i], NULL, 0, &err);
        if (once == NULL)
            printf("    %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(once);
        const char *twice = expand_text(once, NULL, 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(twice);
        CU_ASSERT_STRING_EQUAL(once, twice);
        CU_ASSERT_PTR_NULL(strstr(once, "\"service\""));
        const struct scenario_file *a = read_file(expandable[i], NULL), *b = read_file(once, NULL);
        CU_ASSERT_EQUAL_FATAL(a->point_count, b->point_count);
        for (size_t p = 0; p < a->point_count; p++) {
            const struct scenario *x = &a->points[p].scenario, *y = &b->points[p].scenario;
            CU_ASSERT_EQUAL_FATAL(x->station_count, y->station_count);
            CU_ASSERT_EQUAL_FATAL(x->kind_count, y->kind_count);
            CU_ASSERT_EQUAL(x->stations[0].servers, y->stations[0].servers);
            CU_ASSERT_STRING_EQUAL(x->stations[0].name, y->stations[0].name);
            CU_ASSERT_EQUAL(x->kinds[0].arrival.interarrival.mean, y->kinds[0].arrival.interarrival.mean);
            CU_ASSERT_EQUAL(x->kinds[0].limit, y->kinds[0].limit);
            CU_ASSERT_EQUAL(x->kinds[0].steps.items[0].args[1].dist->mean,
                            y->kinds[0].steps.items[0].args[1].dist->mean);
        }
        arena_free(&arena);
    }
    begin();
    struct error err;
    static const char *const set = "/servers=5";
    const char *with = expand_text(MM1, &set, 1, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(with);
    CU_ASSERT_PTR_NOT_NULL(strstr(with, "\"queue\": { \"servers\": 5 }"));
    /* where no full form says the same, that is said */
    CU_ASSERT_PTR_NULL(
        expand_text("{ \"arrivals\": { \"rate\": 1 }, \"variants\": { \"a\": { \"/service\": 1 },\n"
                    "  \"b\": { \"/steps\": [ { \"delay\": 1 } ] } } }",
                    NULL, 0, &err));
    CU_ASSERT_EQUAL(strncmp(err.text, "no full form says the same, because variant \"b\"", 47), 0);
    arena_free(&arena);
}

static const char *file_error(const char *path)
{
    struct error err = {0};
    const struct scenario_file *file = NULL;
    CU_ASSERT_FALSE(scenario_read(&arena, path, NULL, 0, &file, &err));
    CU_ASSERT_PTR_NULL(file);
    CU_ASSERT_STRING_EQUAL(err.file, path);
    return arena_text(&arena, err.text);
}

static void files(void)
{
    begin();
    CU_ASSERT_STRING_EQUAL(file_error("/tmp/no/such/file.json"),
                           "cannot open the file: No such file or directory");
    CU_ASSERT_STRING_EQUAL(file_error("/tmp"), "this is a directory, not a file");
    char path[] = "/tmp/desq-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    CU_ASSERT_EQUAL_FATAL(ftruncate(descriptor, (64 << 20) + 1), 0); /* sparse: takes no space */
    CU_ASSERT_STRING_EQUAL(file_error(path), "the file is too large: a scenario has at most 64 MiB");
    CU_ASSERT_EQUAL_FATAL(ftruncate(descriptor, 3), 0); /* three NUL bytes */
    CU_ASSERT_STRING_EQUAL(file_error(path), "expected a value, found the byte 0x00");
    close(descriptor);
    unlink(path);
    arena_free(&arena);
}

/* What an editor or a tool may put around a scenario. */
static void encodings(void)
{
    begin();
    CU_ASSERT_EQUAL(read_one("\xEF\xBB\xBF" MM1)->kind_count, 1);
    CU_ASSERT_STRING_EQUAL(read_error("\xEF\xBB\xBF"
                                      "2",
                                      NULL),
                           "expected a scenario (an object), found 2");
    CU_ASSERT_STRING_EQUAL(read_error("\xEF\xBB\xBF", NULL), "the file is empty");
    const struct scenario *s = read_one(
        "{\r\n\t\"title\": \"\\ud83d\\ude00 \\\"\\/\\b\\f\\n\\r\\t\",\r\n\"arrivals\":{\"rate\":1E0},"
        "\"service\":1.50e-0}\r\n");
    CU_ASSERT_STRING_EQUAL(s->title, "\xF0\x9F\x98\x80 \"/\b\f\n\r\t");
    CU_ASSERT_EQUAL(s->kinds[0].steps.items[0].args[1].at.line, 3);
    CU_ASSERT_EQUAL(
        read_one("{ \"arrivals\": { \"rate\": 1 }, \"service\": 1, \"run\": { \"seed\": 9007199254740992 } }")
            ->run.seed,
        UINT64_C(9007199254740992));
    /* 500 deep is allowed: 4 around and 2 for each delay inside a repeat */
    static char deep[40000];
    strcpy(deep, "{ \"arrivals\": { \"rate\": 1 }, \"steps\": [");
    for (int i = 0; i < 248; i++)
        strcat(deep, "{ \"repeat\": 1, \"do\": [");
    strcat(deep, "{ \"delay\": 1 }");
    for (int i = 0; i < 248; i++)
        strcat(deep, "] }");
    strcat(deep, "] }");
    CU_ASSERT_EQUAL(read_one(deep)->kinds[0].steps.count, 1);
    arena_free(&arena);
}

/* Large lists and objects take time in proportion. */
static void large(void)
{
    begin();
    const size_t count = 200000;
    char *text = malloc(count * 40);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t used = (size_t)sprintf(
        text, "{ \"arrivals\": { \"rate\": 1e-9 }, \"service\": { \"dist\": \"empirical\", \"values\": [ 1");
    for (size_t i = 1; i < count; i++)
        used += (size_t)sprintf(text + used, ",%zu.5", i);
    used += (size_t)sprintf(text + used, "] }, \"stations\": {");
    for (size_t i = 0; i < count / 10; i++)
        used += (size_t)sprintf(text + used, "%s\"s%zu\": 1", i == 0 ? "" : ",", i);
    sprintf(text + used, "} }");
    struct error err;
    CU_ASSERT_PTR_NULL(read_with(text, NULL, &err)); /* refused only at the end: service with many stations */
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "there are 20000"));
    free(text);
    arena_free(&arena);
}

const struct test scenario_tests[] = {
    {"the smallest scenario has the defaults of the format", defaults},
    {"every key of the full form arrives where it belongs, in the time unit", everything},
    {"distributions are numbers, texts, named or fitted to two moments", distributions},
    {"variants change what their pointers name, and nothing else", variants},
    {"sweep values make a grid, first pointer slowest, or walk together", sweeps},
    {"ranges of a sweep are the values that people expect", ranges},
    {"--set puts in JSON or text, and null removes", set_options},
    {"requirements name kinds, stations and the run", requirements},
    {"shorthand and full form mix where it makes sense", shorthand},
    {"the full form is its own full form and gives the same points", expanding},
    {"files that are no scenario at all are refused", files},
    {"encodings, escapes and depth that JSON allows are read", encodings},
    {"large lists and objects are no trouble", large},
    {NULL, NULL},
};
