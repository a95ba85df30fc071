/* test_errors.c: every file in tests/errors/ is a bad scenario. NAME.json must give the text in
 * NAME.expected, to the letter, with what NAME.set (where there is one) holds as --set. Runs from the root of
 * the project. */
#include "models/desq.h"
#include "tests/suites.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/errors/"

/* The file's text without its last newline; NULL: no such file. Free it. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = calloc(1, 4096);
    if (text != NULL) {
        size_t length = fread(text, 1, 4095, file);
        if (length > 0 && text[length - 1] == '\n')
            text[length - 1] = '\0';
    }
    fclose(file);
    return text;
}

static void complain(const char *name, const char *what)
{
    char text[8192];
    snprintf(text, sizeof text, "%s", what);
    CU_assertImplementation(CU_FALSE, 1, text, name, "", CU_FALSE);
}

static void check_file(const char *path)
{
    char base[512], expected_path[sizeof base + 16], set_path[sizeof base + 16];
    snprintf(base, sizeof base, "%.*s", (int)(strlen(path) - strlen(".json")), path);
    snprintf(expected_path, sizeof expected_path, "%s.expected", base);
    snprintf(set_path, sizeof set_path, "%s.set", base);
    char *expected = read_text(expected_path), *set = read_text(set_path);
    const char *sets[] = {set};
    struct desq *d = NULL;
    struct error err = {0};
    const struct desq_options options = {.set = sets, .set_count = set != NULL};
    char found[2048] = "no error";
    if (desq_read(path, &options, &d, &err))
        desq_free(d);
    else
        error_format(&err, found, sizeof found);
    const char *text = found;
    if (strncmp(text, FOLDER, strlen(FOLDER)) == 0) /* the expected texts name the file alone */
        text += strlen(FOLDER);
    if (expected == NULL) {
        complain(path, "has no .expected beside it");
    } else if (strcmp(text, expected) != 0) {
        char both[4096 + 2048];
        snprintf(both, sizeof both, "expected: %s\n       found:    %s", expected, text);
        complain(path, both);
    } else {
        CU_PASS("the text is as expected");
    }
    free(expected);
    free(set);
}

static void every_bad_scenario(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob(FOLDER "*.json", 0, NULL, &files), 0);
    CU_ASSERT(files.gl_pathc >= 150);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_file(files.gl_pathv[i]);
    globfree(&files);
}

/* An expected text that belongs to nothing tests nothing. */
static void no_orphans(void)
{
    glob_t files;
    CU_ASSERT_EQUAL_FATAL(glob(FOLDER "*.expected", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char path[512];
        snprintf(path, sizeof path, "%.*s.json", (int)(strlen(files.gl_pathv[i]) - strlen(".expected")),
                 files.gl_pathv[i]);
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            complain(files.gl_pathv[i], "has no .json beside it");
        else
            fclose(file);
    }
    globfree(&files);
}

const struct test errors_tests[] = {
    {"every bad scenario gives its text, with file, line, column and pointer", every_bad_scenario},
    {"every expected text belongs to a scenario", no_orphans},
    {NULL, NULL},
};
