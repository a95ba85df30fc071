/* Discriminatory processor sharing, exponential service. */
#include "models/theory/single.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

static bool apply(const struct model *model, struct theory_sheet *out, struct error *err)
{
    struct single single;
    if (!single_make(model, out->arena, &single, err))
        return false;
    const struct single *c = &single;
    if (!single_plain(c, NULL, err) || !single_poisson(c, err) || !single_no_capacity(c, err) ||
        !single_one_server(c, err))
        return false;
    if (strcmp(c->st->discipline->name, "dps") != 0)
        return error_set(err, "the discipline is %s", c->st->discipline->name);
    for (uint32_t k = 0; k < c->kinds; k++)
        if (c->visits[k].service->shape != DIST_EXPONENTIAL)
            return error_set(err, "service is not exponential: %s, scv %.4g",
                             c->visits[k].service->type->name, c->visits[k].service->scv);
    if (!single_stable(c, err))
        return false;
    const size_t n = c->kinds;
    gsl_matrix *m = gsl_matrix_calloc(n, n);
    gsl_vector *x = gsl_vector_alloc(n);
    gsl_permutation *p = gsl_permutation_alloc(n);
    double *wait = arena_array(c->arena, n, sizeof *wait);
    const bool room = m != NULL && x != NULL && p != NULL && wait != NULL;
    int sign;
    for (size_t k = 0; room && k < n; k++) {
        const struct single_visit *mine = &c->visits[k];
        double own = 1.0, rest = 0.0;
        for (size_t j = 0; j < n; j++) {
            const struct single_visit *other = &c->visits[j];
            const double share = other->rate * other->weight /
                                 (other->weight / other->service->mean + mine->weight / mine->service->mean);
            own -= share;
            rest += share * (mine->service->mean + other->service->mean);
            gsl_matrix_set(m, k, j, gsl_matrix_get(m, k, j) - share);
        }
        gsl_matrix_set(m, k, k, gsl_matrix_get(m, k, k) + own);
        gsl_vector_set(x, k, rest); /* of the wait: the response less the service */
    }
    if (room) {
        gsl_linalg_LU_decomp(m, p, &sign);
        gsl_linalg_LU_svx(m, p, x);
        for (size_t k = 0; k < n; k++)
            wait[k] = gsl_vector_get(x, k);
    }
    gsl_matrix_free(m);
    gsl_vector_free(x);
    gsl_permutation_free(p);
    if (!room)
        return error_set(err, "out of memory");
    single_add_open(c, out, wait);
    return true;
}

const struct theory_form theory_dps = {
    .name = "dps",
    .title = "M/M/1 under discriminatory processor sharing",
    .source = "Fayolle, Mitrani, Iasnogorodski, J. ACM 27 (1980), eq. 14",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'q':{'discipline':'dps'}},'tasks':{'light':{'weight':1,'arrivals':{'rate':0.35}"
                 ",'service':{'dist':'exponential','mean':1}},"
                 "'heavy':{'weight':4,'arrivals':{'rate':0.3},'service':{'dist':'exponential','mean':1.2}}}"},
    .apply = apply,
};
