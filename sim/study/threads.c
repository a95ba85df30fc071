/* threads.c: replications on POSIX threads, which a crew has (crew.c). */
#include "sim/study/crew.h"

const struct engine engine_threads = {
    .name = "threads",
    .summary = "replications side by side on the processor's cores",
    .run = crew_share,
};
