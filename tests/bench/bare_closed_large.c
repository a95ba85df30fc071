/* bare_closed_large.c: bare_closed.c with 100,000 tasks and 6400 servers. */
#define TASKS   100000
#define SERVERS 6400
#include "tests/bench/bare_closed.c"
