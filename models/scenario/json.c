#include "models/scenario/json.h"

#include "models/scenario/scan.h"
#include "models/units.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct origin_entry {
    const cJSON *node; /* NULL: free */
    const struct origin *origin;
};

/* ---- the file ---- */

enum { LARGEST_FILE = 64 << 20 };

static bool read_stream(FILE *stream, char **out, size_t *length, struct error *err)
{
    size_t size = 1 << 16, used = 0;
    char *text = malloc(size);
    while (text != NULL) {
        used += fread(text + used, 1, size - 1 - used, stream);
        if (ferror(stream)) {
            const int reason = errno;
            free(text);
            return error_set(err, "cannot read the file: %s", strerror(reason));
        }
        if (used > LARGEST_FILE) {
            free(text);
            return error_set(err, "the file is too large: a scenario has at most 64 MiB");
        }
        if (used < size - 1) {
            text[used] = '\0';
            *out = text;
            *length = used;
            return true;
        }
        size *= 2;
        char *larger = realloc(text, size);
        if (larger == NULL)
            free(text);
        text = larger;
    }
    return error_set(err, "out of memory");
}

bool json_load(const char *path, char **out, size_t *length, struct error *err)
{
    *out = NULL;
    if (strcmp(path, "-") == 0)
        return read_stream(stdin, out, length, err);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(err, "cannot open the file: %s", strerror(errno));
    struct stat status;
    bool good = true;
    if (fstat(fileno(file), &status) == 0) {
        if (S_ISDIR(status.st_mode))
            good = error_set(err, "this is a directory, not a file");
        else if (S_ISREG(status.st_mode) && status.st_size > LARGEST_FILE)
            good = error_set(err, "the file is too large: a scenario has at most 64 MiB");
    }
    good = good && read_stream(file, out, length, err);
    fclose(file);
    return good;
}

/* ---- origins ---- */

static size_t slot_of(const struct json_tree *tree, const cJSON *node)
{
    const uint64_t mixed = (uint64_t)(uintptr_t)node * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(mixed >> 20) & (tree->size - 1);
    while (tree->entries[slot].node != NULL && tree->entries[slot].node != node)
        slot = (slot + 1) & (tree->size - 1);
    return slot;
}

static bool grow(struct json_tree *tree)
{
    struct json_tree larger = {.root = tree->root, .size = tree->size == 0 ? 64 : tree->size * 2};
    larger.entries = calloc(larger.size, sizeof *larger.entries);
    if (larger.entries == NULL)
        return false;
    for (size_t i = 0; i < tree->size; i++)
        if (tree->entries[i].node != NULL)
            larger.entries[slot_of(&larger, tree->entries[i].node)] = tree->entries[i];
    larger.count = tree->count;
    free(tree->entries);
    *tree = larger;
    return true;
}

bool json_set_origin(struct json_tree *tree, const cJSON *node, const struct origin *origin)
{
    if (tree->count * 2 >= tree->size && !grow(tree))
        return false;
    struct origin_entry *entry = &tree->entries[slot_of(tree, node)];
    tree->count += entry->node == NULL;
    *entry = (struct origin_entry){node, origin};
    return true;
}

const struct origin *json_origin(const struct json_tree *tree, const cJSON *node)
{
    return tree->size == 0 || node == NULL ? NULL : tree->entries[slot_of(tree, node)].origin;
}

char *json_escape(struct arena *arena, const char *key)
{
    char *out = arena_alloc(arena, 6 * strlen(key) + 1);
    if (out == NULL)
        return NULL;
    char *to = out;
    for (; *key != '\0'; key++) {
        const unsigned char c = (unsigned char)*key;
        if (c == '~' || c == '/')
            to += sprintf(to, "~%c", c == '~' ? '0' : '1');
        else if (c < 0x20 || c == 0x7F)
            to += sprintf(to, "\\u%04X", c);
        else
            *to++ = *key;
    }
    *to = '\0';
    return out;
}

static char *pointer_of(const struct origin *origin, struct arena *arena)
{
    if (origin->parent == NULL)
        return arena_text(arena, origin->key == NULL ? "" : origin->key);
    const char *before = pointer_of(origin->parent, arena);
    if (before == NULL)
        return NULL;
    if (origin->key == NULL)
        return arena_printf(arena, "%s/%zu", before, origin->index);
    const char *token = json_escape(arena, origin->key);
    return token == NULL ? NULL : arena_printf(arena, "%s/%s", before, token);
}

struct place json_place(const struct json_tree *tree, const cJSON *node, struct arena *arena)
{
    const struct origin *origin = json_origin(tree, node);
    if (origin == NULL)
        return (struct place){0};
    return (struct place){pointer_of(origin, arena), origin->line, origin->column};
}

static bool stand(const struct origin *origin, bool key, struct error *err)
{
    if (origin == NULL || err == NULL || err->line != 0 || err->pointer[0] != '\0')
        return false;
    struct arena scratch;
    arena_init(&scratch);
    key = key && origin->key_line != 0;
    const struct place at = {pointer_of(origin, &scratch), key ? origin->key_line : origin->line,
                             key ? origin->key_column : origin->column};
    const struct origin *root = origin;
    while (root->parent != NULL)
        root = root->parent;
    error_place(err, root->file, &at);
    arena_free(&scratch);
    return false;
}

bool json_stand(const struct json_tree *tree, const cJSON *node, struct error *err)
{
    return stand(json_origin(tree, node), false, err);
}

bool json_stand_key(const struct json_tree *tree, const cJSON *node, struct error *err)
{
    return stand(json_origin(tree, node), true, err);
}

/* ---- from text to tree ---- */

/* Walks the tree in the order of the text, giving each node the mark that is next. */
static bool place_nodes(struct arena *arena, struct json_tree *tree, const cJSON *node,
                        struct origin *origins, const struct mark *marks, size_t *next,
                        const struct origin *parent, size_t index)
{
    const struct mark *mark = &marks[*next];
    struct origin *origin = &origins[(*next)++];
    *origin = (struct origin){parent,     NULL,         NULL,           index,
                              mark->line, mark->column, mark->key_line, mark->key_column};
    if (node->string != NULL) {
        origin->key = arena_text(arena, node->string);
        if (origin->key == NULL)
            return false;
    }
    if (!json_set_origin(tree, node, origin))
        return false;
    size_t i = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!place_nodes(arena, tree, child, origins, marks, next, origin, i++))
            return false;
    return true;
}

struct member {
    const cJSON *node;
    size_t order;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    const int keys = strcmp(x->node->string, y->node->string);
    return keys != 0 ? keys : (x->order > y->order) - (x->order < y->order);
}

/* The first member (in the order of the text) whose key an earlier one has: its *first. NULL: none. */
static const cJSON *find_duplicate(struct member *members, size_t count, const cJSON **first)
{
    const struct member *worst = NULL;
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1].node->string, members[i].node->string) == 0 &&
            (worst == NULL || members[i].order < worst->order)) {
            worst = &members[i];
            *first = members[i - 1].node;
        }
    }
    return worst == NULL ? NULL : worst->node;
}

static bool check_duplicates(const struct json_tree *tree, const cJSON *node, struct error *err)
{
    if (cJSON_IsObject(node) && node->child != NULL && node->child->next != NULL) {
        size_t count = 0;
        for (const cJSON *child = node->child; child != NULL; child = child->next)
            count++;
        struct member *members = malloc(count * sizeof *members);
        if (members == NULL)
            return error_set(err, "out of memory");
        size_t i = 0;
        for (const cJSON *child = node->child; child != NULL; child = child->next, i++)
            members[i] = (struct member){child, i};
        const cJSON *first = NULL, *again = find_duplicate(members, count, &first);
        free(members);
        if (again != NULL) {
            const struct origin *at = json_origin(tree, first);
            char quoted[UNITS_QUOTE_SIZE], where[64] = "";
            if (at->key_line != 0)
                snprintf(where, sizeof where, "; first at line %d, column %d", at->key_line, at->key_column);
            error_set(err, "the key %s stands here twice%s", units_quote(again->string, quoted), where);
            return json_stand_key(tree, again, err);
        }
    }
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        if (!check_duplicates(tree, child, err))
            return false;
    return true;
}

bool json_parse(struct arena *arena, const char *text, size_t length, const char *file, const char *pointer,
                struct json_tree *out, struct error *err)
{
    *out = (struct json_tree){0};
    if (length >= 3 &&
        memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark: not all cJSON sees as one */
        text += 3;
        length -= 3;
    }
    struct scan scan;
    bool good = scan_json(text, length, file == NULL ? "file" : "text", &scan, err);
    if (good) {
        out->root = cJSON_ParseWithLength(text, length);
        struct origin *origins = arena_array(arena, scan.count, sizeof *origins);
        if (file != NULL) /* a line of a text that stands in no file helps nobody */
            memset(scan.marks, 0, scan.count * sizeof *scan.marks);
        size_t next = 0;
        if (out->root == NULL || origins == NULL ||
            !place_nodes(arena, out, out->root, origins, scan.marks, &next, NULL, 0)) {
            good = error_set(err, "out of memory");
        } else {
            origins[0].file = file;
            origins[0].key = pointer;
            good = check_duplicates(out, out->root, err);
        }
    }
    scan_free(&scan);
    return good;
}

void json_free(struct json_tree *tree)
{
    cJSON_Delete(tree->root);
    free(tree->entries);
    *tree = (struct json_tree){0};
}

static bool copy_origins(const struct json_tree *from, const cJSON *node, struct json_tree *to,
                         const cJSON *copy)
{
    if (!json_set_origin(to, copy, json_origin(from, node)))
        return false;
    for (node = node->child, copy = copy->child; node != NULL; node = node->next, copy = copy->next)
        if (!copy_origins(from, node, to, copy))
            return false;
    return true;
}

cJSON *json_copy_node(const struct json_tree *from, const cJSON *node, struct json_tree *to)
{
    cJSON *copy = cJSON_Duplicate(node, true);
    if (copy != NULL && !copy_origins(from, node, to, copy)) {
        cJSON_Delete(copy);
        return NULL;
    }
    return copy;
}

bool json_copy(const struct json_tree *from, struct json_tree *to, struct error *err)
{
    *to = (struct json_tree){0};
    to->root = json_copy_node(from, from->root, to);
    return to->root != NULL || error_set(err, "out of memory");
}

/* ---- the tree ---- */

cJSON *json_get(const cJSON *object, const char *key)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (cJSON *child = object->child; child != NULL; child = child->next)
        if (strcmp(child->string, key) == 0)
            return child;
    return NULL;
}

static cJSON *add(struct json_tree *tree, cJSON *parent, const char *key, cJSON *node,
                  const struct origin *origin)
{
    if (node == NULL)
        return NULL;
    if (!json_set_origin(tree, node, origin) ||
        !(key != NULL ? cJSON_AddItemToObject(parent, key, node) : cJSON_AddItemToArray(parent, node))) {
        cJSON_Delete(node);
        return NULL;
    }
    return node;
}

cJSON *json_add_object(struct json_tree *tree, cJSON *parent, const char *key, const struct origin *origin)
{
    return add(tree, parent, key, cJSON_CreateObject(), origin);
}

cJSON *json_add_array(struct json_tree *tree, cJSON *parent, const char *key, const struct origin *origin)
{
    return add(tree, parent, key, cJSON_CreateArray(), origin);
}

cJSON *json_add_text(struct json_tree *tree, cJSON *parent, const char *key, const char *text,
                     const struct origin *origin)
{
    return add(tree, parent, key, cJSON_CreateString(text), origin);
}

bool json_replace(struct json_tree *tree, cJSON *there, cJSON *node)
{
    const bool good = json_set_origin(tree, there, json_origin(tree, node));
    const cJSON old = *there;
    there->type = node->type;
    there->child = node->child;
    there->valuestring = node->valuestring;
    there->valuedouble = node->valuedouble;
    there->valueint = node->valueint;
    node->type = old.type;
    node->child = old.child;
    node->valuestring = old.valuestring;
    cJSON_Delete(node);
    return good;
}

bool json_move(cJSON *from, cJSON *member, cJSON *to, const char *key)
{
    cJSON_DetachItemViaPointer(from, member);
    if (cJSON_AddItemToObject(to, key, member))
        return true;
    cJSON_Delete(member);
    return false;
}

char *json_number(double value, char out[32])
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    if (fabs(value) < 1e15 && value == floor(value)) /* 1000, not 1e+03 */
        snprintf(out, 32, "%.0f", value);
    return out;
}

char *json_describe(const cJSON *node, char out[JSON_DESCRIBE_SIZE])
{
    char number[32];
    if (cJSON_IsString(node))
        return units_quote(node->valuestring, out);
    snprintf(out, JSON_DESCRIBE_SIZE, "%s",
             cJSON_IsNumber(node)   ? json_number(node->valuedouble, number)
             : cJSON_IsTrue(node)   ? "true"
             : cJSON_IsFalse(node)  ? "false"
             : cJSON_IsNull(node)   ? "null"
             : cJSON_IsObject(node) ? "an object"
                                    : "an array");
    return out;
}
