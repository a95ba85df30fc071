#include "cli/progress.h"

#include "cli/output/number.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double seconds_between = 0.1;

void progress_init(struct progress *p, const char *name, bool quiet)
{
    *p = (struct progress){.shown = !quiet && isatty(STDERR_FILENO), .last = -1.0, .name = name};
}

void progress_end(struct progress *p)
{
    if (p->width > 0)
        fprintf(stderr, "\r%*s\r", p->width, "");
    p->width = 0;
}

void progress_update(void *context, const struct desq_progress *now)
{
    struct progress *p = context;
    if (!p->shown || now->seconds - p->last < seconds_between)
        return;
    p->last = now->seconds;
    char line[160], precision[NUMBER_ROOM], goal[NUMBER_ROOM], left[NUMBER_ROOM];
    int length = snprintf(line, sizeof line, "%s: point %zu of %zu, %llu replications", p->name,
                          now->point + 1, now->point_count, (unsigned long long)now->replications);
    if (!isnan(now->precision) && length > 0 && length < (int)sizeof line)
        length += snprintf(line + length, sizeof line - (size_t)length, ", precision %s %%",
                           number_short(100.0 * now->precision, 2, precision));
    if (!isnan(now->precision) && !isnan(now->precision_goal) && length < (int)sizeof line)
        length += snprintf(line + length, sizeof line - (size_t)length, " (goal %s %%)",
                           number_short(100.0 * now->precision_goal, 2, goal));
    if (now->done > 0.0 && now->done <= 1.0 && now->seconds > 1.0 && length < (int)sizeof line)
        snprintf(line + length, sizeof line - (size_t)length, ", about %s left",
                 number_clock(now->seconds * (1.0 - now->done) / now->done, left));
    line[79] = '\0'; /* one line of any terminal, so that \r finds its beginning */
    const int width = (int)strlen(line);
    fprintf(stderr, "\r%s%*s", line, p->width > width ? p->width - width : 0, "");
    p->width = width > p->width ? width : p->width;
}
