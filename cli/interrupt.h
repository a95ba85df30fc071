/* interrupt.h: a command that is asked to end (Ctrl-C, SIGTERM, SIGHUP) does so with what there is. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/* The first signal that asked to end, else 0. */
extern volatile sig_atomic_t interrupted;

/* From here on such signals set it; a second one ends the program at once. */
void interrupt_listen(void);

#endif
