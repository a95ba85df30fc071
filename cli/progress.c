#include "cli/progress.h"

#include "cli/output/number.h"
#include "cli/output/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double seconds_between = 0.1;

void progress_init(struct progress *p, const char *name, bool quiet)
{
    const char *slash = strrchr(name, '/'), *terminal = getenv("TERM");
    const bool erases = terminal == NULL || strcmp(terminal, "dumb") != 0;
    *p = (struct progress){.shown = !quiet && erases && isatty(STDERR_FILENO),
                           .last = -1.0,
                           .name = slash != NULL ? slash + 1 : name};
}

/* Carriage return, and erase to the end of the line (ECMA-48, EL). */
static const char wipe[] = "\r\033[K";

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs(wipe, stderr);
    p->drawn = false;
}

/* Columns of the terminal. */
static size_t columns(void)
{
    enum { USUAL = 80 };
    struct winsize window;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : USUAL;
}

enum { LINE_ROOM = 256 };

/* Appends a part of the line, whole or not at all: what does not fit on one line of the terminal is left
 * out. */
__attribute__((format(printf, 3, 4))) static void add(char line[static LINE_ROOM], size_t most,
                                                      const char *format, ...)
{
    char part[LINE_ROOM];
    const size_t length = strlen(line);
    va_list args;
    va_start(args, format);
    const int added = vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (added > 0 && (size_t)added < sizeof part && length + (size_t)added < LINE_ROOM &&
        text_width(line) + text_width(part) < most)
        memcpy(line + length, part, (size_t)added + 1);
}

void progress_update(void *context, const struct desq_progress *now)
{
    struct progress *p = context;
    if (!p->shown || now->seconds - p->last < seconds_between)
        return;
    p->last = now->seconds;
    char line[LINE_ROOM] = "", text[NUMBER_ROOM], goal[NUMBER_ROOM];
    const size_t most = columns();
    add(line, most, "%s", p->name);
    add(line, most, "%spoint %zu of %zu", line[0] != '\0' ? ": " : "", now->point + 1, now->point_count);
    if (now->done > 0.0 && now->done <= 1.0 && now->seconds > 1.0)
        add(line, most, ", about %s left", number_clock(now->seconds * (1.0 - now->done) / now->done, text));
    if (!isnan(now->precision) && !isnan(now->precision_goal))
        add(line, most, ", precision %s %%, goal %s %%", number_short(100.0 * now->precision, 2, text),
            number_short(100.0 * now->precision_goal, 2, goal));
    else if (!isnan(now->precision))
        add(line, most, ", precision %s %%", number_short(100.0 * now->precision, 2, text));
    add(line, most, ", %llu runs", (unsigned long long)now->replications);
    fprintf(stderr, "%s%s", wipe, line);
    fflush(stderr);
    p->drawn = true;
}
