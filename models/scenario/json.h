/* json.h: the scenario as a JSON tree in which every value knows where the user wrote it, also after
 * variants, sweep and shorthand have moved it about. Only models/scenario/ includes this; cJSON ends with the
 * reader. */
#ifndef MODELS_SCENARIO_JSON_H
#define MODELS_SCENARIO_JSON_H

#include "sim/arena.h"
#include "sim/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a value was written. In an arena, never changed: copies of a value share its origin. */
struct origin {
    const struct origin *parent; /* NULL: the root of a text */
    const char *file;            /* of a root: what to name in messages; NULL: the scenario's file */
    const char *key;             /* member's name; of a root: its pointer; NULL: element of an array */
    size_t index;                /* element's number */
    int line, column;            /* of the value; line 0: not known */
    int key_line, key_column;    /* of the key */
};

/* A tree and the origins of its nodes (a hash table by address). */
struct json_tree {
    cJSON *root;
    struct origin_entry *entries;
    size_t size, count;
};

/* The text of the file at path, NUL added, in memory from malloc (*out, free it) and its length. path "-" is
 * standard input. Refused: what cannot be read, directories, more than 64 MiB. */
bool json_load(const char *path, char **out, size_t *length, struct error *err);

/* Builds the tree of a text. file and pointer: of the root's origin (see there); with a file other than the
 * scenario's, origins have no lines. A byte order mark is passed over. err: syntax errors have line and
 * column. Free the tree with json_free in either case. */
bool json_parse(struct arena *arena, const char *text, size_t length, const char *file, const char *pointer,
                struct json_tree *out, struct error *err);

void json_free(struct json_tree *tree);

/* A copy with the same origins; free it with json_free in either case. */
bool json_copy(const struct json_tree *from, struct json_tree *to, struct error *err);

/* A copy of `node` of tree `from`, its origins known to `to`; NULL: no memory. The caller owns it. */
cJSON *json_copy_node(const struct json_tree *from, const cJSON *node, struct json_tree *to);

const struct origin *json_origin(const struct json_tree *tree, const cJSON *node); /* NULL: none */

/* Notes the origin of a node; false: no memory. */
bool json_set_origin(struct json_tree *tree, const cJSON *node, const struct origin *origin);

/* The place of a node for messages; the pointer is in the arena. */
struct place json_place(const struct json_tree *tree, const cJSON *node, struct arena *arena);

/* Adds the place of the node, or of its key, to the error; returns false. */
bool json_stand(const struct json_tree *tree, const cJSON *node, struct error *err);
bool json_stand_key(const struct json_tree *tree, const cJSON *node, struct error *err);

/* The member of an object; case matters (cJSON's own look-up ignores it). NULL: none, or no object. */
cJSON *json_get(const cJSON *object, const char *key);

/* An empty object (or array) with the origin given, added to parent under key (or at its end); NULL: no
 * memory. */
cJSON *json_add_object(struct json_tree *tree, cJSON *parent, const char *key, const struct origin *origin);
cJSON *json_add_array(struct json_tree *tree, cJSON *parent, const char *key, const struct origin *origin);

/* A text, as above. */
cJSON *json_add_text(struct json_tree *tree, cJSON *parent, const char *key, const char *text,
                     const struct origin *origin);

/* Puts what node holds in the place of `there`, which keeps its key and its place among its siblings. Takes
 * the node, also when it fails (no memory). */
bool json_replace(struct json_tree *tree, cJSON *there, cJSON *node);

/* Moves a member of one object to the end of another, under a key. false: no memory (then it is gone). */
bool json_move(cJSON *from, cJSON *member, cJSON *to, const char *key);

/* The value as JSON text in the arena; width 0: on one line, else lines of about that many bytes, ended by a
 * newline. NULL: no memory. */
const char *json_text(struct arena *arena, const cJSON *node, size_t width);

/* For messages: "an object", "\"abc\"", "3.5". Returns out. */
enum { JSON_DESCRIBE_SIZE = 128 };
char *json_describe(const cJSON *node, char out[JSON_DESCRIBE_SIZE]);

/* The shortest digits that read back as this number. Returns out. */
char *json_number(double value, char out[32]);

/* A key as a reference token of a JSON Pointer (RFC 6901), for people: "~" as "~0", "/" as "~1", control
 * characters as JSON writes them; in the arena. */
char *json_escape(struct arena *arena, const char *key);

#endif
