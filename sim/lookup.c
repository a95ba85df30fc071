#include "sim/lookup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    LONGEST = 64,    /* names beyond this length are not compared: no name of ours is as long */
    PREFIX_LEAST = 2 /* one letter begins too much */
};

static const char *name_of(const void *row)
{
    return *(const char *const *)row;
}

const void *lookup_row(struct lookup_table table, const char *name)
{
    for (size_t i = 0; i < table.count; i++)
        if (strcmp(name_of(table.rows[i]), name) == 0)
            return table.rows[i];
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance, three rolling rows. Both lengths are below LONGEST. */
static size_t distance(const char *a, const char *b)
{
    const size_t la = strlen(a), lb = strlen(b);
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = rows[i % 3];
        const size_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

/* The i-th candidate of either caller. */
typedef const char *candidate_at(const void *of, size_t i);

static const char *of_list(const void *of, size_t i)
{
    return ((const char *const *)of)[i];
}

static const char *of_table(const void *of, size_t i)
{
    return name_of(((const struct lookup_table *)of)->rows[i]);
}

/* The only candidate that begins with name; NULL: none or several, or one that is name itself. */
static const char *only_longer(const char *name, candidate_at *at, const void *of, size_t count)
{
    const size_t length = strlen(name);
    const char *found = NULL;
    for (size_t i = 0; i < count && length >= PREFIX_LEAST; i++) {
        const char *candidate = at(of, i);
        if (candidate == NULL || strncasecmp(candidate, name, length) != 0)
            continue;
        if (found != NULL || candidate[length] == '\0')
            return NULL;
        found = candidate;
    }
    return found;
}

static const char *nearest(const char *name, candidate_at *at, const void *of, size_t count)
{
    const size_t length = strlen(name);
    if (length >= LONGEST)
        return NULL;
    const char *best = only_longer(name, at, of, count);
    if (best != NULL)
        return best;
    size_t best_distance = least(2 + length / 3, length);
    for (size_t i = 0; i < count; i++) {
        const char *candidate = at(of, i);
        if (candidate == NULL || strlen(candidate) >= LONGEST)
            continue;
        const size_t d = distance(name, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

const char *lookup_nearest(const char *name, const char *const *candidates, size_t count)
{
    return nearest(name, of_list, candidates, count);
}

const char *lookup_nearest_row(struct lookup_table table, const char *name)
{
    return nearest(name, of_table, &table, table.count);
}
