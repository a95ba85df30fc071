/* Distributions that are none: the text of each refusal. */
#include "tests/dist_text.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

static void check_error(const char *text, const char *expected)
{
    struct arena arena;
    struct error err = {.text = ""};
    arena_init(&arena);
    const struct dist *d = dist_text_make(&arena, text, &err);
    if (d != NULL || strcmp(err.text, expected) != 0)
        printf("\n    %s\n    gave:     %s\n    expected: %s\n", text, d != NULL ? "no error" : err.text,
               expected);
    CU_ASSERT(d == NULL && strcmp(err.text, expected) == 0);
    arena_free(&arena);
}

static void mistakes_are_named(void)
{
    static const char *const rows[][2] = {
        {"{ \"dist\": \"constant\" }", "constant needs either \"value\" or \"mean\"; found nothing"},
        {"{ \"dist\": \"exponential\" }", "exponential needs either \"mean\" or \"rate\"; found nothing"},
        {"{ \"dist\": \"exponential\", \"mean\": 1, \"rate\": 1 }",
         "exponential needs either \"mean\" or \"rate\"; found \"mean\", \"rate\""},
        {"{ \"dist\": \"exponential\", \"mean\": 0 }", "exponential: \"mean\" must be above 0, not 0"},
        {"{ \"dist\": \"exponential\", \"mean\": 1e999 }",
         "exponential: \"mean\" must be a finite number, not inf"},
        {"{ \"dist\": \"exponential\", \"rate\": 1e-320 }",
         "exponential: a mean of inf is too large to compute with"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"scv\": 0.3 }",
         "erlang: an scv of 0.3 is not 1/k for any whole k; the nearest are 0.25 (k = 4) and 0.333333 (k = "
         "3); { "
         "\"mean\": ..., \"scv\": ... } without \"dist\" fits any scv"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"scv\": 2 }",
         "erlang: an scv of 2 is not 1/k for any whole k: at most 1; hyperexponential, gamma or lognormal go "
         "above"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"k\": 2.5 }",
         "erlang: \"k\" must be a whole number, not 2.5"},
        {"{ \"dist\": \"erlang\", \"mean\": 1, \"k\": 0 }", "erlang: \"k\" must be at least 1, not 0"},
        {"{ \"dist\": \"erlang\", \"k\": 2 }",
         "erlang needs \"mean\" and either \"k\" or \"scv\"; found \"k\""},
        {"{ \"dist\": \"gamma\", \"mean\": 2, \"scale\": 1 }",
         "gamma needs \"shape\" and \"scale\", or \"shape\" and \"mean\", or \"mean\" and \"scv\"; found "
         "\"scale\", "
         "\"mean\""},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.4], \"means\": [1, 2] }",
         "hyperexponential: the probabilities must sum to 1, not 0.9"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.500000002], \"means\": [1, 2] }",
         "hyperexponential: the probabilities must sum to 1, not 1.000000002"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.6], \"means\": [1, 2, 3] }",
         "hyperexponential: the probabilities must sum to at most 1, not 1.1"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [1.5, -0.5], \"means\": [1, 2] }",
         "hyperexponential: \"p\" must be a probability, from 0 to 1, not 1.5"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [1], \"means\": [1, 2, 3] }",
         "hyperexponential: \"p\" must hold one probability for each of the 3 means (or one less: the last "
         "takes the "
         "rest), not 1"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [0.5, 0.5], \"means\": [1, 0] }",
         "hyperexponential: \"means\" must be above 0, not 0"},
        {"{ \"dist\": \"hyperexponential\", \"p\": [], \"means\": [1] }", "hyperexponential: \"p\" is empty"},
        {"{ \"dist\": \"hyperexponential\", \"mean\": 1, \"scv\": 0.5 }",
         "hyperexponential: \"scv\" must be at least 1, not 0.5; erlang, gamma and others go below"},
        {"{ \"dist\": \"hypoexponential\", \"mean\": 1, \"scv\": 0.3 }",
         "hypoexponential: with two phases \"scv\" is from 0.5 to 1, not 0.3"},
        {"{ \"dist\": \"coxian\", \"means\": [1, 2], \"p\": [0.5, 0.5] }",
         "coxian: \"p\" must hold one probability of going on after each of the 2 phases but the last, not "
         "2"},
        {"{ \"dist\": \"coxian\", \"means\": [1, 2] }",
         "coxian needs \"means\" and \"p\", or \"mean\" and \"scv\" (two phases); found \"means\""},
        {"{ \"dist\": \"coxian\", \"mean\": 1, \"scv\": 0.4 }",
         "coxian: with two phases \"scv\" is at least 0.5, not 0.4"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1]] }",
         "phase_type: \"alpha\" has 2 phases but \"T\" has 1 rows"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1], \"T\": [[1]] }",
         "phase_type: row 1 of \"T\" needs a diagonal below 0 (minus the rate of leaving the phase), not 1"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, -1], [0, -1]] }",
         "phase_type: row 1 of \"T\" has -1 beside the diagonal: a rate is at least 0"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, 1], [2, -1]] }",
         "phase_type: row 2 of \"T\" sums to 1; it must be at most 0"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [1, 0], \"T\": [[-1, 1], [1, -1]] }",
         "phase_type: from phase 1 (of 2) the end is never reached"},
        {"{ \"dist\": \"phase_type\", \"alpha\": [0.7, 0.7], \"T\": [[-1, 0], [0, -1]] }",
         "phase_type: \"alpha\" must sum to 1 (or less: the rest is the probability of the value 0), not "
         "1.4"},
        {"{ \"dist\": \"lognormal\", \"mean\": 1, \"sigma\": 1 }",
         "lognormal needs \"mean\" and \"scv\", or \"mu\" and \"sigma\"; found \"mean\", \"sigma\""},
        {"{ \"dist\": \"lognormal\", \"mu\": 1000, \"sigma\": 1 }",
         "lognormal: with these numbers the mean is too large or too small to compute"},
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"min\": 2, \"max\": 2 }",
         "pareto: \"max\" (2) must be above \"min\" (2)"},
        {"{ \"dist\": \"pareto\", \"alpha\": 1, \"mean\": 2 }",
         "pareto: with an \"alpha\" of 1 the mean is infinite; above 1 it can be given"},
        {"{ \"dist\": \"uniform\", \"min\": 2, \"max\": 1 }",
         "uniform: \"min\" (2) must not be above \"max\" (1)"},
        {"{ \"dist\": \"uniform\", \"mean\": 2, \"scv\": 0.4 }",
         "uniform: an scv of 0.4 would reach below 0; at most 1/3"},
        {"{ \"dist\": \"triangular\", \"min\": 2, \"mode\": 1, \"max\": 3 }",
         "triangular needs min <= mode <= max, but they are 2, 1 and 3"},
        {"{ \"dist\": \"normal\", \"mean\": -2, \"scv\": 0.1 }",
         "normal: with \"scv\", \"mean\" is that of the values, all at least 0: it must be above 0, not -2"},
        {"{ \"dist\": \"normal\", \"mean\": 2, \"scv\": 1 }",
         "normal: truncated at 0, its scv is above 0 and below 1; 1 is out of reach"},
        {"{ \"dist\": \"bimodal\", \"p\": 1.1, \"a\": 1, \"b\": 2 }",
         "bimodal: \"p\" must be a probability, from 0 to 1, not 1.1"},
        {"{ \"dist\": \"mixture\", \"of\": [] }", "mixture: \"of\" is empty"},
        {"{ \"dist\": \"mixture\", \"of\": [{ \"p\": 0.5, \"of\": 1 }, { \"p\": 0.5, \"of\": 2 }], \"p\": "
         "[0.5, 0.5] }",
         "mixture: weights either in \"p\" or in the items of \"of\", not both"},
        {"{ \"dist\": \"discrete\", \"values\": [1, 2], \"p\": [0.5, 0.6] }",
         "discrete: the probabilities must sum to 1, not 1.1"},
        {"{ \"dist\": \"empirical\" }",
         "empirical needs either \"values\", or \"file\" and \"column\"; found nothing"},
        {"{ \"dist\": \"truncated\", \"of\": 3 }", "truncated needs \"min\", \"max\" or both; found \"of\""},
        {"{ \"dist\": \"truncated\", \"min\": 4, \"of\": 3 }",
         "truncated: nothing of the distribution lies between min and max (probability 0)"},
        {"{ \"dist\": \"truncated\", \"min\": 40, \"of\": { \"dist\": \"exponential\", \"mean\": 2 } }",
         "truncated: next to nothing of the distribution lies between min and max (probability 2.06e-09)"},
        {"{ \"dist\": \"truncated\", \"min\": 5, \"max\": 4, \"of\": { \"dist\": \"exponential\", \"mean\": "
         "1 } }",
         "truncated: \"min\" (5) must not be above \"max\" (4)"},
        {"{ \"dist\": \"scaled\", \"by\": -1, \"of\": 3 }", "scaled: \"by\" must be at least 0, not -1"},
        {"{ \"dist\": \"geometric\", \"p\": 0 }", "geometric: \"p\" must be above 0: success never comes"},
        {"{ \"dist\": \"geometric\", \"mean\": 0.5 }", "geometric: \"mean\" must be at least 1, not 0.5"},
        {"{ \"dist\": \"poisson\", \"mean\": 1e10 }", "poisson: \"mean\" must be at most 1e9, not 1e+10"},
        {"{ \"mean\": 1, \"scv\": 1e-13 }", "an scv of 1e-13 is too small to fit; 0 makes it constant"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_error(rows[i][0], rows[i][1]);
}

const struct test dist_mistakes_tests[] = {
    {"mistakes are named", mistakes_are_named},
    {NULL, NULL},
};
