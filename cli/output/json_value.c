#include "cli/output/json_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void node_fail(struct node_reader *r, struct node at, const char *expected)
{
    if (!r->good)
        return;
    r->good = false;
    error_set(r->err, "expected %s; is this a file that `desq run --json` wrote?", expected);
    const struct place place = {.pointer = at.pointer != NULL ? at.pointer : ""};
    error_place(r->err, r->file, &place);
}

void node_no_memory(struct node_reader *r)
{
    if (r->good)
        error_set(r->err, "out of memory while reading %s", r->file);
    r->good = false;
}

void *node_take(struct node_reader *r, size_t count, size_t size)
{
    void *memory = arena_array(r->arena, count, size);
    if (memory == NULL)
        node_no_memory(r);
    return memory;
}

const char *node_copy(struct node_reader *r, const char *text)
{
    const char *mine = arena_text(r->arena, text);
    if (mine == NULL)
        node_no_memory(r);
    return mine != NULL ? mine : "";
}

/* The pointer of a member: "~" and "/" in its key are written "~0" and "~1" (RFC 6901). */
static const char *member_pointer(struct node_reader *r, const char *parent, const char *key)
{
    char *pointer = arena_alloc(r->arena, strlen(parent) + 2 * strlen(key) + 2);
    if (pointer == NULL)
        return NULL;
    char *to = stpcpy(stpcpy(pointer, parent), "/");
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            *to++ = '~';
        *to++ = (char)(*key == '~' ? '0' : *key == '/' ? '1' : *key);
    }
    return pointer;
}

struct node node_at(struct node_reader *r, struct node parent, const char *key)
{
    const char *pointer = member_pointer(r, parent.pointer != NULL ? parent.pointer : "", key);
    if (pointer == NULL)
        node_no_memory(r);
    return (struct node){cJSON_GetObjectItemCaseSensitive(parent.json, key), pointer};
}

struct node node_at_index(struct node_reader *r, struct node parent, const cJSON *item, size_t index)
{
    const char *pointer = arena_printf(r->arena, "%s/%zu", parent.pointer, index);
    if (pointer == NULL)
        node_no_memory(r);
    return (struct node){item, pointer};
}

/* Members of an object or array; 0 and an error where it is neither. */
size_t node_members(struct node_reader *r, struct node at, bool object)
{
    if (object ? !cJSON_IsObject(at.json) : !cJSON_IsArray(at.json)) {
        node_fail(r, at, object ? "an object" : "a list");
        return 0;
    }
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, at.json) count++;
    return count;
}

/* A number, null (NAN) or "infinite". */
double node_number(struct node_reader *r, struct node at)
{
    if (cJSON_IsNumber(at.json) && isfinite(at.json->valuedouble))
        return at.json->valuedouble;
    if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, "infinite") == 0)
        return INFINITY;
    if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, "-infinite") == 0)
        return -INFINITY;
    if (!cJSON_IsNull(at.json))
        node_fail(r, at, "a number, null or \"infinite\"");
    return NAN;
}

double node_number_of(struct node_reader *r, struct node parent, const char *key)
{
    return node_number(r, node_at(r, parent, key));
}

uint64_t node_whole_of(struct node_reader *r, struct node parent, const char *key)
{
    const struct node at = node_at(r, parent, key);
    const double x = cJSON_IsNumber(at.json) ? at.json->valuedouble : -1.0;
    if (x >= 0.0 && x < 0x1p63 && x == floor(x))
        return (uint64_t)x;
    node_fail(r, at, "a whole number");
    return 0;
}

static const char *text(struct node_reader *r, struct node at)
{
    if (cJSON_IsString(at.json))
        return node_copy(r, at.json->valuestring);
    node_fail(r, at, "text");
    return "";
}

const char *node_text_of(struct node_reader *r, struct node parent, const char *key)
{
    return text(r, node_at(r, parent, key));
}

/* Text or null. */
const char *node_optional_text_of(struct node_reader *r, struct node parent, const char *key)
{
    const struct node at = node_at(r, parent, key);
    return cJSON_IsNull(at.json) ? NULL : text(r, at);
}

bool node_flag_of(struct node_reader *r, struct node parent, const char *key)
{
    const struct node at = node_at(r, parent, key);
    if (!cJSON_IsBool(at.json))
        node_fail(r, at, "true or false");
    return cJSON_IsTrue(at.json);
}

const char *const *node_texts_of(struct node_reader *r, struct node parent, const char *key, size_t *count)
{
    const struct node at = node_at(r, parent, key);
    *count = node_members(r, at, false);
    const char **list = node_take(r, *count, sizeof *list);
    size_t i = 0;
    const cJSON *item;
    if (!r->good)
        return NULL;
    cJSON_ArrayForEach(item, at.json)
    {
        list[i] = text(r, node_at_index(r, at, item, i));
        i++;
    }
    return list;
}

/* The index of a word among several; the error lists them. */
size_t node_word_of(struct node_reader *r, struct node parent, const char *key, const char *const *words,
                    size_t count)
{
    const struct node at = node_at(r, parent, key);
    const char *expected = "one of";
    for (size_t i = 0; i < count; i++) {
        if (cJSON_IsString(at.json) && strcmp(at.json->valuestring, words[i]) == 0)
            return i;
        expected = arena_printf(r->arena, "%s%s \"%s\"", expected, i > 0 ? "," : "", words[i]);
        if (expected == NULL) {
            node_no_memory(r);
            return 0;
        }
    }
    node_fail(r, at, expected);
    return 0;
}

/* The whole file, ended by NUL, to be freed. */
static char *read_file(const char *path, struct error *err)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    size_t room = 1 << 16, length = 0, got;
    char *text = in != NULL ? malloc(room) : NULL;
    if (in == NULL) {
        error_set(err, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    errno = 0;
    while (text != NULL && (got = fread(text + length, 1, room - length - 1, in)) > 0) {
        length += got;
        if (length + 1 == room) {
            char *larger = realloc(text, room *= 2);
            if (larger == NULL)
                free(text);
            text = larger;
        }
    }
    const bool broken = ferror(in) != 0;
    if (text == NULL)
        error_set(err, "out of memory while reading %s", path);
    else if (broken)
        error_set(err, "cannot read %s: %s", path, strerror(errno));
    else
        text[length] = '\0';
    if (in != stdin)
        fclose(in);
    if (text != NULL && broken) {
        free(text);
        text = NULL;
    }
    return text;
}

/* Line and column of a byte. */
static struct place place_of(const char *text, const char *at)
{
    struct place place = {.pointer = "", .line = 1, .column = 1};
    for (; text < at; text++) {
        place.column = *text == '\n' ? 1 : place.column + 1;
        place.line += *text == '\n';
    }
    return place;
}

cJSON *node_parse_file(struct node_reader *r)
{
    char *content = read_file(r->file, r->err);
    const char *end = NULL;
    if (content == NULL) {
        r->good = false;
        return NULL;
    }
    cJSON *json = cJSON_ParseWithOpts(content, &end, true);
    if (json == NULL) {
        const struct place place = place_of(content, end != NULL ? end : content);
        error_set(r->err, "this is not JSON; expected a file that `desq run --json` wrote");
        error_place(r->err, r->file, &place);
        r->good = false;
    }
    free(content);
    return json;
}
