/* bare_closed.c: TASKS tasks that think (exponential, mean 15) and then want one of SERVERS servers
 * (exponential, mean 1), and nothing else. Think ends and completions wait in one 4-ary heap of 16-byte
 * entries, the time's bits compared as an integer (times are never negative); the root is replaced in place
 * where one event brings the next. */
#include "tests/bench/bare.h"

#ifndef TASKS
#define TASKS   1000
#define SERVERS 64
#endif

struct entry {
    uint64_t time;
    uint32_t task, served; /* served 0: ends its thinking; 1: is done */
};

static struct entry heap[TASKS + 1];
static size_t pending;
static double arrived[TASKS], started[TASKS];

static inline uint64_t bits_of(double time)
{
    uint64_t bits;
    memcpy(&bits, &time, sizeof bits);
    return bits;
}

static inline double time_of(uint64_t bits)
{
    double time;
    memcpy(&time, &bits, sizeof time);
    return time;
}

static inline void push(struct entry e)
{
    size_t i = pending++;
    while (i > 0 && e.time < heap[(i - 1) / 4].time) {
        heap[i] = heap[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    heap[i] = e;
}

static inline void replace_root(struct entry e)
{
    size_t i = 0;
    for (;;) {
        const size_t child = 4 * i + 1;
        if (child >= pending)
            break;
        size_t least = child;
        const size_t end = child + 4 < pending ? child + 4 : pending;
        for (size_t k = child + 1; k < end; k++)
            least = heap[k].time < heap[least].time ? k : least;
        if (heap[least].time >= e.time)
            break;
        heap[i] = heap[least];
        i = least;
    }
    heap[i] = e;
}

static inline void drop_root(void)
{
    const struct entry last = heap[--pending];
    if (pending > 0)
        replace_root(last);
}

int main(int argc, char **argv)
{
    const uint64_t customers = bare_count(argc, argv);
    const double think = 15.0;
    struct stream thinking = {stream_key(1, 0, STREAM_ARRIVAL, "bare")};
    struct stream work = {stream_key(1, 0, STREAM_TASK, "bare")};
    struct bare b;
    bare_init(&b);
    uint32_t *line = malloc(TASKS * sizeof *line); /* circular; can hold all tasks */
    if (line == NULL)
        return 2;
    size_t first = 0, count = 0, busy = 0;
    for (uint32_t task = 0; task < TASKS; task++)
        push((struct entry){bits_of(think * stream_exponential(&thinking)), task, 0});

    double now = 0.0;
    while (b.response.count < customers) {
        const struct entry e = heap[0];
        const double next = time_of(e.time);
        b.waiting_area += (double)count * (next - now);
        b.busy_area += (double)busy * (next - now);
        now = next;
        if (e.served) {
            bare_done(&b, arrived[e.task], started[e.task], now);
            replace_root((struct entry){bits_of(now + think * stream_exponential(&thinking)), e.task, 0});
            if (count > 0) {
                const uint32_t task = line[first];
                first = first + 1 == TASKS ? 0 : first + 1;
                count--;
                started[task] = now;
                push((struct entry){bits_of(now + stream_exponential(&work)), task, 1});
            } else {
                busy--;
            }
        } else {
            arrived[e.task] = now;
            if (busy < SERVERS) {
                busy++;
                started[e.task] = now;
                replace_root((struct entry){bits_of(now + stream_exponential(&work)), e.task, 1});
            } else {
                const size_t end = first + count;
                line[end >= TASKS ? end - TASKS : end] = e.task;
                count++;
                drop_root();
            }
        }
    }
    bare_print(&b, now);
    return 0;
}
