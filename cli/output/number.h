/* number.h: a number as people read it, and as programs read it back. */
#ifndef CLI_OUTPUT_NUMBER_H
#define CLI_OUTPUT_NUMBER_H

#include <math.h>

enum { NUMBER_ROOM = 80 };

/* The shortest of %.15g, %.16g, %.17g that reads back as x; "" for NAN, "infinite" or "-infinite". Returns
 * out. */
char *number_exact(double x, char out[static NUMBER_ROOM]);

/* x to this many significant digits, "-" for NAN, "any" for INFINITY (a rate without limit). Never "-0". */
char *number_short(double x, int digits, char out[static NUMBER_ROOM]);

/* The same, but "infinite" for INFINITY: a mean that diverges. */
char *number_moment(double x, int digits, char out[static NUMBER_ROOM]);

/* "12.34 ± 0.05": as many digits as the half-width carries (its first two when they are below 20, else one).
 * A half-width of 0, or below a billionth of the value, says that nothing varied: the value alone. NAN
 * half-width: "~12.3", for which no interval can be given. NAN mean: "-". */
char *number_interval(double mean, double half_width, char out[static NUMBER_ROOM]);

/* The same of a value and its interval's ends, with the larger side as half-width. */
char *number_between(double value, double low, double high, char out[static NUMBER_ROOM]);

/* A whole number with thousands apart: "4 810 022". */
char *number_whole(double x, char out[static NUMBER_ROOM]);

/* A duration in seconds of wall clock: "4.2 s", "1:05", "2:03:00". */
char *number_clock(double seconds, char out[static NUMBER_ROOM]);

#endif
