/* test_cli.c: the built program as a user meets it: what it prints where, what it writes, how it ends. The
 * program is that of the environment variable DESQ, else build/desq. */
#include "cli/change.h"
#include "tests/suites.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A folder of its own for each test, and what the last command said. */
struct place_of_test {
    char program[PATH_MAX];
    char folder[64];
    char *out, *err;
};

/* Deterministic, done at once: 4 tasks of 1 s on 1 server or on 4. */
static const char four_tasks[] =
    "{ \"time_unit\": \"s\", \"arrivals\": { \"at_once\": 4 }, \"service\": 1,\n"
    "  \"variants\": { \"sync\": { \"/servers\": 1 }, \"async\": { \"/servers\": 4 } } }\n";

static const char mm1[] =
    "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 },\n"
    "  \"run\": { \"replications\": 4, \"count\": 500 } }\n";

/* Would run for hours. */
static const char endless[] =
    "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 },\n"
    "  \"run\": { \"replications\": 1000000, \"count\": 100000 } }\n";

static void write_file(const struct place_of_test *t, const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    FILE *f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

/* The file's text, to be freed; NULL: there is none. */
static char *file_text(const struct place_of_test *t, const char *name)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return NULL;
    if (getdelim(&text, &size, '\0', f) < 0) {
        free(text);
        text = calloc(1, 1);
    }
    fclose(f);
    return text;
}

static bool exists(const struct place_of_test *t, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    return access(path, F_OK) == 0;
}

/* Runs a shell command in the folder, with $desq the program; returns its exit status, out and err what it
 * said. */
__attribute__((format(printf, 2, 3))) static int run(struct place_of_test *t, const char *format, ...)
{
    char arguments[1024], command[3 * PATH_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(command, sizeof command, "cd %s && desq='%s' && { %s ; } > .out 2> .err < /dev/null", t->folder,
             t->program, arguments);
    const int status = system(command);
    free(t->out);
    free(t->err);
    t->out = file_text(t, ".out");
    t->err = file_text(t, ".err");
    CU_ASSERT_FATAL(t->out != NULL && t->err != NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void begin(struct place_of_test *t)
{
    const char *program = getenv("DESQ");
    *t = (struct place_of_test){.folder = "/tmp/desq-cli-XXXXXX"};
    if (realpath(program != NULL ? program : "build/desq", t->program) == NULL) {
        printf("\n  there is no program at %s; set DESQ\n", program != NULL ? program : "build/desq");
        CU_FAIL_FATAL("no program to test");
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(t->folder));
    write_file(t, "four.json", four_tasks);
    write_file(t, "mm1.json", mm1);
    write_file(t, "bad.json", "{ \"arrivals\": { \"rate\": 0.5 }, \"servise\": 1 }\n");
}

static void end(struct place_of_test *t)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", t->folder);
    CU_ASSERT_EQUAL(system(command), 0);
    free(t->out);
    free(t->err);
}

static bool says(const char *text, const char *what)
{
    return strstr(text, what) != NULL;
}

static void help_is_help(void)
{
    static const char *const commands[] = {"run", "merge", "check", "list", "plot", "compare", "best", "size", "explain", "story", "theory", "claims", "validate", "coverage"};
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq --help"), 0);
    CU_ASSERT(says(t.out, "Usage: desq COMMAND") && t.err[0] == '\0');
    CU_ASSERT_EQUAL(run(&t, "$desq help"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq --version"), 0);
    CU_ASSERT(says(t.out, "desq ") && says(t.out, "GPL-3.0-or-later"));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        CU_ASSERT_EQUAL(run(&t, "$desq %s --help", commands[i]), 0);
        CU_ASSERT(says(t.out, "Usage: desq ") && says(t.out, "--help") && says(t.out, "Example"));
        CU_ASSERT_EQUAL(run(&t, "$desq %s -h", commands[i]), 0);
        CU_ASSERT(says(t.out, "Usage: desq "));
        CU_ASSERT_EQUAL(run(&t, "$desq help %s", commands[i]), 0);
        CU_ASSERT(says(t.out, commands[i]));
    }
    end(&t);
}

static void bad_usage_is_named(void)
{
    static const struct {
        const char *arguments, *text;
    } cases[] = {
        {"", "Usage: desq COMMAND"},
        {"rum", "unknown command \"rum\"; did you mean \"run\"?"},
        {"--versoin", "unknown option \"--versoin\""},
        {"help rnu", "did you mean \"run\"?"},
        {"run", "which scenario?"},
        {"run --sed 3 four.json", "unknown option --sed; did you mean --set?"},
        {"run --plot out four.json --quite", "unknown option --quite; did you mean --quiet?"},
        {"run -z four.json", "unknown option -z"},
        {"run --json", "--json needs a value"},
        {"run --quiet=1 four.json", "--quiet takes no value"},
        {"run --set servers=3 four.json", "--set takes /POINTER=VALUE"},
        {"run --seed -1 four.json", "--seed takes a whole number"},
        {"run --seed 9007199254740993 four.json", "--seed takes a whole number"},
        {"run --jobs 0 four.json", "--jobs takes a whole number"},
        {"run --jobs 2x four.json", "--jobs takes a whole number"},
        {"run --json - four.json mm1.json", "--json and --csv hold the results of one scenario"},
        {"run --json - --csv - four.json", "cannot both go to"},
        {"check --expand --program four.json", "one at a time"},
        {"list distribution", "did you mean \"distributions\"?"},
        {"list distributions lognormall", "did you mean \"lognormal\"?"},
        {"list distributions gamma extra", "one table and one name"},
        {"claims C99", "there are C1 to C18"},
        {"size mm1.json", "what is to be found?"},
        {"size mm1.json --vary /servers", "--vary needs a range"},
        {"size mm1.json --vary /servers=8..1", "a range is A..B"},
        {"size mm1.json --vary servers=1..8", "a JSON Pointer begins with"},
        {"size mm1.json --vary /servers=1..8 --confidence 2", "between 0 and 1"},
        {"size mm1.json --vary /servers=1..2", "no requirement"},
        {"validate nothing", "no row of theory is called"},
        {"compare r.json", "which results?"},
        {"compare a b c", "\"c\" is too much"},
        {"compare a b --require 'task.response <= 3'", "--require takes"},
        {"compare a b --require 'task.response < 3%'", "--require takes"},
        {"compare a b --require 'task.response <= x%'", "no number of percent"},
        {"compare nofile.json four.json", "cannot read nofile.json"},
        {"plot", "which result?"},
        {"plot r.json", "where to?"},
        {"plot --term r.json dir", "it takes no folder"},
        {"plot nofile.json dir", "cannot read nofile.json"},
        {"plot four.json dir", "is this a file that `desq run --json` wrote?"},
    };
    struct place_of_test t;
    begin(&t);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int status = run(&t, "$desq %s", cases[i].arguments);
        if (status != 2 || !says(t.err, cases[i].text) || t.out[0] != '\0')
            printf("\n  desq %s: exit status %d, stderr: %s\n", cases[i].arguments, status, t.err);
        CU_ASSERT_EQUAL(status, 2);
        CU_ASSERT_TRUE(says(t.err, cases[i].text));
        CU_ASSERT_STRING_EQUAL(t.out, "");
    }
    CU_ASSERT_FALSE(exists(&t, "dir"));
    end(&t);
}

static void four_tasks_take_one_second_or_four(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json"), 0);
    CU_ASSERT(says(t.out, "async finishes in 1 s, sync in 4 s: 4 times as fast"));
    CU_ASSERT_STRING_EQUAL(t.err, ""); /* no progress line where stderr is no terminal */
    CU_ASSERT_EQUAL(run(&t, "$desq run --quiet four.json"), 0);
    CU_ASSERT(t.out[0] == '\0' && t.err[0] == '\0');
    CU_ASSERT_EQUAL(run(&t, "$desq run - < four.json"), 0);
    CU_ASSERT(says(t.out, "4 times as fast"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --set /service=2"), 0);
    CU_ASSERT(says(t.out, "async finishes in 2 s, sync in 8 s"));
    end(&t);
}

static void all_files_are_checked_before_any_runs(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json bad.json --plots pictures"), 2);
    CU_ASSERT_STRING_EQUAL(t.out, "");
    CU_ASSERT(says(t.err, "bad.json:1:") && says(t.err, "service"));
    CU_ASSERT_FALSE(exists(&t, "pictures"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json nofile.json"), 2);
    CU_ASSERT(says(t.err, "nofile.json"));
    CU_ASSERT_STRING_EQUAL(t.out, "");
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json mm1.json"), 0);
    CU_ASSERT(says(t.out, "four.json") && says(t.out, "mm1.json"));
    end(&t);
}

static void requirements_decide_the_status(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --set '/require=[\"task.response.max <= 4\"]'"), 0);
    CU_ASSERT(says(t.out, "met at both points"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --set '/require=[\"task.response.max < 3\"]'"), 1);
    CU_ASSERT(says(t.out, "NOT MET"));
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --set '/require=[\"task.response < 1\"]' --quiet"), 1);
    end(&t);
}

static void outputs_go_where_they_are_sent(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --json r.json --csv r.csv --quiet"), 0);
    char *json = file_text(&t, "r.json"), *csv = file_text(&t, "r.csv");
    CU_ASSERT_FATAL(json != NULL && csv != NULL);
    CU_ASSERT(says(csv, "variant,scope,name,figure,statistic,value,low,high\r\n"));
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --json - --quiet"), 0);
    CU_ASSERT_STRING_EQUAL(t.out, json);
    CU_ASSERT_STRING_EQUAL(t.err, "");
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --csv - --jobs 3"), 0);
    CU_ASSERT_STRING_EQUAL(t.out, csv);
    CU_ASSERT(says(t.err, "response")); /* the report gives way */
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --json - --quiet --seed 2"), 0);
    CU_ASSERT_STRING_NOT_EQUAL(t.out, json);
    CU_ASSERT_EQUAL(run(&t, "ls -A | grep -c desq-"), 1); /* no temporary file left */
    free(json);
    free(csv);
    end(&t);
}

static void files_that_cannot_be_written_are_said(void)
{
    static const char *const targets[] = {"none/r.json", ".", "/dev/full", "four.json/r.json"};
    struct place_of_test t;
    begin(&t);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        CU_ASSERT_EQUAL(run(&t, "$desq run four.json --quiet --json %s", targets[i]), 2);
        CU_ASSERT(says(t.err, "cannot write"));
    }
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json > /dev/full"), 2);
    CU_ASSERT(says(t.err, "standard output"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --quiet --plots four.json"), 2);
    CU_ASSERT(says(t.err, "four.json"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --quiet --json /dev/null && test -c /dev/null"), 0);
    end(&t);
}

static void files_are_replaced_whole(void)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "old.json", "old\n");
    CU_ASSERT_EQUAL(
        run(&t, "chmod 640 old.json; ln -s old.json link.json; $desq run four.json --quiet --json link.json"),
        0);
    CU_ASSERT_EQUAL(
        run(&t, "test -L link.json && test $(stat -c %%a old.json) = 640 && grep -q points old.json"), 0);
    write_file(&t, "old.json", "old\n");
    /* A file larger than this shell may write: the old one stays. */
    CU_ASSERT_EQUAL(run(&t, "trap '' XFSZ; ulimit -f 1; $desq run four.json --quiet --json old.json"), 2);
    char *old = file_text(&t, "old.json");
    CU_ASSERT_PTR_NOT_NULL_FATAL(old);
    CU_ASSERT_STRING_EQUAL(old, "old\n");
    CU_ASSERT(says(t.err, "cannot write old.json"));
    CU_ASSERT_EQUAL(run(&t, "ls -A | grep -c '^.desq-'"), 1);
    free(old);
    end(&t);
}

static void plots_are_drawn_or_left_to_be_drawn(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "PATH=/nonexistent $desq run mm1.json --quiet --plots pictures --json r.json"),
                    0);
    CU_ASSERT(says(t.err, "gnuplot-nox"));
    CU_ASSERT_EQUAL(run(&t, "PATH=/nonexistent $desq plot r.json alone"), 2); /* pictures are all it is for */
    CU_ASSERT(says(t.err, "gnuplot-nox") && exists(&t, "alone/tail.gp"));
    CU_ASSERT(exists(&t, "r.json") && exists(&t, "pictures/percentiles.gp") &&
              exists(&t, "pictures/percentiles.dat"));
    CU_ASSERT_EQUAL(run(&t, "PATH=/nonexistent $desq plot --term r.json"), 2);
    CU_ASSERT(says(t.err, "gnuplot-nox"));
    if (system("gnuplot --version > /dev/null 2>&1") == 0) {
        CU_ASSERT_EQUAL(run(&t, "$desq plot r.json deep/er"), 0);
        CU_ASSERT_STRING_EQUAL(t.err, "");
        CU_ASSERT(exists(&t, "deep/er/percentiles.png") && exists(&t, "deep/er/tail.svg"));
        CU_ASSERT_EQUAL(run(&t, "cd deep/er && rm *.png && gnuplot tail.gp && test -s tail.png"), 0);
        CU_ASSERT_EQUAL(run(&t, "printf '#!/bin/sh\\necho broken >&2; exit 1\\n' > gnuplot; "
                                "chmod +x gnuplot; PATH=$PWD:$PATH $desq plot r.json deep"),
                        2);
        CU_ASSERT(says(t.err, "gnuplot could not draw"));
        CU_ASSERT_EQUAL(run(&t, "$desq plot --term r.json"), 0);
        CU_ASSERT(says(t.out, "response time by percentile"));
    }
    end(&t);
}

static void check_says_what_it_understood(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq check four.json"), 0);
    CU_ASSERT(says(t.out, "four.json: fine: 2 variants, 1 station"));
    CU_ASSERT_EQUAL(run(&t, "$desq check bad.json four.json"), 2);
    CU_ASSERT(says(t.out, "four.json: fine") && says(t.err, "bad.json:1:"));
    CU_ASSERT_EQUAL(run(&t, "$desq check mm1.json --set /arrivals/rate=2"), 0);
    CU_ASSERT(says(t.out, "warning"));
    CU_ASSERT_EQUAL(run(&t, "$desq check --program four.json"), 0);
    CU_ASSERT(t.out[0] != '\0');
    CU_ASSERT_EQUAL(run(&t, "$desq check --expand mm1.json > full.json && $desq check full.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run full.json --csv - -q > a; $desq run mm1.json --csv - -q > b; cmp a b"),
                    0);
    end(&t);
}

static void columns_have_names_or_numbers(void)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "data.csv", "a,b\n1,0.5\n2,0.25\n");
    write_file(
        &t, "column.json",
        "{ \"arrivals\": { \"rate\": 0.5 }, \"service\": { \"dist\": \"empirical\", \"file\": \"data.csv\", "
        "\"column\": 2 }, \"run\": { \"replications\": 2, \"count\": 100 } }\n");
    CU_ASSERT_EQUAL(run(&t, "$desq run column.json --csv a -q && $desq run column.json --csv b -q "
                            "--set '/service/column=\"b\"' && cmp a b"),
                    0);
    CU_ASSERT_EQUAL(run(&t, "$desq check column.json --set /service/column=3"), 2);
    CU_ASSERT(says(t.err, "2 columns, so none of number 3"));
    end(&t);
}

static void list_shows_every_table(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq list"), 0);
    CU_ASSERT(says(t.out, "distributions:") && says(t.out, "lognormal") && says(t.out, "fcfs"));
    CU_ASSERT_EQUAL(run(&t, "for x in $($desq list | sed -n 's/^\\([a-z_]*\\): .*/\\1/p'); do $desq list $x "
                            "> /dev/null || exit "
                            "1; done"),
                    0);
    CU_ASSERT_EQUAL(run(&t, "$desq list distributions lognormal"), 0);
    CU_ASSERT(says(t.out, "mean") && says(t.out, "example:"));
    end(&t);
}

static void nap(long milliseconds)
{
    const struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* The first SIGINT, SIGTERM or SIGHUP. */
static void interrupt_with(int signal_number)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "endless.json", endless);
    const pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        if (chdir(t.folder) != 0 || freopen("out.txt", "w", stdout) == NULL ||
            freopen("err.txt", "w", stderr) == NULL)
            _exit(99);
        setenv("PATH", "/nonexistent", 1); /* no gnuplot: scripts are enough */
        signal(signal_number, SIG_DFL);    /* where the tests run under nohup */
        execl(t.program, "desq", "run", "endless.json", "four.json", "--plots", "pictures", (char *)NULL);
        _exit(99);
    }
    nap(400);
    kill(child, signal_number);
    int status = 0;
    for (int i = 0; i < 200 && waitpid(child, &status, WNOHANG) == 0; i++) {
        nap(100);
        if (i == 199)
            kill(child, SIGKILL);
    }
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 128 + signal_number);
    char *out = file_text(&t, "out.txt"), *err = file_text(&t, "err.txt");
    char *script = file_text(&t, "pictures/endless/tail.gp");
    CU_ASSERT_FATAL(out != NULL && err != NULL && script != NULL);
    CU_ASSERT(says(out, "UNFINISHED: interrupted at point 1 of 1\n"));
    CU_ASSERT(says(err, "not begun: four.json"));
    CU_ASSERT(says(script, "subtitle = 'UNFINISHED: '"));
    free(out);
    free(err);
    free(script);
    end(&t);
}

static void interrupting_gives_what_there_is(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        interrupt_with(signals[i]);
}

/* Results as far as they got, as JSON. */
static void interrupted_results_are_marked(void)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "endless.json", endless);
    CU_ASSERT_EQUAL(run(&t, "timeout -s INT 0.4 $desq run endless.json --json r.json -q; test $? = 124"), 0);
    char *json = file_text(&t, "r.json");
    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    CU_ASSERT(says(json, "\"unfinished\": true") && says(json, "\"stopped\": \"interrupted\""));
    free(json);
    end(&t);
}

/* Where both intervals are symmetric the ends are the roots R of (b - R a)^2 = h_b^2 + R^2 h_a^2 (Fieller 1954). */
static void changes_have_the_intervals_of_fieller(void)
{
    static const double cases[][4] = {{10, 1, 12, 2}, {2, 0.5, 2, 0.1}, {1, 0, 3, 0.25}, {5, 2, 0.5, 0.4}, {4, 0.5, 1, 1.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double a = cases[i][0], ha = cases[i][1], b = cases[i][2], hb = cases[i][3];
        const struct interval c = change_of((struct interval){a, a - ha, a + ha}, (struct interval){b, b - hb, b + hb});
        const double ends[] = {1 + c.low, 1 + c.high};
        CU_ASSERT_DOUBLE_EQUAL(c.value, b / a - 1, 1e-15);
        CU_ASSERT(c.low < c.value && c.value < c.high);
        for (size_t k = 0; k < 2; k++)
            CU_ASSERT_DOUBLE_EQUAL((b - ends[k] * a) * (b - ends[k] * a), hb * hb + ends[k] * ends[k] * ha * ha, 1e-10);
    }
    CU_ASSERT(isnan(change_of((struct interval){1, -0.1, 2.1}, (struct interval){1, 0.9, 1.1}).low));
    CU_ASSERT(isnan(change_of((struct interval){1, NAN, NAN}, (struct interval){1, 0.9, 1.1}).high));
    CU_ASSERT(isinf(change_of((struct interval){0, 0, 0}, (struct interval){1, 0.9, 1.1}).low));
    CU_ASSERT_EQUAL(change_of((struct interval){0, 0, 0}, (struct interval){0, 0, 0}).high, 0);
}

static void changes_are_told_and_required(void)
{
    struct place_of_test t;
    begin(&t);
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json -q --json a.json && "
                            "$desq run four.json -q --set /service=1.25 --json b.json && "
                            "$desq run mm1.json -q --json m.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq compare a.json b.json --require 'task.response <= +25%%' "
                            "--require 'task.throughput >= -20%%'"), 0);
    CU_ASSERT(says(t.out, "+25 %") && says(t.out, "task.response <= +25%: met (met at 2 of 2 points"));
    CU_ASSERT_EQUAL(run(&t, "$desq compare a.json b.json --require 'makespan <= 24%%'"), 1);
    CU_ASSERT(says(t.out, "makespan <= 24%: NOT MET (met at 0 of 2 points, not met at 2)"));
    CU_ASSERT_EQUAL(run(&t, "$desq compare b.json a.json --require 'task.response.mean <= -20%%'"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq compare a.json a.json"), 0);
    CU_ASSERT(says(t.out, "0 of ") && says(t.out, "Both have seed 1"));
    CU_ASSERT_EQUAL(run(&t, "$desq compare a.json b.json --require 'task.respons <= 1%%'"), 2);
    CU_ASSERT(says(t.err, "did you mean \"task.response"));
    CU_ASSERT_EQUAL(run(&t, "$desq compare a.json m.json"), 2);
    CU_ASSERT(t.err[0] != '\0' && t.out[0] == '\0');
    end(&t);
}

static void the_best_design_is_found(void)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "swept.json", "{\"arrivals\":{\"rate\":0.5},\"service\":{\"dist\":\"exponential\",\"mean\":1},\"sweep\":{\"/arrivals/rate\":[0.2,0.5]}}");
    /* Of four tasks of 1 s: 2 s with two threads, 1 s with four. */
    CU_ASSERT_EQUAL(run(&t, "$desq best four.json -q --of /servers=1,4,2 --by makespan --json b.json"), 0);
    CU_ASSERT(says(t.out, "4: the best by makespan"));
    CU_ASSERT_EQUAL(run(&t, "grep -q '\"best\":.*\"4\"' b.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq best mm1.json -q --of /discipline"), 0);
    CU_ASSERT(says(t.out, "srpt: the best by task.response"));
    CU_ASSERT_EQUAL(run(&t, "$desq best swept.json -q --set /sweep=null --of /servers=1,2"), 0); /* not taken away twice */
    CU_ASSERT(says(t.out, "2: the best by task.response"));
    CU_ASSERT_EQUAL(run(&t, "$desq best mm1.json -q --of /servers"), 2);
    CU_ASSERT(says(t.err, "which values?"));
    CU_ASSERT_EQUAL(run(&t, "$desq best mm1.json -q"), 2);
    CU_ASSERT(says(t.err, "no variants to choose among"));
    CU_ASSERT_EQUAL(run(&t, "$desq best mm1.json -q --of /servers=1,2 --by task.respons"), 2);
    CU_ASSERT(says(t.err, "respons"));
    end(&t);
}

static void runs_go_on_and_parts_are_merged(void)
{
    struct place_of_test t;
    begin(&t);
    /* Three parts, and one run that was cut in the middle of a record: the same bytes as the whole. */
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q --set /run/replications=7 --json whole.json"), 0);
    for (int i = 1; i <= 3; i++) {
        char command[200];
        snprintf(command, sizeof command, "$desq run mm1.json --set /run/replications=7 --part %d/3 --checkpoint p%d", i, i);
        CU_ASSERT_EQUAL(run(&t, "%s", command), 0);
        CU_ASSERT(says(t.out, "of 3 is in p"));
    }
    CU_ASSERT_EQUAL(run(&t, "$desq merge p3 p1 p2 -q --json merged.json && cmp whole.json merged.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq merge p1 p3 -q --jobs 3 --json merged.json && cmp whole.json merged.json"), 0); /* what is missing is run */
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q --checkpoint r --json long.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "head -c 200000 r > cut && $desq run --resume cut -q --json again.json && cmp long.json again.json && cmp r cut"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run --resume r -q --set /run/replications=7 --json fewer.json && cmp whole.json fewer.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run --resume r --set /arrivals/rate=0.3"), 2);
    /* Points keep the names that the scenario, or --set, gave them, in short form too. */
#define SWEPT "--set '/sweep={\"/arrivals/rate\":[0.3,0.5]}' --set /service=1"
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q " SWEPT " --set /run/replications=6 --json swept.json && grep -q '\"/arrivals/rate\": 0.3' swept.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q " SWEPT " --set /run/replications=3 --checkpoint s"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run --resume s -q --set /run/replications=6 --json resumed.json && cmp swept.json resumed.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q " SWEPT " --set /run/replications=6 --checkpoint s"), 0);
    /* The result stands for the records beside it. */
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json -q --set /run/replications=3 --checkpoint R.records --json R.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run --resume R.json -q --set /run/replications=7 --json R.json && cmp whole.json R.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run --resume whole.json"), 2);
    CU_ASSERT(says(t.err, "--checkpoint whole.records"));
    CU_ASSERT_EQUAL(run(&t, "sed 's/.seed.: 1,/\"seed\": 2,/' R.json > S.json && cp R.records S.records && $desq run --resume S.json"), 2);
    CU_ASSERT(says(t.err, "records of another study"));
    CU_ASSERT(says(t.err, "another study"));
    CU_ASSERT_EQUAL(run(&t, "$desq run four.json --checkpoint r"), 2);
    CU_ASSERT(says(t.err, "another study"));
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --seed 5 --checkpoint r"), 2);
    CU_ASSERT_EQUAL(run(&t, "$desq merge whole.json"), 2);
    CU_ASSERT(says(t.err, "no file of records"));
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --part 4/3 --checkpoint p4"), 2);
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --part 1/3"), 2);
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --set /run/replications=7 --part 1/3 --checkpoint p5 --json p5.json"), 2);
    CU_ASSERT(says(t.err, "desq merge"));
    CU_ASSERT_EQUAL(run(&t, "flock p1 $desq run mm1.json --set /run/replications=7 --part 1/3 --checkpoint p1"), 2);
    CU_ASSERT(says(t.err, "another run is writing"));
    CU_ASSERT_EQUAL(run(&t, "$desq run mm1.json --resume r"), 2);
    end(&t);
}

static void one_task_is_told_of(void)
{
    struct place_of_test t;
    begin(&t);
    /* Four tasks of 1 s at two threads: the third waits for 1 s, behind none. */
    CU_ASSERT_EQUAL(run(&t, "$desq story four.json --set /variants=null --set /servers=2 --task 3 --json s.json"), 0);
    CU_ASSERT(says(t.out, "task 3 came at 0 s and is done after 2 s"));
    CU_ASSERT(says(t.out, "waits for a server of"));
    CU_ASSERT(says(t.out, "is served at"));
    CU_ASSERT_EQUAL(run(&t, "grep -q '\"place\":.*\"line\"' s.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq story mm1.json --slowest"), 0);
    CU_ASSERT(says(t.out, "is done"));
    CU_ASSERT_EQUAL(run(&t, "$desq story four.json --task 9"), 1);
    CU_ASSERT(says(t.err, "no such task"));
    CU_ASSERT_EQUAL(run(&t, "$desq story four.json --task 1 --kind tusk"), 2);
    CU_ASSERT(says(t.err, "there is \"task\""));
    CU_ASSERT_EQUAL(run(&t, "$desq story four.json"), 2);
    end(&t);
}

static void responses_are_explained(void)
{
    struct place_of_test t;
    begin(&t);
    /* Four tasks of 1 s at one thread: 1.5 s of wait each, 1 s of service; the slowest quarter waits for 3. */
    CU_ASSERT_EQUAL(run(&t, "$desq explain four.json --set /variants=null --set /servers=1 --above p75 --json e.json --plots pics"), 0);
    CU_ASSERT(says(t.out, "60.0 %"));
    CU_ASSERT(says(t.out, "75.0 %"));
    CU_ASSERT_EQUAL(run(&t, "grep -q '\"slow_tasks\":.*8' e.json && test -s pics/explain-task.gp -a -s pics/explain-task.dat"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq explain four.json --above p0"), 2);
    CU_ASSERT(says(t.err, "percentile"));
    end(&t);
}

static void designs_are_sized(void)
{
    struct place_of_test t;
    begin(&t);
    /* Four tasks of 1 s are done within 2.5 s by two servers and not by one; a load that no number of servers helps. */
    CU_ASSERT_EQUAL(run(&t, "$desq size four.json --set /variants=null --vary /servers=1..8 --require 'makespan < 2.5' --json s.json"), 0);
    CU_ASSERT(says(t.out, "/servers = 2 is the smallest"));
    CU_ASSERT_EQUAL(run(&t, "grep -q '\"value\":.*2' s.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq size four.json --set /variants=null --vary /servers=1..8 --require 'makespan < 0.5'"), 1);
    CU_ASSERT(says(t.out, "nothing from 1 to 8 meets"));
    /* M/M/c at 3 Erlang: mean wait 0.118 with 5 servers, 0.033 with 6 (Erlang C). Wrong for one seed in twenty at most. */
    CU_ASSERT_EQUAL(run(&t, "$desq size mm1.json -q --set /arrivals/rate=3 --vary /servers=1..64 --require 'task.wait < 0.07'"), 0);
    CU_ASSERT(says(t.out, "/servers = 6 is the smallest"));
    /* M/M/1: p90 of the response is log(10) / (1 - rate) below 4.605 up to a rate of 0.5. */
    CU_ASSERT_EQUAL(run(&t, "$desq size mm1.json -q --within 10 --max /arrivals/rate=0.1..0.9 --require 'task.response.p90 < 4.605'"), 0);
    const char *found = strstr(t.out, "= 0.");
    CU_ASSERT(found != NULL && atof(found + 2) > 0.44 && atof(found + 2) < 0.5);
    end(&t);
}

/* Of nine points of M/M/1 from 0.1 to 0.95, evenly spread, two lie above 0.75: by the bend there are more. The same again gives the same points. */
static void points_lie_where_the_curve_bends(void)
{
    struct place_of_test t;
    begin(&t);
    write_file(&t, "knee.json",
               "{ \"arrivals\": { \"rate\": 0.1 }, \"service\": { \"dist\": \"exponential\", \"mean\": 1 },\n"
               "  \"sweep\": { \"/arrivals/rate\": { \"from\": 0.1, \"to\": 0.95, \"points\": 9, \"knee\": true } },\n"
               "  \"run\": { \"replications\": 2, \"count\": 100 } }\n");
    CU_ASSERT_EQUAL(run(&t, "$desq run knee.json --quiet --jobs 1 --json one.json"), 0);
    CU_ASSERT_EQUAL(run(&t, "$desq run knee.json --quiet --jobs 3 --json other.json"), 0);
    char *one = file_text(&t, "one.json"), *other = file_text(&t, "other.json");
    CU_ASSERT_PTR_NOT_NULL_FATAL(one);
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    CU_ASSERT_STRING_EQUAL(one, other);
    unsigned points = 0, high = 0;
    static const char mark[] = "\"/arrivals/rate\": ";
    double before = 0.0;
    for (const char *at = strstr(one, mark); at != NULL; at = strstr(at + 1, mark)) {
        const double rate = strtod(at + sizeof mark - 1 + (at[sizeof mark - 1] == '"'), NULL);
        CU_ASSERT(rate >= before && rate <= 0.95);
        points += rate > before; /* each stands there twice: as it was written, and as a number */
        high += rate > before && rate > 0.75;
        before = rate;
    }
    CU_ASSERT_EQUAL(points, 9);
    CU_ASSERT(high >= 4);
    free(one);
    free(other);
    CU_ASSERT_EQUAL(run(&t, "$desq run knee.json --checkpoint k.records"), 2);
    CU_ASSERT(says(t.err, "knee"));
    end(&t);
}

const struct test cli_tests[] = {
    {"with \"knee\" the points of a sweep lie where the curve bends", points_lie_where_the_curve_bends},
    {"the best of several designs is found", the_best_design_is_found},
    {"runs go on where they stood, and parts are merged, to the bit", runs_go_on_and_parts_are_merged},
    {"one task's life is told, stay by stay", one_task_is_told_of},
    {"responses are explained by their parts", responses_are_explained},
    {"size finds the fewest servers and the largest load", designs_are_sized},
    {"changes of figures have Fieller's intervals where those are symmetric", changes_have_the_intervals_of_fieller},
    {"compare tells what changed, and a change beyond a requirement ends with 1", changes_are_told_and_required},
    {"help and version answer on stdout with status 0", help_is_help},
    {"bad usage ends with 2, says why and names what was meant", bad_usage_is_named},
    {"four tasks of 1 s take 1 s or 4 s, and the report says so", four_tasks_take_one_second_or_four},
    {"all files are checked before any is run", all_files_are_checked_before_any_runs},
    {"a requirement that is not met ends with 1", requirements_decide_the_status},
    {"JSON and CSV are the same on stdout, in files, with any number of jobs",
     outputs_go_where_they_are_sent},
    {"what cannot be written is said and ends with 2", files_that_cannot_be_written_are_said},
    {"files are replaced whole or not at all", files_are_replaced_whole},
    {"plots are drawn; without gnuplot their data and scripts are written",
     plots_are_drawn_or_left_to_be_drawn},
    {"check says what it understood, warns, and expands to the same", check_says_what_it_understood},
    {"a column of a file has a name or a number", columns_have_names_or_numbers},
    {"list shows every table and row", list_shows_every_table},
    {"SIGINT, SIGTERM and SIGHUP end with 128 + signal and what there is, marked unfinished",
     interrupting_gives_what_there_is},
    {"JSON of an interrupted run is marked", interrupted_results_are_marked},
    {NULL, NULL},
};
