#include "models/units.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <string.h>

static const struct time_unit *unit(const char *name)
{
    return lookup_row(time_unit_table, name);
}

static double time_in(const char *text, const char *name)
{
    double out = NAN;
    struct error err = {0};
    CU_ASSERT(units_time(text, unit(name), &out, &err));
    return out;
}

static double rate_in(const char *text, const char *name)
{
    double out = NAN;
    struct error err = {0};
    CU_ASSERT(units_rate(text, unit(name), &out, &err));
    return out;
}

/* Equality, not closeness: what the user wrote is what runs, digit for digit. */
static void times(void)
{
    CU_ASSERT_EQUAL(time_in("1ms", "ms"), 1.0);
    CU_ASSERT_EQUAL(time_in("100ms", "s"), 0.1);
    CU_ASSERT_EQUAL(time_in("250us", "s"), 250e-6);
    CU_ASSERT_EQUAL(time_in("250us", "ms"), 0.25);
    CU_ASSERT_EQUAL(time_in("1.5 s", "ms"), 1500.0);
    CU_ASSERT_EQUAL(time_in("0.1h", "s"), 360.0);
    CU_ASSERT_EQUAL(time_in("90 min", "h"), 1.5);
    CU_ASSERT_EQUAL(time_in("1d", "s"), 86400.0);
    CU_ASSERT_EQUAL(time_in("1ns", "d"), 1.0 / 86400e9);
    CU_ASSERT_EQUAL(time_in("1h", "d"), 1.0 / 24.0);
    CU_ASSERT_EQUAL(time_in("2.5e-3 s", "ms"), 2.5);
    CU_ASSERT_EQUAL(time_in("1E+3us", "ms"), 1.0);
    CU_ASSERT_EQUAL(time_in("-2ms", "ms"), -2.0);
    CU_ASSERT_EQUAL(time_in("0s", "ns"), 0.0);
    CU_ASSERT_EQUAL(time_in("  3 ms  ", "ms"), 3.0);
}

/* Every number of up to five digits, thousandfold: the same double as the decimal number itself. */
static void thousandths(void)
{
    int wrong = 0;
    for (int i = 1; i < 100000; i += 7) {
        char written[32], exact[32];
        double out = NAN;
        snprintf(written, sizeof written, "%dus", i);
        snprintf(exact, sizeof exact, "%de-6", i);
        wrong += !units_time(written, unit("s"), &out, NULL) || out != strtod(exact, NULL);
        snprintf(written, sizeof written, "0.%05ds", i);
        snprintf(exact, sizeof exact, "%de-2", i);
        wrong += !units_time(written, unit("ms"), &out, NULL) || out != strtod(exact, NULL);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* More digits than 53 bits hold: within two units in the last place. */
static void many_digits(void)
{
    const double x = time_in("0.12345678901234567890123456789s", "ms");
    CU_ASSERT_DOUBLE_EQUAL(x, 123.45678901234567890123456789, 3e-14);
    CU_ASSERT_DOUBLE_EQUAL(
        time_in("123456789012345678901234 ns", "d") / (123456789012345678901234.0 / 86400e9), 1.0, 5e-16);
    CU_ASSERT_EQUAL(time_in("1e300 ms", "ms"), 1e300);
    CU_ASSERT_EQUAL(time_in("4e-320 s", "s"), 4e-320);
}

static void rates(void)
{
    CU_ASSERT_EQUAL(rate_in("1500/s", "ms"), 1.5);
    CU_ASSERT_EQUAL(rate_in("1900/s", "s"), 1900.0);
    CU_ASSERT_EQUAL(rate_in("10/min", "s"), 10.0 / 60.0);
    CU_ASSERT_EQUAL(rate_in("10 / min", "h"), 600.0);
    CU_ASSERT_EQUAL(rate_in("0.3/us", "s"), 300000.0);
}

static void refusals(void)
{
    static const char *const no_times[] = {"",      " ",     "ms",   "5",      "5 sec",   "5/s",
                                           "1..5s", ".5s",   "+5s",  "5 ms2",  "0x10 s",  "nan s",
                                           "infs",  "5m",    "5 S",  "1e400s", "1e-400s", "5 s x",
                                           "- 5 s", "5,5 s", "05 s", "5. s",   "5e s"};
    static const char *const no_rates[] = {"",   "5",     "5s",   "/s",      "5//s",
                                           "5/", "5/sec", "5/2s", "1e400/s", "five/s"};
    for (size_t i = 0; i < sizeof no_times / sizeof no_times[0]; i++) {
        double out = 0.0;
        struct error err = {0};
        if (units_time(no_times[i], unit("s"), &out, &err) || err.text[0] == '\0')
            CU_FAIL(no_times[i]);
    }
    for (size_t i = 0; i < sizeof no_rates / sizeof no_rates[0]; i++) {
        double out = 0.0;
        struct error err = {0};
        if (units_rate(no_rates[i], unit("s"), &out, &err) || err.text[0] == '\0')
            CU_FAIL(no_rates[i]);
    }
    double out = 0.0;
    CU_ASSERT_FALSE(units_time("nothing", unit("s"), &out, NULL)); /* err may be NULL */
}

static void decimals(void)
{
    double out = NAN;
    CU_ASSERT(units_decimal("99.9", -2, &out));
    CU_ASSERT_EQUAL(out, 0.999);
    CU_ASSERT(units_decimal("99", -2, &out));
    CU_ASSERT_EQUAL(out, 0.99);
    CU_ASSERT(units_decimal("0", 0, &out));
    CU_ASSERT_EQUAL(out, 0.0);
    CU_ASSERT_FALSE(units_decimal("", 0, &out));
    CU_ASSERT_FALSE(units_decimal("5x", 0, &out));
    CU_ASSERT_FALSE(units_decimal("1e999", 0, &out));
}

static void for_people(void)
{
    char text[64];
    CU_ASSERT_STRING_EQUAL(units_format_time(0.0123, unit("s"), text, sizeof text), "12.3 ms");
    CU_ASSERT_STRING_EQUAL(units_format_time(12.3, unit("ms"), text, sizeof text), "12.3 ms");
    CU_ASSERT_STRING_EQUAL(units_format_time(999.6, unit("us"), text, sizeof text), "1.00 ms");
    CU_ASSERT_STRING_EQUAL(units_format_time(999.4, unit("us"), text, sizeof text), "999 us");
    CU_ASSERT_STRING_EQUAL(units_format_time(1.0, unit("s"), text, sizeof text), "1.00 s");
    CU_ASSERT_STRING_EQUAL(units_format_time(90.0, unit("s"), text, sizeof text), "90.0 s");
    CU_ASSERT_STRING_EQUAL(units_format_time(150.0, unit("s"), text, sizeof text), "2.50 min");
    CU_ASSERT_STRING_EQUAL(units_format_time(3.0, unit("d"), text, sizeof text), "3.00 d");
    CU_ASSERT_STRING_EQUAL(units_format_time(0.0, unit("ms"), text, sizeof text), "0 ms");
    CU_ASSERT_STRING_EQUAL(units_format_time(-0.002, unit("s"), text, sizeof text), "-2.00 ms");
    CU_ASSERT_STRING_EQUAL(units_format_time((double)NAN, unit("s"), text, sizeof text), "-");
    CU_ASSERT_STRING_EQUAL(units_format_time((double)INFINITY, unit("s"), text, sizeof text), "infinite");
    CU_ASSERT_STRING_EQUAL(units_format_rate(1.5, unit("ms"), text, sizeof text), "1.5/ms");
    CU_ASSERT_STRING_EQUAL(units_format_rate(123456.0, unit("s"), text, sizeof text), "123456/s");
    CU_ASSERT_STRING_EQUAL(units_format_rate((double)NAN, unit("s"), text, sizeof text), "-");
}

static void quotes(void)
{
    char out[UNITS_QUOTE_SIZE];
    CU_ASSERT_STRING_EQUAL(units_quote("cpu", out), "\"cpu\"");
    CU_ASSERT_STRING_EQUAL(units_quote("a\n\x1b[31m", out), "\"a\\u000A\\u001B[31m\"");
    char longest[300];
    memset(longest, '\x01', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CU_ASSERT(strlen(units_quote(longest, out)) < UNITS_QUOTE_SIZE);
    memset(longest, 'x', sizeof longest - 1);
    CU_ASSERT(strlen(units_quote(longest, out)) < 50);
    /* never cut inside a character */
    strcpy(longest, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC");
    CU_ASSERT_STRING_EQUAL(units_quote(longest, out),
                           "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xE2\x82\xAC...\"");
}

const struct test units_tests[] = {
    {"times become the nearest double in the unit asked for", times},
    {"a thousandth of a whole number is the double that its decimal digits name", thousandths},
    {"more digits than a double holds do no harm", many_digits},
    {"rates are per unit of time", rates},
    {"what is no time and what is no rate is refused with a text", refusals},
    {"decimal numbers shift by powers of ten without rounding twice", decimals},
    {"people get three digits and a unit that suits", for_people},
    {"texts in messages stay on one line", quotes},
    {NULL, NULL},
};
