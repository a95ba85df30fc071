/* networks.c: what is known of networks of queues. */
#include "models/network/network.h"
#include "models/theory/theory.h"

#include <math.h>

static void put_means(const struct network *n, const struct network_means *means, struct theory_sheet *sheet)
{
    for (uint32_t k = 0; k < n->kinds; k++) {
        theory_mean(sheet, THEORY_OF_KIND, k, "throughput", means->throughput[k]);
        theory_mean(sheet, THEORY_OF_KIND, k, "response", means->response[k]);
        double waiting = 0.0;
        for (uint32_t s = 0; s < n->stations; s++)
            waiting += means->waiting[k * n->stations + s];
        theory_mean(sheet, THEORY_OF_KIND, k, "wait", waiting / means->throughput[k]);
        theory_mean(sheet, THEORY_OF_KIND, k, "in_system", means->in_system[k]);
    }
    for (uint32_t s = 0; s < n->stations; s++) {
        double number = 0.0, waiting = 0.0;
        for (uint32_t k = 0; k < n->kinds; k++) {
            number += means->number[k * n->stations + s];
            waiting += means->waiting[k * n->stations + s];
        }
        theory_mean(sheet, THEORY_OF_STATION, s, "utilisation", means->utilisation[s]);
        theory_mean(sheet, THEORY_OF_STATION, s, "in_station", number);
        theory_mean(sheet, THEORY_OF_STATION, s, "queue_length", waiting);
    }
}

static bool product_form(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct network n;
    struct network_means means;
    if (!network_make(model, sheet->arena, &n, err) || !network_product_form(&n, sheet->arena, &means, err))
        return false;
    put_means(&n, &means, sheet);
    return true;
}

const struct theory_form theory_product_form = {
    .name = "product_form",
    .title = "Queues and networks with product form",
    .source = "Jackson 1963; Gordon, Newell 1967; Baskett, Chandy, Muntz, Palacios 1975; convolution: Buzen "
              "1973, Reiser, "
              "Kobayashi 1975",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'a':{},'b':{'servers':2}},'tasks':{'t':{'arrivals':{'rate':0.5},'steps':[{'id':"
                 "'x','at':'a','for':{'dist':'exponential','mean':1},'next':{'y':0.6,'exit':0.4}},{'id':'y','"
                 "at':'b','for':{'dist':'exponential','mean':2},'next':{'x':0.3,'exit':0.7}}]}}",
                 "'stations':{'a':{'servers':3},'b':{'discipline':'ps'},'c':{'servers':'infinite'}},'tasks':{"
                 "'t':{'arrivals':{'closed':9,'think':4},'steps':[{'at':'a','for':{'dist':'exponential','"
                 "mean':2}},{'at':'b','for':{'dist':'uniform','min':0,'max':1.6}},{'at':'c','for':1}]}}",
                 "'stations':{'a':{'discipline':'ps'},'b':{'servers':2}},'tasks':{'x':{'arrivals':{'closed':"
                 "4,'think':{'dist':'exponential','mean':3}},'steps':[{'at':'a','for':1},{'at':'b','for':{'"
                 "dist':'exponential','mean':1.5}}]},'y':{'arrivals':{'rate':0.2},'steps':[{'at':'a','for':{'"
                 "mean':0.6,'scv':2}},{'at':'b','for':{'dist':'exponential','mean':1.5}}]}}"},
    .apply = product_form,
};

static bool analyzer(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct network n;
    struct network_means means;
    if (!network_make(model, sheet->arena, &n, err) || !network_qna(&n, sheet->arena, &means, err))
        return false;
    put_means(&n, &means, sheet);
    return true;
}

const struct theory_form theory_network_analyzer = {
    .name = "network_analyzer",
    .title = "The queueing network analyzer (QNA)",
    .source = "Whitt, Bell System Technical Journal 62 (1983), eqs. 24 to 45",
    .class = THEORY_APPROXIMATION,
    .apply = analyzer,
};

static bool asymptotic(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct network_bounds b;
    if (model->kind_count == 0 || !network_bounds(model, 0, &b, err))
        return false;
    theory_bound(sheet, THEORY_OF_KIND, 0, "throughput", THEORY_AT_MOST, b.throughput_most);
    theory_bound(sheet, THEORY_OF_KIND, 0, "response", THEORY_AT_LEAST, b.response_least);
    if (b.bottleneck != UINT32_MAX)
        sheet->note =
            arena_printf(sheet->arena, "bottleneck %s; from N* = %.4g tasks on somebody has to wait",
                         model->stations[b.bottleneck].name, b.population);
    return true;
}

const struct theory_form theory_asymptotic_bounds = {
    .name = "asymptotic_bounds",
    .title = "Asymptotic bounds of a closed system",
    .source = "Denning, Buzen, Computing Surveys 10 (1978): X <= min(N / (D + Z), min of servers / demand)",
    .class = THEORY_BOUND,
    .apply = asymptotic,
};

static bool balanced(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct network_bounds b;
    if (model->kind_count == 0 || !network_bounds(model, 0, &b, err))
        return false;
    if (isnan(b.balanced_low))
        return error_set(err, "not all stations are single servers with product form");
    theory_bound(sheet, THEORY_OF_KIND, 0, "throughput", THEORY_AT_LEAST, b.balanced_low);
    theory_bound(sheet, THEORY_OF_KIND, 0, "throughput", THEORY_AT_MOST, b.balanced_high);
    return true;
}

const struct theory_form theory_balanced_bounds = {
    .name = "balanced_bounds",
    .title = "Balanced job bounds",
    .source = "Zahorjan, Sevcik, Eager, Galler, Comm. ACM 25 (1982); Lazowska et al. 1984, table 5.2",
    .class = THEORY_BOUND,
    .apply = balanced,
};
