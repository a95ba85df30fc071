#include "models/source.h"

#include "models/station.h"

#include <math.h>

/* The next epoch of an open source after what it has been followed to, or INFINITY. */
static double next_epoch(const struct arrival *arrival, struct source *source)
{
    if (arrival->type->next != NULL)
        return arrival->type->next(arrival, &source->state, &source->stream);
    source->state.time += dist_draw(&arrival->interarrival, &source->stream);
    return source->state.time;
}

/* Puts the next epoch into the calendar; false: there is none. */
static bool schedule(struct world *w, uint32_t k)
{
    const struct kind_model *kind = &w->model->kinds[k];
    const struct arrival *arrival = kind->arrival;
    struct source *source = &w->sources[k];
    if (source->started >= kind->limit || (double)source->epochs >= arrival->count)
        return false;
    const double time = next_epoch(arrival, source);
    if (!(time <= arrival->stop) || !isfinite(time))
        return false;
    calendar_push(&w->sim.calendar, time, RANK_ARRIVAL, EV_ARRIVAL, k);
    return true;
}

/* Sizes of batches have draws of their own, by the number of the epoch: they shift nobody's. */
static uint64_t batch_size(struct world *w, const struct arrival *arrival, struct source *source)
{
    if (arrival->batch == NULL)
        return 1;
    struct stream s = {stream_subkey(source->batches, source->epochs)};
    const double n = floor(dist_draw(arrival->batch, &s) + 0.5);
    if (n < (double)CALENDAR_SUBJECTS)
        return (uint64_t)n;
    w->failed = w->sim.stop = true; /* more than a world can hold */
    return 0;
}

void source_begin(struct world *w, uint32_t k)
{
    const struct arrival *arrival = w->model->kinds[k].arrival;
    struct source *source = &w->sources[k];
    source->state = (struct arrival_state){.time = arrival->start};
    source->batches = stream_mix(source->stream.state ^ STREAM_STEP);
    if (arrival->form == ARRIVAL_AT_ONCE) {
        calendar_push(&w->sim.calendar, arrival->start, RANK_ARRIVAL, EV_ARRIVAL, k);
        w->alive++;
        return;
    }
    if (arrival->type->begin != NULL)
        arrival->type->begin(arrival, &source->state, &source->stream);
    if (schedule(w, k))
        w->alive++;
}

uint64_t source_epoch(struct world *w, uint32_t k)
{
    const struct kind_model *kind = &w->model->kinds[k];
    const struct arrival *arrival = kind->arrival;
    struct source *source = &w->sources[k];
    const uint64_t left = kind->limit - source->started;
    uint64_t number = 0;
    check_epoch(w, k);
    if (arrival->services != NULL) /* of the row in hand: the next one is asked for below */
        source->given = arrival->services[source->state.place - 1];
    if (arrival->form != ARRIVAL_AT_ONCE) {
        number = batch_size(w, arrival, source);
        source->epochs++;
    } else if (arrival->batch == NULL) {
        number = (uint64_t)arrival->number;
    } else {
        for (uint64_t i = 0; i < (uint64_t)arrival->number && number < left && !w->failed; i++) {
            number += batch_size(w, arrival, source);
            source->epochs++;
        }
    }
    number = number < left ? number : left;
    source->started += number;
    w->alive += number;
    const bool more = arrival->form != ARRIVAL_AT_ONCE && schedule(w, k);
    source->started -= number;    /* counted one by one as they begin */
    if (!more && --w->alive == 0) /* the source has done its work */
        w->sim.stop = true;
    return number;
}
