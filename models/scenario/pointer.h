/* pointer.h: JSON Pointers (RFC 6901) into the tree. */
#ifndef MODELS_SCENARIO_POINTER_H
#define MODELS_SCENARIO_POINTER_H

#include "models/scenario/json.h"

/* Is it one? false: err's text. "", the whole document, is refused: nothing here replaces it. */
bool pointer_check(const char *pointer, struct error *err);

/* The first reference token of a pointer, decoded, in the arena; *rest: what follows it, "" or from "/" on.
 * NULL: no memory, or the pointer does not begin with "/". */
char *pointer_token(struct arena *arena, const char *pointer, const char **rest);

/* Does setting `over` replace what `under` points to? */
bool pointer_covers(const char *over, const char *under);

/* Puts value (taken, also when it fails; NULL removes) where pointer says. The last key is created where it
 * is missing, "-" is behind the last element of a list; everything before must be there, save "run",
 * "variants" and "sweep" at the top, which are created too. missing_ok: removing what is not there is no
 * error. false: err's text, without a place. */
bool pointer_put(struct arena *arena, struct json_tree *tree, const char *pointer, cJSON *value,
                 bool missing_ok, struct error *err);

#endif
