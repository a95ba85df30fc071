#include "cli/interrupt.h"

#include "cli/command.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

/* And when it came: all that a signal handler can reach. */
volatile sig_atomic_t interrupted;
static struct timespec interrupted_at;

static void on_interrupt(int signal_number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (interrupted == 0) {
        interrupted = signal_number;
        interrupted_at = now;
        return;
    }
    /* A second one ends it at once; not one that comes together with the first, as from timeout(1), which
     * signals the process and then its group. */
    if ((double)(now.tv_sec - interrupted_at.tv_sec) + 1e-9 * (double)(now.tv_nsec - interrupted_at.tv_nsec) >
        0.2)
        _exit(STATUS_SIGNAL + signal_number);
}

void interrupt_listen(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) /* one at a time */
        sigaddset(&action.sa_mask, signals[i]);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i] != SIGHUP || (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN))
            sigaction(signals[i], &action, NULL); /* nohup goes on */
}
