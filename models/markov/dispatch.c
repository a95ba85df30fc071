/* dispatch.c: to which member of a group a task goes, with which chance. */
#include "models/markov/scene.h"

#include <math.h>
#include <string.h>

static double choices(double n, double d)
{
    return d > n ? 0.0 : exp(lgamma(n + 1.0) - lgamma(d + 1.0) - lgamma(n - d + 1.0));
}

/* Of d members drawn at random, one with fewest tasks: P(fewest is at least v) is that of none with fewer. */
static void chances_of_d(const struct scene *scene, const struct group_model *group, double *p)
{
    const double n = group->count,
                 d = group->replacement || group->d < group->count ? group->d : group->count;
    for (uint32_t i = 0; i < group->count; i++) {
        const uint32_t mine = scene->present[group->members[i]];
        double equal = 0.0, more = 0.0;
        for (uint32_t j = 0; j < group->count; j++) {
            equal += scene->present[group->members[j]] == mine;
            more += scene->present[group->members[j]] > mine;
        }
        if (group->replacement)
            p[i] = (pow((equal + more) / n, d) - pow(more / n, d)) / equal;
        else
            p[i] = (choices(equal + more, d) - choices(more, d)) / choices(n, d) / equal;
    }
}

uint32_t scene_dispatch(struct scene *scene, uint32_t s)
{
    const struct group_model *group = scene->chain->model->stations[s].group;
    const struct station_model *stations = scene->chain->model->stations;
    const char *rule = group->rule->name;
    const uint32_t n = group->count;
    if (strcmp(rule, "round_robin") == 0) {
        const uint32_t turn = scene->turn[s];
        scene->turn[s] = (turn + 1) % n;
        return group->members[turn];
    }
    double *p = scene_chances(scene, n);
    if (p == NULL)
        return group->members[0];
    if (strcmp(rule, "power_of_d") == 0) {
        chances_of_d(scene, group, p);
    } else if (strcmp(rule, "weighted") == 0) {
        for (uint32_t i = 0; i < n; i++)
            p[i] = group->weights[i] - (i == 0 ? 0.0 : group->weights[i - 1]);
    } else {
        double least = INFINITY, ties = 0.0;
        for (int pass = 0; pass < 2; pass++)
            for (uint32_t i = 0; i < n; i++) {
                const uint32_t member = group->members[i];
                const double value = strcmp(rule, "random") == 0 ? 0.0
                                     : strcmp(rule, "jsq") == 0
                                         ? scene->present[member]
                                         : !(stations[member].servers == UNLIMITED ||
                                             scene->busy[member] < stations[member].servers);
                if (pass == 0 && value < least) {
                    least = value;
                    ties = 0.0;
                }
                if (pass == 0)
                    ties += value == least;
                else
                    p[i] = value == least ? 1.0 / ties : 0.0;
            }
    }
    return group->members[oracle_draw(scene->oracle, n, p)];
}
