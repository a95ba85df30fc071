#include "cli/trials.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_MOST = 8, TEXT_ROOM = 400 };

bool trials_read(const struct trials *t, const char *const *more, struct desq **d, struct error *err)
{
    const struct scenario_args *args = t->args;
    size_t n = 0, more_count = 0;
    while (more[more_count] != NULL)
        more_count++;
    const char **set = calloc(args->set_count + more_count + 2, sizeof *set);
    char *require = NULL;
    if (set == NULL)
        return error_set(err, "out of memory");
    bool said = false; /* by --set already */
    for (size_t i = 0; i < args->set_count; i++) {
        set[n++] = args->set[i];
        said = said || strncmp(args->set[i], "/sweep=", 7) == 0;
    }
    /* A sweep would mix with what is tried; its pointer may be just that. */
    char *sweep = trials_value(t->file, "/sweep");
    if (sweep != NULL && !said)
        set[n++] = "/sweep=null";
    free(sweep);
    for (size_t i = 0; i < more_count; i++)
        set[n++] = more[i];
    bool good = true;
    if (t->require != NULL) {
        const size_t room = strlen(t->require) + sizeof "/require=";
        require = malloc(room);
        good = require != NULL || error_set(err, "out of memory");
        if (good) {
            snprintf(require, room, "/require=%s", t->require);
            set[n++] = require;
        }
    }
    struct desq_options options = args->options;
    options.set = set;
    options.set_count = n;
    *d = NULL;
    good = good && desq_read(t->file, &options, d, err);
    free(require);
    free(set);
    return good;
}

bool trials_run(const struct trials *t, const struct trial_run *run, struct desq **d, const struct result **result)
{
    const char *more[SETS_MOST] = {NULL};
    char how[TEXT_ROOM];
    struct error err;
    size_t n = 0;
    /* Only the quantiles that requirements ask for matter. */
    snprintf(how, sizeof how, "/run={\"precision\":%.6g,\"confidence\":%.15g,\"quantiles\":[0.5]}", run->precision, run->confidence);
    more[n++] = how;
    for (size_t i = 0; i < sizeof run->set / sizeof run->set[0] && run->set[i] != NULL; i++)
        more[n++] = run->set[i];
    if (!trials_read(t, more, d, &err)) {
        complain(&err);
        return false;
    }
    if (!desq_run(*d, &(struct desq_run){.jobs = t->jobs, .ranks = t->ranks}, result, &err)) {
        complain(&err);
        desq_free(*d);
        return false;
    }
    return true;
}

enum verdict trials_verdict(const struct point *p)
{
    if (p->report.stopped == STOPPED_UNSTABLE || p->report.stopped == STOPPED_DEADLOCK)
        return VERDICT_NOT_MET;
    enum verdict worst = VERDICT_MET;
    for (size_t i = 0; i < p->outcome_count; i++) {
        if (p->outcomes[i].verdict == VERDICT_NOT_MET)
            return VERDICT_NOT_MET;
        if (p->outcomes[i].verdict == VERDICT_UNDECIDED)
            worst = VERDICT_UNDECIDED;
    }
    return worst;
}

char *trials_list(const char *const *texts, size_t count)
{
    cJSON *list = cJSON_CreateStringArray(texts, (int)count);
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

static char *read_text(const char *file)
{
    FILE *f = strcmp(file, "-") == 0 ? NULL : fopen(file, "rb");
    char *text = NULL;
    size_t length = 0, room = 0;
    while (f != NULL) {
        if (room - length < 2) {
            room = room == 0 ? 1 << 14 : 2 * room;
            char *more = realloc(text, room);
            if (more == NULL)
                break;
            text = more;
        }
        const size_t got = fread(text + length, 1, room - length - 1, f);
        length += got;
        text[length] = '\0';
        if (got == 0)
            break;
    }
    if (f != NULL)
        fclose(f);
    return text;
}

char *trials_value(const char *file, const char *pointer)
{
    char *text = read_text(file), *out = NULL;
    cJSON *json = text == NULL ? NULL : cJSON_Parse(text);
    const cJSON *at = json;
    while (at != NULL && *pointer == '/') {
        const size_t length = strcspn(++pointer, "/");
        char name[TEXT_ROOM];
        snprintf(name, sizeof name, "%.*s", (int)length, pointer);
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(name)) : cJSON_GetObjectItemCaseSensitive(at, name);
        pointer += length;
    }
    if (at != NULL)
        out = cJSON_PrintUnformatted(at);
    cJSON_Delete(json);
    free(text);
    return out;
}
