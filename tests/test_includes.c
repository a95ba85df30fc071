/* test_includes.c: who may include whom. The table below is docs/architecture.md's; the sources of the
 * working directory are held against it. */
#include "tests/suites.h"

#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first row whose pattern fits a file says what it may include. In patterns * stands for any text,
 * slashes too. Headers of the C library that are not named in `guarded` are free to all. */
struct rule {
    const char *file;
    const char *may[24];    /* NULL-ended: of our own headers; "." is the file's own folder */
    const char *outside[4]; /* NULL-ended: of the guarded headers of others */
};

static const char *const guarded[] = {"*cJSON*", "gsl/*", "argp.h", "mpi.h", "CUnit/*", "curses.h", NULL};

static const struct rule rules[] = {
    {"sim/study/ranks.c", {"sim/*"}, {"gsl/*", "mpi.h"}},
    {"sim/*", {"sim/*"}, {"gsl/*"}},
    {"models/dist/*", {"./*", "models/param.h", "sim/*"}, {"gsl/*"}},
    {"models/arrival/*",
     {"./*", "models/param.h", "models/dist/dist.h", "models/dist/choice.h", "models/dist/column.h", "sim/*"},
     {"gsl/*"}},
    {"models/discipline/*", {"./*", "models/task.h", "models/param.h", "models/dist/dist.h", "sim/*"}, {"gsl/*"}},
    {"models/step/*",
     {"./*", "models/param.h", "models/dist/dist.h", "models/program.h", "models/load.h", "models/world.h",
      "sim/*"},
     {"gsl/*"}},
    {"models/dispatch/*", {"./*", "sim/*"}, {"gsl/*"}},
    {"models/limit/*", {"./*", "models/param.h", "sim/*"}, {"gsl/*"}},
    {"models/server/*",
     {"./*", "models/param.h", "models/dist/dist.h", "models/world.h", "sim/*"},
     {"gsl/*"}},
    {"models/probe/*", {"./*", "models/param.h", "models/individual.h", "models/tokens.h", "models/world.h", "sim/*"}, {"gsl/*"}},
    {"models/scenario/*",
     {"./*", "models/units.h", "models/param.h", "models/arrival/arrival.h", "models/discipline/discipline.h",
      "models/discipline/pace.h", "models/dispatch/dispatch.h",      "models/dist/dist.h", "models/limit/limit.h", "models/probe/probe.h", "models/step/step.h", "sim/*"},
     {"*cJSON*"}},
    {"models/claims/*", {"./*", "models/desq.h", "models/theory/theory.h", "sim/*"}, {"gsl/*"}},
    {"models/*", {"models/*", "sim/*"}, {"gsl/*"}},
    {"cli/*",
     {"cli/*", "models/desq.h", "models/claims/claims.h", "models/coverage.h", "models/claims/advice.h", "models/claims/pictures.h", "models/theory/theory.h", "models/theory/scores.h", "models/forecast.h", "models/select.h", "models/explain.h", "models/rare.h", "models/series.h", "models/witness.h", "sim/study/store.h", "sim/study/ranks.h",
      "plots/*", "build/plots/*"},
     {"argp.h", "*cJSON*", "gsl/gsl_errno.h"}},
    {"tests/*", {"*"}, {"*"}},
};

static const char *const folders[] = {
    "sim/*.[ch]",   "sim/*/*.[ch]", "models/*.[ch]", "models/*/*.[ch]", "cli/*.[ch]",
    "cli/*/*.[ch]", "plots/*.h",    "tests/*.[ch]",  "tests/*/*.[ch]",  NULL};

static bool fits_any(const char *text, const char *const *patterns)
{
    for (; *patterns != NULL; patterns++)
        if (fnmatch(*patterns, text, 0) == 0)
            return true;
    return false;
}

static const struct rule *rule_of(const char *file)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (fnmatch(rules[i].file, file, 0) == 0)
            return &rules[i];
    return NULL;
}

/* "./x" in a rule means a header of the file's own folder. */
static bool may_include(const struct rule *rule, const char *file, const char *header)
{
    const char *slash = strrchr(file, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - file) + 1 : 0;
    if (fits_any(header, rule->may))
        return true;
    return strncmp(rule->may[0], "./", 2) == 0 && strncmp(header, file, folder) == 0 &&
           strchr(header + folder, '/') == NULL;
}

/* Reports a breach as a failure of the test that runs, at the offending line. */
static void breach(const char *file, unsigned line, const char *what)
{
    char text[512];
    snprintf(text, sizeof text, "%s", what);
    CU_assertImplementation(CU_FALSE, line, text, file, "", CU_FALSE);
}

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    char *text = NULL;
    long size = -1;
    if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0 &&
        (text = malloc((size_t)size + 1)) != NULL)
        text[fread(text, 1, (size_t)size, f)] = '\0';
    fclose(f);
    return text;
}

/* Calls visit for every source file. Returns how many there were. */
static size_t each_source(void (*visit)(const char *file, char *text))
{
    size_t count = 0;
    for (size_t i = 0; folders[i] != NULL; i++) {
        glob_t found;
        if (glob(folders[i], 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; k < found.gl_pathc; k++) {
            char *text = read_text(found.gl_pathv[k]);
            CU_ASSERT_PTR_NOT_NULL(text);
            if (text == NULL)
                continue;
            visit(found.gl_pathv[k], text);
            count++;
            free(text);
        }
        globfree(&found);
    }
    return count;
}

/* Overwrites comments and the insides of string and character constants with blanks; lines stay. */
static void blank_comments_and_strings(char *p)
{
    while (*p != '\0') {
        if (p[0] == '/' && p[1] == '*') {
            while (*p != '\0' && !(p[0] == '*' && p[1] == '/')) {
                *p = *p == '\n' ? '\n' : ' ';
                p++;
            }
            if (*p != '\0') {
                *p++ = ' ';
                *p++ = ' ';
            }
        } else if (p[0] == '/' && p[1] == '/') {
            while (*p != '\0' && *p != '\n')
                *p++ = ' ';
        } else if (*p == '"' || *p == '\'') {
            const char quote = *p++;
            while (*p != '\0' && *p != quote && *p != '\n') {
                if (*p == '\\' && p[1] != '\0' && p[1] != '\n')
                    *p++ = ' ';
                *p++ = ' ';
            }
            if (*p != '\0')
                p++;
        } else {
            p++;
        }
    }
}

static void check_includes(const char *file, char *text)
{
    const struct rule *rule = rule_of(file);
    if (rule == NULL)
        return;
    unsigned line = 0;
    for (char *at = text; at != NULL; at = strchr(at, '\n')) {
        at += line > 0;
        line++;
        char kind = 0, header[256], what[512];
        if (sscanf(at, " # include %c%255[^\">]", &kind, header) != 2)
            continue;
        bool allowed = true;
        if (kind == '"')
            allowed = may_include(rule, file, header);
        else if (kind == '<' && fits_any(header, guarded))
            allowed = fits_any(header, rule->outside);
        if (!allowed) {
            snprintf(what, sizeof what, "%s may not include %s (docs/architecture.md, who may include whom)",
                     file, header);
            breach(file, line, what);
        }
    }
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Only cli/ (and tests) may print or end the program; and the assertions of a debug build, which are
 * models/check.c. */
static void check_silence(const char *file, char *text)
{
    static const char *const words[] = {"printf", "puts",  "putchar", "perror", "stdout", "stderr",
                                        "exit",   "_exit", "abort",   "argp",   NULL};
    if ((strncmp(file, "sim/", 4) != 0 && strncmp(file, "models/", 7) != 0) ||
        strcmp(file, "models/check.c") == 0)
        return;
    blank_comments_and_strings(text);
    unsigned line = 1;
    for (const char *p = text; *p != '\0'; p++) {
        line += *p == '\n';
        if (!is_name(*p) || (p > text && is_name(p[-1])))
            continue;
        for (const char *const *w = words; *w != NULL; w++) {
            const size_t length = strlen(*w);
            if (strncmp(p, *w, length) != 0 || is_name(p[length]))
                continue;
            const bool called = p[length + strspn(p + length, " ")] == '(';
            if (called || strncmp(*w, "std", 3) == 0) {
                char what[512];
                snprintf(what, sizeof what, "%s is for cli/ alone", *w);
                breach(file, line, what);
            }
        }
    }
}

/* State is an argument: a static that is not const could be shared by two simulations without anyone saying
 * so. */
static void check_globals(const char *file, char *text)
{
    if (strncmp(file, "sim/", 4) != 0 && strncmp(file, "models/", 7) != 0)
        return;
    blank_comments_and_strings(text);
    unsigned line = 1;
    for (char *p = text; p != NULL && *p != '\0'; line++) {
        char *end = strchr(p, '\n');
        char *stop = end != NULL ? end : p + strlen(p);
        while (p < stop && isspace((unsigned char)*p))
            p++;
        const bool is_static = strncmp(p, "static ", 7) == 0 || strncmp(p, "_Thread_local ", 14) == 0;
        char *mark = p;
        while (mark < stop && *mark != '(' && *mark != '=' && *mark != ';')
            mark++;
        if (is_static && mark < stop && *mark != '(') {
            char declaration[256];
            snprintf(declaration, sizeof declaration, "%.*s", (int)(mark - p), p);
            if (strstr(declaration, "const") == NULL) {
                char what[512];
                snprintf(what, sizeof what, "state that is not const: %s", declaration);
                breach(file, line, what);
            }
        }
        p = end != NULL ? end + 1 : NULL;
    }
}

static void includes_follow_the_table(void)
{
    CU_ASSERT(each_source(check_includes) > 10);
}

static void the_library_is_silent(void)
{
    CU_ASSERT(each_source(check_silence) > 10);
}

static void the_library_has_no_state(void)
{
    CU_ASSERT(each_source(check_globals) > 10);
}

/* The test must be able to fail. */
static void the_rules_catch_what_they_should(void)
{
    const struct rule *r = rule_of("models/dist/gamma.c");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT(may_include(r, "models/dist/gamma.c", "models/dist/dist.h"));
    CU_ASSERT(may_include(r, "models/dist/gamma.c", "models/dist/moments.h"));
    CU_ASSERT(may_include(r, "models/dist/gamma.c", "sim/stream.h"));
    CU_ASSERT(!may_include(r, "models/dist/gamma.c", "models/world.h"));
    CU_ASSERT(!may_include(r, "models/dist/gamma.c", "models/step/step.h"));
    CU_ASSERT(!fits_any("cjson/cJSON.h", r->outside));
    r = rule_of("sim/stat/tally.h");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT(may_include(r, "sim/stat/tally.h", "sim/error.h"));
    CU_ASSERT(!may_include(r, "sim/stat/tally.h", "models/param.h"));
    r = rule_of("cli/run.c");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT(!may_include(r, "cli/run.c", "models/world.h"));
    CU_ASSERT(!may_include(r, "cli/run.c", "sim/sim.h"));

    char text[] = "a /* stdout\n */ \"exit\" '\\'' b // abort\nc";
    blank_comments_and_strings(text);
    CU_ASSERT_PTR_NULL(strstr(text, "stdout"));
    CU_ASSERT_PTR_NULL(strstr(text, "exit"));
    CU_ASSERT_PTR_NULL(strstr(text, "abort"));
    CU_ASSERT_PTR_NOT_NULL(strchr(text, 'b'));
    CU_ASSERT_PTR_NOT_NULL(strchr(text, 'c'));
}

const struct test includes_tests[] = {
    {"every include follows the table of who may include whom", includes_follow_the_table},
    {"sim and models never print and never end the program", the_library_is_silent},
    {"sim and models keep no state of their own", the_library_has_no_state},
    {"the rules refuse what they are there to refuse", the_rules_catch_what_they_should},
    {NULL, NULL},
};
