/* bare_mm8.c: M/M/8 at load 0.9, and nothing else. The next completion is found by looking at all eight. */
#include "tests/bench/bare.h"

enum { SERVERS = 8 };

int main(int argc, char **argv)
{
    const uint64_t customers = bare_count(argc, argv);
    const double interarrival = 1.0 / (0.9 * SERVERS);
    struct stream arrivals = {stream_key(1, 0, STREAM_ARRIVAL, "bare")};
    struct stream work = {stream_key(1, 0, STREAM_TASK, "bare")};
    struct bare b;
    struct bare_line line;
    bare_init(&b);
    bare_line_init(&line, 1024);

    double now = 0.0, started[SERVERS], arrived[SERVERS], completion[SERVERS];
    for (size_t i = 0; i < SERVERS; i++)
        completion[i] = INFINITY;
    size_t busy = 0;
    double arrival = interarrival * stream_exponential(&arrivals);
    while (b.response.count < customers) {
        size_t server = 0;
        for (size_t i = 1; i < SERVERS; i++)
            server = completion[i] < completion[server] ? i : server;
        const double next = completion[server] <= arrival ? completion[server] : arrival;
        b.waiting_area += (double)line.count * (next - now);
        b.busy_area += (double)busy * (next - now);
        now = next;
        if (completion[server] <= arrival) {
            bare_done(&b, arrived[server], started[server], now);
            if (line.count > 0) {
                arrived[server] = bare_line_pop(&line);
                started[server] = now;
                completion[server] = now + stream_exponential(&work);
            } else {
                completion[server] = INFINITY;
                busy--;
            }
        } else {
            arrival = now + interarrival * stream_exponential(&arrivals);
            if (busy == SERVERS) {
                bare_line_push(&line, now);
            } else {
                for (server = 0; completion[server] < INFINITY;)
                    server++;
                busy++;
                arrived[server] = started[server] = now;
                completion[server] = now + stream_exponential(&work);
            }
        }
    }
    bare_print(&b, now);
    return 0;
}
