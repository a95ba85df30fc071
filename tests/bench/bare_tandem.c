/* bare_tandem.c: three exponential single servers in a row, each at load 0.8, and nothing else. A customer's
 * wait is the sum of its three waits. */
#include "tests/bench/bare.h"

enum { STATIONS = 3 };

struct customer {
    double arrived, waited, joined;
};

struct station {
    double completion;     /* INFINITY: idle */
    struct customer now;   /* in service */
    struct customer *line; /* circular */
    size_t size, first, count;
    double waiting_area, busy_area, since;
};

static void join(struct station *s, struct customer c, double now, struct stream *work)
{
    s->waiting_area += (double)s->count * (now - s->since);
    s->busy_area += s->completion < INFINITY ? now - s->since : 0.0;
    s->since = now;
    c.joined = now;
    if (s->completion == INFINITY) {
        s->now = c;
        s->completion = now + stream_exponential(work);
        return;
    }
    if (s->count == s->size) {
        struct customer *wider = malloc(2 * s->size * sizeof *wider);
        if (wider == NULL)
            exit(2);
        for (size_t i = 0; i < s->count; i++)
            wider[i] = s->line[(s->first + i) & (s->size - 1)];
        free(s->line);
        s->line = wider;
        s->first = 0;
        s->size *= 2;
    }
    s->line[(s->first + s->count++) & (s->size - 1)] = c;
}

static struct customer leave(struct station *s, double now, struct stream *work)
{
    s->waiting_area += (double)s->count * (now - s->since);
    s->busy_area += now - s->since;
    s->since = now;
    const struct customer done = s->now;
    if (s->count > 0) {
        s->now = s->line[s->first];
        s->now.waited += now - s->now.joined;
        s->first = (s->first + 1) & (s->size - 1);
        s->count--;
        s->completion = now + stream_exponential(work);
    } else {
        s->completion = INFINITY;
    }
    return done;
}

int main(int argc, char **argv)
{
    const uint64_t customers = bare_count(argc, argv);
    const double interarrival = 1.0 / 0.8;
    struct stream arrivals = {stream_key(1, 0, STREAM_ARRIVAL, "bare")};
    struct stream work = {stream_key(1, 0, STREAM_TASK, "bare")};
    struct bare b;
    bare_init(&b);
    struct station stations[STATIONS];
    for (size_t i = 0; i < STATIONS; i++) {
        stations[i] = (struct station){.completion = INFINITY, .size = 1024};
        stations[i].line = malloc(stations[i].size * sizeof *stations[i].line);
        if (stations[i].line == NULL)
            return 2;
    }

    double now = 0.0, arrival = interarrival * stream_exponential(&arrivals);
    while (b.response.count < customers) {
        size_t i = 0;
        for (size_t k = 1; k < STATIONS; k++)
            i = stations[k].completion < stations[i].completion ? k : i;
        if (stations[i].completion <= arrival) {
            now = stations[i].completion;
            const struct customer c = leave(&stations[i], now, &work);
            if (i + 1 < STATIONS)
                join(&stations[i + 1], c, now, &work);
            else
                bare_done(&b, c.arrived, c.arrived + c.waited, now);
        } else {
            now = arrival;
            arrival = now + interarrival * stream_exponential(&arrivals);
            join(&stations[0], (struct customer){.arrived = now}, now, &work);
        }
    }
    for (size_t i = 0; i < STATIONS; i++) {
        b.waiting_area += stations[i].waiting_area;
        b.busy_area += stations[i].busy_area;
    }
    bare_print(&b, now);
    return 0;
}
