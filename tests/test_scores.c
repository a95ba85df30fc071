/* test_scores.c: the judgement of many z-scores together has power: scores that are too large, too small,
 * shifted, or of another law are found out; true ones are not. */
#include "models/theory/scores.h"
#include "models/theory/theory.h"
#include "sim/stream.h"
#include "tests/suites.h"
#include "tests/trial.h"

enum { CASES_MOST = 1000, SUITES = 200 };

/* As many as `desq validate` has: the examples of all rows. */
static size_t cases(void)
{
    size_t n = 0;
    for (size_t i = 0; i < theory_table.count; i++) {
        const struct theory_form *form = theory_table.rows[i];
        for (size_t e = 0; form->examples[e] != NULL && n < CASES_MOST; e++)
            n++;
    }
    return n;
}

static bool passes(double *z, size_t n)
{
    const struct theory_scores look = theory_scores(z, n);
    return theory_scores_pass(&look);
}

/* How many of so many suites of independent normal scores pass, each score times `factor` plus `shift`. */
static int passing(double factor, double shift)
{
    struct stream s = {7};
    int passed = 0;
    for (int k = 0; k < SUITES; k++) {
        double z[CASES_MOST];
        const size_t n = cases();
        for (size_t i = 0; i < n; i++)
            z[i] = shift + factor * stream_normal(&s);
        passed += passes(z, n);
    }
    return passed;
}

/* A true suite fails once in some 300 times: of 200 more than 4 do by chance once in a thousand times; the seed is fixed. */
static void true_scores_pass(void)
{
    EXPECT(passing(1.0, 0.0) >= SUITES - 4, "%d of %d pass", passing(1.0, 0.0), SUITES);
}

/* Half-widths that are twice as wide as they ought to be, or two thirds, or half. */
static void scaled_scores_fail(void)
{
    EXPECT(passing(0.5, 0.0) == 0, "halved: %d of %d pass", passing(0.5, 0.0), SUITES);
    EXPECT(passing(1.5, 0.0) <= SUITES / 40, "by half too large: %d of %d pass (%zu cases)", passing(1.5, 0.0), SUITES, cases());
    EXPECT(passing(2.0, 0.0) == 0, "doubled: %d of %d pass", passing(2.0, 0.0), SUITES);
}

static void shifted_scores_fail(void)
{
    EXPECT(passing(1.0, 1.0) == 0, "shifted by 1: %d of %d pass", passing(1.0, 1.0), SUITES);
    EXPECT(passing(0.0, 0.0) == 0, "all 0: %d of %d pass", passing(0.0, 0.0), SUITES);
}

/* Scores of the right mean square that are never near 0, nor far from it. */
static void other_laws_fail(void)
{
    double z[CASES_MOST];
    for (size_t i = 0; i < cases(); i++)
        z[i] = i % 2 == 0 ? 1.0 : -1.0;
    EXPECT(!passes(z, cases()), "1 and -1 by turns pass");
}

const struct test scores_tests[] = {
    {"true scores pass", true_scores_pass},
    {"scores too small or too large fail", scaled_scores_fail},
    {"shifted scores fail", shifted_scores_fail},
    {"scores of another law fail", other_laws_fail},
    {NULL, NULL},
};
