/* world_reset.c: a world before its first event: nothing there, and the streams of its replication. */
#include "models/world.h"

#include "models/alarm.h"
#include "models/batch.h"
#include "models/breaker.h"
#include "models/environment.h"
#include "models/group.h"
#include "models/individual.h"
#include "models/polling.h"
#include "models/preempt.h"
#include "models/tokens.h"

static void reset_station(struct world *w, struct station *st, uint64_t seed, uint64_t r)
{
    const struct station_model *m = st->model;
    struct line line = st->line; /* keeps its memory */
    struct sharing sharing = st->sharing;
    struct line_entry *serving = st->serving;
    const uint32_t serving_size = st->serving_size;
    *st = (struct station){.model = m,
                           .idle = m->servers,
                           .serving = serving,
                           .serving_size = serving_size,
                           .individuals = st->individuals,
                           .told = st->told,
                           .batches = st->batches,
                           .polling = st->polling,
                           .speed = st->speed,
                           .head = NO_TASK};
    task_list_init(&st->resumed);
    task_list_init(&st->blocked);
    line.count = 0;
    line.sequence = 0;
    task_list_init(&line.list);
    line.classes = m->list_count > 0 ? m->list_count : w->model->classes;
    line.list_of = m->list_of;
    line.told = &m->told;
    line.clock = &w->sim.now;
    task_list_init(&line.dropped);
    line.above_set = line.dropping = false;
    line.drops = line.drops_before = 0;
    line.next_drop = 0.0;
    line.estimated = m->told.estimate != NULL;
    line.list_by_class = m->told.by_priority;
    line.class_of_kind = w->model->class_of_kind;
    line.links = w->model->linked ? &w->links : NULL;
    for (uint32_t i = 0; line.by_class != NULL && i < line.classes; i++)
        task_list_init(&line.by_class[i]);
    line.stream.state = stream_key(seed, r, STREAM_STATION, m->name);
    st->line = line;
    sharing.count = 0;
    sharing.virtual_time = sharing.since = 0.0;
    sharing.sequence = 0;
    sharing.servers = m->servers == UNLIMITED ? INFINITY : (double)m->servers;
    sharing.pace = m->pace;
    sharing.kinds = w->model->weight_count;
    sharing.weights = w->model->weights;
    if (m->discipline->reset != NULL)
        m->discipline->reset(&sharing);
    st->sharing = sharing;
    if (m->sharing || (m->shape == &station_preemptive && m->servers == 1 && !m->individual))
        st->standing = st->timer.standing = calendar_stand(&w->sim.calendar);
    tally_init(&st->wait);
    tally_init(&st->response);
    if (m->behaviour != NULL)
        m->behaviour->begin(w, st);
    if (m->individual)
        individual_begin(w, st);
    if (m->batch_max > 0 && m->group == NULL)
        batch_servers_begin(w, st);
    if (st->polling != NULL)
        polling_begin(w, st);
    if (m->tokens_rate > 0.0)
        tokens_begin(w, st);
}

void world_begin_tallies(const struct world *w, struct kind_state *ks)
{
    tally_init(&ks->response);
    tally_init(&ks->wait);
    tally_init(&ks->service);
    tally_init(&ks->delay);
    tally_init(&ks->overhead);
    if (w->unmeasured)
        return;
    ks->response.histogram = ks->response_histogram;
    ks->wait.histogram = ks->wait_histogram;
}

void world_settle_tallies(struct world *w)
{
    for (uint32_t k = 0; k < w->model->kind_count; k++) {
        tally_settle(&w->kinds[k].response);
        tally_settle(&w->kinds[k].wait);
    }
}

static void reset_kind(struct world *w, uint32_t k, uint64_t seed, uint64_t r, struct record *record)
{
    struct kind_state *ks = &w->kinds[k];
    *ks = (struct kind_state){0};
    time_average_init(&ks->in_system, 0.0);
    ks->response_histogram = &record->histograms[k * model_histograms_per_kind()];
    ks->wait_histogram = ks->response_histogram + 1;
    world_begin_tallies(w, ks);
    const char *name = w->model->kinds[k].name;
    w->sources[k] = (struct source){.stream = {stream_key(seed, r, STREAM_ARRIVAL, name)},
                                    .key = stream_key(seed, r, STREAM_TASK, name),
                                    .plain = w->model->kinds[k].arrival->plain};
}

/* Time 0, nothing there. */
void world_reset(struct world *w, uint64_t r, struct record *record)
{
    const struct model *m = w->model;
    sim_reset(&w->sim);
    w->task_count = 0;
    w->task_free = NO_TASK;
    w->ready_first = w->ready_count = 0;
    w->idle_count = 0;
    w->idle_free = UINT32_MAX;
    alarm_reset(w);
    w->alive = w->completed = 0;
    w->cut = w->last_leave = 0.0;
    w->measuring = !(m->warmup > 0.0);
    w->failed = false;
    w->admitted = NO_TASK;
    for (size_t h = 0; h < record->histogram_count && !w->unmeasured; h++)
        histogram_reset(&record->histograms[h]);
    environment_reset(w, m->seed, r);
    breakers_reset(w, m->seed, r);
    for (uint32_t i = 0; i < m->part_count; i++)
        reset_station(w, &w->stations[i], m->seed, r);
    environment_begin(w);
    group_begin(w);
    for (uint32_t k = 0; k < m->kind_count; k++)
        reset_kind(w, k, m->seed, r, record);
}
