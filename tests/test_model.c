/* compile.c, load.c, length.c: what a scenario becomes before it runs. */
#include "models/experiment.h"
#include "models/model.h"
#include "models/task.h"
#include "sim/arena.h"
#include "tests/suites.h"
#include <math.h>

#include <stdio.h>

/* Compiles point 0 of a scenario text into the arena. */
static struct model *compile(struct arena *arena, const char *text)
{
    const struct scenario_file *file;
    struct model *m = NULL;
    struct error err;
    arena_init(arena);
    if (!scenario_read_text(arena, "test", text, NULL, 0, &file, &err) ||
        !model_compile(arena, &file->points[0].scenario, &m, &err))
        CU_FAIL_FATAL("a scenario of the test was refused");
    return m;
}

static void programs_read_as_their_steps(void)
{
    struct arena arena;
    const struct model *m = compile(
        &arena,
        "{ \"stations\": { \"pool\": { \"servers\": 2 }, \"cpu\": {} }, \"tasks\": { \"job\": { "
        "\"arrivals\": "
        "{ \"rate\": 0.1 }, \"steps\": [ { \"in\": \"pool\", \"do\": [ { \"at\": \"cpu\", \"for\": 1 }, { "
        "\"await\": [ { \"delay\": 2 } ] } ] }, { \"choose\": [ { \"p\": 0.25, \"do\": [] }, { \"do\": [ { "
        "\"repeat\": 3, \"do\": [ { \"at\": \"cpu\", \"for\": 0.5 } ] } ] } ] } ] } } }");
    CU_ASSERT_STRING_EQUAL(model_print(&arena, m), "job:\n"
                                                   "   0  take    pool\n"
                                                   "   1  at      cpu, for 1\n"
                                                   "   2  await\n"
                                                   "   3  delay   2\n"
                                                   "   4  return\n"
                                                   "   5  give    pool\n"
                                                   "   6  choose\n"
                                                   "   7  branch  below 0.25: 9\n"
                                                   "   8  branch  below 1: 10\n"
                                                   "   9  jump    14\n"
                                                   "  10  repeat  3 times, counter 0; none: 13\n"
                                                   "  11  at      cpu, for 0.5\n"
                                                   "  12  loop    counter 0, back to 11\n"
                                                   "  13  jump    14\n"
                                                   "  14  end\n");
    arena_free(&arena);
}

static const char web[] = "{ \"time_unit\": \"ms\", \"stations\": { \"threads\": { \"servers\": 16, "
                          "\"switch\": 0.25, \"await\": \"%s\" }, "
                          "\"cpu\": { \"servers\": 4 }, \"db\": { \"servers\": 20 } }, \"tasks\": { "
                          "\"request\": { \"arrivals\": { \"rate\": "
                          "1 }, \"steps\": [ { \"in\": \"threads\", \"do\": [ { \"at\": \"cpu\", \"for\": 1 "
                          "}, { \"await\": [ { \"at\": "
                          "\"db\", \"for\": 8 } ] }, { \"at\": \"cpu\", \"for\": 0.5 } ] } ] } } }";

static void hold_loads_the_pool_with_the_await_and_release_does_not(void)
{
    struct arena arena;
    char text[1024];
    snprintf(text, sizeof text, web, "hold");
    const struct model *m = compile(&arena, text);
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 9.75, 1e-12); /* 0.25 + 1 + 8 + 0.5 */
    CU_ASSERT_DOUBLE_EQUAL(m->load[0], 9.75 / 16.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->load[1], 1.5 / 4.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->rate_most[2], 20.0 / 8.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->visits[0], 1.0, 1e-12);
    arena_free(&arena);
    snprintf(text, sizeof text, web, "release");
    m = compile(&arena, text);
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 2.0, 1e-12); /* two turns of 0.25, bursts of 1 and 0.5 */
    CU_ASSERT_DOUBLE_EQUAL(m->visits[0], 2.0, 1e-12);
    arena_free(&arena);
}

static void an_await_at_the_end_is_not_followed_by_a_resumption(void)
{
    struct arena arena;
    /* The last of three awaits in the repeat ends the block: two resumptions, not three. */
    const struct model *m = compile(
        &arena,
        "{ \"stations\": { \"pool\": { \"await\": \"release\", \"switch\": 0.5 } }, \"tasks\": { \"t\": "
        "{ \"arrivals\": { \"rate\": 0.1 }, \"steps\": [ { \"in\": \"pool\", \"do\": [ { \"repeat\": 3, "
        "\"do\": [ { \"delay\": 1 }, { \"await\": [ { \"delay\": 4 } ] } ] } ] } ] } } }");
    CU_ASSERT_DOUBLE_EQUAL(m->visits[0], 3.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 3.0 * 1.0 + 3.0 * 0.5, 1e-12);
    arena_free(&arena);
}

static void turns_that_pay_a_switch_limit_round_robin(void)
{
    struct arena arena;
    /* A service of 2.5 takes three quanta of 1, each with a switch of 0.1, where others wait; alone it pays
     * one. */
    const struct model *m =
        compile(&arena, "{ \"arrivals\": { \"rate\": 0.1 }, \"service\": 2.5, \"discipline\": \"rr\", "
                        "\"quantum\": 1, \"switch\": 0.1 }");
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 2.8, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->load[0], 0.28, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->kind_time[0], 2.6, 1e-12);
    arena_free(&arena);
    /* Exponential: the further quanta begun are the sum of exp(-k q). */
    m = compile(&arena,
                "{ \"arrivals\": { \"rate\": 0.1 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 }, "
                "\"discipline\": \"rr\", \"quantum\": 0.5, \"switch\": 0.1 }");
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 1.0 + 0.1 / (1.0 - exp(-0.5)), 1e-9);
    arena_free(&arena);
}

static void choose_and_repeat_weigh_the_load(void)
{
    struct arena arena;
    const struct model *m = compile(
        &arena,
        "{ \"stations\": { \"a\": {}, \"b\": {} }, \"tasks\": { \"t\": { \"arrivals\": { \"rate\": 0.1 "
        "}, \"steps\": [ { \"choose\": [ { \"p\": 0.3, \"do\": [ { \"at\": \"a\", \"for\": 2 } ] }, { "
        "\"do\": [ { \"repeat\": { \"dist\": \"discrete\", \"values\": [1, 3], \"p\": [0.5, 0.5] }, "
        "\"do\": [ { \"at\": \"b\", \"for\": 1 } ] } ] } ] } ] } } }");
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[0], 0.6, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->held_mean[1], 0.7 * 2.0, 1e-12);
    arena_free(&arena);
}

static void only_lines_that_can_grow_for_ever_are_exposed(void)
{
    struct arena arena;
    const char *text =
        "{ \"stations\": { \"pool\": { \"servers\": 4, \"capacity\": 50 }, \"cpu\": {}, \"disk\": {}, "
        "\"gate\": {} }, \"tasks\": { \"t\": { \"arrivals\": { \"rate\": 2 }, \"steps\": [ { \"at\": "
        "\"gate\", \"for\": 1 }, { \"in\": \"pool\", \"do\": [ { \"at\": \"cpu\", \"for\": 1 } ] }, { "
        "\"at\": \"disk\", \"for\": 1 } ] } } }";
    const struct model *m = compile(&arena, text);
    CU_ASSERT_FALSE(m->exposed[0]);
    CU_ASSERT_FALSE(m->exposed[1]); /* at most the pool's holders can wait there */
    CU_ASSERT_FALSE(m->exposed[2]); /* those whom the pool turned away do not come there */
    CU_ASSERT_TRUE(m->exposed[3]);  /* but they have been there before */
    CU_ASSERT_DOUBLE_EQUAL(m->load_sure[2], 0.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->load_sure[3], 2.0, 1e-12);
    arena_free(&arena);
}

/* Whoever may be lost before it sends leaves doubts about those sent, and about whom they send in turn; what
 * is sent before, and what comes by itself, is sure. */
static void lines_of_those_sent_are_as_sure_as_their_senders(void)
{
    struct arena arena;
    const char *text =
        "{ \"stations\": { \"full\": { \"capacity\": 5 }, \"a\": {}, \"b\": {}, \"c\": {} }, \"tasks\": { "
        "\"t\": { \"arrivals\": { \"rate\": 2 }, \"steps\": [ { \"send\": \"early\" }, { \"at\": \"full\", "
        "\"for\": 1 }, { \"send\": \"late\" } ] }, \"last\": { \"steps\": [ { \"at\": \"c\", \"for\": 1 } ] "
        "}, \"late\": { \"steps\": [ { \"at\": \"b\", \"for\": 1 }, { \"send\": \"last\" } ] }, \"early\": { "
        "\"steps\": [ { \"at\": \"a\", \"for\": 1 } ] }, \"own\": { \"arrivals\": { \"rate\": 0.5 }, "
        "\"steps\": [ { \"at\": \"c\", \"for\": 1 } ] } } }";
    const struct model *m = compile(&arena, text);
    CU_ASSERT_TRUE(m->exposed[1]);
    CU_ASSERT_DOUBLE_EQUAL(m->load_sure[1], 2.0, 1e-12);
    CU_ASSERT_FALSE(m->exposed[2]);
    CU_ASSERT_DOUBLE_EQUAL(m->load_sure[2], 0.0, 1e-12);
    CU_ASSERT_TRUE(m->exposed[3]);
    CU_ASSERT_DOUBLE_EQUAL(m->load[3], 2.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m->load_sure[3], 0.5, 1e-12);
    arena_free(&arena);
}

static void priorities_become_classes(void)
{
    struct arena arena;
    const struct model *m = compile(
        &arena,
        "{ \"stations\": { \"q\": { \"discipline\": \"priority\" } }, \"tasks\": { \"a\": { \"arrivals\": { "
        "\"rate\": 0.1 }, \"priority\": 5, \"service\": 1 }, \"b\": { \"arrivals\": { \"rate\": 0.1 }, "
        "\"priority\": -2, \"service\": 1 }, \"c\": { \"arrivals\": { \"rate\": 0.1 }, \"priority\": 5, "
        "\"service\": 1 } } }");
    CU_ASSERT_EQUAL(m->classes, 2);
    CU_ASSERT_EQUAL(m->class_of_kind[0], 1);
    CU_ASSERT_EQUAL(m->class_of_kind[1], 0);
    CU_ASSERT_EQUAL(m->class_of_kind[2], 1);
    arena_free(&arena);
}

static void a_waiting_task_costs_64_bytes_and_simple_scenarios_no_more(void)
{
    struct arena arena;
    CU_ASSERT_EQUAL(sizeof(struct task), 64);
    const struct model *m = compile(&arena, "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": 1 }");
    CU_ASSERT_EQUAL(m->more_size, 0);
    arena_free(&arena);
}

static void what_draws_nothing_is_known_to(void)
{
    struct arena arena;
    CU_ASSERT_TRUE(compile(&arena, "{ \"arrivals\": { \"at_once\": 4 }, \"service\": 1 }")->deterministic);
    arena_free(&arena);
    CU_ASSERT_TRUE(
        compile(&arena, "{ \"arrivals\": { \"interarrival\": 2 }, \"service\": 1 }")->deterministic);
    arena_free(&arena);
    CU_ASSERT_FALSE(compile(&arena, "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": 1 }")->deterministic);
    arena_free(&arena);
    CU_ASSERT_FALSE(
        compile(
            &arena,
            "{ \"arrivals\": { \"at_once\": 4 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 } }")
            ->deterministic);
    arena_free(&arena);
}

/* exp(-8) of the empty start is left after the warm-up of an M/M/1 queue, whatever the load. */
static void the_warm_up_grows_with_the_load(void)
{
    struct arena arena;
    const double loads[] = {0.5, 0.8, 0.9, 0.99};
    for (size_t i = 0; i < 4; i++) {
        char text[200];
        snprintf(
            text, sizeof text,
            "{ \"arrivals\": { \"rate\": %g }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 } }",
            loads[i]);
        const struct model *m = compile(&arena, text);
        const double relaxation = 1.0 / pow(1.0 - sqrt(loads[i]), 2.0);
        CU_ASSERT_DOUBLE_EQUAL(m->warmup, 8.0 * relaxation, 1e-9 * m->warmup);
        CU_ASSERT_TRUE(m->length >= 10.0 * m->warmup * (1.0 - 1e-12));
        CU_ASSERT_TRUE(m->length * loads[i] >= 9999.0);
        arena_free(&arena);
    }
    CU_ASSERT_EQUAL(compile(&arena, "{ \"arrivals\": { \"at_once\": 4 }, \"service\": 1 }")->warmup, 0.0);
    arena_free(&arena);
}

const struct test model_tests[] = {
    {"steps compile to the opcodes they say", programs_read_as_their_steps},
    {"a pool that holds is loaded by what is awaited, one that releases is not, but pays each turn",
     hold_loads_the_pool_with_the_await_and_release_does_not},
    {"an await that ends a block counts no resumption", an_await_at_the_end_is_not_followed_by_a_resumption},
    {"round robin: a switch at every turn is part of the load", turns_that_pay_a_switch_limit_round_robin},
    {"choose and repeat weigh what a task asks of a station", choose_and_repeat_weigh_the_load},
    {"a line behind a finite capacity cannot grow for ever", only_lines_that_can_grow_for_ever_are_exposed},
    {"those sent are as sure to come as their senders are to get there",
     lines_of_those_sent_are_as_sure_as_their_senders},
    {"priorities become classes, the smallest first", priorities_become_classes},
    {"a waiting task costs 64 bytes", a_waiting_task_costs_64_bytes_and_simple_scenarios_no_more},
    {"scenarios without randomness are known as such", what_draws_nothing_is_known_to},
    {"the warm-up fits the load", the_warm_up_grows_with_the_load},
    {NULL, NULL},
};
