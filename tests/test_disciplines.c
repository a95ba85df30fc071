/* Disciplines against exact results; what a comparison means stands in exact.h. Where a discipline that looks
 * at sizes or preempts has a mean response known in closed form, one server has Poisson arrivals. */
#include "tests/closed_forms.h"
#include "tests/exact.h"
#include "tests/size_forms.h"

#include <stdio.h>

static const struct {
    const char *text;
    const struct size_law *law;
    double time;
} laws[] = {
    {"{'dist':'uniform','min':0,'max':2}", &size_uniform, 15000},
    {"{'dist':'exponential','mean':1}", &size_exponential, 25000},
    {"{'dist':'hyperexponential','p':[0.9,0.1],'means':[0.5,5.5]}", &size_hyperexponential, 60000},
};

static void by_size(const char *discipline, double (*exact)(double, const struct size_law *))
{
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':0.7},'service':%s,'discipline':'%s'", laws[i].text,
                 discipline);
        struct exact b = exact_run(500, laws[i].time, text);
        exact_is(&b, "task", "response", exact(0.7, laws[i].law));
        exact_is(&b, "station:queue", "utilisation", 0.7);
        exact_is(&b, "task", "service", 1.0);
        exact_done(&b);
    }
}

static void forms(void)
{
    /* The quadrature itself: M/M/1 under LAS is again M/M/1 in the mean, as under every rule blind to size;
     * SJF with vanishing load is the service time. */
    EXPECT(fabs(mg1_las(0.7, &size_exponential) - 1.0 / 0.3) < 1e-6, "%.9g", mg1_las(0.7, &size_exponential));
    EXPECT(fabs(mg1_sjf(1e-12, &size_uniform) - 1.0) < 1e-6, "%.9g", mg1_sjf(1e-12, &size_uniform));
    EXPECT(mg1_srpt(0.7, &size_exponential) < mg1_psjf(0.7, &size_exponential), "nothing beats srpt");
}

static void sjf(void)
{
    by_size("sjf", mg1_sjf);
}

static void psjf(void)
{
    by_size("psjf", mg1_psjf);
}

static void srpt(void)
{
    by_size("srpt", mg1_srpt);
}

static void las(void)
{
    by_size("las", mg1_las);
}

static void insensitive(void)
{
    /* LCFS with resumption has the mean of processor sharing, E[S] / (1 - rho), whatever the law
     * (Harchol-Balter 2013, chapter 30), and round robin has it as the quantum goes to 0. */
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "'arrivals':{'rate':0.7},'service':%s,'discipline':'lcfs_pr'",
                 laws[i].text);
        struct exact b = exact_run(500, laws[i].time, text);
        exact_is(&b, "task", "response", 1.0 / 0.3);
        exact_is(&b, "station:queue", "in_station", 0.7 / 0.3);
        exact_done(&b);
    }
    struct exact b = exact_run(500, 4000,
                               "'arrivals':{'rate':0.5},'service':{'dist':'uniform','min':0,'max':2},"
                               "'discipline':'rr','quantum':0.01"); /* FCFS: 1.67 */
    exact_is(&b, "task", "response", 2.0);
    exact_done(&b);
}

static void blind_to_size(void)
{
    /* M/M/1 and M/M/c: every rule that keeps servers busy and is blind to size has the number in system of
     * FCFS (for repeat: work drawn anew is, to an exponential law, what was left). */
    static const char *const rules[] = {
        "'lcfs_pr'", "'rr','quantum':0.7",           "'las'",
        "'dps'",     "'lcfs_pr','preempt':'repeat'", "'edf','preempt':'resume'"};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        for (unsigned c = 1; c <= 3; c += 2) {
            char text[300];
            snprintf(text, sizeof text,
                     "'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1},'servers':%u,'"
                     "discipline':%s",
                     0.7 * c, c, rules[i]);
            struct exact b = exact_run(500, 20000.0 / c, text);
            exact_is(&b, "task", "in_system", 0.7 * c * (1.0 + mmc_wait_mean(0.7 * c, 1.0, c)));
            exact_is(&b, "station:queue", "utilisation", 0.7);
            exact_done(&b);
        }
}

/* Preemptive resume: E[S_k] / (1 - s(k-1)) + sum over i <= k of rate_i second_i / 2 / ((1 - s(k-1)) (1 -
 * s(k))): Conway, Maxwell, Miller 1967, section 8-6; Harchol-Balter 2013, eq. 32.2. */
static void preemptive_resume(void)
{
    /* high: rate 0.3, exponential of mean 1; middle: rate 0.2, constant 1.5; low: rate 0.1, uniform on 0
     * .. 2. */
    struct exact b =
        exact_run(1000, 90000,
                  "'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{"
                  "'low':{'priority':7,'arrivals':{'rate':0.1},'service':{'dist':'uniform','min':0,'max':2}},"
                  "'high':{'priority':-1,'arrivals':{'rate':0.3},'service':{'dist':'exponential','mean':1}},"
                  "'middle':{'priority':0,'arrivals':{'rate':0.2},'service':1.5}}");
    const double high = 0.3 * 2.0 / 2.0, middle = high + 0.2 * 2.25 / 2.0,
                 low = middle + 0.1 * 4.0 / 3.0 / 2.0;
    exact_is(&b, "high", "response", 1.0 + high / 0.7);
    exact_is(&b, "middle", "response", 1.5 / 0.7 + middle / (0.7 * 0.4));
    exact_is(&b, "low", "response", 1.0 / 0.4 + low / (0.4 * 0.3));
    exact_is(&b, "low", "service", 1.0);
    exact_is(&b, "station:q", "utilisation", 0.7);
    exact_done(&b);
    /* Deadlines so far apart are priorities. */
    b = exact_run(1000, 60000,
                  "'stations':{'q':{'discipline':'edf','preempt':'resume'}},'tasks':{"
                  "'low':{'deadline':1e7,'arrivals':{'rate':0.3},'service':{'dist':'exponential','mean':1}},"
                  "'high':{'deadline':0,'arrivals':{'rate':0.4},'service':{'dist':'exponential','mean':1}}}");
    exact_is(&b, "high", "response", 1.0 / 0.6);
    exact_is(&b, "high", "missed", 1.0);
    exact_is(&b, "low", "response", 1.0 / 0.6 + 0.7 / (0.6 * 0.3));
    exact_done(&b);
}

/* The low class's M/G/1 of completion times C, whose arrivals that find none of their own class may find the
 * high class in a busy period B: E[C] + rate E[C^2] / (2 (1 - rate E[C])) + rho_high E[B^2] / (2 E[B])
 * (Gaver, "A waiting line with interrupted service, including priorities", J. Roy. Stat. Soc. B 1962).
 * Constant work d that begins again at each interruption: C = d + sum over N failures of (U + B), N geometric
 * with success exp(-a d), U an interarrival time of the high class below d. */
static void preemptive_restart(void)
{
    const double a = 0.2, rate = 0.25, d = 1.5;
    const double b1 = 1.0 / (1.0 - a), b2 = 2.0 / pow(1.0 - a, 3.0); /* high: exponential of mean 1 */
    const double p = exp(-a * d), q = 1.0 - p;
    const double u1 = 1.0 / a - d * p / q, u2 = 2.0 / (a * a) - (d * d + 2.0 * d / a) * p / q;
    const double y1 = u1 + b1, variance = u2 - u1 * u1 + b2 - b1 * b1;
    const double c1 = d + q / p * y1, c2 = q / p * variance + q / (p * p) * y1 * y1 + c1 * c1;
    const double low = c1 + rate * c2 / (2.0 * (1.0 - rate * c1)) + a * b2 / (2.0 * b1);
    static const char *const modes[] = {"restart", "repeat"}; /* the same for constants */
    for (size_t i = 0; i < 2; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "'stations':{'q':{'discipline':'priority','preempt':'%s'}},'tasks':{"
                 "'low':{'priority':1,'arrivals':{'rate':%g},'service':%g},"
                 "'high':{'priority':0,'arrivals':{'rate':%g},'service':{'dist':'exponential','mean':1}}}",
                 modes[i], rate, d, a);
        struct exact b = exact_run(1000, 60000, text);
        exact_is(&b, "high", "response", 1.0 / (1.0 - a));
        exact_is(&b, "low", "response", low);
        /* Lost work is service: d, and U for each failure. */
        exact_is(&b, "low", "service", d + q / p * u1);
        exact_is(&b, "station:q", "utilisation", a + rate * (d + q / p * u1));
        exact_done(&b);
    }
}

/* To exponential work, drawing anew is going on; begun again it takes longer: E[exp(a S)] - 1 over a (1 -
 * rho). */
static void preemptive_repeat(void)
{
    struct exact b =
        exact_run(1000, 60000,
                  "'stations':{'q':{'discipline':'priority','preempt':'repeat'}},'tasks':{"
                  "'low':{'priority':1,'arrivals':{'rate':0.3},'service':{'dist':'exponential','mean':1}},"
                  "'high':{'priority':0,'arrivals':{'rate':0.4},'service':{'dist':'exponential','mean':1}}}");
    exact_is(&b, "high", "response", 1.0 / 0.6);
    exact_is(&b, "low", "response", 1.0 / 0.6 + 0.7 / (0.6 * 0.3));
    exact_is(&b, "low", "service", 1.0);
    exact_done(&b);
}

static void priorities_on_several_servers(void)
{
    /* One exponential law: the high class sees an M/M/c of its own, and both together are an M/M/c. */
    enum { C = 3 };
    const double high = 1.2, low = 1.1, both = high + low;
    const double n_high = high * (1.0 + mmc_wait_mean(high, 1.0, C)),
                 n = both * (1.0 + mmc_wait_mean(both, 1.0, C));
    struct exact b =
        exact_run(500, 40000,
                  "'stations':{'q':{'servers':3,'discipline':'priority','preempt':'resume'}},'tasks':{"
                  "'low':{'priority':1,'arrivals':{'rate':1.1},'service':{'dist':'exponential','mean':1}},"
                  "'high':{'priority':0,'arrivals':{'rate':1.2},'service':{'dist':'exponential','mean':1}}}");
    exact_is(&b, "low", "in_system", n - n_high);
    exact_is(&b, "high", "in_system", n_high);
    exact_done(&b);
}

/* Fayolle, Mitrani, Iasnogorodski, "Sharing a processor among many job classes", JACM 1980, section 3: W_k (1
 * - sum of r_j g_j / (m_j g_j + m_k g_k)) - sum of r_j g_j W_j / (m_j g_j + m_k g_k) = 1 / m_k, exponential
 * classes of rates r and service rates m, weights g. */
static void discriminatory_sharing(void)
{
    const double r[2] = {0.3, 0.2}, m[2] = {1.0, 0.5}, g[2] = {4.0, 1.0};
    double a[2][2], w[2];
    for (int k = 0; k < 2; k++) {
        double sum = 0.0;
        for (int j = 0; j < 2; j++) {
            const double x = r[j] * g[j] / (m[j] * g[j] + m[k] * g[k]);
            sum += x;
            a[k][j] = -x;
        }
        a[k][k] += 1.0 - sum;
    }
    const double det = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    w[0] = (a[1][1] / m[0] - a[0][1] / m[1]) / det;
    w[1] = (a[0][0] / m[1] - a[1][0] / m[0]) / det;
    struct exact b =
        exact_run(500, 90000,
                  "'stations':{'q':{'discipline':'dps'}},'tasks':{"
                  "'a':{'weight':4,'arrivals':{'rate':0.3},'service':{'dist':'exponential','mean':1}},"
                  "'b':{'weight':1,'arrivals':{'rate':0.2},'service':{'dist':'exponential','mean':2}}}");
    exact_is(&b, "a", "response", w[0]);
    exact_is(&b, "b", "response", w[1]);
    exact_is(&b, "station:q", "utilisation", 0.7);
    exact_done(&b);
}

const struct test disciplines_tests[] = {
    {"the quadrature that stands in for closed forms", forms},
    {"M/G/1 under SJF", sjf},
    {"M/G/1 under PSJF", psjf},
    {"M/G/1 under SRPT", srpt},
    {"M/G/1 under LAS", las},
    {"LCFS-PR and round robin have the mean of processor sharing", insensitive},
    {"rules blind to size: M/M/c's number in system", blind_to_size},
    {"preemptive resume priorities, and deadlines that amount to them", preemptive_resume},
    {"preemption with loss of work: completion times", preemptive_restart},
    {"exponential work drawn anew is as good as resumed", preemptive_repeat},
    {"preemptive priorities at M/M/c", priorities_on_several_servers},
    {"DPS with two exponential classes", discriminatory_sharing},
    {NULL, NULL},
};
