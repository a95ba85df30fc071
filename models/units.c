#include "models/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct time_unit unit_ns = {"ns", 1};
static const struct time_unit unit_us = {"us", 1000};
static const struct time_unit unit_ms = {"ms", 1000000};
static const struct time_unit unit_s = {"s", 1000000000};
static const struct time_unit unit_min = {"min", UINT64_C(60000000000)};
static const struct time_unit unit_h = {"h", UINT64_C(3600000000000)};
static const struct time_unit unit_d = {"d", UINT64_C(86400000000000)};

static const void *const unit_rows[] = {&unit_ns, &unit_us, &unit_ms, &unit_s, &unit_min, &unit_h, &unit_d};
const struct lookup_table time_unit_table = {unit_rows, sizeof unit_rows / sizeof unit_rows[0]};

#define KNOWN_UNITS "ns, us, ms, s, min, h, d"

static const uint64_t exact_most = UINT64_C(1) << 53; /* whole numbers up to here are doubles */

double time_unit_seconds(const struct time_unit *unit)
{
    return (double)unit->nanoseconds / 1e9;
}

/* A decimal number: digits * 10^shift, negative or not. */
struct decimal {
    uint64_t digits;
    int shift;
    bool negative;
    bool exact;    /* digits holds all of them */
    char text[64]; /* the number alone, for strtod */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t units_number_length(const char *text)
{
    const char *s = text;
    if (*s == '-')
        s++;
    if (!is_digit(*s))
        return 0;
    if (*s == '0')
        s++;
    else
        while (is_digit(*s))
            s++;
    if (*s == '.' && is_digit(s[1])) {
        s++;
        while (is_digit(*s))
            s++;
    }
    if (*s == 'e' || *s == 'E') {
        const char *exponent = s + 1;
        if (*exponent == '+' || *exponent == '-')
            exponent++;
        if (is_digit(*exponent)) {
            while (is_digit(*exponent))
                exponent++;
            s = exponent;
        }
    }
    return (size_t)(s - text);
}

/* Reads the number that text begins with. Returns where it ends, or NULL. */
static const char *read_decimal(const char *text, struct decimal *d)
{
    const size_t length = units_number_length(text);
    if (length == 0 || length >= sizeof d->text)
        return NULL;
    *d = (struct decimal){.exact = true, .negative = *text == '-'};
    memcpy(d->text, text, length);
    bool fraction = false;
    for (const char *s = d->text; *s != '\0'; s++) {
        if (*s == '.') {
            fraction = true;
        } else if (*s == 'e' || *s == 'E') {
            const long exponent = strtol(s + 1, NULL, 10);
            d->shift += exponent > 10000 ? 10000 : exponent < -10000 ? -10000 : (int)exponent;
            break;
        } else if (is_digit(*s)) {
            if (d->digits > (exact_most - 9) / 10)
                d->exact = false;
            else
                d->digits = d->digits * 10 + (uint64_t)(*s - '0');
            d->shift -= fraction;
        }
    }
    return text + length;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void reduce(uint64_t *a, uint64_t *b)
{
    const uint64_t divisor = common_divisor(*a, *b);
    *a /= divisor;
    *b /= divisor;
}

/* d * over / under. One division of two whole numbers below 2^53 rounds once, so it is the nearest double. */
static double scaled(const struct decimal *d, uint64_t over, uint64_t under)
{
    reduce(&over, &under);
    uint64_t top = d->digits, bottom = under;
    bool fits = d->exact;
    if (fits && top == 0)
        return 0.0;
    if (fits) {
        reduce(&top, &bottom);
        fits = !__builtin_mul_overflow(top, over, &top);
    }
    for (int i = d->shift; fits && i < 0; i++) {
        if (top % 10 == 0)
            top /= 10;
        else
            fits = !__builtin_mul_overflow(bottom, UINT64_C(10), &bottom);
    }
    for (int i = d->shift; fits && i > 0; i--) {
        if (bottom % 10 == 0)
            bottom /= 10;
        else
            fits = !__builtin_mul_overflow(top, UINT64_C(10), &top);
    }
    if (fits) {
        reduce(&top, &bottom);
        if (top <= exact_most && bottom <= exact_most)
            return (d->negative ? -1.0 : 1.0) * ((double)top / (double)bottom);
    }
    return strtod(d->text, NULL) * (double)over / (double)under;
}

bool units_decimal(const char *text, int shift, double *out)
{
    struct decimal d;
    const char *end = read_decimal(text, &d);
    if (end == NULL || *end != '\0')
        return false;
    d.shift += shift;
    uint64_t over = 1, under = 1;
    if (!d.exact) /* then strtod's value is all there is: scale that */
        for (int i = 0; i < abs(shift) && i < 18; i++)
            *(shift > 0 ? &over : &under) *= 10;
    *out = scaled(&d, over, under);
    return isfinite(*out);
}

char *units_quote(const char *text, char out[UNITS_QUOTE_SIZE])
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;
    const char *s = text;
    out[n++] = '"';
    /* 40 bytes, each as six at most if it is a control character; never end inside a UTF-8 sequence */
    while (*s != '\0' && n < 48 && (s - text < 40 || ((unsigned char)*s & 0xC0) == 0x80)) {
        const unsigned char c = (unsigned char)*s++;
        if (c < 0x20 || c == 0x7F) {
            memcpy(out + n, "\\u00", 4);
            out[n + 4] = hex[c >> 4];
            out[n + 5] = hex[c & 15];
            n += 6;
        } else {
            out[n++] = (char)c;
        }
    }
    while (((unsigned char)*s & 0xC0) == 0x80 && n < 60)
        out[n++] = *s++;
    if (*s != '\0') {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}

static const char *skip_spaces(const char *s)
{
    while (*s == ' ')
        s++;
    return s;
}

/* The unit that stands alone at s, or NULL with a message. */
static const struct time_unit *read_unit(const char *s, const char *text, struct error *err)
{
    char name[16];
    size_t length = strlen(s);
    while (length > 0 && s[length - 1] == ' ')
        length--;
    if (length < sizeof name) {
        memcpy(name, s, length);
        name[length] = '\0';
        const struct time_unit *unit = lookup_row(time_unit_table, name);
        if (unit != NULL)
            return unit;
    }
    char quoted[UNITS_QUOTE_SIZE];
    error_set(err, "unknown unit in %s; known: %s", units_quote(text, quoted), KNOWN_UNITS);
    return NULL;
}

static bool in_range(double value, const struct decimal *d, const char *text, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE];
    if (!isfinite(value))
        return error_set(err, "%s is too large", units_quote(text, quoted));
    if (value == 0 && (d->digits != 0 || !d->exact))
        return error_set(err, "%s is too small", units_quote(text, quoted));
    return true;
}

bool units_time(const char *text, const struct time_unit *unit, double *out, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE];
    struct decimal d;
    const char *s = read_decimal(skip_spaces(text), &d);
    if (s == NULL)
        return error_set(err, "%s is not a time: expected a number and a unit, such as \"250us\"",
                         units_quote(text, quoted));
    s = skip_spaces(s);
    if (*s == '\0')
        return error_set(err, "%s has no unit (%s); without one, leave out the quotes",
                         units_quote(text, quoted), KNOWN_UNITS);
    if (*s == '/')
        return error_set(err, "%s is a rate, not a time", units_quote(text, quoted));
    const struct time_unit *written = read_unit(s, text, err);
    if (written == NULL)
        return false;
    *out = scaled(&d, written->nanoseconds, unit->nanoseconds);
    return in_range(*out, &d, text, err);
}

bool units_rate(const char *text, const struct time_unit *unit, double *out, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE];
    struct decimal d;
    const char *s = read_decimal(skip_spaces(text), &d);
    if (s == NULL)
        return error_set(err, "%s is not a rate: expected a number per unit of time, such as \"1500/s\"",
                         units_quote(text, quoted));
    s = skip_spaces(s);
    if (*s == '\0')
        return error_set(err, "%s has no unit (such as \"/s\"); without one, leave out the quotes",
                         units_quote(text, quoted));
    if (*s != '/')
        return error_set(err, "%s is not a rate: expected \"/\" and a unit of time after the number",
                         units_quote(text, quoted));
    const struct time_unit *written = read_unit(skip_spaces(s + 1), text, err);
    if (written == NULL)
        return false;
    *out = scaled(&d, unit->nanoseconds, written->nanoseconds);
    return in_range(*out, &d, text, err);
}

char *units_format_time(double value, const struct time_unit *unit, char *out, size_t size)
{
    if (isnan(value)) {
        snprintf(out, size, "-");
        return out;
    }
    if (isinf(value)) {
        snprintf(out, size, value > 0 ? "infinite" : "-infinite");
        return out;
    }
    if (value == 0) {
        snprintf(out, size, "0 %s", unit->name);
        return out;
    }
    /* in nanoseconds, rounded to three digits first, so that 999.6 us becomes 1.00 ms */
    char digits[32];
    snprintf(digits, sizeof digits, "%.2e", value * (double)unit->nanoseconds);
    const double rounded = strtod(digits, NULL), size_of = fabs(rounded);
    const struct time_unit *best = &unit_ns;
    for (size_t i = 1; i < time_unit_table.count; i++) {
        const struct time_unit *next = time_unit_table.rows[i];
        /* minutes, hours and days only where two of them are reached: 90 s reads better than 1.5 min */
        const double from = (double)next->nanoseconds * (next->nanoseconds > unit_s.nanoseconds ? 2 : 1);
        if (size_of >= from)
            best = next;
    }
    const double shown = rounded / (double)best->nanoseconds, magnitude = fabs(shown);
    snprintf(out, size, "%.*f %s", magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2, shown, best->name);
    return out;
}

char *units_format_rate(double value, const struct time_unit *unit, char *out, size_t size)
{
    if (isnan(value))
        snprintf(out, size, "-");
    else if (isinf(value))
        snprintf(out, size, "%s", value > 0 ? "infinite" : "-infinite");
    else
        snprintf(out, size, fabs(value) >= 1000 && fabs(value) < 1e15 ? "%.0f/%s" : "%.4g/%s", value,
                 unit->name);
    return out;
}
