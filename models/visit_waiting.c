#include "models/visit_waiting.h"

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
