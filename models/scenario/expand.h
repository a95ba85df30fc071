/* expand.h: from shorthand to the full form. */
#ifndef MODELS_SCENARIO_EXPAND_H
#define MODELS_SCENARIO_EXPAND_H

#include "models/scenario/json.h"

#define EXPAND_STATION "queue"
#define EXPAND_KIND    "task"

/* Turns the tree into its full form: keys of a station or a task kind at the top go into the station "queue"
 * and the kind "task", and "service" becomes the steps it stands for. Variants and sweep are left alone. */
bool expand_tree(struct json_tree *tree, struct error *err);

/* As expand_tree, for a tree with variants and sweep: their pointers, which speak of the shorthand, are
 * rewritten too, and what only they put in finds its station and kind. */
bool expand_file(struct arena *arena, struct json_tree *tree, struct error *err);

#endif
