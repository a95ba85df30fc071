#include "cli/resume.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_json(const char *path)
{
    FILE *f = fopen(path, "r");
    int c = f == NULL ? EOF : fgetc(f);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        c = fgetc(f);
    if (f != NULL)
        fclose(f);
    return c == '{';
}

bool resume_find(struct arena *arena, const char *path, struct resumed *out, struct error *err)
{
    *out = (struct resumed){.records = path};
    if (!is_json(path))
        return true;
    if (!result_read(arena, path, &out->result, err))
        return false;
    const size_t length = strlen(path);
    const bool named = length > 5 && strcmp(path + length - 5, ".json") == 0;
    out->records = arena_printf(arena, "%.*s.records", (int)(named ? length - 5 : length), path);
    if (out->records == NULL)
        return error_set(err, "out of memory");
    return access(out->records, R_OK) == 0 ||
           error_set(err, "%s: the records of its replications are not in %s: they are kept where a run is told --checkpoint %s", path, out->records, out->records);
}

bool resume_agrees(const struct resumed *r, const char *scenario, uint64_t seed, struct error *err)
{
    if (r->result == NULL || (strcmp(r->result->path, scenario) == 0 && r->result->seed == seed))
        return true;
    return error_set(err, "%s has the records of another study: of %s with seed %llu, where the result is of %s with seed %llu", r->records, scenario,
                     (unsigned long long)seed, r->result->path, (unsigned long long)r->result->seed);
}
