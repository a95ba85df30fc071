/* read_starts.c: which kinds of task call others, or send them: known when all kinds have been read. */
#include "models/scenario/read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One kind does a step that names another. */
struct start {
    size_t from, to;
    const struct step *step;
};

struct starts {
    struct reader *r;
    struct start *items;
    size_t count, size;
    size_t from; /* the kind whose steps are being looked through */
};

static bool add(struct starts *s, size_t to, const struct step *step)
{
    if (s->count == s->size) {
        const size_t size = s->size == 0 ? 16 : 2 * s->size;
        struct start *items = arena_array(s->r->arena, size, sizeof *items);
        if (items == NULL)
            return read_no_memory(s->r);
        if (s->count > 0)
            memcpy(items, s->items, s->count * sizeof *items);
        s->items = items;
        s->size = size;
    }
    s->items[s->count++] = (struct start){s->from, to, step};
    return true;
}

static bool look_through(struct starts *s, const struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        for (size_t a = 0; step->type->params[a].type != PARAM_NONE; a++) {
            const struct arg *arg = &step->args[a];
            const enum param_type type = step->type->params[a].type;
            if (!arg->given)
                continue;
            if (type == PARAM_KIND && !add(s, arg->index, step))
                return false;
            if (type == PARAM_STEPS && !look_through(s, arg->steps))
                return false;
            for (size_t b = 0; (type == PARAM_BRANCHES || type == PARAM_FORKS) && b < arg->count; b++)
                if (!look_through(s, &arg->branches[b].steps))
                    return false;
        }
    }
    return true;
}

static bool fail_at(struct reader *r, const struct place *at)
{
    error_place(r->err, NULL, at);
    return false;
}

/* Tells the cycle among the kinds that are left, all of which call one that is left. */
static bool tell_cycle(struct starts *s, const bool *left, size_t at)
{
    const struct kind_spec *kinds = s->r->scenario->kinds;
    const struct start *first = NULL;
    char text[400];
    size_t begin = at, used = 0;
    for (int lap = 0; lap < 2; lap++) { /* after as many calls as there are kinds the walk is on the cycle */
        begin = at;
        for (size_t n = 0; n < s->r->scenario->kind_count; n++) {
            const struct start *call = s->items;
            while (call->from != at || !call->step->type->inlined || !left[call->to])
                call++;
            at = call->to;
            if (lap == 1) {
                first = first == NULL ? call : first;
                char quoted[UNITS_QUOTE_SIZE];
                const int more = snprintf(text + used, sizeof text - used, "%s calls ",
                                          units_quote(kinds[call->from].name, quoted));
                used += more < 0 || used + (size_t)more >= sizeof text ? 0 : (size_t)more;
                if (at == begin)
                    break;
            }
        }
    }
    char quoted[UNITS_QUOTE_SIZE];
    error_set(s->r->err, "calls go round without end: %s%s", text, units_quote(kinds[begin].name, quoted));
    return fail_at(s->r, &first->step->at);
}

/* Nobody calls himself, not even through others: what is left when all that call nobody who is left are taken
 * out. */
static bool check_cycles(struct starts *s)
{
    const size_t kinds = s->r->scenario->kind_count;
    bool *left = arena_array(s->r->arena, kinds, sizeof *left);
    size_t *calls = arena_array(s->r->arena, kinds, sizeof *calls);
    if (left == NULL || calls == NULL)
        return read_no_memory(s->r);
    for (size_t k = 0; k < kinds; k++)
        left[k] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t k = 0; k < kinds; k++)
            calls[k] = 0;
        for (size_t i = 0; i < s->count; i++)
            calls[s->items[i].from] += s->items[i].step->type->inlined && left[s->items[i].to];
        for (size_t k = 0; k < kinds; k++)
            if (left[k] && calls[k] == 0) {
                left[k] = false;
                changed = true;
            }
    }
    for (size_t k = 0; k < kinds; k++)
        if (left[k])
            return tell_cycle(s, left, k);
    return true;
}

/* Kinds without arrivals are started by some that has them, if through others. */
static bool check_started(struct starts *s)
{
    const struct scenario *scenario = s->r->scenario;
    bool *started = arena_array(s->r->arena, scenario->kind_count, sizeof *started);
    if (started == NULL)
        return read_no_memory(s->r);
    for (size_t k = 0; k < scenario->kind_count; k++)
        started[k] = scenario->kinds[k].arrival.form != ARRIVAL_NONE;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < s->count; i++)
            if (started[s->items[i].from] && !started[s->items[i].to])
                started[s->items[i].to] = changed = true;
    }
    char quoted[UNITS_QUOTE_SIZE];
    for (size_t k = 0; k < scenario->kind_count; k++)
        if (!started[k]) {
            error_set(s->r->err, "task kind %s needs \"arrivals\", or another kind that calls it or sends it",
                      units_quote(scenario->kinds[k].name, quoted));
            return fail_at(s->r, &scenario->kinds[k].at);
        }
    return true;
}

bool read_starts(struct reader *r)
{
    struct starts s = {.r = r};
    const struct scenario *scenario = r->scenario;
    for (s.from = 0; s.from < scenario->kind_count; s.from++)
        if (!look_through(&s, &scenario->kinds[s.from].steps))
            return false;
    for (size_t i = 0; i < s.count; i++) {
        const struct start *start = &s.items[i];
        char quoted[UNITS_QUOTE_SIZE];
        if (scenario->kinds[start->to].arrival.services != NULL) {
            error_set(r->err,
                      "task kind %s takes its service times from the rows of its trace, which a task that is "
                      "%s there does not have",
                      units_quote(scenario->kinds[start->to].name, quoted),
                      start->step->type->inlined ? "called" : "sent");
            return fail_at(r, &start->step->at);
        }
        if (start->step->type->inlined || scenario->kinds[start->to].arrival.form != ARRIVAL_CLOSED)
            continue;
        error_set(r->err, "task kind %s is closed: a task sent there would stay in its population for ever",
                  units_quote(scenario->kinds[start->to].name, quoted));
        return fail_at(r, &start->step->at);
    }
    return check_cycles(&s) && check_started(&s);
}
