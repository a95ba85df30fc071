/* closed_forms.h: exact results of queueing theory, for tests to hold simulations against. rate: arrivals per
 * time; mean, second, third: moments of the service time; mu = 1 / mean. Nothing here shares code with the
 * simulator. */
#ifndef TESTS_CLOSED_FORMS_H
#define TESTS_CLOSED_FORMS_H

#include <stddef.h>

/* Share lost in M/G/c/c with offered load a = rate * mean: B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1)). Erlang
 * 1917; Cooper, Introduction to Queueing Theory, 2nd ed. 1981, eq. 3.3 (recursion: ch. 3, exercise 6). */
double erlang_b(unsigned c, double a);

/* P(wait > 0) in M/M/c, a < c: c B / (c - a (1 - B)). Erlang 1917; Cooper 1981, eq. 4.9. */
double erlang_c(unsigned c, double a);

/* M/M/c, FCFS: mean wait C / (c mu - rate), and its quantile p from P(W > t) = C exp(-(c mu - rate) t).
 * Kleinrock, Queueing Systems vol. 1, 1975, section 3.5; Cooper 1981, eq. 5.8. */
double mmc_wait_mean(double rate, double mean, unsigned c);
double mmc_wait_quantile(double rate, double mean, unsigned c, double p);

/* M/M/1, FCFS: the response is exponential with rate mu - rate. Kleinrock 1975, eq. 5.119. */
double mm1_response_quantile(double rate, double mean, double p);

/* M/G/1, FCFS. Mean wait rate * second / (2 (1 - rho)): Pollaczek 1930, Khinchine 1932; Kleinrock 1975,
 * eq. 5.70. Second moment of the wait 2 W^2 + rate * third / (3 (1 - rho)): Takacs 1962; Kleinrock 1975,
 * eq. 5.113 f. */
double mg1_wait_mean(double rate, double mean, double second);
double mg1_wait_second(double rate, double mean, double second, double third);

/* M/D/1, FCFS: P(W <= t) = (1 - rho) sum over k = 0 .. floor(t / D) of x^k / k! exp(-x), x = rate (k D - t)
 * <= 0. Erlang 1909; Cooper 1981, section 5.12. Good to 1e-9 while rate * t < 10. And its quantile. */
double md1_wait_cdf(double rate, double mean, double t);
double md1_wait_quantile(double rate, double mean, double p);

/* Non-preemptive priorities: mean wait of class k (0 is the most urgent) W0 / ((1 - s(k-1)) (1 - s(k))), s(k)
 * = load per server of the classes 0 .. k. Cobham, "Priority assignment in waiting line problems", Oper. Res.
 * 1954, eq. 3 (one server, W0 = sum of rate second / 2) and eq. 6 (c servers and one exponential law: W0 = C
 * / (c mu)). */
double cobham_wait(double w0, const double *loads, size_t k);

/* Stationary law of a birth-death process on 0 .. n: birth[i] from i to i+1 (i < n), death[i] from i to i-1
 * (i > 0). */
void birth_death(size_t n, const double *birth, const double *death, double *p);

/* Closed network, one class, N clients, think time Z, single servers with demands d[i] (visits times mean),
 * product form: exact mean value analysis. Reiser, Lavenberg, "Mean-value analysis of closed multichain
 * queueing networks", JACM 1980, eqs. 3.1-3.3. Returns the throughput; response (or NULL): mean time per
 * cycle without thinking. */
double mva(unsigned clients, double think, const double *demands, size_t stations, double *response);

/* A continuous-time Markov chain, given by its rates. */
struct chain;
struct chain *chain_new(size_t states); /* NULL: no memory */
void chain_free(struct chain *c);
void chain_rate(struct chain *c, size_t from, size_t to, double rate);
/* Its stationary law: p Q = 0, sum of p = 1. Up to 700 states by LU decomposition (GSL), else by Gauss-Seidel
 * sweeps until nothing moves by more than 1e-13 in all. Returns 0, or -1 if it failed. */
int chain_stationary(struct chain *c, double *p);

/* Mean number in system where tasks need a thread throughout (n of them, held), in it one core's burst (FCFS,
 * exponential, mean `burst`), then I/O (exponential, mean io), then a burst again, and come at `rate`. The
 * state is the line before the core, phase by phase (claims: "a bounded synchronous pool can beat unlimited
 * asynchrony"). At most `most` tasks wait for a thread. NAN: no memory. */
double threads_and_core(unsigned n, double rate, double burst, double io, unsigned most);

/* The same where the core is shared by all bursts on it (ps): counts of first and second bursts are then the
 * whole state. */
double threads_and_shared_core(unsigned n, double rate, double burst, double io, unsigned most);

/* Mean number in system where tasks need one of n threads throughout: first exponential work of mean first
 * without contention, then, still with the thread, one of m connections for an exponential time of mean
 * second. */
double threads_and_connections(unsigned n, unsigned m, double rate, double first, double second,
                               unsigned most);

/* M/M/c whose servers take an exponential setup of rate alpha and go cold as soon as they have no work; a
 * start is begun per waiting task while cold servers are left, and never cancelled. Mean number in system in
 * *in_system, mean number of servers being set up in *starting. Known for c = 1: response 1 / (mu - rate) + 1
 * / alpha (Welch, Oper. Res. 1964; Gandhi, Doroudi, Harchol-Balter, Scheller-Wolf, "Exact analysis of the
 * M/M/k/setup class", SIGMETRICS 2013, section 1). */
int mmc_setup(unsigned c, double rate, double mu, double alpha, unsigned most, double *in_system,
              double *starting);

/* M/M/1 with exponential setup (rate alpha) whose server stays warm for an exponential time (rate beta)
 * without work. */
double mm1_setup_kept(double rate, double mu, double alpha, double beta, unsigned most);

#endif
