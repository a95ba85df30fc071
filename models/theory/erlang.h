/* erlang.h: Erlang's formulas, for rows of theory. */
#ifndef MODELS_THEORY_ERLANG_H
#define MODELS_THEORY_ERLANG_H

/* Share lost in M/G/c/c with offered load a: B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1)) (Cooper 1981,
 * eq. 3.3); each step adds a rounding error and shrinks those before. servers: whole. */
static inline double erlang_b_of(double servers, double a)
{
    double b = 1.0;
    for (double c = 1.0; c <= servers; c += 1.0)
        b = a * b / (c + a * b);
    return b;
}

/* P(wait > 0) in M/M/c, a < c: c B / (c - a (1 - B)) (Cooper 1981, eq. 4.9). */
static inline double erlang_c_of(double servers, double a)
{
    if (servers == 1.0)
        return a;
    const double b = erlang_b_of(servers, a);
    return servers * b / (servers - a * (1.0 - b));
}

#endif
