/* json_value.h: checked access to a parsed JSON text. The first thing amiss is the error, with the JSON
 * Pointer of where it stands; after it every call gives a harmless value, so callers need not stop at each.
 */
#ifndef CLI_OUTPUT_JSON_VALUE_H
#define CLI_OUTPUT_JSON_VALUE_H

#include "models/desq.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node_reader {
    struct arena *arena; /* holds what is handed out */
    struct error *err;
    const char *file;
    bool good;
};

/* A value and how one gets there. json NULL: it is not there. */
struct node {
    const cJSON *json;
    const char *pointer;
};

void node_fail(struct node_reader *r, struct node at, const char *expected);
void node_no_memory(struct node_reader *r);

/* count objects of size bytes in the arena; NULL: no memory, and said so. */
void *node_take(struct node_reader *r, size_t count, size_t size);
/* A copy in the arena; "" when there is no memory. */
const char *node_copy(struct node_reader *r, const char *text);

struct node node_at(struct node_reader *r, struct node parent, const char *key);
struct node node_at_index(struct node_reader *r, struct node parent, const cJSON *item, size_t index);

/* Members of an object or array; 0 and an error where it is neither. */
size_t node_members(struct node_reader *r, struct node at, bool object);

/* A number, null (NAN) or "infinite". */
double node_number(struct node_reader *r, struct node at);
double node_number_of(struct node_reader *r, struct node parent, const char *key);
uint64_t node_whole_of(struct node_reader *r, struct node parent, const char *key);
bool node_flag_of(struct node_reader *r, struct node parent, const char *key);
const char *node_text_of(struct node_reader *r, struct node parent, const char *key);
/* Text, or NULL where it is null. */
const char *node_optional_text_of(struct node_reader *r, struct node parent, const char *key);
const char *const *node_texts_of(struct node_reader *r, struct node parent, const char *key, size_t *count);
/* The index of a word among several; the error lists them. */
size_t node_word_of(struct node_reader *r, struct node parent, const char *key, const char *const *words,
                    size_t count);

/* Reads and parses a file ("-": standard input); free with cJSON_Delete. NULL: r's error is set. */
cJSON *node_parse_file(struct node_reader *r);

#endif
