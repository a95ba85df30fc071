/* setup.c: servers that are cold until they have been set up, for exponential times (models/server/setup.c, "Servers that come and go" in
 * docs/scenario-format.md). A state tells how many are warm and idle, and how many starts are under way. */
#include "models/markov/scene.h"

static const struct station_model *model_of(const struct scene *scene, uint32_t s)
{
    return &scene->chain->model->stations[s];
}

const char *setup_refused(const struct station_model *m)
{
    if (m->preempt != PREEMPT_NOBODY || m->sharing)
        return "setup of servers that are shared or preempt";
    if (m->setup->shape != DIST_EXPONENTIAL)
        return "a setup that is not exponential";
    if (m->keep_alive == NULL)
        return "servers that stay warm once they are, which takes as long as it takes until all are";
    if (m->keep_alive->shape != DIST_EXPONENTIAL && !(m->keep_alive->shape == DIST_CONSTANT && m->keep_alive->a == 0.0))
        return "a keep_alive that is neither exponential nor 0";
    return NULL;
}

bool scene_sets_up(const struct scene *scene, uint32_t s)
{
    return model_of(scene, s)->behaviour != NULL;
}

void scene_server_rests(struct scene *scene, uint32_t s)
{
    scene->idle[s]++;
}

void scene_instant_over(struct scene *scene)
{
    for (uint32_t s = 0; s < scene->chain->model->part_count; s++) {
        const struct dist *keep = model_of(scene, s)->keep_alive;
        if (scene_sets_up(scene, s) && keep->shape == DIST_CONSTANT)
            scene->idle[s] = 0;
    }
}

static uint32_t waiting(const struct runs *runs)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < runs->count; i++)
        count += runs->items[i].count;
    return count;
}

void scene_start_server(struct scene *scene, uint32_t s)
{
    const uint32_t servers = model_of(scene, s)->servers;
    const bool cold = servers == UNLIMITED || scene->busy[s] + scene->idle[s] + scene->starting[s] < servers;
    if (cold && scene->starting[s] < waiting(&scene->line[s]) + waiting(&scene->resumed[s]))
        scene->starting[s]++;
}

double scene_setup_rate(const struct scene *scene, uint32_t s)
{
    const struct station_model *m = model_of(scene, s);
    const uint32_t under_way = m->setup_serial && scene->starting[s] > 1 ? 1 : scene->starting[s];
    return under_way / m->setup->a;
}

double scene_cooling_rate(const struct scene *scene, uint32_t s)
{
    const struct station_model *m = model_of(scene, s);
    return scene->idle[s] == 0 ? 0.0 : scene->idle[s] / m->keep_alive->a; /* none is idle where it is 0 */
}

void scene_cools(struct scene *scene, uint32_t s)
{
    scene->idle[s]--;
}
