#include "cli/output/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DECIMALS_MOST = 6,  /* more are written with an exponent */
    EXPONENT_MOST = 9,  /* as is a number from 10^9 on */
    DIGITS_UNKNOWN = 3, /* shown of a number without an interval */
    DIGITS_EXACT = 6,   /* shown of a number that did not vary: all of these, */
    DIGITS_WHOLE = 10   /* and its whole part up to so many */
};

/* Narrower than this share of its value, an interval is what rounding left of none. */
static const double rounding = 1e-9;

/* The decimal exponent of x as printed with this many significant digits: 9.96 has 1 with two digits. */
static int exponent_of(double x, int digits)
{
    char text[NUMBER_ROOM];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    const char *e = strchr(text, 'e');
    return e != NULL ? atoi(e + 1) : 0;
}

/* "-0.00" is 0. */
static char *without_minus_zero(char *text)
{
    if (text[0] == '-' && strspn(text + 1, "0.") == strcspn(text + 1, "e"))
        memmove(text, text + 1, strlen(text));
    return text;
}

/* x with this many decimals; fewer than 0: rounded to tens, hundreds. */
static char *fixed(double x, int decimals, char *out)
{
    if (decimals < 0) {
        const double unit = pow(10.0, -decimals);
        x = round(x / unit) * unit;
        decimals = 0;
    }
    snprintf(out, NUMBER_ROOM, "%.*f", decimals, x);
    return without_minus_zero(out);
}

char *number_exact(double x, char out[static NUMBER_ROOM])
{
    out[0] = '\0';
    if (isinf(x))
        return strcpy(out, x > 0.0 ? "infinite" : "-infinite");
    if (x == 0.0) /* not "-0" */
        return strcpy(out, "0");
    for (int digits = 15; !isnan(x) && digits <= 17; digits++) {
        snprintf(out, NUMBER_ROOM, "%.*g", digits, x);
        if (strtod(out, NULL) == x)
            break;
    }
    return out;
}

char *number_short(double x, int digits, char out[static NUMBER_ROOM])
{
    if (isnan(x))
        return strcpy(out, "-");
    if (isinf(x))
        return strcpy(out, x > 0.0 ? "any" : "-any");
    if (x == 0.0)
        return strcpy(out, "0");
    const int exponent = exponent_of(x, digits);
    if (exponent >= EXPONENT_MOST || exponent < -DECIMALS_MOST + 1) {
        snprintf(out, NUMBER_ROOM, "%.*e", digits - 1, x);
        return out;
    }
    fixed(x, digits - 1 - exponent, out);
    if (strchr(out, '.') != NULL) { /* 4.000 is 4 */
        size_t length = strlen(out);
        while (out[length - 1] == '0')
            out[--length] = '\0';
        if (out[length - 1] == '.')
            out[--length] = '\0';
    }
    return out;
}

char *number_moment(double x, int digits, char out[static NUMBER_ROOM])
{
    return isinf(x) ? strcpy(out, x > 0.0 ? "infinite" : "-infinite") : number_short(x, digits, out);
}

/* A number that did not vary: 1234567 is not rounded to tens. */
static char *exact_short(double x, char *out)
{
    const int whole = x != 0.0 && isfinite(x) ? exponent_of(x, DIGITS_WHOLE) + 1 : 0;
    return number_short(x, whole > DIGITS_EXACT && whole <= DIGITS_WHOLE ? whole : DIGITS_EXACT, out);
}

char *number_interval(double mean, double half_width, char out[static NUMBER_ROOM])
{
    if (isnan(mean) || isinf(mean) || half_width <= rounding * fabs(mean))
        return exact_short(mean, out);
    if (isnan(half_width) || isinf(half_width)) {
        char text[NUMBER_ROOM - 1];
        number_short(mean, DIGITS_UNKNOWN, out);
        memcpy(text, out, sizeof text);
        snprintf(out, NUMBER_ROOM, "~%s", text);
        return out;
    }
    int digits = 2; /* of the half-width: 0.12, 0.19, but 0.2 */
    const int two = exponent_of(half_width, 2);
    if (half_width / pow(10.0, two) >= 1.95)
        digits = 1;
    int decimals = digits - 1 - exponent_of(half_width, digits);
    const double larger = fmax(fabs(mean), half_width);
    const int exponent = exponent_of(larger, 3);
    char left[NUMBER_ROOM], right[NUMBER_ROOM];
    if ((decimals > DECIMALS_MOST && exponent != 0) || exponent >= EXPONENT_MOST) {
        const double unit = pow(10.0, exponent);
        decimals += exponent;
        snprintf(out, NUMBER_ROOM, "(%.20s ± %.20s)e%+03d", fixed(mean / unit, decimals, left),
                 fixed(half_width / unit, decimals, right), exponent);
    } else {
        snprintf(out, NUMBER_ROOM, "%.30s ± %.30s", fixed(mean, decimals, left),
                 fixed(half_width, decimals, right));
    }
    return out;
}

char *number_between(double value, double low, double high, char out[static NUMBER_ROOM])
{
    const bool known = !isnan(low) && !isnan(high); /* fmax would pass over a NAN */
    return number_interval(value, known ? fmax(value - low, high - value) : NAN, out);
}

char *number_whole(double x, char out[static NUMBER_ROOM])
{
    char digits[NUMBER_ROOM];
    if (!(fabs(x) < 1e21))
        return number_short(x, DIGITS_EXACT, out);
    snprintf(digits, sizeof digits, "%.0f", x);
    char *to = out;
    const size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-' && length > 4)
            *to++ = ' ';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

char *number_clock(double seconds, char out[static NUMBER_ROOM])
{
    if (!(seconds >= 0.0) || seconds > 1e8)
        return strcpy(out, "-");
    const long whole = lround(seconds);
    if (seconds < 10.0)
        snprintf(out, NUMBER_ROOM, "%.1f s", seconds);
    else if (whole < 60)
        snprintf(out, NUMBER_ROOM, "%ld s", whole);
    else if (whole < 3600)
        snprintf(out, NUMBER_ROOM, "%ld:%02ld", whole / 60, whole % 60);
    else
        snprintf(out, NUMBER_ROOM, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    return out;
}
