/* size_forms.h: M/G/1 under disciplines that look at sizes or at service received: mean response by numerical
 * quadrature over the law of the service time. Nothing here shares code with the simulator.
 *
 * lambda: arrivals per time; rho(x) = lambda E[S; S <= x]; m(x) = E[S^2; S <= x]. Sources: Schrage and
 * Miller, "The queue M/G/1 with the shortest remaining processing time discipline", Oper. Res. 1966; Conway,
 * Maxwell, Miller, Theory of Scheduling, 1967, chapter 8; Harchol-Balter, Performance Modeling and Design of
 * Computer Systems, 2013, chapters 30 to 33. */
#ifndef TESTS_SIZE_FORMS_H
#define TESTS_SIZE_FORMS_H

/* The service time's law, on 0 .. upper (beyond which next to nothing lies). */
struct size_law {
    double (*density)(double x);
    double (*tail)(double x); /* P(S > x) */
    double upper;
};

/* S uniform on 0 .. 2; exponential of mean 1; hyperexponential: 0.9 of mean 0.5, 0.1 of mean 5.5. */
extern const struct size_law size_uniform, size_exponential, size_hyperexponential;

/* SJF: lambda E[S^2] / (2 (1 - rho(x))^2) + x, over all x. */
double mg1_sjf(double lambda, const struct size_law *law);
/* PSJF: lambda m(x) / (2 (1 - rho(x))^2) + x / (1 - rho(x)). */
double mg1_psjf(double lambda, const struct size_law *law);
/* SRPT: lambda (m(x) + x^2 P(S > x)) / (2 (1 - rho(x))^2) + integral from 0 to x of dt / (1 - rho(t)). */
double mg1_srpt(double lambda, const struct size_law *law);
/* LAS (foreground-background): with min(S, x) for S throughout: lambda E[min^2] / (2 (1 - lambda E[min])^2) +
 * x / (1 - lambda E[min]). */
double mg1_las(double lambda, const struct size_law *law);

#endif
