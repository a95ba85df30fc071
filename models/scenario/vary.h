/* vary.h: one mechanism for variants, sweep and --set: a JSON Pointer (RFC 6901) into what the user wrote,
 * and the value to put there. */
#ifndef MODELS_SCENARIO_VARY_H
#define MODELS_SCENARIO_VARY_H

#include "models/scenario/json.h"
#include "models/scenario/scenario.h"

/* A pointer of "sweep" and its values, which are the children of list. */
struct sweep_axis {
    const char *pointer;
    const cJSON *list;
    size_t count;
};

/* What is to be run. Points into the tree it was made from. */
struct vary_plan {
    const cJSON *variants; /* NULL: none */
    size_t variant_count;  /* at least 1 */
    struct sweep_axis *axes;
    size_t axis_count;
    bool zip;
    struct sweep_knee knee; /* pointer NULL: none */
    size_t combination_count; /* of sweep values; at least 1 */
};

/* Puts what --set says into the tree. */
bool vary_set(struct arena *arena, struct json_tree *tree, const char *const *set, size_t set_count,
              struct error *err);

/* Reads "variants" and "sweep" of the tree; ranges ("from", "to") become lists there. set: what was put in by
 * --set, so that nothing of it is overridden in silence. */
bool vary_plan(struct arena *arena, struct json_tree *tree, const char *const *set, size_t set_count,
               struct vary_plan *out, struct error *err);

/* The scenario of one point, in *out (json_free it in either case): a copy without "variants" and "sweep",
 * with the values of the point put in. *point gets variant and sets. */
bool vary_point(struct arena *arena, const struct json_tree *tree, const struct vary_plan *plan, size_t index,
                struct json_tree *out, struct scenario_point *point, struct error *err);

#endif
