/* whole_forks.c: forks served one after another: all copies of a task at all servers at once until the first is done, or a fork behind
 * a gate that lets one task through at a time. */
#include "models/theory/race.h"

#include "models/discipline/discipline.h"

#include <math.h>

/* One server in order of arrival, and nothing else. */
static bool plain_server(const struct station_model *m, struct error *err)
{
    if (m->servers != 1 || m->shape != NULL || m->capacity != UNLIMITED || m->switch_cost != NULL || m->behaviour != NULL || m->impatient ||
        m->group != NULL || m->pace != NULL || m->environment != NULL || m->individual || m->batch_max > 0 || m->counted || m->overflows ||
        m->blocks || m->discipline != lookup_row(discipline_table, "fcfs"))
        return error_set(err, "station %s is not one plain server in order of arrival", m->name);
    return true;
}

/* Copies at all stations, one each, of which the first counts and the others are cancelled: lines and servers are always alike. */
static bool copies(const struct model *model, const struct kind_model *kind, struct race *race, struct error *err)
{
    const struct op *program = kind->program, *fork = &program[0];
    if (fork->target != kind->program_length - 1 || program[fork->target].code != OP_END)
        return error_set(err, "its tasks go on after the fork");
    if (fork->p != 1.0 || !fork->given)
        return error_set(err, "not the first branch alone counts, or the others are not cancelled then");
    if (fork->station > 0 || fork->slot > BRANCHES_MOST)
        return error_set(err, "several branches go to one station, or there are too many");
    race->count = fork->slot;
    race->needed = 1;
    for (uint32_t b = 0; b < fork->slot; b++) {
        const struct op *at = &program[fork[1 + b].target];
        if (at->code != OP_AT || at->given || at[1].code != OP_JOIN)
            return error_set(err, "a branch is more than one visit");
        for (uint32_t c = 0; c < b; c++)
            if (program[fork[1 + c].target].station == at->station)
                return error_set(err, "several branches go to one station");
        if (!plain_server(&model->stations[at->station], err))
            return false;
        race->branch[b] = (struct branch_law){0.0, at->dist};
    }
    return true;
}

/* A server that is held while the branches, which wait for nobody, are done. */
static bool behind_gate(const struct model *model, const struct kind_model *kind, struct race *race, struct error *err)
{
    const struct op *program = kind->program, *fork = &program[1];
    if (fork->code != OP_FORK || program[0].slot != 1)
        return error_set(err, "its tasks do not hold one server throughout a fork");
    const struct op *after = &program[fork->target];
    if (after->code != OP_GIVE || after[1].code != OP_END || fork->target + 2 != kind->program_length)
        return error_set(err, "its tasks do more than hold a server throughout a fork");
    return plain_server(&model->stations[program[0].station], err) && race_read(model, program, fork, race, err);
}

static bool apply(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    if (model->kind_count != 1)
        return error_set(err, "it is not one kind of task alone");
    const struct kind_model *kind = &model->kinds[0];
    const struct arrival *a = kind->arrival;
    struct race race;
    const enum opcode first = kind->program[0].code;
    if (first != OP_FORK && first != OP_TAKE)
        return error_set(err, "its tasks do not begin with a fork, or with a server held throughout one");
    if (!(first == OP_FORK ? copies : behind_gate)(model, kind, &race, err))
        return false;
    if (a->form != ARRIVAL_OPEN || !a->plain || a->interarrival.shape != DIST_EXPONENTIAL || kind->limit != UINT64_MAX)
        return error_set(err, "arrivals are not Poisson");
    double mean, second, third;
    struct error why;
    for (size_t b = 0; b < race.count; b++)
        if (!isfinite(race.branch[b].time->variance))
            return error_set(err, "a branch has no variance");
    if (!race_moment(&race, 1, &mean, err) || !race_moment(&race, 2, &second, err))
        return false;
    const double rate = a->rate, load = rate * mean, wait = rate * second / (2.0 * (1.0 - load));
    if (load >= 1.0)
        return error_set(err, "the load is %.6g: there is no steady state", load);
    theory_mean(sheet, THEORY_OF_KIND, 0, "wait", wait);
    theory_mean(sheet, THEORY_OF_KIND, 0, "service", mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "response", wait + mean);
    theory_mean(sheet, THEORY_OF_KIND, 0, "in_system", rate * (wait + mean));
    if (race_moment(&race, 3, &third, &why)) {
        const double variance = wait * wait + rate * third / (3.0 * (1.0 - load));
        theory_sd(sheet, THEORY_OF_KIND, 0, "wait", sqrt(variance));
        theory_sd(sheet, THEORY_OF_KIND, 0, "response", sqrt(variance + second - mean * mean));
    }
    for (size_t b = 0; b < (first == OP_FORK ? race.count : 1); b++) {
        const uint32_t station = first == OP_FORK ? kind->program[kind->program[1 + b].target].station : kind->program[0].station;
        theory_mean(sheet, THEORY_OF_STATION, station, "utilisation", load);
        theory_mean(sheet, THEORY_OF_STATION, station, "queue_length", rate * wait);
    }
    return true;
}

const struct theory_form theory_whole_forks = {
    .name = "whole_forks",
    .title = "Forks one at a time: copies at all servers until the first is done (full redundancy), or a fork behind a gate (split-merge): "
             "M/G/1 whose service is the fork's time",
    .source = "Gardner, Zbarsky, Doroudi, Harchol-Balter, Hyytia, Scheller-Wolf, SIGMETRICS 2015 (copies at all servers); Duda, "
              "Czachorski, Performance Evaluation 7 (1987) (split-merge); Pollaczek 1930, Khinchine 1932",
    .class = THEORY_EXACT,
    .examples = {"'stations':{'a':{},'b':{},'c':{}},'tasks':{'t':{'arrivals':{'rate':1.8},'steps':[{'fork':[[{'at':'a','for':{'dist':"
                 "'exponential','mean':1}}],[{'at':'b','for':{'dist':'exponential','mean':1}}],[{'at':'c','for':{'dist':'exponential',"
                 "'mean':2}}]],'join':'any','rest':'cancel'}]}}",
                 "'stations':{'a':{},'b':{}},'tasks':{'t':{'arrivals':{'rate':0.8},'steps':[{'fork':[[{'at':'a','for':{'dist':'uniform',"
                 "'min':0,'max':2}}],[{'at':'b','for':{'dist':'lognormal','mean':1,'scv':2}}]],'join':'any','rest':'cancel'}]}}",
                 "'stations':{'gate':{},'a':{'servers':'infinite'}},'tasks':{'t':{'arrivals':{'rate':0.4},'steps':[{'in':'gate','do':[{"
                 "'fork':[[{'at':'a','for':{'dist':'exponential','mean':1}}]],'copies':3,'join':'all'}]}]}}"},
    .apply = apply,
};
