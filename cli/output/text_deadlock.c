/* text_deadlock.c: a cycle of tasks that wait for each other, as a drawing:
 *
 *     +--> task of "a", arrived at 0, holds "pool"
 *     |      waits since 1 for a server of "db", which is held by
 *     |    task of "b", arrived at 0.5, holds "db"
 *     |      waits since 2 for a server of "pool", which is held by
 *     +----
 */
#include "cli/output/text.h"

#include <math.h>

static void draw_step(struct page *p, const struct deadlock_step *s, const struct deadlock_step *next, bool first)
{
    fprintf(p->out, "  %s %s of \"%s\"", first ? "+-->" : "|   ", s->branch ? "branch" : "task", s->task);
    fprintf(p->out, ", %s at %.10g", s->branch ? "begun" : "arrived", s->arrived);
    if (s->holds != NULL)
        fprintf(p->out, ", holds \"%s\"", s->holds);
    fputs("\n  |      waits", p->out);
    if (!isnan(s->since))
        fprintf(p->out, " since %.10g", s->since);
    if (s->waits_for == NULL)
        fputs(" for its branches, one of which is", p->out);
    else if (next->holds == NULL)
        fprintf(p->out, " for room at \"%s\", where stands", s->waits_for);
    else
        fprintf(p->out, " for %s \"%s\", which is held by", s->room ? "room at" : "a server of", s->waits_for);
    fputc('\n', p->out);
}

void text_deadlocks(struct page *p)
{
    const struct result *r = p->result;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct deadlock_report *d = r->points[i].deadlock;
        if (d == NULL || d->length == 0)
            continue;
        const char *label = label_point(p->arena, r, i);
        fprintf(p->out, "\nDeadlock%s%s%s: since %.10g %s; %llu task%s can never go on\n",
                label != NULL && label[0] != '\0' ? " (" : "", label != NULL ? label : "",
                label != NULL && label[0] != '\0' ? ")" : "", d->time, r->time_unit, (unsigned long long)d->tasks,
                d->tasks == 1 ? "" : "s");
        for (size_t k = 0; k < d->length; k++)
            draw_step(p, &d->cycle[k], &d->cycle[(k + 1) % d->length], k == 0);
        fputs("  +----\n", p->out);
    }
}
