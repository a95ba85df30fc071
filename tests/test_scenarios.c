/* test_scenarios.c: every scenario that we hand out, and every JSON block in the documentation, reads and
 * runs. */
#include "models/desq.h"
#include "tests/suites.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A failure of the test that runs, in words. */
static void complain(const char *file, unsigned line, const char *what)
{
    char text[1400];
    snprintf(text, sizeof text, "%s", what);
    CU_assertImplementation(CU_FALSE, line, text, file, "", CU_FALSE);
}

static bool ends_by_itself(const struct scenario *s)
{
    for (size_t i = 0; i < s->kind_count; i++)
        if (s->kinds[i].arrival.form == ARRIVAL_OPEN || s->kinds[i].arrival.form == ARRIVAL_CLOSED)
            return false;
    return true;
}

static void check_point(const char *name, unsigned line, const struct point *p)
{
    if (p->report.stopped == STOPPED_DEADLOCK && strstr(name, "nested-calls") != NULL)
        return; /* what it is there to show */
    if (p->report.stopped == STOPPED_LIMIT)
        return; /* retries that brought the service down before so many tasks were completed */
    if (p->report.replications != 2)
        complain(name, line, "did not run its two replications");
    double completed = 0.0; /* of all kinds: a rare one may be absent from a short run */
    for (size_t k = 0; k < p->kind_count; k++) {
        const struct figure *f = subject_figure(&p->kinds[k], "response");
        if (f == NULL || (f->count > 0.0 && !(f->mean >= 0.0)))
            complain(name, line, "a kind of task has no response time");
        else
            completed += f->count;
    }
    if (!(completed > 0.0))
        complain(name, line, "no task was completed");
}

/* Reads path as it stands; then runs two short replications of every point. name and line: for the failure.
 */
static void read_and_run(const char *path, const char *name, unsigned line, bool needs_text)
{
    struct desq *d = NULL;
    struct error err = {0};
    char text[1300];
    if (!desq_read(path, NULL, &d, &err)) {
        complain(name, line, error_format(&err, text, sizeof text));
        return;
    }
    const struct scenario *s = &desq_scenario(d)->points[0].scenario;
    if (needs_text && (s->title == NULL || s->description == NULL))
        complain(name, line, "has no title or no description");
    const char *const run = ends_by_itself(s) ? "/run={\"replications\":2}"
                                              : "/run={\"replications\":2,\"count\":400,\"warmup\":0,"
                                                "\"limit\":{\"events\":300000}}";
    desq_free(d);

    const struct result *result = NULL;
    if (!desq_read(path, &(struct desq_options){.set = &run, .set_count = 1}, &d, &err)) {
        complain(name, line, error_format(&err, text, sizeof text));
        return;
    }
    if (!desq_run(d, &(struct desq_run){.jobs = 1}, &result, &err))
        complain(name, line, error_format(&err, text, sizeof text));
    else
        for (size_t i = 0; i < result->point_count; i++)
            check_point(name, line, &result->points[i]);
    desq_free(d);
}

static void scenarios_run(void)
{
    glob_t found;
    CU_ASSERT_EQUAL_FATAL(glob("scenarios/*.json", 0, NULL, &found), 0);
    CU_ASSERT(found.gl_pathc >= 9);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_and_run(found.gl_pathv[i], found.gl_pathv[i], 1, true);
    globfree(&found);
    CU_ASSERT_EQUAL_FATAL(glob("tests/bench/*.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_and_run(found.gl_pathv[i], found.gl_pathv[i], 1, false);
    globfree(&found);
}

/* Runs the block that starts after the present line of f. Returns the number of its last line. */
static unsigned run_block(FILE *f, const char *page, unsigned line)
{
    char path[] = "/tmp/desq-example-XXXXXX", text[1024];
    const int fd = mkstemp(path);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    const unsigned first = line + 1;
    while (fgets(text, sizeof text, f) != NULL) {
        line += strchr(text, '\n') != NULL;
        if (strncmp(text, "```", 3) == 0)
            break;
        fputs(text, out);
    }
    fclose(out);
    read_and_run(path, page, first, false);
    unlink(path);
    return line;
}

static size_t run_page(const char *page)
{
    FILE *f = fopen(page, "r");
    CU_ASSERT_PTR_NOT_NULL(f);
    if (f == NULL)
        return 0;
    char text[1024];
    unsigned line = 0;
    size_t blocks = 0;
    while (fgets(text, sizeof text, f) != NULL) {
        line += strchr(text, '\n') != NULL;
        if (strcmp(text, "```json\n") == 0) {
            line = run_block(f, page, line);
            blocks++;
        }
    }
    fclose(f);
    return blocks;
}

static void examples_run(void)
{
    CU_ASSERT(run_page("docs/scenario-format.md") >= 9);
    run_page("docs/extending.md");
    run_page("docs/glossary.md");
    run_page("docs/architecture.md");
    run_page("README.md");
}

/* 4 tasks of 1 s: exactly 4 s on one thread, 1 s on four, 2 s on two; on one the waits 0, 1, 2, 3 average 1.5
 * s.
 */
static void article_is_exact(void)
{
    struct desq *d = NULL;
    struct error err = {0};
    const struct result *r = NULL;
    CU_ASSERT_FATAL(desq_read("scenarios/article.json", NULL, &d, &err));
    CU_ASSERT_FATAL(desq_run(d, &(struct desq_run){.jobs = 1}, &r, &err));
    CU_ASSERT_EQUAL_FATAL(r->point_count, 3);
    const double makespan[] = {4.0, 1.0, 2.0}, wait[] = {1.5, 0.0, 0.5};
    for (size_t i = 0; i < 3; i++) {
        const struct figure *m = subject_figure(r->points[i].run, "makespan");
        const struct figure *w = subject_figure(&r->points[i].kinds[0], "wait");
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        CU_ASSERT_PTR_NOT_NULL_FATAL(w);
        CU_ASSERT_EQUAL(m->mean, makespan[i]);
        CU_ASSERT_EQUAL(w->mean, wait[i]);
    }
    desq_free(d);
}

const struct test scenarios_tests[] = {
    {"every scenario has a title and a description, reads and runs", scenarios_run},
    {"every example in the documentation reads and runs", examples_run},
    {"the article's four tasks take exactly 4, 1 and 2 seconds", article_is_exact},
    {NULL, NULL},
};
