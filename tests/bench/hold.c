/* hold.c: what the calendar costs: the first event is taken and one put in at an exponential time later,
 * again and again, with so many pending: hold PENDING [OPERATIONS]. Prints nanoseconds per operation, drawing
 * included. */
#include "sim/calendar.h"
#include "sim/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    const uint64_t pending = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    const uint64_t operations = argc > 2 ? strtoull(argv[2], NULL, 10) : 4000000;
    struct stream s = {stream_key(1, 0, STREAM_TEST, "hold")};
    struct calendar c;
    calendar_init(&c);
    for (uint64_t i = 0; i < pending; i++)
        calendar_push(&c, stream_exponential(&s), RANK_COMPLETION, 0, (uint32_t)(i % CALENDAR_SUBJECTS));
    struct event e = {.time = 0.0};
    double begun = 0.0;
    for (uint64_t i = 0; i < pending + operations; i++) {
        if (i == pending) /* once around: the mix of times is that of the long run */
            begun = seconds();
        calendar_pop(&c, &e);
        calendar_push(&c, e.time + stream_exponential(&s), RANK_COMPLETION, 0, e.subject);
    }
    printf("%llu %.1f\n", (unsigned long long)pending, 1e9 * (seconds() - begun) / (double)operations);
    const bool failed = c.failed;
    calendar_free(&c);
    return failed ? 2 : 0;
}
