#include "tests/exact.h"

#include <gsl/gsl_cdf.h>

#define REPLICATIONS 64 /* as many as are kept apart */
static const double power = 0.045;

/* One z-score per scenario, of its first figure: independent of each other. */
static double scores[100];
static size_t score_count;

size_t exact_scores(const double **out)
{
    *out = scores;
    return score_count;
}

static double exact_t(void)
{
    return gsl_cdf_tdist_Pinv(0.5 + EXACT_CONFIDENCE / 2.0, REPLICATIONS - 1);
}

struct exact exact_run(double warmup, double time, const char *scenario)
{
    struct exact e = {.ran = false};
    e.ran = trial_read(&e.trial,
                       "{%s,'run':{'seed':20,'confidence':%.6f,'replications':%d,'warmup':%g,'time':%g,"
                       "'quantiles':[0.2,0.5,0.9,0.99]}}",
                       scenario, EXACT_CONFIDENCE, REPLICATIONS, warmup, 1.4 * time) &&
            trial_run(&e.trial, 0);
    return e;
}

void exact_done(struct exact *e)
{
    trial_free(&e->trial);
}

void exact_is(struct exact *e, const char *subject, const char *probe, double exact)
{
    if (!e->ran)
        return;
    const struct figure *f = trial_figure(&e->trial, 0, subject, probe);
    const double z = (f->mean - exact) / (f->half_width / exact_t());
    EXPECT(fabs(f->mean - exact) <= f->half_width + 1e-9 * fabs(exact),
           "%s.%s is %.6g +- %.2g, exactly %.6g: z = %.2f", subject, probe, f->mean, f->half_width, exact, z);
    EXPECT(f->half_width <= power * fabs(exact),
           "%s.%s = %.4g: interval of %.2g is too wide to show anything", subject, probe, exact,
           f->half_width);
    if (!e->scored && f->half_width > 0.0 && score_count < sizeof scores / sizeof scores[0])
        scores[score_count++] = z;
    e->scored = true;
}

void exact_quantile_is(struct exact *e, const char *subject, const char *probe, double p, double exact)
{
    if (!e->ran)
        return;
    const struct quantile q = trial_quantile(trial_figure(&e->trial, 0, subject, probe), p);
    EXPECT(q.low * 0.999 <= exact && exact <= q.high * 1.001,
           "%s.%s p%g is %.6g in %.6g .. %.6g, exactly %.6g", subject, probe, 100.0 * p, q.value, q.low,
           q.high, exact);
    EXPECT(q.high - q.low <= 2.0 * power * exact, "%s.%s p%g: %.4g .. %.4g is too wide to show anything",
           subject, probe, 100.0 * p, q.low, q.high);
}
