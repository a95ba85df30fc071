#include "cli/output/label.h"

#include "cli/output/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_LONGEST = 24, PARTS_MOST = 32 };

/* Undoes the escapes of one part of a JSON Pointer (RFC 6901) in place. */
static void unescape(char *part)
{
    char *to = part;
    for (const char *from = part; *from != '\0'; from++) {
        if (from[0] == '~' && (from[1] == '0' || from[1] == '1')) {
            *to++ = from[1] == '0' ? '~' : '/';
            from++;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* What the last part of a pointer is called: keys of the format that say little by themselves are spelt out.
 */
static const char *plain_word(const char *part)
{
    if (strcmp(part, "closed") == 0)
        return "closed tasks";
    if (strcmp(part, "at_once") == 0)
        return "tasks at once";
    return part;
}

static const char *short_name(struct arena *a, const char *pointer)
{
    if (pointer[0] != '/')
        return arena_text(a, pointer);
    char *rest = arena_text(a, pointer + 1), *part;
    if (rest == NULL)
        return NULL;
    const char *parts[PARTS_MOST];
    size_t count = 0, first = 0;
    while (count < PARTS_MOST && (part = strsep(&rest, "/")) != NULL) {
        unescape(part);
        parts[count++] = part;
    }
    const char *label = "";
    if (count >= 3 && (strcmp(parts[0], "stations") == 0 || strcmp(parts[0], "tasks") == 0)) {
        label = arena_printf(a, "%s: ", parts[1]);
        first = 2;
    }
    if (count > first + 1 && strcmp(parts[first], "arrivals") == 0)
        first++;
    for (size_t i = first; i < count && label != NULL; i++)
        label = arena_printf(a, "%s%s%s", label, i > first ? " " : "",
                             i + 1 == count && count > 1 ? plain_word(parts[i]) : parts[i]);
    return label;
}

const char *label_pointer(struct arena *a, const struct point *p, size_t set)
{
    const char *label = short_name(a, p->sets[set].pointer);
    for (size_t i = 0; i < p->set_count && label != NULL; i++) {
        if (i == set)
            continue;
        const char *other = short_name(a, p->sets[i].pointer);
        if (other == NULL)
            return NULL;
        if (strcmp(other, label) == 0)
            return arena_text(a, p->sets[set].pointer);
    }
    return label;
}

static const char *last_part(const char *pointer)
{
    const char *slash = strrchr(pointer, '/');
    return slash != NULL ? slash + 1 : pointer;
}

const char *label_column(struct arena *a, const struct point *p, size_t set)
{
    const char *last = last_part(p->sets[set].pointer);
    bool plain = last[0] < '0' || last[0] > '9'; /* the index of a list says nothing */
    for (size_t i = 0; i < p->set_count; i++)
        plain = plain && (i == set || strcmp(last_part(p->sets[i].pointer), last) != 0);
    if (!plain || strchr(last, '~') != NULL)
        return label_pointer(a, p, set);
    return arena_text(a, plain_word(last));
}

const char *label_value(struct arena *a, const struct setting *s)
{
    const size_t length = strlen(s->value);
    if (length >= 2 && s->value[0] == '"' && s->value[length - 1] == '"')
        return arena_printf(a, "%.*s", (int)length - 2, s->value + 1);
    if (length > VALUE_LONGEST)
        return arena_printf(a, "%.*s...", VALUE_LONGEST - 3, s->value);
    return arena_text(a, s->value);
}

const char *label_place(struct arena *a, const struct result *r, size_t point)
{
    const struct point *p = &r->points[point];
    const char *label = "";
    for (size_t i = 0; i < p->set_count && label != NULL; i++) {
        const char *name = label_pointer(a, p, i), *value = label_value(a, &p->sets[i]);
        if (name == NULL || value == NULL)
            return NULL;
        label = arena_printf(a, "%s%s%s %s", label, i > 0 ? ", " : "", name, value);
    }
    return label;
}

const char *label_point(struct arena *a, const struct result *r, size_t point)
{
    const char *variant = r->points[point].variant, *place = label_place(a, r, point);
    if (place == NULL || variant == NULL)
        return place;
    return place[0] != '\0' ? arena_printf(a, "%s at %s", variant, place) : variant;
}

/* "\"1500/s\"": the unit begins at the return value and is *length long; NULL: not so written. */
static const char *written_unit(const char *value, size_t *length, double *number)
{
    char *end;
    if (value[0] != '"')
        return NULL;
    *number = strtod(value + 1, &end);
    end += strspn(end, " ");
    if (*end != '/')
        return NULL;
    end += 1 + strspn(end + 1, " ");
    *length = strspn(end, "abcdefghijklmnopqrstuvwxyz");
    return *length > 0 ? end : NULL;
}

struct rate_unit label_rate_unit_of(struct arena *a, const struct result *r, size_t set)
{
    const char *first = NULL;
    size_t first_length = 0;
    double factor = NAN;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct setting *s = &r->points[i].sets[set];
        size_t length = 0;
        double number = NAN;
        const char *unit = written_unit(s->value, &length, &number);
        if (unit == NULL || !(s->number > 0.0) || !(number > 0.0))
            return (struct rate_unit){NULL, 1.0};
        if (first == NULL) {
            first = unit;
            first_length = length;
            factor = number / s->number;
        } else if (length != first_length || strncmp(unit, first, length) != 0) {
            return (struct rate_unit){NULL, 1.0};
        }
    }
    if (first == NULL)
        return (struct rate_unit){NULL, 1.0};
    if (fabs(factor - round(factor)) < 1e-9 * factor) /* units are whole multiples of each other */
        factor = round(factor);
    else if (fabs(1.0 / factor - round(1.0 / factor)) < 1e-9 / factor)
        factor = 1.0 / round(1.0 / factor);
    return (struct rate_unit){arena_printf(a, "%.*s", (int)first_length, first), factor};
}

struct rate_unit label_rate_unit(struct arena *a, const struct result *r)
{
    for (size_t set = 0; r->point_count > 0 && set < r->points[0].set_count; set++) {
        const struct rate_unit unit = label_rate_unit_of(a, r, set);
        if (unit.name != NULL)
            return unit;
    }
    return (struct rate_unit){r->time_unit, 1.0};
}

const char *label_unit(struct arena *a, const struct result *r, const struct probe_type *probe)
{
    switch (probe->unit) {
    case UNIT_TIME:
        return r->time_unit;
    case UNIT_RATE:
        return arena_printf(a, "per %s", r->time_unit);
    case UNIT_FRACTION:
        return "%";
    case UNIT_NUMBER:
        return "";
    }
    return "";
}

const char *label_measure(struct arena *a, const char *name)
{
    char *label = arena_text(a, name);
    for (char *c = label; c != NULL && *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return label;
}

const char *label_quantile(struct arena *a, double p)
{
    char text[NUMBER_ROOM];
    number_short(100.0 * p, 9, text); /* 99.9, though 100 * 0.999 is not */
    return arena_printf(a, "p%s", text);
}

size_t result_places(const struct result *r)
{
    return r->variant_count > 0 ? r->point_count / r->variant_count : r->point_count;
}
