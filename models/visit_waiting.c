#include "models/visit_waiting.h"

#include "models/counted.h"
#include "models/stint.h"

static void visit_list(const struct world *w, const struct task_list *list, task_visitor *visit, void *context)
{
    for (uint32_t ti = list->first; ti != NO_TASK; ti = w->tasks[ti].next)
        visit(context, ti);
}

void visit_waiting(const struct world *w, const struct station *st, task_visitor *visit, void *context)
{
    visit_list(w, &st->resumed, visit, context);
    visit_line(w, st, visit, context);
}

void visit_line(const struct world *w, const struct station *st, task_visitor *visit, void *context)
{
    if (st->line.count == 0)
        return;
    visit_list(w, &st->line.list, visit, context);
    for (uint32_t c = 0; c < st->line.classes; c++)
        visit_list(w, &st->line.by_class[c], visit, context);
    for (uint32_t i = 0; st->line.heap != NULL && i < st->line.count; i++)
        visit(context, st->line.heap[i].task);
    if (st->line.slots != NULL)
        for (uint32_t i = 0; i < st->line.count; i++)
            visit(context, st->line.slots[i]);
}

struct waiting {
    const struct world *w;
    const struct station *st;
    double sum;
};

static void add_work(void *waiting, uint32_t ti)
{
    struct waiting *all = waiting;
    const struct world *w = all->w;
    /* Servers that are told apart: what is left where it was interrupted. */
    const bool apart = all->st->individuals != NULL && task_op(w, ti)->code == OP_AT && w->tasks[ti].resuming == 0;
    const double work = apart ? task_stint(w, ti)->left : station_task_work(w, all->st, ti);
    all->sum += all->st->model->counted ? counted_needs(w, ti) * work : work;
}

double waiting_work(const struct world *w, const struct station *st)
{
    struct waiting all = {w, st, 0.0};
    visit_waiting(w, st, add_work, &all);
    if (st->head != NO_TASK)
        add_work(&all, st->head);
    return all.sum;
}
