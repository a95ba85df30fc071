#include "models/dist/column.h"

#include "sim/lookup.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    char *next; /* ends in NUL */
    char separator;
    int line; /* where next stands, from 1 */
    struct error *err;
};

#define FIELDS_NAMED 64 /* as many columns can be named */

/* The whole file with a NUL after it; free it. NULL: err set. */
static char *slurp(const char *path, struct error *err)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, room = 0;
    if (file == NULL) {
        error_set(err, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    for (;;) {
        if (room - size < 2) {
            char *more = realloc(text, room = room < 65536 ? 65536 : 2 * room);
            if (more == NULL) {
                error_set(err, "cannot read %s: out of memory", path);
                break;
            }
            text = more;
        }
        const size_t got = fread(text + size, 1, room - size - 1, file);
        size += got;
        if (got > 0)
            continue;
        text[size] = '\0';
        if (ferror(file))
            error_set(err, "cannot read %s: %s", path, strerror(errno));
        else if (strlen(text) != size)
            error_set(err, "%s is not text: it holds a zero byte", path);
        else {
            fclose(file);
            return text;
        }
        break;
    }
    fclose(file);
    free(text);
    return NULL;
}

static bool at_end_of_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

/* Past the end of this line, as far as it has one. */
static void skip_end(struct reader *r)
{
    if (*r->next == '\0')
        return;
    r->next += r->next[0] == '\r' && r->next[1] == '\n' ? 2 : 1;
    r->line++;
}

/* To the next line that holds something; false at the end of the file. */
static bool find_line(struct reader *r)
{
    for (;;) {
        const size_t blanks = strspn(r->next, " \t");
        if (r->next[blanks] == '\0')
            return false;
        if (r->next[blanks] != '#' && !at_end_of_line(r->next[blanks]))
            return true;
        r->next += strcspn(r->next, "\r\n");
        skip_end(r);
    }
}

static bool is_blank(const struct reader *r, char c)
{
    return c == ' ' || (c == '\t' && r->separator != '\t');
}

/* The next field of this line, without its quotes and the blanks around it, ended by NUL in place (what
 * follows it is returned in *after: the separator, or the end of the line). NULL: err set. */
static char *field(struct reader *r, char *after)
{
    while (is_blank(r, *r->next))
        r->next++;
    char *start = r->next, *end = start;
    if (*start == '"') {
        const int line = r->line;
        for (r->next++;; *end++ = *r->next++) {
            if (*r->next == '\0') {
                error_set(r->err, "%s:%d: a quote is not closed", r->path, line);
                return NULL;
            }
            if (*r->next == '\n')
                r->line++;
            if (*r->next == '"' && *++r->next != '"')
                break;
        }
        while (is_blank(r, *r->next))
            r->next++;
        if (*r->next != r->separator && !at_end_of_line(*r->next)) {
            error_set(r->err, "%s:%d: there is text after a closing quote", r->path, r->line);
            return NULL;
        }
    } else {
        while (*r->next != r->separator && !at_end_of_line(*r->next))
            r->next++;
        for (end = r->next; end > start && is_blank(r, end[-1]);)
            end--;
    }
    *after = *r->next;
    if (*after == r->separator)
        r->next++;
    else
        skip_end(r);
    *end = '\0';
    return start;
}

static char most_frequent_separator(const char *text)
{
    const size_t length = strcspn(text, "\r\n");
    char best = ',';
    size_t most = 0;
    for (const char *c = ",;\t"; *c != '\0'; c++) {
        size_t count = 0;
        bool quoted = false;
        for (size_t i = 0; i < length; i++) {
            quoted ^= text[i] == '"';
            count += !quoted && text[i] == *c;
        }
        if (count > most) {
            most = count;
            best = *c;
        }
    }
    return best;
}

static bool number_of(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && strpbrk(text, "xX") == NULL;
}

/* The column, from 0, as a number from 1 in text; false: it is none. */
static bool column_number(const char *text, size_t *index)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    const unsigned long n = strtoul(text, &end, 10);
    *index = (size_t)n - 1;
    return *end == '\0' && n > 0;
}

static bool unknown_column(const struct reader *r, const char *column, const char *const *names, size_t count)
{
    char list[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
    if (column == NULL)
        return error_set(r->err, "%s has %zu columns: name one of %s", r->path, count, list);
    const char *nearest = lookup_nearest(column, names, count);
    if (nearest != NULL)
        return error_set(r->err, "%s has no column \"%s\"; did you mean \"%s\"?", r->path, column, nearest);
    return error_set(r->err, "%s has no column \"%s\"; it has %s", r->path, column, list);
}

/* Reads the first line: which column, and is the line a header? If not, r is back at its beginning. */
static bool read_header(struct reader *r, const char *column, size_t *index)
{
    char *const begin = r->next, *copy = strdup(begin), after = ',';
    const int line = r->line;
    const char *names[FIELDS_NAMED];
    size_t count = 0, found = SIZE_MAX;
    if (copy == NULL)
        return error_set(r->err, "cannot read %s: out of memory", r->path);
    r->next = copy;
    bool fine = true, header = false, all_numbers = true;
    do {
        double number;
        const char *name = field(r, &after);
        fine = name != NULL;
        all_numbers = all_numbers && fine && number_of(name, &number);
        if (fine && column != NULL && found == SIZE_MAX && strcmp(name, column) == 0)
            found = count;
        if (fine && count < FIELDS_NAMED)
            names[count] = name;
        count += fine;
    } while (fine && after == r->separator);
    const size_t named = count < FIELDS_NAMED ? count : FIELDS_NAMED;
    if (fine) {
        double number;
        if (found != SIZE_MAX && !all_numbers) {
            *index = found;
            header = true;
        } else if (column == NULL && count == 1) {
            *index = 0;
        } else if (column == NULL || !column_number(column, index)) {
            fine = unknown_column(r, column, names, named);
        } else if (*index >= count) {
            fine = error_set(r->err, "%s has %zu column%s, so none of number %s", r->path, count,
                             count == 1 ? "" : "s", column);
        }
        if (fine && !header)
            header = *index < named && !number_of(names[*index], &number);
    }
    r->next = header ? begin + (r->next - copy) : begin;
    r->line = header ? r->line : line;
    free(copy);
    return fine;
}

/* The value of one line. */
static bool read_line(struct reader *r, size_t index, double *value)
{
    const int line = r->line;
    bool found = false, fine = true;
    char after = r->separator;
    for (size_t i = 0; after == r->separator; i++) {
        const char *text = field(r, &after);
        if (text == NULL)
            return false;
        if (i != index)
            continue;
        found = true;
        fine = number_of(text, value);
        if (!fine && *text == '\0')
            error_set(r->err, "%s:%d: column %zu is empty", r->path, line, index + 1);
        else if (!fine)
            error_set(r->err, "%s:%d: column %zu: \"%.60s\" is not a finite number", r->path, line, index + 1,
                      text);
    }
    return found ? fine : error_set(r->err, "%s:%d: the line has no column %zu", r->path, line, index + 1);
}

static bool read_values(struct reader *r, const char *column, double **values, int **lines, size_t *count)
{
    size_t index = 0, room = 0;
    if (strncmp(r->next, "\xEF\xBB\xBF", 3) == 0)
        r->next += 3;
    if (!find_line(r))
        return error_set(r->err, "%s is empty", r->path);
    r->separator = most_frequent_separator(r->next);
    if (!read_header(r, column, &index))
        return false;
    while (find_line(r)) {
        if (*count == room) {
            double *more = realloc(*values, (room = room == 0 ? 1024 : 2 * room) * sizeof *more);
            if (more == NULL)
                return error_set(r->err, "cannot read %s: out of memory", r->path);
            *values = more;
            int *more_lines = realloc(*lines, room * sizeof *more_lines);
            if (more_lines == NULL)
                return error_set(r->err, "cannot read %s: out of memory", r->path);
            *lines = more_lines;
        }
        (*lines)[*count] = r->line;
        if (!read_line(r, index, *values + *count))
            return false;
        ++*count;
    }
    return *count > 0 || error_set(r->err, "%s has a header but no values", r->path);
}

bool column_read(const char *path, const char *column, struct arena *arena, double **values, size_t *count,
                 struct error *err)
{
    return column_read_lines(path, column, arena, values, NULL, count, err);
}

bool column_read_lines(const char *path, const char *column, struct arena *arena, double **values,
                       int **lines, size_t *count, struct error *err)
{
    char *text = slurp(path, err);
    if (text == NULL)
        return false;
    struct reader r = {.path = path, .next = text, .line = 1, .err = err};
    double *own = NULL;
    int *own_lines = NULL;
    *count = 0;
    bool fine = read_values(&r, column, &own, &own_lines, count);
    if (fine) {
        *values = arena_array(arena, *count, sizeof **values);
        if (lines != NULL)
            *lines = arena_array(arena, *count, sizeof **lines);
        fine = (*values != NULL && (lines == NULL || *lines != NULL)) ||
               error_set(err, "cannot read %s: out of memory", path);
    }
    if (fine)
        memcpy(*values, own, *count * sizeof *own);
    if (fine && lines != NULL)
        memcpy(*lines, own_lines, *count * sizeof *own_lines);
    free(own_lines);
    free(own);
    free(text);
    return fine;
}
