/* main.c: runs every suite of suites_list.h through CUnit.
 *
 *   tests [SUITE...]     only these suites; all when none is named
 *
 * A suite's line is printed when it is done, the failures beneath it, each with its place. Exit status: 0
 * when all passed, 1 when one failed, 2 when a suite is not known. */
#include "tests/suites.h"

#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct suite {
    const char *name;
    const struct test *tests;
};

static const struct suite suites[] = {
#define SUITE(module) {#module, module##_tests},
#include "tests/suites_list.h"
#undef SUITE
    {NULL, NULL},
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void print_failures(const CU_FailureRecord *f)
{
    for (; f != NULL; f = f->pNext)
        printf("  FAILED: %s\n    %s:%u: %s\n", f->pTest != NULL ? f->pTest->pName : "the suite itself",
               f->strFileName != NULL ? f->strFileName : "?", f->uiLineNumber,
               f->strCondition != NULL ? f->strCondition : "");
}

/* Runs one suite in a registry of its own, so that its failures can be printed at once. false: it could not
 * be set up. */
static bool run_suite(const struct suite *suite, unsigned *passed, unsigned *failed)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return false;
    bool ready = false;
    CU_pSuite s = CU_add_suite(suite->name, NULL, NULL);
    if (s != NULL) {
        ready = true;
        for (const struct test *t = suite->tests; t->name != NULL; t++)
            ready = CU_add_test(s, t->name, t->run) != NULL && ready;
    }
    if (ready) {
        printf("%-20s ", suite->name);
        const double start = seconds();
        CU_run_all_tests();
        const unsigned run = CU_get_number_of_tests_run(), bad = CU_get_number_of_tests_failed();
        printf("%3u passed, %u failed  %6.2f s\n", run - bad, bad, seconds() - start);
        print_failures(CU_get_failure_list());
        *passed += run - bad;
        *failed += bad;
    }
    CU_cleanup_registry();
    return ready;
}

static bool chosen(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc < 2;
}

static const char *unknown_suite(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const struct suite *s = suites;
        while (s->name != NULL && strcmp(s->name, argv[i]) != 0)
            s++;
        if (s->name == NULL)
            return argv[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const char *unknown = unknown_suite(argc, argv);
    if (unknown != NULL) {
        fprintf(stderr, "no suite named %s; there are:", unknown);
        for (const struct suite *s = suites; s->name != NULL; s++)
            fprintf(stderr, " %s", s->name);
        fputc('\n', stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0); /* a suite that crashes has been named before */
    gsl_set_error_handler_off();
    CU_set_error_action(CUEA_IGNORE);

    unsigned passed = 0, failed = 0;
    for (const struct suite *s = suites; s->name != NULL; s++) {
        if (chosen(s->name, argc, argv) && !run_suite(s, &passed, &failed)) {
            printf("%-20s could not be set up: %s\n", s->name, CU_get_error_msg());
            failed++;
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 ? 1 : 0;
}
