/* Columns of numbers from files. */
#include "models/dist/column.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file_case {
    const char *text, *column;
    const char *values; /* as printed with %g, a blank after each; NULL: it fails */
    const char *error;  /* @ stands for the path */
};

static void expand(const char *pattern, const char *path, char *out, size_t size)
{
    size_t used = 0;
    for (; *pattern != '\0' && used + 1 < size; pattern++)
        if (*pattern == '@')
            used += (size_t)snprintf(out + used, size - used, "%s", path);
        else
            out[used++] = *pattern;
    out[used] = '\0';
}

static void check_file(const struct file_case *c)
{
    char path[] = "/tmp/desq-test-XXXXXX", expected[600], found[600] = "";
    const int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs(c->text, file);
    fclose(file);
    struct arena arena;
    struct error err = {.text = ""};
    double *values;
    size_t count, used = 0;
    arena_init(&arena);
    const bool fine = column_read(path, c->column, &arena, &values, &count, &err);
    for (size_t i = 0; fine && i < count; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, "%g ", values[i]);
    expand(fine && c->values != NULL ? c->values
           : c->error != NULL        ? c->error
                                     : "",
           path, expected, sizeof expected);
    const char *got = fine ? found : err.text;
    if (fine != (c->values != NULL) || strcmp(got, expected) != 0)
        printf("\n    %s\n    gave: %s\n    expected: %s\n", c->text, got, expected);
    CU_ASSERT(fine == (c->values != NULL) && strcmp(got, expected) == 0);
    arena_free(&arena);
    unlink(path);
}

static void columns_are_read(void)
{
    static const struct file_case cases[] = {
        {"time,service\n1,2\n3,4\n", "service", "2 4 ", NULL},
        {"time,service\n1,2\n3,4\n", "1", "1 3 ", NULL},
        {"1,2\n3,4", "2", "2 4 ", NULL},
        {"5\n6\n", NULL, "5 6 ", NULL},
        {"size\n5\n6", NULL, "5 6 ", NULL},
        {"\xEF\xBB\xBFtime, service \r\n\r\n# a remark\r\n1 ,\t2 \r\n3,4\r\n", "service", "2 4 ", NULL},
        {"a\rb\r", NULL, NULL, "@:2: column 1: \"b\" is not a finite number"},
        {"a;b\n\"1\";\"2\"\n", "b", "2 ", NULL},
        {"a\tb\n1\t-2e3\n", "b", "-2000 ", NULL},
        {"\"x, \"\"y\"\"\",z\n1,2\n", "x, \"y\"", "1 ", NULL},
        {"\"two\nlines\",b\n1,x\n", "b", NULL, "@:3: column 2: \"x\" is not a finite number"},
        {"2,1\n10,20\n", "2", "1 20 ", NULL},
        {"2,x\n10,20\n", "2", "10 ", NULL}, /* a name comes before a number */
        {"", NULL, NULL, "@ is empty"},
        {"\n\n# nothing\n  \n", NULL, NULL, "@ is empty"},
        {"time\n", NULL, NULL, "@ has a header but no values"},
        {"time,service\n1,2\n", "servce", NULL, "@ has no column \"servce\"; did you mean \"service\"?"},
        {"time,service\n1,2\n", "xyzzy", NULL, "@ has no column \"xyzzy\"; it has \"time\", \"service\""},
        {"time,service\n1,2\n", NULL, NULL,
         "@ has 2 columns: name one of \"time\", \"service\""},
        {"time,service\n1,2\n", "3", NULL, "@ has 2 columns, so none of number 3"},
        {"time,service\n1,2\n3\n", "service", NULL, "@:3: the line has no column 2"},
        {"time,service\n1,\n", "service", NULL, "@:2: column 2 is empty"},
        {"time,service\n1,2ms\n", "service", NULL, "@:2: column 2: \"2ms\" is not a finite number"},
        {"time,service\n1,nan\n", "service", NULL, "@:2: column 2: \"nan\" is not a finite number"},
        {"time,service\n1,1e999\n", "service", NULL, "@:2: column 2: \"1e999\" is not a finite number"},
        {"time,service\n1,0x10\n", "service", NULL, "@:2: column 2: \"0x10\" is not a finite number"},
        {"a\n\"1\n2\n", NULL, NULL, "@:2: a quote is not closed"},
        {"a\n\"1\"2\n", NULL, NULL, "@:2: there is text after a closing quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_file(&cases[i]);
    struct error err;
    struct arena arena;
    double *values;
    size_t count;
    arena_init(&arena);
    CU_ASSERT(!column_read("/no/such/file.csv", NULL, &arena, &values, &count, &err));
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read /no/such/file.csv: No such file or directory");
    CU_ASSERT(!column_read("/tmp", NULL, &arena, &values, &count, &err));
    CU_ASSERT_STRING_EQUAL(err.text, "cannot read /tmp: Is a directory");
    arena_free(&arena);
}

const struct test column_tests[] = {
    {"columns are read from files, and what is wrong with them is said", columns_are_read},
    {NULL, NULL},
};
