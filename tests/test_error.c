#include "sim/error.h"
#include "tests/suites.h"

#include <string.h>

static void parts(void)
{
    const struct place at = {"/a/b", 3, 14};
    char out[1200];
    struct error e;
    CU_ASSERT_FALSE(error_set(&e, "expected %d, found %s", 2, "x"));
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "expected 2, found x");
    error_place(&e, "f.json", &at);
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "f.json:3:14: /a/b: expected 2, found x");

    error_set(&e, "t");
    error_place(&e, "f.json", &(struct place){"/a", 0, 0});
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "f.json: /a: t");
    error_set(&e, "t");
    error_place(&e, "f.json", &(struct place){"", 2, 1});
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "f.json:2:1: t");
    error_set(&e, "t");
    error_place(&e, NULL, &at);
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "3:14: /a/b: t");
    error_set(&e, "t");
    error_place(&e, "f.json", NULL);
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "f.json: t");
}

static void first_place(void)
{
    char out[1200];
    struct error e;
    error_set(&e, "t");
    error_place(&e, NULL, &(struct place){"/inner", 0, 0});
    error_place(&e, "f", &(struct place){"/outer", 1, 1});
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "f: /inner: t");
    error_set(&e, "again"); /* a new text has no place */
    CU_ASSERT_STRING_EQUAL(error_format(&e, out, sizeof out), "again");
}

static void long_texts(void)
{
    char text[2000], out[1200], small[8];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct error e;
    error_set(&e, "%s", text);
    error_place(&e, text, &(struct place){text, 1, 1});
    CU_ASSERT_EQUAL(strlen(e.text), sizeof e.text - 1);
    CU_ASSERT_EQUAL(strlen(e.file), sizeof e.file - 1);
    CU_ASSERT_EQUAL(strlen(e.pointer), sizeof e.pointer - 1);
    CU_ASSERT(strlen(error_format(&e, out, sizeof out)) < sizeof out);
    error_set(&e, "0123456789");
    CU_ASSERT_STRING_EQUAL(error_format(&e, small, sizeof small), "0123456");
}

static void nowhere(void)
{
    CU_ASSERT_FALSE(error_set(NULL, "nobody reads %s", "this"));
    error_place(NULL, "f", NULL);
}

const struct test error_tests[] = {
    {"an error's text has file, line, column and pointer, as far as they are known", parts},
    {"an error keeps the first place it was given", first_place},
    {"long texts are cut and ended", long_texts},
    {"an error that nobody wants is no mistake", nowhere},
    {NULL, NULL},
};
