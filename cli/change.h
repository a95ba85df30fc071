/* change.h: how a figure of one result file differs from the same figure of another, with an interval. */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

/* A value and its interval; low, high NAN: none can be given. */
struct interval {
    double value, low, high;
};

/* after / before - 1, with the interval that follows from the two: MOVER-R (Donner and Zou 2012, "Closed-form
 * confidence intervals for functions of the normal mean and standard deviation", Stat. Meth. Med. Res. 21),
 * which takes each side's distance from the estimate for its own, and is Fieller's interval (1954) where both
 * are symmetric. Its level is that of the two intervals, which must be independent; where runs share random
 * numbers and so are positively correlated it is wider than it need be. All three INFINITY:
 * before is exactly 0 and after surely is not; value NAN: before is not above 0 otherwise; low, high NAN: an interval is missing, or `before` is too uncertain (its interval, mirrored or not,
 * reaches 0). */
struct interval change_of(struct interval before, struct interval after);

#endif
