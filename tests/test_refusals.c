/* test_refusals.c: what theory does not know it refuses. Each feature for which no row has a result is put beside something for which
 * rows do apply; then none may, exact or approximate, nor may the engine without a calendar. */
#include "models/theory/theory.h"
#include "tests/trial.h"

#include <stdio.h>
#include <string.h>

/* Two servers behind one line, or with a line each; one stage after another; and what is added to it. */
#define ONE_STATION(more) "{'servers':2" more ",'arrivals':{'rate':1},'service':{'dist':'exponential','mean':1},'run':{'count':1000}}"
#define TWO_STAGES(first, second, more)                                                                                                \
    "{'stations':{'a':{" first "},'b':{" second "}" more "},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'at':'a','for':{'dist':"     \
    "'exponential','mean':1}},{'at':'b','for':{'dist':'exponential','mean':1}}]}},'run':{'count':1000}}"
#define STEPS(steps)                                                                                                                   \
    "{'stations':{'a':{},'b':{'tokens':{'rate':1,'bucket':3}}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[" steps "]}},'run':{'count':1000}}"
#define AT_A "{'at':'a','for':{'dist':'exponential','mean':1}}"

static const char *const known[] = {
    ONE_STATION(""),
    ONE_STATION(",'queues':'per_server'"),
    ONE_STATION(",'queues':'per_server','dispatch':'round_robin'"),
    TWO_STAGES("", "", ""),
    STEPS(AT_A),
};

static const char *const unknown[] = {
    TWO_STAGES("", "'capacity':2,'on_full':{'block':'before'}", ""),
    TWO_STAGES("", "'capacity':2,'on_full':'block'", ""),
    TWO_STAGES("", "'capacity':2,'on_full':'drop_oldest'", ""),
    ONE_STATION(",'capacity':5,'on_full':'drop_oldest'"),
    ONE_STATION(",'queues':'per_server','dispatch':'round_robin','sticky':'task'"),
    ONE_STATION(",'queues':'per_server','sticky':'session'"),
    ONE_STATION(",'queues':'per_server','dispatch':'jsq','probe':0.1"),
    ONE_STATION(",'queues':'per_server','dispatch':'power_of_d','d':1,'probe':0.1"),
    ONE_STATION(",'adapt':{'rule':'vegas','max':2}"),
    ONE_STATION(",'adapt':{'rule':'aimd','max':2,'latency':1,'wait':3}"),
    ONE_STATION(",'take':'random','setup':1,'keep_alive':0"),
    ONE_STATION(",'breakdown':{'up':{'dist':'exponential','mean':9},'down':1},'setup':1,'keep_alive':0"),
    "{'environments':{'e':{'x':{'lasts':{'dist':'exponential','mean':5},'speed':1},'y':{'lasts':{'dist':'exponential','mean':5},'speed':0.5}}},"
    "'environment':'e','setup':1,'keep_alive':0,'arrivals':{'rate':0.4},'service':{'dist':'exponential','mean':1},'run':{'count':1000}}",
    STEPS("{'pass':'b'}"),
    STEPS("{'pass':'b'}," AT_A),
    STEPS(AT_A ",{'pass':'b','tokens':2}"),
    STEPS("{'timeout':3,'do':[" AT_A "],'throttle':{'ratio':2,'memory':10}}"),
    STEPS("{'timeout':3,'do':[" AT_A "],'retry':{'max':2,'budget':{'share':0.1}}}"),
};

/* Rows that apply to the first point; -1: none could be asked. */
static int rows_that_apply(const char *text, char *name, size_t size)
{
    struct trial t;
    const struct theory_answer *answers;
    size_t count;
    struct error err;
    int applying = -1;
    *name = '\0';
    if (trial_read(&t, "%s", text) && EXPECT(desq_theory(t.desq, 0, &answers, &count, &err), "%s: %s", text, err.text)) {
        applying = 0;
        for (size_t i = 0; i < count; i++)
            if (answers[i].applies) {
                applying++;
                snprintf(name, size, "%s", answers[i].form->name);
            }
    }
    trial_free(&t);
    return applying;
}

static void rows(void)
{
    char name[64];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        EXPECT(rows_that_apply(known[i], name, sizeof name) > 0, "no row knows %s", known[i]);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        const int applying = rows_that_apply(unknown[i], name, sizeof name);
        EXPECT(applying == 0, "\"%s\" takes this for something that it knows: %s", name, unknown[i]);
    }
}

static void engines(void)
{
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct trial t;
        if (trial_read(&t, "%s", unknown[i]) && trial_run(&t, 1))
            EXPECT(!t.result->points[0].report.recursion, "run by a recursion: %s", unknown[i]);
        trial_free(&t);
    }
}

const struct test refusals_tests[] = {
    {"no row of theory takes a feature for nothing", rows},
    {"no such feature is run without a calendar", engines},
    {NULL, NULL},
};
