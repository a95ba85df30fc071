/* world_memory.c: what a world is made of. */
#include "models/batch.h"
#include "models/breaker.h"
#include "models/environment.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/patience.h"
#include "models/polling.h"
#include "models/recursion.h"
#include "models/timeout.h"

#include <stdlib.h>

struct world *world_new(const struct model *m)
{
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    sim_init(&w->sim);
    w->model = m;
    w->stations = calloc(m->part_count + 1, sizeof *w->stations);
    w->kinds = calloc(m->kind_count + 1, sizeof *w->kinds);
    w->sources = calloc(m->kind_count + 1, sizeof *w->sources);
    w->environments = calloc(m->scenario->environment_count + 1, sizeof *w->environments);
    w->breakers = calloc(m->breaker_count + 1, sizeof *w->breakers);
    bool ok = w->breakers != NULL && w->stations != NULL && w->kinds != NULL && w->sources != NULL && w->environments != NULL;
    for (uint32_t i = 0; ok && i < m->part_count; i++) {
        w->stations[i].model = &m->stations[i];
        w->stations[i].line.by_class = calloc(m->classes > m->stations[i].list_count ? m->classes : m->stations[i].list_count,
                                                sizeof(struct task_list));
        ok = w->stations[i].line.by_class != NULL;
        if (ok && m->stations[i].individual) {
            w->stations[i].individuals = individual_new(&m->stations[i]);
            ok = w->stations[i].individuals != NULL;
        }
        if (ok && m->stations[i].group != NULL && m->stations[i].group->information != NULL) {
            w->stations[i].told = calloc(m->stations[i].group->count, sizeof(struct told_load));
            ok = w->stations[i].told != NULL;
        }
        if (ok && m->stations[i].batch_max > 0 && m->stations[i].group == NULL) {
            w->stations[i].batches = batch_servers_new(&m->stations[i]);
            ok = w->stations[i].batches != NULL;
        }
        if (ok && m->stations[i].list_count > 0) {
            w->stations[i].polling = polling_new(&m->stations[i]);
            ok = w->stations[i].polling != NULL;
        }
    }
    if (ok && m->recursion) {
        w->recursion = recursion_new(m);
        ok = w->recursion != NULL;
    }
    if (!ok) {
        world_free(w);
        return NULL;
    }
    return w;
}

void world_free(struct world *w)
{
    if (w == NULL)
        return;
    for (uint32_t i = 0; w->stations != NULL && i < w->model->part_count; i++) {
        free(w->stations[i].line.by_class);
        free(w->stations[i].line.slots);
        free(w->stations[i].line.heap);
        free(w->stations[i].serving);
        free(w->stations[i].individuals);
        free(w->stations[i].told);
        free(w->stations[i].batches);
        free(w->stations[i].polling);
        if (w->stations[i].model->discipline->release != NULL)
            w->stations[i].model->discipline->release(&w->stations[i].sharing);
        free(w->stations[i].sharing.heap);
    }
    recursion_free(w->recursion);
    sim_free(&w->sim);
    free(w->stations);
    free(w->kinds);
    free(w->sources);
    free(w->environments);
    free(w->breakers);
    free(w->tasks);
    free(w->more);
    free(w->links);
    free(w->ready);
    free(w->idle);
    free(w->alarms);
    free(w);
}
