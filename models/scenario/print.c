/* print.c: from the tree back to JSON text: short objects and lists on one line, long ones one member per
 * line. */
#include "models/scenario/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *bytes;
    size_t used, size;
    size_t most; /* give up beyond this many bytes: too_long */
    bool too_long, failed;
};

static void put(struct text *t, const char *bytes, size_t length)
{
    if (t->failed || t->too_long)
        return;
    if (length > t->most - t->used) {
        t->too_long = true;
        return;
    }
    if (t->size - t->used <= length) {
        const size_t size = 2 * (t->size + length) + 64;
        char *larger = realloc(t->bytes, size);
        if (larger == NULL) {
            t->failed = true;
            return;
        }
        t->bytes = larger;
        t->size = size;
    }
    memcpy(t->bytes + t->used, bytes, length);
    t->used += length;
    t->bytes[t->used] = '\0';
}

static void put_text(struct text *t, const char *text)
{
    put(t, text, strlen(text));
}

static void put_quoted(struct text *t, const char *text)
{
    put_text(t, "\"");
    for (; *text != '\0'; text++) {
        char escaped[8];
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c == '\n')
            snprintf(escaped, sizeof escaped, "\\n");
        else if (c < 0x20)
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
        else
            snprintf(escaped, sizeof escaped, "%c", c);
        put_text(t, escaped);
    }
    put_text(t, "\"");
}

static void put_leaf(struct text *t, const cJSON *node)
{
    char number[32];
    if (cJSON_IsString(node))
        put_quoted(t, node->valuestring);
    else if (cJSON_IsNumber(node))
        put_text(t, json_number(node->valuedouble, number));
    else
        put_text(t, cJSON_IsTrue(node) ? "true" : cJSON_IsFalse(node) ? "false" : "null");
}

static void put_key(struct text *t, const cJSON *parent, const cJSON *child)
{
    if (!cJSON_IsObject(parent))
        return;
    put_quoted(t, child->string);
    put_text(t, ": ");
}

static void put_line(struct text *t, const cJSON *node)
{
    if (!cJSON_IsObject(node) && !cJSON_IsArray(node)) {
        put_leaf(t, node);
        return;
    }
    const bool object = cJSON_IsObject(node);
    if (node->child == NULL) {
        put_text(t, object ? "{}" : "[]");
        return;
    }
    put_text(t, object ? "{ " : "[");
    for (const cJSON *child = node->child; child != NULL && !t->too_long && !t->failed; child = child->next) {
        put_key(t, node, child);
        put_line(t, child);
        if (child->next != NULL)
            put_text(t, ", ");
    }
    put_text(t, object ? " }" : "]");
}

static void put_block(struct text *t, const cJSON *node, size_t indent, size_t width)
{
    const size_t used = t->used, most = t->most;
    if (indent > 0 && width > indent) { /* the whole is always a block */
        t->most = used + (width - indent);
        put_line(t, node);
        t->most = most;
        if (!t->too_long || t->failed)
            return;
        t->too_long = false;
        t->used = used;
    }
    if (node->child == NULL) {
        put_line(t, node);
        return;
    }
    const bool object = cJSON_IsObject(node);
    put_text(t, object ? "{\n" : "[\n");
    for (const cJSON *child = node->child; child != NULL && !t->failed; child = child->next) {
        for (size_t i = 0; i < indent + 2; i++)
            put_text(t, " ");
        put_key(t, node, child);
        put_block(t, child, indent + 2, width);
        put_text(t, child->next != NULL ? ",\n" : "\n");
    }
    for (size_t i = 0; i < indent; i++)
        put_text(t, " ");
    put_text(t, object ? "}" : "]");
}

const char *json_text(struct arena *arena, const cJSON *node, size_t width)
{
    struct text t = {.most = (size_t)-1};
    if (width == 0) {
        put_line(&t, node);
    } else {
        put_block(&t, node, 0, width);
        put_text(&t, "\n");
    }
    const char *out = t.failed ? NULL : arena_text(arena, t.bytes);
    free(t.bytes);
    return out;
}
