/* progress.h: one line on stderr that says how far a run is, for people only. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "models/desq.h"

struct progress {
    bool shown;       /* stderr is a terminal and nobody asked for quiet */
    bool drawn;       /* a line stands there now */
    double last;      /* when it was last drawn, in seconds */
    const char *name; /* the file that runs */
};

void progress_init(struct progress *p, const char *name, bool quiet);

/* For desq_run; context is the struct progress. */
void progress_update(void *context, const struct desq_progress *now);

/* Wipes the line. */
void progress_end(struct progress *p);

#endif
