/* What `desq theory` says: rows against published values and against each other; then simulation against all
 * that is exact. */
#include "models/markov/markov.h"
#include "models/probe/probe.h"
#include "models/theory/theory.h"
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXP(mean) "{'dist':'exponential','mean':" #mean "}"

struct asked {
    struct arena arena;
    struct model *model;
    const struct theory_answer *answers;
    size_t count;
    struct error err;
    bool ok;
};

static void ask(struct asked *a, const char *text)
{
    char json[2000];
    const struct scenario_file *file;
    snprintf(json, sizeof json, "{%s}", text);
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    arena_init(&a->arena);
    a->ok = scenario_read_text(&a->arena, "test", json, NULL, 0, &file, &a->err) &&
            model_compile(&a->arena, &file->points[0].scenario, &a->model, &a->err) &&
            theory_ask(a->model, 0, &a->arena, &a->answers, &a->count, &a->err);
}

static const struct theory_answer *answer_of(const struct asked *a, const char *name)
{
    for (size_t i = 0; a->ok && i < a->count; i++)
        if (strcmp(a->answers[i].form->name, name) == 0)
            return &a->answers[i];
    return NULL;
}

static double value_of(const struct theory_answer *answer, const char *probe, enum statistic statistic,
                       enum theory_relation relation)
{
    for (size_t i = 0; answer != NULL && answer->applies && i < answer->value_count; i++)
        if (strcmp(answer->values[i].probe, probe) == 0 && answer->values[i].statistic == statistic &&
            answer->values[i].relation == relation && answer->values[i].scope != THEORY_OF_STATION)
            return answer->values[i].value;
    return (double)NAN;
}

static void says(const char *text, const char *name, const char *probe, double exact, double tolerance)
{
    const double value = row_mean(name, text, probe);
    EXPECT(fabs(value - exact) <= tolerance * fabs(exact), "%s: %s %s is %.12g, not %.12g", text, name, probe, value, exact);
}

static void does_not_apply(const char *text, const char *name, const char *why)
{
    struct row_answer a;
    row_ask(&a, name, text);
    EXPECT(!a.applies && strstr(a.err.text, why) != NULL, "%s: %s: %s", text, name, a.applies ? "applies" : a.err.text);
    row_free(&a);
}

static void batches(void)
{
    /* Claim C8's figures. */
    says("'arrivals':{'at_once':4},'servers':4,'service':" EXP(1), "batch", "makespan", 25.0 / 12.0, 1e-9);
    says("'arrivals':{'at_once':100},'servers':4,'service':" EXP(1), "batch", "makespan", 24.0 + 25.0 / 12.0,
         1e-12);
    says("'arrivals':{'at_once':4},'servers':4,'service':{'dist':'erlang','k':4,'mean':1}", "batch",
         "makespan", 1.5444, 4e-5);
    says("'arrivals':{'at_once':4},'servers':4,'service':{'dist':'uniform','min':0,'max':2}", "batch",
         "makespan", 1.6, 1e-9);
    says("'arrivals':{'at_once':4},'servers':4,'service':{'dist':'hyperexponential','mean':1,'scv':4}",
         "batch", "makespan", 2.6149, 4e-5);
    says("'arrivals':{'at_once':10000},'servers':200,'service':1", "batch", "makespan", 50.0, 1e-12);
    says("'arrivals':{'at_once':4},'servers':1,'service':1", "batch", "wait", 1.5, 1e-12);
    says("'arrivals':{'at_once':9},'servers':4,'service':1", "batch", "wait", (4.0 + 2.0) / 9.0, 1e-12);
    says("'arrivals':{'at_once':8},'servers':4,'service':" EXP(1), "batch", "wait",
         (1 + 2 + 3 + 4) / 4.0 / 8.0, 1e-12);
    struct asked a;
    ask(&a, "'arrivals':{'at_once':100},'servers':4,'service':" EXP(1));
    EXPECT(fabs(value_of(answer_of(&a, "batch"), "makespan", STATISTIC_SD, THEORY_EQUALS) -
                sqrt(96.0 / 16.0 + 1.0 + 0.25 + 1.0 / 9.0 + 1.0 / 16.0)) < 1e-12,
           "sd");
    const double exact = value_of(answer_of(&a, "batch"), "makespan", STATISTIC_MEAN, THEORY_EQUALS);
    const struct theory_answer *graham = answer_of(&a, "batch_bounds");
    EXPECT(exact >= value_of(graham, "makespan", STATISTIC_MEAN, THEORY_AT_LEAST) &&
               exact <= value_of(graham, "makespan", STATISTIC_MEAN, THEORY_AT_MOST),
           "Graham's bounds");
    arena_free(&a.arena);
    does_not_apply("'arrivals':{'rate':0.5},'service':1", "batch", "do not all come at time 0");
    does_not_apply("'arrivals':{'at_once':5},'servers':2,'service':{'dist':'uniform','min':0,'max':2}",
                   "batch", "neither exponential nor constant");
}

static void dispatch(void)
{
    says("'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'random','service':" EXP(1),
         "split_at_random", "response", 2.5, 1e-12);
    says("'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'random','service':1",
         "split_at_random", "wait", 0.6 / 0.8, 1e-12);
    /* One server: M/M/1. Two: as by the chain. */
    says("'arrivals':{'rate':0.6},'servers':1,'queues':'per_server','dispatch':'round_robin','service':" EXP(
             1),
         "split_in_turn", "response", 2.5, 1e-12);
    static const char in_turn[] =
        "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'round_robin','service':" EXP(
            1);
    struct asked a;
    ask(&a, in_turn);
    const double chain = value_of(answer_of(&a, "markov_chain"), "response", STATISTIC_MEAN, THEORY_EQUALS);
    arena_free(&a.arena);
    says(in_turn, "split_in_turn", "response", chain, 1e-9);
    says("'arrivals':{'rate':3.6},'servers':4,'queues':'per_server','dispatch':'random','steal':true,'"
         "service':" EXP(1),
         "stealing", "wait", mmc_wait_mean(3.6, 1.0, 4), 1e-12);
    /* Mitzenmacher's table: d = 2, load 0.9 and 0.99: 2.6141, 5.4320 (unlimited servers). d = 1 is M/M/1. */
    says("'arrivals':{'rate':9},'servers':10,'queues':'per_server','dispatch':'power_of_d','d':2,'service'"
         ":" EXP(1),
         "power_of_d_limit", "response", 2.6141, 2e-5);
    says("'arrivals':{'rate':9.9},'servers':10,'queues':'per_server','dispatch':'power_of_d','d':2,'service'"
         ":" EXP(1),
         "power_of_d_limit", "response", 5.4320, 2e-5);
    does_not_apply("'arrivals':{'rate':0.5},'service':" EXP(1), "split_at_random", "lines of their own");
    does_not_apply(
        "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'jsq','service':" EXP(1),
        "split_at_random", "dispatched by jsq");
}

static const char fork_text[] =
    "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'fork':[[{'at':'a',"
    "'for':" EXP(1) "}],[{'at':'b','for':" EXP(1) "}]],'join':'all'}]}}";

static void forks(void)
{
    says(fork_text, "fork_join_two", "response", 11.5 / 8.0 / 0.5, 1e-12);
    /* Nearly no load: the larger of exponentials. */
    says("'stations':{'a':{},'b':{},'c':{}},'tasks':{'t':{'arrivals':{'rate':1e-9},'steps':[{'fork':[[{'at':'"
         "a','for':" EXP(1) "}],[{'at':'b','for':" EXP(1) "}],[{'at':'c','for':" EXP(1) "}]]}]}}",
         "fork_join", "response", 1.0 + 0.5 + 1.0 / 3.0, 1e-8);
    does_not_apply("'arrivals':{'rate':0.5},'service':" EXP(1), "fork_join_two", "do not begin with a fork");
}

static void branches(void)
{
    static const char text[] = "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1},'steps':[{'fork':[[{'at':"
                               "'a','for':%s}]],'copies':%d,'join':'%s'}]}}";
    char made[500];
    snprintf(made, sizeof made, text, EXP(1), 4, "all"); /* H_4 */
    says(made, "branches", "response", 25.0 / 12.0, 1e-9);
    snprintf(made, sizeof made, text, EXP(1), 4, "any");
    says(made, "branches", "response", 0.25, 1e-9);
    snprintf(made, sizeof made, text, EXP(1), 4, "2");
    says(made, "branches", "response", 0.25 + 1.0 / 3.0, 1e-9);
    snprintf(made, sizeof made, text, "{'dist':'uniform','min':0,'max':1}", 3, "2"); /* the middle one */
    says(made, "branches", "response", 0.5, 1e-9);
    snprintf(made, sizeof made, text, "2.5", 3, "all");
    says(made, "branches", "response", 2.5, 1e-12);
    /* Hedged after 0.8: 1 - e^-0.8 until then, e^-0.8 / 2 after. */
    says("'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':1},'steps':[{'fork':[[{'at':'a','for':" EXP(1)
         "}],[{'delay':0.8},{'at':'a','for':" EXP(1) "}]],'join':'any','rest':'cancel'}]}}",
         "branches", "response", 1.0 - exp(-0.8) + exp(-0.8) / 2.0, 1e-9);
    does_not_apply(fork_text, "branches", "may be short of servers");
}

static double sd_of(const char *name, const char *text, const char *probe)
{
    struct row_answer a;
    row_ask(&a, name, text);
    const double sd = row_value(&a, probe, STATISTIC_SD, 0.0);
    row_free(&a);
    return sd;
}

static void forks_one_at_a_time(void)
{
    /* Copies at n exponential servers: M/M/1 of the sum of their rates (Gardner et al. 2015). */
    static const char copies[] = "'stations':{'a':{},'b':{},'c':{}},'tasks':{'t':{'arrivals':{'rate':%.17g},'steps':[{'fork':[[{'at':'a','for':" EXP(1)
        "}],[{'at':'b','for':" EXP(1) "}],[{'at':'c','for':" EXP(2) "}]],'join':'any','rest':'cancel'}]}}";
    static const double rates[] = {1e-9, 1.8, 2.4999};
    char text[600];
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, copies, rates[i]);
        says(text, "whole_forks", "response", 1.0 / (2.5 - rates[i]), 1e-8);
        EXPECT(fabs(sd_of("whole_forks", text, "response") * (2.5 - rates[i]) - 1.0) < 1e-8, "sd %.12g", sd_of("whole_forks", text, "response"));
    }
    /* Of uniform times the least has moments 2 / 3 and 2 / 3 (of two on 0 .. 2: E[min] = 2 / 3, E[min^2] = 2 / 3). */
    says("'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.9},'steps':[{'fork':[[{'at':'a','for':{'dist':'uniform','min':0,'max':2}}],"
         "[{'at':'b','for':{'dist':'uniform','min':0,'max':2}}]],'join':'any','rest':'cancel'}]}}",
         "whole_forks", "wait", mg1_wait_mean(0.9, 2.0 / 3.0, 2.0 / 3.0), 1e-9);
    /* Behind a gate: the largest of three exponentials, mean 11 / 6, variance 49 / 36. */
    static const char gate[] = "'stations':{'gate':{},'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'in':'gate','do':[{'fork':"
                               "[[{'at':'a','for':" EXP(1) "}]],'copies':3,'join':'%s'}]}]}}";
    snprintf(text, sizeof text, gate, "all");
    says(text, "whole_forks", "wait", mg1_wait_mean(0.4, 11.0 / 6.0, 49.0 / 36.0 + 121.0 / 36.0), 1e-9);
    snprintf(text, sizeof text, gate, "2"); /* the middle one: 5 / 6, 13 / 36 */
    says(text, "whole_forks", "wait", mg1_wait_mean(0.4, 5.0 / 6.0, 13.0 / 36.0 + 25.0 / 36.0), 1e-9);
    does_not_apply(fork_text, "whole_forks", "not the first branch alone");
}

static void finite_sources(void)
{
    /* Engset 1918: 8 sources, 3 servers, 1 / 2 erlang each: p(n) in proportion to C(8, n) / 2^n. */
    static const char engset[] = "'arrivals':{'closed':8,'think':" EXP(2) "},'servers':3,'capacity':3,'service':" EXP(1);
    const double p[] = {1.0, 4.0, 7.0, 7.0}, sum = 19.0, away = 8.0 * p[0] + 7.0 * p[1] + 6.0 * p[2] + 5.0 * p[3];
    says(engset, "machine_repair", "lost", 5.0 * p[3] / away, 1e-12);
    says(engset, "machine_repair", "throughput", (p[1] + 2.0 * p[2] + 3.0 * p[3]) / sum, 1e-12);
    /* With places to wait: as the scenario's own chain has it. */
    static const char places[] = "'arrivals':{'closed':20,'think':" EXP(8) "},'servers':2,'capacity':5,'service':" EXP(1);
    static const char *const probes[] = {"lost", "throughput", "wait", "in_station"};
    for (int i = 0; i < 4; i++)
        says(places, "machine_repair", probes[i], row_mean("markov_chain", places, probes[i]), 1e-10);
}

static void limits(void)
{
    /* The square-root rule nears Erlang's formula as 1 / sqrt(work): at b = 1. */
    static const double works[] = {100.0, 10000.0};
    for (int i = 0; i < 2; i++) {
        char text[200];
        snprintf(text, sizeof text, "'arrivals':{'rate':%.17g},'servers':%.0f,'service':" EXP(1), works[i], works[i] + sqrt(works[i]));
        says(text, "square_root_staffing", "wait", row_mean("mmc", text, "wait"), 1.0 / sqrt(works[i]));
    }
    does_not_apply("'arrivals':{'rate':3},'servers':4,'service':" EXP(1), "square_root_staffing", "fewer than");
    /* Halfin and Whitt's table: of b = 1 the share 0.2234 waits. */
    says("'arrivals':{'rate':100},'servers':110,'service':" EXP(1), "square_root_staffing", "wait", 0.02234, 2e-3);
    says("'arrivals':{'rate':0.8},'discipline':'rr','quantum':0.01,'service':{'mean':1,'scv':4}", "round_robin_limit", "response", 5.0, 1e-12);
    does_not_apply("'arrivals':{'rate':0.8},'discipline':'rr','quantum':0.01,'switch':0.001,'service':1", "round_robin_limit", "switch");
}

static void other_orders(void)
{
    /* The second moment of the wait in M/G/1 (Takacs 1963), of M/M/c by two rows at c = 1. */
    static const char *const orders[] = {"lcfs", "random"};
    const double second = mg1_wait_second(0.6, 1.0, 2.0, 6.0), mean = 1.5;
    for (int i = 0; i < 2; i++) {
        char text[200];
        snprintf(text, sizeof text, "'arrivals':{'rate':0.6},'discipline':'%s','service':" EXP(1), orders[i]);
        const double exact = sqrt(second / (i == 0 ? 0.4 : 0.7) - mean * mean);
        EXPECT(fabs(sd_of("mg1", text, "wait") - exact) < 1e-12, "%s: %.12g, not %.12g", text, sd_of("mg1", text, "wait"), exact);
        EXPECT(fabs(sd_of("mmc", text, "wait") - exact) < 1e-12, "%s: %.12g, not %.12g", text, sd_of("mmc", text, "wait"), exact);
    }
}

/* Each value is of a measure that reports have, and is a number. */
static void values_are_of_measures(void)
{
    static const char *const texts[] = {
        "'arrivals':{'rate':0.5},'service':" EXP(1),
        "'arrivals':{'closed':5,'think':" EXP(3) "},'service':" EXP(1),
        "'arrivals':{'at_once':7},'servers':2,'service':" EXP(1),
        "'arrivals':{'rate':2},'servers':2,'patience':" EXP(3) ",'capacity':5,'service':" EXP(1),
        fork_text,
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        struct asked a;
        ask(&a, texts[t]);
        EXPECT(a.ok, "%s: %s", texts[t], a.err.text);
        for (size_t i = 0; a.ok && i < a.count; i++) {
            EXPECT(a.answers[i].applies == (a.answers[i].why_not == NULL) &&
                       a.answers[i].form->source[0] != '\0',
                   "%s", a.answers[i].form->name);
            for (size_t v = 0; v < a.answers[i].value_count; v++)
                EXPECT(lookup_row(probe_table, a.answers[i].values[v].probe) != NULL &&
                           isfinite(a.answers[i].values[v].value),
                       "%s: %s %g", a.answers[i].form->name, a.answers[i].values[v].probe,
                       a.answers[i].values[v].value);
        }
        arena_free(&a.arena);
    }
}

/* All exact means of a scenario, simulated. */
static void simulated(double warmup, double time, const char *text)
{
    struct asked a;
    ask(&a, text);
    if (EXPECT(a.ok, "%s: %s", text, a.err.text)) {
        struct exact b = exact_run(warmup, time, text);
        bool any = false;
        for (size_t i = 0; i < a.count; i++)
            for (size_t v = 0; a.answers[i].form->class == THEORY_EXACT && v < a.answers[i].value_count;
                 v++) {
                const struct theory_value *value = &a.answers[i].values[v];
                char subject[100] = "run";
                if (value->scope == THEORY_OF_KIND)
                    snprintf(subject, sizeof subject, "%s", a.model->kinds[value->subject].name);
                else if (value->scope == THEORY_OF_STATION)
                    snprintf(subject, sizeof subject, "station:%s", a.model->stations[value->subject].name);
                if (value->statistic == STATISTIC_MEAN && value->relation == THEORY_EQUALS) {
                    exact_is(&b, subject, value->probe, value->value);
                    any = true;
                }
            }
        EXPECT(any, "%s: nothing exact", text);
        exact_done(&b);
    }
    arena_free(&a.arena);
}

static void simulation_agrees(void)
{
    simulated(300, 12000, fork_text);
    simulated(300, 20000,
              "'arrivals':{'rate':3},'servers':4,'queues':'per_server','dispatch':'random','steal':true,'"
              "service':" EXP(1));
    simulated(
        300, 20000,
        "'arrivals':{'rate':1.2},'servers':2,'queues':'per_server','dispatch':'round_robin','service':" EXP(
            1));
    simulated(100, 6000,
              "'stations':{'a':{'servers':2},'b':{'discipline':'ps'}},'tasks':{'x':{'arrivals':{'closed':5,'"
              "think':2},"
              "'steps':[{'at':'a','for':" EXP(1) "},{'at':'b','for':{'dist':'uniform','min':0,'max':2}}]}}");
}

const struct test theory_rows_tests[] = {
    {"batches have the figures of claim C8 and lie within Graham's bounds", batches},
    {"dispatched lines have published and mutual values", dispatch},
    {"forks have theirs", forks},
    {"branches without queueing are order statistics", branches},
    {"copies at all servers and forks behind a gate are M/G/1", forks_one_at_a_time},
    {"finite sources are lost as Engset has it", finite_sources},
    {"the spread of waits in other orders", other_orders},
    {"many servers, short quanta", limits},
    {"values are numbers, of measures that reports have", values_are_of_measures},
    {"simulation agrees with all that is exact", simulation_agrees},
    {NULL, NULL},
};
