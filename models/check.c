/* The checks that a build with DESQ_CHECKS makes of every replication; see station.h. A failure is the
 * programmer's mistake, so it stops the program at an assertion whatever NDEBUG says. */
#include "models/individual.h"
#include "models/station.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef DESQ_CHECKS

void check_require(bool holds, const char *what, double a, double b)
{
    if (holds)
        return;
    fprintf(stderr, "desq: internal check failed: %s: %.17g against %.17g\n", what, a, b);
    abort();
}

/* Rounding: relative to the largest number that went into the sums. */
static bool near(double a, double b, double scale)
{
    return fabs(a - b) <= 1e-9 * (fabs(scale) + 1e-300);
}

static void moved(struct little_check *check, double now)
{
    check->area += (double)(check->joined - check->left) * (now - check->since);
    check->since = now;
}

void check_joined(struct little_check *check, double now, uint64_t *counter)
{
    moved(check, now);
    check->joined++;
    check->in += now;
    if (counter != NULL)
        ++*counter;
}

void check_left(struct little_check *check, double now, uint64_t *counter)
{
    moved(check, now);
    check->left++;
    check->out += now;
    if (counter != NULL)
        ++*counter;
}

void check_parts(double response, double parts, double now)
{
    check_require(near(response, parts, now), "response = wait + service + delay + overhead", response,
                  parts);
}

void check_station(const struct station *st)
{
    const struct station_model *m = st->model;
    check_require(st->check.joined - st->check.left == st->present, "present = joined - left",
                  (double)(st->check.joined - st->check.left), st->present);
    check_require(m->crowd || st->present >= st->busy, "present >= busy", st->present, st->busy);
    if (m->sharing)
        return;
    if (m->tokens_rate > 0.0) {
        check_require(st->busy == 0 && st->present == st->line.count, "present = waiting for tokens", st->present,
                      st->line.count);
        return;
    }
    if (m->crowd) {
        check_require(m->individual || st->busy + st->idle == m->servers, "busy + idle = servers", st->busy + st->idle, m->servers);
        check_require(st->present == st->served_tasks + st->line.count + (st->head != NO_TASK) ||
                          st->resumed.first != NO_TASK,
                      "present = in service + waiting", st->present, st->served_tasks);
        return;
    }
    const uint32_t waiting = st->line.count;
    check_require(st->resumed.first != NO_TASK || st->present - st->busy == waiting,
                  "waiting = present - busy", st->present - st->busy, waiting);
    check_require(st->idle == 0 || st->present == st->busy, "no idle server beside a waiting task", st->idle,
                  st->present - st->busy);
    if (m->individual && m->preempt != PREEMPT_NOBODY) {
        check_require(st->busy + st->idle == st->individuals->idle, "busy + idle = servers that are there", st->busy + st->idle,
                      st->individuals->idle);
        return;
    }
    if (m->individual) {
        check_require(st->individuals->idle == 0 || st->present == st->busy,
                      "no idle server beside a waiting task (individuals)", st->individuals->idle,
                      st->present - st->busy);
        return;
    }
    if (m->list_count > 0) {
        check_require(st->busy <= m->servers, "busy <= servers", st->busy, m->servers);
        return;
    }
    if (m->servers != UNLIMITED)
        check_require(st->busy + st->idle + st->cold + st->starting == m->servers,
                      "busy + idle + cold + starting = servers",
                      st->busy + st->idle + st->cold + st->starting, m->servers);
}

static void little(const struct little_check *check, double now, const char *what)
{
    const double area = check->area + (double)(check->joined - check->left) * (now - check->since);
    const double sum = check->out + (double)(check->joined - check->left) * now - check->in;
    check_require(near(area, sum, check->in + check->out), what, area, sum);
}

void check_epoch(const struct world *w, uint32_t k)
{
    const struct kind_model *kind = &w->model->kinds[k];
    const struct source *source = &w->sources[k];
    check_require(w->sim.now >= kind->arrival->start, "nothing arrives before \"start\"", w->sim.now,
                  kind->arrival->start);
    check_require(w->sim.now <= kind->arrival->stop, "nothing arrives after \"stop\"", w->sim.now,
                  kind->arrival->stop);
    check_require(kind->arrival->form == ARRIVAL_AT_ONCE || (double)source->epochs < kind->arrival->count,
                  "no more arrivals than \"count\"", (double)source->epochs, kind->arrival->count);
    check_require(source->started < kind->limit, "no more tasks than \"limit\"", (double)source->started,
                  (double)kind->limit);
}

void world_check(const struct world *w)
{
    for (uint32_t i = 0; i < w->model->part_count; i++) {
        check_station(&w->stations[i]);
        little(&w->stations[i].check, w->sim.now, "Little's law on the sample path of a station");
    }
    if (w->alive == 0)
        for (uint32_t i = 0; i < w->model->part_count; i++)
            check_require(w->stations[i].present == 0 && w->stations[i].blocked.first == NO_TASK && w->stations[i].promised == 0,
                          "nobody is left anywhere at the end", w->stations[i].present, 0.0);
    for (uint32_t k = 0; k < w->model->kind_count; k++) {
        const struct kind_state *ks = &w->kinds[k];
        uint64_t ended = ks->present;
        for (int how = 0; how < TASK_ENDS; how++)
            ended += ks->all_ended[how];
        check_require(ks->all_arrived == ended, "arrivals = completed + lost + abandoned + present",
                      (double)ks->all_arrived, (double)ended);
        little(&ks->check, w->sim.now, "Little's law on the sample path of a kind");
    }
}

#else
extern int check_nothing; /* a translation unit must declare something */
#endif
