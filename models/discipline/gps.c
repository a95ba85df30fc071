#include "models/discipline/discipline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct gps_entry {
    double left; /* work, at sharing.since */
    uint64_t sequence;
    uint32_t task;
};

/* The tasks of a kind, in the order in which they joined. */
struct gps_line {
    struct gps_entry *entries; /* from `first` on */
    uint32_t first, count, size;
    double speed; /* of all together: the first floor(speed) have a server each, the next has the rest */
    bool full;    /* each has a server */
};

static double speed_of(const struct gps_line *line, uint32_t i)
{
    const double rest = line->speed - i;
    return rest >= 1.0 ? 1.0 : rest > 0.0 ? rest : 0.0;
}

static void advance(struct sharing *s, double now)
{
    const double elapsed = now - s->since;
    for (uint32_t k = 0; k < s->kinds; k++) {
        struct gps_line *line = &s->lines[k];
        for (uint32_t i = 0; i < line->count && i < line->speed; i++)
            line->entries[line->first + i].left -= elapsed * speed_of(line, i);
    }
    s->since = now;
}

/* Each line's share is its weight's; one that would get more than a server for each of its tasks has just that, and the rest
 * is dealt out among the others. */
static void set_speeds(struct sharing *s)
{
    for (uint32_t k = 0; k < s->kinds; k++) {
        s->lines[k].full = (double)s->count <= s->servers;
        s->lines[k].speed = s->lines[k].count;
    }
    for (bool changed = (double)s->count > s->servers; changed;) {
        double weights = 0.0, servers = s->servers;
        for (uint32_t k = 0; k < s->kinds; k++) {
            if (s->lines[k].full)
                servers -= s->lines[k].count;
            else if (s->lines[k].count > 0)
                weights += s->weights[k];
        }
        changed = false;
        for (uint32_t k = 0; k < s->kinds; k++) {
            struct gps_line *line = &s->lines[k];
            if (line->full || line->count == 0)
                continue;
            line->speed = servers * (s->weights[k] / weights);
            if (line->speed > line->count) {
                line->speed = line->count;
                line->full = changed = true;
            }
        }
    }
}

/* Room for one more at the end. */
static bool room(struct gps_line *line)
{
    if (line->first + line->count < line->size)
        return true;
    if (line->first > line->size / 2) {
        memmove(line->entries, line->entries + line->first, line->count * sizeof *line->entries);
        line->first = 0;
        return true;
    }
    const uint32_t size = line->size == 0 ? 16 : 2 * line->size;
    struct gps_entry *entries = realloc(line->entries, size * sizeof *entries);
    if (entries == NULL)
        return false;
    line->entries = entries;
    line->size = size;
    return true;
}

static bool join(struct sharing *s, double now, uint32_t task, double work)
{
    if (s->lines == NULL) {
        s->lines = calloc(s->kinds, sizeof *s->lines);
        if (s->lines == NULL)
            return false;
    }
    struct gps_line *line = &s->lines[s->kind];
    if (!room(line))
        return false;
    advance(s, now);
    line->entries[line->first + line->count++] = (struct gps_entry){work, s->sequence++, task};
    s->count++;
    set_speeds(s);
    return true;
}

/* Who is done first, of several at one instant the one that joined first; *in: after how long. */
static struct gps_line *first_done(const struct sharing *s, uint32_t *place, double *in)
{
    struct gps_line *found = NULL;
    uint64_t sequence = 0;
    *in = INFINITY;
    *place = 0;
    for (uint32_t k = 0; k < s->kinds; k++) {
        struct gps_line *line = &s->lines[k];
        for (uint32_t i = 0; i < line->count && i < line->speed; i++) {
            const struct gps_entry *entry = &line->entries[line->first + i];
            const double left = entry->left / speed_of(line, i);
            if (found == NULL || left < *in || (left == *in && entry->sequence < sequence)) {
                *in = left;
                sequence = entry->sequence;
                *place = i;
                found = line;
            }
        }
    }
    return found;
}

static double next(const struct sharing *s, double now)
{
    uint32_t place;
    double in;
    first_done(s, &place, &in);
    const double at = s->since + in;
    return at > now ? at : now;
}

static void take_out(struct sharing *s, struct gps_line *line, uint32_t place)
{
    struct gps_entry *at = &line->entries[line->first + place];
    if (place == 0)
        line->first++;
    else
        memmove(at, at + 1, (line->count - place - 1) * sizeof *at);
    if (--line->count == 0)
        line->first = 0;
    s->count--;
    set_speeds(s);
}

static uint32_t finish(struct sharing *s, double now)
{
    uint32_t place;
    double in;
    struct gps_line *line = first_done(s, &place, &in);
    const uint32_t task = line->entries[line->first + place].task;
    advance(s, now);
    take_out(s, line, place);
    return task;
}

static struct gps_line *line_of(const struct sharing *s, uint32_t task, uint32_t *place)
{
    for (struct gps_line *line = s->lines;; line++)
        for (*place = 0; *place < line->count; ++*place)
            if (line->entries[line->first + *place].task == task)
                return line;
}

static double left(const struct sharing *s, double now, uint32_t task)
{
    uint32_t place;
    const struct gps_line *line = line_of(s, task, &place);
    const double work = line->entries[line->first + place].left - (now - s->since) * speed_of(line, place);
    return work > 0.0 ? work : 0.0;
}

static double work(const struct sharing *s, double now)
{
    double sum = 0.0;
    for (uint32_t k = 0; s->lines != NULL && k < s->kinds; k++) {
        const struct gps_line *line = &s->lines[k];
        for (uint32_t i = 0; i < line->count; i++)
            sum += line->entries[line->first + i].left - (now - s->since) * speed_of(line, i);
    }
    return sum;
}

static void leave(struct sharing *s, double now, uint32_t task)
{
    uint32_t place;
    struct gps_line *line = line_of(s, task, &place);
    advance(s, now);
    take_out(s, line, place);
}

static void change(struct sharing *s, double now, double servers)
{
    if (s->lines != NULL)
        advance(s, now);
    s->servers = servers;
    if (s->lines != NULL)
        set_speeds(s);
}

static void reset(struct sharing *s)
{
    for (uint32_t k = 0; s->lines != NULL && k < s->kinds; k++)
        s->lines[k].first = s->lines[k].count = 0;
}

static void release(struct sharing *s)
{
    for (uint32_t k = 0; s->lines != NULL && k < s->kinds; k++)
        free(s->lines[k].entries);
    free(s->lines);
    s->lines = NULL;
}

const struct discipline_type discipline_gps = {
    .name = "gps",
    .summary = "generalised processor sharing: the kinds present share the servers by `weight`, each first come first served",
    .rule = "Those kinds of which a task is present share the servers in proportion to their `weight`, however many tasks each "
            "has (under `dps` a kind's share grows with their number). Within a kind, first come, first served: of one "
            "server the first task of each kind is served, at the speed of the kind's share. With c servers and k tasks "
            "present all together are served at speed min(k, c); a kind whose share is above its number of tasks has a "
            "whole server for each, and the others share the rest by weight; of a kind's share r the first floor(r) tasks "
            "have a server each, the next one what remains. With one kind this is `fcfs`. A task that became the class of "
            "another kind is served among those; those that became a weight, among those that did so at the same step. "
            "Utilisation, queue_length and wait as under `ps`; of tasks that finish at one instant, the one that joined "
            "first moves on first. (Parekh, Gallager, IEEE/ACM Transactions on Networking 1993.)",
    .shape = DISCIPLINE_SHARING,
    .join = join,
    .next = next,
    .finish = finish,
    .left = left,
    .work = work,
    .leave = leave,
    .change = change,
    .reset = reset,
    .release = release,
};
