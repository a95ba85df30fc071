#include "cli/records.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of "run" does not change any replication, but only how many of them there are and what is said of them. */
static const char *const free_keys[] = {"replications", "precision", "confidence", "quantiles", "limit", "controls", "rare"};

static const char *const engine_names[] = {
    [DESQ_ENGINE_AUTO] = "auto", [DESQ_ENGINE_CALENDAR] = "calendar", [DESQ_ENGINE_RECURSION] = "recursion"};

static bool out_of_memory(void)
{
    fprintf(stderr, "desq: out of memory\n");
    return false;
}

/* The study as text: the same for all runs whose replications are the same. */
static char *title_of(const cJSON *scenario, const struct desq_options *options)
{
    static const char *const words[] = {"title", "description", "answer", "require"};
    cJSON *root = cJSON_CreateObject(), *copy = cJSON_Duplicate(scenario, true);
    cJSON *run = cJSON_GetObjectItemCaseSensitive(copy, "run");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(copy, words[i]);
    for (size_t i = 0; run != NULL && i < sizeof free_keys / sizeof *free_keys; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(run, free_keys[i]);
    cJSON_AddStringToObject(root, "desq", DESQ_VERSION);
    if (options->seed_given)
        cJSON_AddNumberToObject(root, "seed", (double)options->seed);
    cJSON_AddStringToObject(root, "engine", engine_names[options->engine]);
    cJSON_AddItemToObject(root, "scenario", copy);
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

/* written: the scenario as it stands in its file, to which options.set was put. */
static bool describe(struct records *r, const char *file, const char *written, const struct desq_options *options)
{
    struct error err;
    char *full;
    if (!desq_expand_text(file, written, options, &full, &err)) {
        complain(&err);
        return false;
    }
    cJSON *expanded = cJSON_Parse(full), *scenario = cJSON_Parse(written), *more = cJSON_CreateObject(), *set = cJSON_AddArrayToObject(more, "set");
    free(full);
    const bool ok = expanded != NULL && scenario != NULL && set != NULL;
    r->store = store_new();
    r->title = ok ? title_of(expanded, options) : NULL;
    cJSON_Delete(expanded);
    for (size_t i = 0; ok && i < options->set_count; i++)
        cJSON_AddItemToArray(set, cJSON_CreateString(options->set[i]));
    cJSON_AddStringToObject(more, "file", file);
    if (options->seed_given)
        cJSON_AddNumberToObject(more, "seed", (double)options->seed);
    cJSON_AddNumberToObject(more, "engine", (double)options->engine);
    cJSON_AddItemToObject(more, "scenario", scenario);
    r->more = cJSON_PrintUnformatted(more);
    cJSON_Delete(more);
    return (ok && r->store != NULL && r->title != NULL && r->more != NULL) || out_of_memory();
}

bool records_of_scenario(struct records *r, const struct scenario_args *args, size_t i)
{
    *r = (struct records){0};
    if (strcmp(args->files[i], "-") == 0) {
        fprintf(stderr, "desq: a scenario whose records are kept has to be in a file, not on standard input\n");
        return false;
    }
    struct desq_options options = args->options;
    options.set = args->set;
    options.set_count = args->set_count;
    struct error err;
    struct desq *d;
    if (!desq_read(args->files[i], &options, &d, &err)) {
        complain(&err);
        return false;
    }
    const bool ok = describe(r, args->files[i], desq_scenario(d)->text, &options);
    desq_free(d);
    return ok;
}

/* Only how long to run may be set anew. */
static bool sets_allowed(const struct scenario_args *args)
{
    for (size_t i = 0; i < args->set_count; i++) {
        bool good = false;
        for (size_t k = 0; k < sizeof free_keys / sizeof *free_keys; k++) {
            const size_t length = strlen(free_keys[k]);
            good |= strncmp(args->set[i], "/run/", 5) == 0 && strncmp(args->set[i] + 5, free_keys[k], length) == 0 &&
                    (args->set[i][5 + length] == '=' || args->set[i][5 + length] == '/');
        }
        if (!good) {
            fprintf(stderr, "desq: --set %s: that would be another study; what may be set here is /run/replications, precision, confidence, "
                            "quantiles, limit, controls and rare\n",
                    args->set[i]);
            return false;
        }
    }
    return true;
}

/* The study as it was written, and with what args set further. */
static bool read_again(struct records *r, const char *file, const char *text, const cJSON *set, const cJSON *seed, enum desq_engine engine,
                       const struct scenario_args *args, struct desq **d)
{
    const size_t before = (size_t)cJSON_GetArraySize(set);
    const char **all = calloc(before + args->set_count + 1, sizeof *all);
    if (all == NULL)
        return out_of_memory();
    for (size_t i = 0; i < before; i++)
        if ((all[i] = cJSON_GetStringValue(cJSON_GetArrayItem(set, (int)i))) == NULL) {
            fprintf(stderr, "desq: these records do not say what was set\n");
            free(all);
            return false;
        }
    for (size_t i = 0; i < args->set_count; i++)
        all[before + i] = args->set[i];
    struct desq_options options = {
        .set = all, .set_count = before, .seed_given = cJSON_IsNumber(seed), .seed = cJSON_IsNumber(seed) ? (uint64_t)seed->valuedouble : 0, .engine = engine};
    struct error err;
    bool ok = describe(r, file, text, &options);
    options.set_count += args->set_count;
    if (ok && !desq_read_text(file, text, &options, d, &err)) {
        complain(&err);
        ok = false;
    }
    free(all);
    return ok;
}

bool records_of_file(struct records *r, const char *path, const struct scenario_args *args, struct desq **d)
{
    struct error err;
    *r = (struct records){0};
    *d = NULL;
    if (args->options.seed_given) {
        fprintf(stderr, "desq: --seed: that would be another study\n");
        return false;
    }
    if (!sets_allowed(args))
        return false;
    char *more = store_more(path, &err);
    if (more == NULL) {
        complain(&err);
        return false;
    }
    cJSON *json = cJSON_Parse(more);
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(json, "file"), *seed = cJSON_GetObjectItemCaseSensitive(json, "seed"),
                *engine = cJSON_GetObjectItemCaseSensitive(json, "engine"), *scenario = cJSON_GetObjectItemCaseSensitive(json, "scenario");
    char *text = cJSON_IsObject(scenario) ? cJSON_PrintUnformatted(scenario) : NULL;
    bool ok = text != NULL && cJSON_IsString(file) && cJSON_IsNumber(engine) && engine->valueint >= 0 && engine->valueint <= 2;
    if (!ok)
        fprintf(stderr, "desq: %s: this file of records does not say what it is of\n", path);
    ok = ok && read_again(r, file->valuestring, text, cJSON_GetObjectItemCaseSensitive(json, "set"), seed, (enum desq_engine)engine->valueint, args, d);
    cJSON_Delete(json);
    free(text);
    free(more);
    return ok;
}

bool records_take(struct records *r, const char *path, bool grow)
{
    struct error err;
    if (grow ? store_grow(r->store, path, r->title, r->more, &err) : store_read(r->store, path, r->title, &err))
        return true;
    complain(&err);
    return false;
}

void records_free(struct records *r)
{
    store_free(r->store);
    free(r->title);
    free(r->more);
    *r = (struct records){0};
}
