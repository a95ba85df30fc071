/* bare_mm1.c: M/M/1 at load 0.9, and nothing else. */
#include "tests/bench/bare.h"

int main(int argc, char **argv)
{
    const uint64_t customers = bare_count(argc, argv);
    const double interarrival = 1.0 / 0.9;
    struct stream arrivals = {stream_key(1, 0, STREAM_ARRIVAL, "bare")};
    struct stream work = {stream_key(1, 0, STREAM_TASK, "bare")};
    struct bare b;
    struct bare_line line;
    bare_init(&b);
    bare_line_init(&line, 1024);

    double now = 0.0, started = 0.0, arrived = 0.0; /* of the customer in service */
    double arrival = interarrival * stream_exponential(&arrivals), completion = INFINITY;
    while (b.response.count < customers) {
        const double next = completion <= arrival ? completion : arrival;
        b.waiting_area += (double)line.count * (next - now);
        b.busy_area += completion < INFINITY ? next - now : 0.0;
        now = next;
        if (completion <= arrival) {
            bare_done(&b, arrived, started, now);
            if (line.count > 0) {
                arrived = bare_line_pop(&line);
                started = now;
                completion = now + stream_exponential(&work);
            } else {
                completion = INFINITY;
            }
        } else {
            arrival = now + interarrival * stream_exponential(&arrivals);
            if (completion < INFINITY) {
                bare_line_push(&line, now);
            } else {
                arrived = started = now;
                completion = now + stream_exponential(&work);
            }
        }
    }
    bare_print(&b, now);
    return 0;
}
