/* moments.c: the scenario at moments after it has begun. */
#include "models/markov/markov.h"
#include "models/theory/theory.h"

static void put(struct theory_value *v, enum theory_scope scope, size_t subject, const char *probe,
                double value)
{
    *v = (struct theory_value){.scope = scope, .subject = subject, .probe = probe, .value = value};
}

bool theory_at(const struct model *model, const double *times, size_t count, struct arena *arena,
               const struct theory_value **out, size_t *value_count, struct error *err)
{
    struct markov_result *results = arena_array(arena, count + 1, sizeof *results);
    const size_t each = model->kind_count + 3U * model->station_count;
    struct theory_value *values = arena_array(arena, count * each + 1, sizeof *values);
    if (results == NULL || values == NULL)
        return error_set(err, "out of memory");
    if (!markov_at(model, NULL, times, count, arena, results, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct theory_value *v = values + i * each;
        for (uint32_t k = 0; k < model->kind_count; k++)
            put(v++, THEORY_OF_KIND, k, "in_system", results[i].kinds[k].in_system);
        for (uint32_t s = 0; s < model->station_count; s++) {
            put(v++, THEORY_OF_STATION, s, "in_station", results[i].stations[s].in_station);
            put(v++, THEORY_OF_STATION, s, "queue_length", results[i].stations[s].queue_length);
            put(v++, THEORY_OF_STATION, s, "utilisation", results[i].stations[s].utilisation);
        }
    }
    *out = values;
    *value_count = each;
    return true;
}
