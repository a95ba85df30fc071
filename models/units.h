/* units.h: text <-> times and rates. The only conversions: after reading, every time is a number of the
 * scenario's time unit and every rate a number per that unit. */
#ifndef MODELS_UNITS_H
#define MODELS_UNITS_H

#include "sim/error.h"
#include "sim/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct time_unit {
    const char *name;
    uint64_t nanoseconds; /* whole, so that ratios of units are exact */
};

extern const struct lookup_table time_unit_table; /* ns us ms s min h d */

double time_unit_seconds(const struct time_unit *unit);

/* "250us", "1.5 s": a number as JSON writes it and a unit; *out in `unit`. The result is the double nearest
 * to the exact value as long as its digits and the ratio of the units fit in 53 bits ("100ms" is 0.1 s, "1ms"
 * is 1 ms); beyond that, within a unit in the last place or two. false: err's text says why not. */
bool units_time(const char *text, const struct time_unit *unit, double *out, struct error *err);

/* "1500/s", "10 / min"; *out per `unit`; rounding as above. */
bool units_rate(const char *text, const struct time_unit *unit, double *out, struct error *err);

/* A decimal number as JSON writes it, times 10^shift, nearest double as above: ("99.9", -2) is 0.999. false:
 * text is no such number, or the value does not fit in a double. */
bool units_decimal(const char *text, int shift, double *out);

/* How many bytes at the beginning of text are a number as JSON writes it; 0: none. */
size_t units_number_length(const char *text);

/* For people: three significant digits and the unit that suits, "12.3 ms"; NAN is "-". unit is that of value.
 * Returns out. */
char *units_format_time(double value, const struct time_unit *unit, char *out, size_t size);

/* "1.5/ms": a rate per `unit`, up to four significant digits. Returns out. */
char *units_format_rate(double value, const struct time_unit *unit, char *out, size_t size);

/* text in double quotes, fit for a message on one line: control characters escaped, cut after some 40 bytes.
 * Returns out. */
enum { UNITS_QUOTE_SIZE = 128 };
char *units_quote(const char *text, char out[UNITS_QUOTE_SIZE]);

#endif
