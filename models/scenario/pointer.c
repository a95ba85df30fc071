/* pointer.c: JSON Pointers into the tree. cJSON_Utils, which has them too, is not everywhere where cJSON is,
 * and its messages name nothing. */
#include "models/scenario/pointer.h"

#include "models/units.h"
#include "sim/lookup.h"

#include <stdio.h>
#include <string.h>

char *pointer_token(struct arena *arena, const char *pointer, const char **rest)
{
    if (*pointer != '/')
        return NULL;
    const size_t length = strcspn(pointer + 1, "/");
    *rest = pointer + 1 + length;
    char *token = arena_alloc(arena, length + 1), *to = token;
    if (token == NULL)
        return NULL;
    for (const char *from = pointer + 1; from < *rest; from++) {
        if (*from == '~' && (from[1] == '0' || from[1] == '1'))
            *to++ = *++from == '0' ? '~' : '/';
        else
            *to++ = *from;
    }
    *to = '\0';
    return token;
}

bool pointer_covers(const char *over, const char *under)
{
    const size_t length = strlen(over);
    return strncmp(over, under, length) == 0 && (under[length] == '\0' || under[length] == '/');
}

bool pointer_check(const char *pointer, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE];
    if (*pointer != '/')
        return error_set(err, "a pointer begins with \"/\" (such as \"/servers\"), found %s",
                         units_quote(pointer, quoted));
    for (const char *c = strchr(pointer, '~'); c != NULL; c = strchr(c + 1, '~'))
        if (c[1] != '0' && c[1] != '1')
            return error_set(err,
                             "in a pointer, \"~\" is written \"~0\" and \"/\" in a name \"~1\", found %s",
                             units_quote(pointer, quoted));
    return true;
}

/* A pointer for a message; "" is the whole. Returns out. */
static const char *where_text(const char *where, char out[UNITS_QUOTE_SIZE])
{
    if (*where != '\0')
        return units_quote(where, out);
    return strcpy(out, "the scenario");
}

/* The error for a key that is not there; where: pointer of the object, "" for the whole. */
static bool no_key(struct arena *arena, const cJSON *object, const char *where, const char *key,
                   struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE], near[UNITS_QUOTE_SIZE];
    const size_t count = (size_t)cJSON_GetArraySize(object);
    const char **names = arena_array(arena, count, sizeof *names);
    if (names == NULL)
        return error_set(err, "out of memory");
    size_t i = 0;
    for (const cJSON *child = object->child; child != NULL; child = child->next)
        names[i++] = child->string;
    const char *nearest = lookup_nearest(key, names, count);
    char place[UNITS_QUOTE_SIZE];
    if (nearest != NULL)
        return error_set(err, "there is no %s in %s; did you mean %s?", units_quote(key, quoted),
                         where_text(where, place), units_quote(nearest, near));
    char list[320] = "";
    size_t used = 0;
    for (i = 0; i < count && used < sizeof list - UNITS_QUOTE_SIZE; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ",
                                 units_quote(names[i], near));
    return error_set(
        err, count == 0 ? "there is no %s in %s, which is empty" : "there is no %s in %s, which has %s%s",
        units_quote(key, quoted), where_text(where, place), list, i < count ? ", ..." : "");
}

/* The number of an element: digits without leading zeros, below size. */
static bool element_number(const char *token, size_t size, size_t *out)
{
    size_t number = 0;
    if (*token == '\0' || (*token == '0' && token[1] != '\0'))
        return false;
    for (; *token != '\0'; token++) {
        if (*token < '0' || *token > '9' || number >= size)
            return false;
        number = number * 10 + (size_t)(*token - '0');
    }
    *out = number;
    return number < size;
}

static bool no_element(const cJSON *array, const char *where, const char *token, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE], place[UNITS_QUOTE_SIZE];
    const int size = cJSON_GetArraySize(array);
    return error_set(err, "there is no element %s in %s, which has %d (counted from 0)",
                     units_quote(token, quoted), where_text(where, place), size);
}

static bool nothing_inside(const cJSON *node, const char *where, struct error *err)
{
    char described[JSON_DESCRIBE_SIZE], place[UNITS_QUOTE_SIZE];
    return error_set(err, "%s is %s: there is nothing inside it", where_text(where, place),
                     json_describe(node, described));
}

/* Takes value; NULL removes. missing_ok: removing what is not there is no error. */
static bool put_last(struct arena *arena, struct json_tree *tree, cJSON *parent, const char *where,
                     const char *token, cJSON *value, bool missing_ok, struct error *err)
{
    cJSON *there = NULL;
    bool good = true;
    if (cJSON_IsObject(parent)) {
        there = json_get(parent, token);
        if (there == NULL && value == NULL && !missing_ok)
            good = no_key(arena, parent, where, token, err);
    } else if (cJSON_IsArray(parent)) {
        size_t number = 0;
        const size_t size = (size_t)cJSON_GetArraySize(parent);
        if (element_number(token, size, &number))
            there = cJSON_GetArrayItem(parent, (int)number);
        else if (value == NULL || (strcmp(token, "-") != 0 && !(element_number(token, size + 1, &number))))
            good = no_element(parent, where, token, err);
    } else {
        good = nothing_inside(parent, where, err);
    }
    if (!good) {
        cJSON_Delete(value);
        return false;
    }
    if (value == NULL) {
        if (there != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(parent, there));
        return true;
    }
    if (there != NULL)
        return json_replace(tree, there, value) || error_set(err, "out of memory");
    if (cJSON_IsObject(parent) ? cJSON_AddItemToObject(parent, token, value)
                               : cJSON_AddItemToArray(parent, value))
        return true;
    cJSON_Delete(value);
    return error_set(err, "out of memory");
}

/* Objects that a scenario does without and that can be written into all the same: /run/seed=5. */
static bool may_be_absent(const char *key)
{
    return strcmp(key, "run") == 0 || strcmp(key, "variants") == 0 || strcmp(key, "sweep") == 0;
}

bool pointer_put(struct arena *arena, struct json_tree *tree, const char *pointer, cJSON *value,
                 bool missing_ok, struct error *err)
{
    cJSON *node = tree->root;
    const char *at = pointer;
    bool good = pointer_check(pointer, err);
    while (good) {
        const char *rest = NULL;
        const char *token = pointer_token(arena, at, &rest);
        char *where = arena_text(arena, pointer);
        if (token == NULL || where == NULL) {
            good = error_set(err, "out of memory");
            break;
        }
        where[at - pointer] = '\0';
        if (*rest == '\0')
            return put_last(arena, tree, node, where, token, value, missing_ok, err);
        cJSON *next = NULL;
        size_t number = 0;
        if (cJSON_IsObject(node)) {
            next = json_get(node, token);
            if (next == NULL && node == tree->root && value != NULL && may_be_absent(token)) {
                next = json_add_object(tree, node, token, json_origin(tree, node));
                good = next != NULL || error_set(err, "out of memory");
            } else {
                good = next != NULL || no_key(arena, node, where, token, err);
            }
        } else if (cJSON_IsArray(node)) {
            good = element_number(token, (size_t)cJSON_GetArraySize(node), &number) ||
                   no_element(node, where, token, err);
            next = good ? cJSON_GetArrayItem(node, (int)number) : NULL;
        } else {
            good = nothing_inside(node, where, err);
        }
        node = next;
        at = rest;
    }
    cJSON_Delete(value);
    return false;
}
