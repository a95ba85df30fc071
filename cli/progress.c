#include "cli/progress.h"

#include "cli/output/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double seconds_between = 0.1;

void progress_init(struct progress *p, const char *name, bool quiet)
{
    const char *slash = strrchr(name, '/');
    *p = (struct progress){
        .shown = !quiet && isatty(STDERR_FILENO), .last = -1.0, .name = slash != NULL ? slash + 1 : name};
}

void progress_end(struct progress *p)
{
    if (p->width > 0)
        fprintf(stderr, "\r%*s\r", p->width, "");
    p->width = 0;
}

/* Appends to the line; what does not fit is cut. */
__attribute__((format(printf, 4, 5))) static void add(char *line, size_t *length, size_t size,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int added = vsnprintf(line + *length, size - *length, format, args);
    va_end(args);
    *length += added > 0 ? (size_t)added : 0;
    *length = *length < size ? *length : size - 1;
}

void progress_update(void *context, const struct desq_progress *now)
{
    struct progress *p = context;
    if (!p->shown || now->seconds - p->last < seconds_between)
        return;
    p->last = now->seconds;
    char line[256], text[NUMBER_ROOM];
    size_t length = 0;
    add(line, &length, sizeof line, "%s: point %zu of %zu", p->name, now->point + 1, now->point_count);
    if (now->done > 0.0 && now->done <= 1.0 && now->seconds > 1.0)
        add(line, &length, sizeof line, ", about %s left",
            number_clock(now->seconds * (1.0 - now->done) / now->done, text));
    add(line, &length, sizeof line, ", %llu runs", (unsigned long long)now->replications);
    if (!isnan(now->precision))
        add(line, &length, sizeof line, ", precision %s %%", number_short(100.0 * now->precision, 2, text));
    if (!isnan(now->precision) && !isnan(now->precision_goal))
        add(line, &length, sizeof line, " (goal %s %%)", number_short(100.0 * now->precision_goal, 2, text));
    line[79] = '\0'; /* one line of any terminal, so that \r finds its beginning */
    const int width = (int)strlen(line);
    fprintf(stderr, "\r%s%*s", line, p->width > width ? p->width - width : 0, "");
    p->width = width > p->width ? width : p->width;
}
