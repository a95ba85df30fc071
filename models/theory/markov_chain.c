/* markov_chain.c: the scenario's own Markov chain, solved. */
#include "models/markov/markov.h"
#include "models/theory/theory.h"

static bool apply(const struct model *model, struct theory_sheet *sheet, struct error *err)
{
    struct markov_result r;
    for (uint32_t k = 0; sheet->states_most > 0 && k < model->kind_count; k++) { /* some clients think, the others do not */
        const struct arrival *arrival = model->kinds[k].arrival;
        if (arrival->form == ARRIVAL_CLOSED && arrival->number >= (double)sheet->states_most)
            return error_set(err, "the chain has more than %zu states", sheet->states_most);
    }
    if (!markov_solve(model, &(struct markov_options){.states_most = sheet->states_most}, sheet->arena, &r,
                      err))
        return false;
    for (uint32_t k = 0; k < model->kind_count; k++) {
        const struct markov_kind *m = &r.kinds[k];
        theory_mean(sheet, THEORY_OF_KIND, k, "throughput", m->throughput);
        theory_mean(sheet, THEORY_OF_KIND, k, "response", m->response);
        theory_mean(sheet, THEORY_OF_KIND, k, "wait", m->wait);
        theory_mean(sheet, THEORY_OF_KIND, k, "in_system", m->in_system);
        if (m->lost > 0.0)
            theory_mean(sheet, THEORY_OF_KIND, k, "lost", m->lost);
        if (m->abandoned > 0.0)
            theory_mean(sheet, THEORY_OF_KIND, k, "abandoned", m->abandoned);
        if (m->timed_out > 0.0)
            theory_mean(sheet, THEORY_OF_KIND, k, "timed_out", m->timed_out);
    }
    for (uint32_t s = 0; s < model->station_count; s++) {
        const struct markov_station *m = &r.stations[s];
        theory_mean(sheet, THEORY_OF_STATION, s, "utilisation", m->utilisation);
        theory_mean(sheet, THEORY_OF_STATION, s, "in_station", m->in_station);
        theory_mean(sheet, THEORY_OF_STATION, s, "queue_length", m->queue_length);
        theory_mean(sheet, THEORY_OF_STATION, s, "wait", m->wait);
        if (m->lost > 0.0)
            theory_mean(sheet, THEORY_OF_STATION, s, "lost", m->lost);
    }
    theory_mean(sheet, THEORY_OF_RUN, 0, "makespan", r.makespan);
    if (r.makespan_sd > 0.0)
        theory_sd(sheet, THEORY_OF_RUN, 0, "makespan", r.makespan_sd);
    sheet->note =
        r.tasks_most == UNLIMITED
            ? arena_printf(sheet->arena, "%zu states, %zu transitions", r.states, r.transitions)
            : arena_printf(
                  sheet->arena,
                  "%zu states, %zu transitions; more than %u tasks at once are left out: probability %.1e",
                  r.states, r.transitions, r.tasks_most, r.left_out);
    sheet->failed |= sheet->note == NULL;
    return true;
}

const struct theory_form theory_markov_chain = {
    .name = "markov_chain",
    .title = "The scenario's own Markov chain",
    .source =
        "states generated from the steps and stations; balance equations solved by elimination without "
        "subtraction "
        "(Grassmann, Taksar, Heyman 1985) or Gauss-Seidel with aggregation (Koury, McAllister, Stewart 1984)",
    .class = THEORY_EXACT,
    .examples =
        {"'stations':{'threads':{'servers':4},'cpu':{'discipline':'fcfs'}},'tasks':{'t':{'arrivals':{'rate':"
         "0.35},'steps':[{'in':'threads','do':[{'at':'cpu','for':{'dist':'exponential','mean':1}},{'await':[{"
         "'delay':{'dist':'exponential','mean':4}}]},{'at':'cpu','for':{'dist':'exponential','mean':1}}]}]}}",
         "'stations':{'threads':{'servers':3,'await':'release','switch':{'dist':'exponential','mean':0.2}},'"
         "cpu':{'discipline':'ps'}},'tasks':{'t':{'arrivals':{'closed':6,'think':{'dist':'exponential','mean'"
         ":3}},'steps':[{'in':'threads','do':[{'at':'cpu','for':{'dist':'exponential','mean':1}},{'await':[{'"
         "delay':{'dist':'exponential','mean':4}}]},{'at':'cpu','for':{'dist':'exponential','mean':1}}]}]}}",
         "'stations':{'threads':{'servers':3,'await':'release'},'cpu':{'discipline':'fcfs'}},'tasks':{'t':{'"
         "arrivals':{'at_once':8},'steps':[{'in':'threads','do':[{'at':'cpu','for':{'dist':'exponential','"
         "mean':1}},{'await':[{'delay':{'dist':'exponential','mean':4}}]},{'at':'cpu','for':{'dist':'"
         "exponential','mean':1}}]}]}}",
         "'arrivals':{'mmpp':{'rates':[0.2,1.2],'generator':[[-0.5,0.5],[1,-1]]}},'service':{'mean':1,'scv':"
         "0.5}",
         "'arrivals':{'rate':1.4},'servers':2,'queues':'per_server','dispatch':'jsq','capacity':12,'service':"
         "{'dist':'exponential','mean':1}"},
    .apply = apply,
};
