/* test_theory_units.c: theory does not depend on the unit of time: with all times a million times as long, or
 * as short, and all rates accordingly, means, standard deviations and percentiles follow. */
#include "tests/row.h"
#include "tests/suites.h"
#include "tests/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ~x~ is a time, ^x^ a rate. */
static const struct {
    const char *row, *text;
} scenarios[] = {
    {"impatience", "'arrivals':{'rate':^5.0^},'servers':4,'patience':{'dist':'exponential','mean':~2.0~},'"
                   "service':{'dist':'exponential','mean':~1.0~}"},
    {"mmck",
     "'arrivals':{'rate':^5.0^},'servers':4,'capacity':9,'service':{'dist':'exponential','mean':~1.0~}"},
    {"priorities", "'stations':{'q':{'discipline':'priority'}},'tasks':{'h':{'priority':1,'arrivals':{'rate':"
                   "^0.3^},'service':{'dist':'exponential','mean':~1.0~}},'l':{'priority':2,'arrivals':{'"
                   "rate':^0.4^},'service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}}}"},
    {"priorities",
     "'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{'h':{'priority':1,'arrivals':{'"
     "rate':^0.3^},'service':{'dist':'exponential','mean':~1.0~}},'l':{'priority':2,'arrivals':{'rate':^0.4^}"
     ",'service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}}}"},
    {"priorities", "'stations':{'q':{'discipline':'priority','preempt':'resume','servers':3}},'tasks':{'h':{'"
                   "priority':1,'arrivals':{'rate':^0.9^},'service':{'dist':'exponential','mean':~1.0~}},'l':"
                   "{'priority':2,'arrivals':{'rate':^1.4^},'service':{'dist':'exponential','mean':~1.0~}}}"},
    {"mg1", "'arrivals':{'rate':^0.7^},'discipline':'lcfs','service':{'dist':'hyperexponential','mean':~1.0~,"
            "'scv':4}"},
    {"lcfs_pr", "'arrivals':{'rate':^0.7^},'discipline':'lcfs_pr','service':{'dist':'hyperexponential','mean'"
                ":~1.0~,'scv':4}"},
    {"ps", "'arrivals':{'rate':^0.7^},'discipline':'ps','service':{'dist':'exponential','mean':~1.0~}"},
    {"mmc", "'arrivals':{'rate':^1.4^},'discipline':'random','servers':2,'service':{'dist':'exponential','"
            "mean':~1.0~}"},
    {"sizes", "'arrivals':{'rate':^0.9^},'discipline':'srpt','service':{'dist':'hyperexponential','mean':~1."
              "0~,'scv':4}"},
    {"sizes",
     "'arrivals':{'rate':^0.9^},'discipline':'las','service':{'dist':'uniform','min':0,'max':~2.0~}"},
    {"map_ph",
     "'arrivals':{'rate':^1.6^},'servers':2,'service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}"},
    {"map_ph", "'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':~1.25~}},'service':{'dist':'"
               "hyperexponential','mean':~1.0~,'scv':4}"},
    {"polling", "'stations':{'q':{'discipline':{'name':'polling','visit':'gated','switch_over':~0.35~}}},'"
                "tasks':{'a':{'arrivals':{'rate':^0.3^},'service':{'dist':'exponential','mean':~1.0~}},'b':{'"
                "arrivals':{'rate':^0.4^},'service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}}}"},
    {"polling", "'stations':{'q':{'discipline':{'name':'polling'}}},'tasks':{'a':{'arrivals':{'rate':^0.3^},'"
                "service':{'dist':'exponential','mean':~1.0~}},'b':{'arrivals':{'rate':^0.4^},'service':{'"
                "dist':'hyperexponential','mean':~1.0~,'scv':4}}}"},
    {"retrial", "'arrivals':{'rate':^0.5^},'capacity':1,'on_full':{'retry':{'dist':'exponential','mean':~1.0~"
                "}},'service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}"},
    {"token_bucket", "'stations':{'b':{'tokens':{'rate':^1.0^,'bucket':3}}},'tasks':{'t':{'arrivals':{'rate':"
                     "^0.8^},'steps':[{'pass':'b'}]}}"},
    {"branches",
     "'stations':{'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':^1.0^},'steps':[{'fork':[[{'"
     "at':'a','for':{'dist':'lognormal','mean':~1.0~,'scv':2}}]],'copies':5,'join':'3'}]}}"},
    {"machine_repair", "'arrivals':{'closed':12,'think':{'dist':'exponential','mean':~10.0~}},'servers':2,'"
                       "service':{'dist':'exponential','mean':~1.0~}"},
    {"environment", "'environments':{'e':{'a':{'lasts':{'dist':'exponential','mean':~10.0~},'speed':1},'b':{'"
                    "lasts':{'dist':'exponential','mean':~5.0~},'speed':0.2}}},'environment':'e','servers':2,"
                    "'arrivals':{'rate':^1.1^},'service':{'dist':'exponential','mean':~1.0~}"},
    {"split_at_random", "'arrivals':{'rate':^1.6^},'servers':2,'queues':'per_server','dispatch':'random','"
                        "service':{'dist':'hyperexponential','mean':~1.0~,'scv':4}"},
    {"batch", "'arrivals':{'at_once':5},'servers':5,'service':{'dist':'lognormal','mean':~1.0~,'scv':1}"},
    {"mg1",
     "'arrivals':{'rate':^0.5^},'service':{'dist':'weibull','shape':0.6,'scale':~0.6646701940895685~}"},
    {"markov_chain",
     "'stations':{'threads':{'servers':4},'cpu':{}},'tasks':{'t':{'arrivals':{'rate':^0.35^},'steps':[{'in':'"
     "threads','do':[{'at':'cpu','for':{'dist':'exponential','mean':~1.0~}},{'await':[{'delay':{'dist':'"
     "exponential','mean':~1.0~}}]},{'at':'cpu','for':{'dist':'exponential','mean':~1.0~}}]}]}}"},
    {"mdc", "'arrivals':{'rate':^1.7^},'servers':2,'service':~1.0~"},
    {"md1", "'arrivals':{'rate':^0.8^},'service':~1.0~"},
    {"gimc", "'arrivals':{'interarrival':{'dist':'uniform','min':~0.1~,'max':~0.4~}},'servers':5,'service':{'"
             "dist':'exponential','mean':~1.0~}"},
    {"bulk", "'arrivals':{'rate':^0.2^,'batch':4},'service':{'mean':~1.0~,'scv':2}"},
    {"vacation", "'arrivals':{'rate':^0.6^},'service':~1.0~,'vacation':{'time':{'dist':'exponential','mean':~"
                 "2.0~},'policy':'single'}"},
    {"setup", "'arrivals':{'rate':^0.6^},'service':~1.0~,'setup':~3.0~,'keep_alive':0"},
    {"breakdown", "'arrivals':{'rate':^0.5^},'service':{'mean':~1.0~,'scv':2},'breakdown':{'up':{'dist':'"
                  "exponential','mean':~20.0~},'down':~4.0~}"},
    {"product_form",
     "'stations':{'a':{'servers':3},'b':{'discipline':'ps'},'c':{'servers':'infinite'}},'tasks':{'t':{'"
     "arrivals':{'closed':9,'think':~4.0~},'steps':[{'at':'a','for':{'dist':'exponential','mean':~2.0~}},{'"
     "at':'b','for':{'dist':'uniform','min':0,'max':~1.6~}},{'at':'c','for':~1.0~}]}}"},
    {"dps", "'stations':{'q':{'discipline':'dps'}},'tasks':{'light':{'weight':1,'arrivals':{'rate':^0.35^},'"
            "service':{'dist':'exponential','mean':~1.0~}},'heavy':{'weight':4,'arrivals':{'rate':^0.3^},'"
            "service':{'dist':'exponential','mean':~1.2~}}}"},
    {"split_in_turn", "'arrivals':{'rate':^2.1^},'servers':3,'queues':'per_server','dispatch':'round_robin','"
                      "service':{'dist':'exponential','mean':~1.0~}"},
    {"whole_forks", "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':^0.8^},'steps':[{'fork':[[{'"
                    "at':'a','for':{'dist':'uniform','min':0,'max':~2.0~}}],[{'at':'b','for':{'dist':'"
                    "lognormal','mean':~1.0~,'scv':2}}]],'join':'any','rest':'cancel'}]}}"},
    {"network_analyzer",
     "'stations':{'a':{},'b':{'servers':2}},'tasks':{'t':{'arrivals':{'interarrival':{'dist':'gamma','mean':~"
     "2.0~,'scv':0.3}},'steps':[{'at':'a','for':{'mean':~1.0~,'scv':3}},{'at':'b','for':~3.0~}]}}"},
    {"ginf",
     "'arrivals':{'rate':^20.0^},'servers':'infinite','service':{'dist':'lognormal','mean':~3.0~,'scv':2}"},
};

/* The text with times in units of `unit`. */
static void in_units(const char *text, double unit, char *out, size_t room)
{
    size_t n = 0;
    while (*text != '\0' && n + 40 < room) {
        if (*text != '~' && *text != '^') {
            out[n++] = *text++;
            continue;
        }
        const double scale = *text == '~' ? unit : 1.0 / unit;
        char *end;
        n += (size_t)snprintf(out + n, room - n, "%.17g", strtod(text + 1, &end) * scale);
        text = end + 1;
    }
    snprintf(out + n, room - n, ",'run':{'quantiles':[0.5,0.99]}");
}

static double factor_of(const char *probe, double unit)
{
    static const char *const times[] = {"wait", "response", "service", "delay", "makespan", NULL};
    for (size_t i = 0; times[i] != NULL; i++)
        if (strcmp(times[i], probe) == 0)
            return unit;
    return strcmp(probe, "throughput") == 0 ? 1.0 / unit : 1.0;
}

static const struct theory_value *same_value(const struct row_answer *a, const struct theory_value *v)
{
    for (size_t i = 0; i < a->sheet.count; i++) {
        const struct theory_value *w = &a->sheet.values[i];
        if (w->scope == v->scope && w->subject == v->subject && strcmp(w->probe, v->probe) == 0 &&
            w->statistic == v->statistic && w->quantile == v->quantile && w->relation == v->relation)
            return w;
    }
    return NULL;
}

static void any_unit_of_time(void)
{
    static const double units[] = {1e-6, 1e6};
    for (size_t s = 0; s < sizeof scenarios / sizeof scenarios[0]; s++) {
        struct row_answer one, other;
        char text[1500];
        in_units(scenarios[s].text, 1.0, text, sizeof text);
        row_ask(&one, scenarios[s].row, text);
        EXPECT(one.applies && one.sheet.count > 1, "%s: %s: %s", scenarios[s].row, text, one.err.text);
        for (int u = 0; u < 2; u++) {
            in_units(scenarios[s].text, units[u], text, sizeof text);
            row_ask(&other, scenarios[s].row, text);
            EXPECT(other.applies, "%s: %s: %s", scenarios[s].row, text, other.err.text);
            for (size_t i = 0; i < one.sheet.count; i++) {
                const struct theory_value *v = &one.sheet.values[i], *w = same_value(&other, v);
                const double factor = factor_of(v->probe, units[u]);
                /* Percentiles may be left out where inversion is not quite sure, by rounding of the numbers
                 * given. */
                if (w != NULL || v->statistic != STATISTIC_QUANTILE)
                    EXPECT(w != NULL && fabs(w->value - factor * v->value) <= 2e-9 * factor * fabs(v->value),
                           "%s: %s: %s is %.15g, not %.15g", scenarios[s].row, text, v->probe,
                           w == NULL ? NAN : w->value, factor * v->value);
            }
            row_free(&other);
        }
        row_free(&one);
    }
}

const struct test theory_units_tests[] = {
    {"means, standard deviations and percentiles follow the unit of time", any_unit_of_time},
    {NULL, NULL},
};
