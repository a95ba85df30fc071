/* text_rare.c: what was too rare to be seen, as `desq rare` and `desq run` print it. */
#include "cli/output/number.h"
#include "cli/output/text_rare.h"

#include <math.h>
#include <string.h>

static char *scientific(double x, double half, char out[static NUMBER_ROOM])
{
    if (isnan(x))
        return strcpy(out, "-");
    const int power = (int)floor(log10(x));
    snprintf(out, NUMBER_ROOM, "(%.3f ± %.3f) e%d", x / pow(10.0, power), half / pow(10.0, power), power);
    return out;
}

/* What the share is of. */
static void head(FILE *out, const char *label, const struct rare *r, const char *unit)
{
    char beyond[NUMBER_ROOM];
    fprintf(out, "%s%s", label, label[0] != '\0' ? ": " : "");
    if (r->of == RARE_LOSSES)
        fprintf(out, "lost at \"%s\": ", r->station);
    else
        fprintf(out, "%s of \"%s\" beyond %s %s: ", r->of == RARE_WAITS ? "wait" : "response", r->kind, number_short(r->beyond, 6, beyond), unit);
}

void text_rare(FILE *out, const char *label, const struct rare *r, const char *unit)
{
    const double few = 20.0;
    char number[NUMBER_ROOM], events[NUMBER_ROOM];
    head(out, label, r, unit);
    if (isnan(r->lost)) {
        fprintf(out, "never reached in %s events; take more effort\n", number_whole((double)r->events, events));
    } else {
        fprintf(out, r->of == RARE_LOSSES ? "%s of the tasks that come there\n" : "%s of those that complete\n", scientific(r->lost, r->half_width, number));
        if (!isnan(r->exact))
            fprintf(out, "  exact (%s): %.4e, %+.1f half-widths away\n", r->form, r->exact, (r->lost - r->exact) / r->half_width);
        fprintf(out, "  %llu replications, %s events; an ordinary run would take %.1e tasks for the same half-width\n", (unsigned long long)r->replications,
                number_whole((double)r->events, events), r->plain);
    }
    fprintf(out, "  %s at \"%s\", and the share of paths from the level before that came to it:\n   ", r->work ? "work in line for each server" : "number",
            r->station);
    for (size_t i = 0; i < r->level_count; i++)
        fprintf(out, " %s: %s%s", number_short(r->levels[i].level, 3, events), number_short(r->levels[i].reached, 3, number),
                i + 1 == r->level_count ? "\n" : (i + 1) % 8 == 0 ? "\n   " : ",");
    if (!isnan(r->lost) && r->fewest < few && r->of == RARE_LOSSES)
        fprintf(out, "  Warning: of one replication's paths only %s come to some level; the interval cannot be trusted: take more effort\n",
                number_short(r->fewest, 2, number));
    if (r->unfinished)
        fprintf(out, "  (interrupted)\n");
}
