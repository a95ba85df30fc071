#include "cli/change.h"

#include <math.h>

struct interval change_of(struct interval before, struct interval after)
{
    const double a = before.value, b = after.value, l1 = before.low, u1 = before.high, l2 = after.low,
                 u2 = after.high;
    if (a == 0 && b == 0 && l1 == u1 && l2 == u2)
        return (struct interval){0, 0, 0};
    if (a == 0 && l1 == u1 && l2 > 0)
        return (struct interval){INFINITY, INFINITY, INFINITY};
    struct interval change = {a > 0 ? b / a - 1 : NAN, NAN, NAN};
    if (!(a > 0 && b >= 0 && l1 > 0 && u1 < 2 * a && l2 <= b && b <= u2 && u1 >= a && l1 <= a))
        return change;
    const double ab = a * b;
    const double below = ab * ab - l2 * u1 * (2 * b - l2) * (2 * a - u1);
    const double above = ab * ab - u2 * l1 * (2 * b - u2) * (2 * a - l1);
    /* Never below 0 but for rounding: each product is at most the square of its mean. */
    change.low = (ab - sqrt(fmax(below, 0))) / (u1 * (2 * a - u1)) - 1;
    change.high = (ab + sqrt(fmax(above, 0))) / (l1 * (2 * a - l1)) - 1;
    if (l1 == u1 && l2 == u2)
        change.low = change.high = change.value;
    return change;
}
