/* scenario.c: from a file to its points: load, --set, variants and sweep, shorthand, read. */
#include "models/scenario/scenario.h"

#include "models/scenario/expand.h"
#include "models/scenario/json.h"
#include "models/scenario/read.h"
#include "models/scenario/vary.h"

#include <stdlib.h>
#include <string.h>

static const char *shown_path(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void hide_controls(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = '?';
}

/* The end of every failure: the file's name, and no control character of the user's on the user's terminal.
 */
static void fail(struct error *err, const char *path)
{
    if (err == NULL)
        return;
    error_place(err, shown_path(path), NULL);
    hide_controls(err->pointer);
    hide_controls(err->text);
}

/* Keeps what the tree is made of. */
static bool keep_text(struct arena *arena, const char *text, const char *const *set, size_t set_count, struct scenario_file *file,
                      struct error *err)
{
    const char **kept = arena_array(arena, set_count, sizeof *kept);
    bool good = kept != NULL && (file->text = arena_text(arena, text)) != NULL;
    for (size_t i = 0; good && i < set_count; i++)
        good = (kept[i] = arena_text(arena, set[i])) != NULL;
    file->set = kept;
    file->set_count = set_count;
    return good || error_set(err, "out of memory");
}

/* The text's tree with --set put in. Free it with json_free in either case. */
static bool parse_tree(struct arena *arena, const char *text, size_t length, const char *const *set,
                       size_t set_count, struct json_tree *out, struct error *err)
{
    *out = (struct json_tree){0};
    return json_parse(arena, text, length, NULL, NULL, out, err) && vary_set(arena, out, set, set_count, err);
}

/* The same for a file; kept: where its text is kept, or NULL. */
static bool load_tree(struct arena *arena, const char *path, const char *const *set, size_t set_count,
                      struct scenario_file *kept, struct json_tree *out, struct error *err)
{
    char *text = NULL;
    size_t length = 0;
    *out = (struct json_tree){0};
    const bool good =
        json_load(path, &text, &length, err) && parse_tree(arena, text, length, set, set_count, out, err) &&
        (kept == NULL || keep_text(arena, text, set, set_count, kept, err));
    free(text);
    return good;
}

/* The full form of one point. Free *out with json_free in either case. */
static bool make_point(struct arena *arena, const struct json_tree *tree, const struct vary_plan *plan,
                       size_t index, struct json_tree *out, struct scenario_point *point, struct error *err)
{
    return vary_point(arena, tree, plan, index, out, point, err) && expand_tree(out, err);
}

static size_t point_count(const struct vary_plan *plan)
{
    return plan->variant_count * plan->combination_count;
}

/* Reads all points of the tree; ranges in its sweep become lists. */
static bool read_points(struct arena *arena, const char *path, struct json_tree *tree, const char *const *set,
                        size_t set_count, struct scenario_file *out, struct error *err)
{
    struct vary_plan plan;
    if (!vary_plan(arena, tree, set, set_count, &plan, err))
        return false;
    struct scenario_point *points = arena_array(arena, point_count(&plan), sizeof *points);
    out->path = arena_text(arena, path);
    out->points = points;
    out->point_count = point_count(&plan);
    out->variant_count = plan.variant_count;
    out->knee = plan.knee;
    if (out->path == NULL || points == NULL)
        return error_set(err, "out of memory");
    bool good = true;
    for (size_t i = 0; good && i < out->point_count; i++) {
        struct json_tree point = {0};
        good = make_point(arena, tree, &plan, i, &point, &points[i], err) &&
               read_scenario(arena, &point, path, &points[i].scenario, err);
        json_free(&point);
    }
    return good;
}

/* text NULL: from the file at path. */
static bool read_from(struct arena *arena, const char *path, const char *text, const char *const *set,
                      size_t set_count, const struct scenario_file **out, struct error *err)
{
    struct json_tree tree = {0};
    struct scenario_file *file = arena_alloc(arena, sizeof *file);
    if (file != NULL)
        *file = (struct scenario_file){0};
    bool good = file == NULL   ? error_set(err, "out of memory")
                : text == NULL ? load_tree(arena, path, set, set_count, file, &tree, err)
                               : parse_tree(arena, text, strlen(text), set, set_count, &tree, err) &&
                                     keep_text(arena, text, set, set_count, file, err);
    good = good && read_points(arena, path, &tree, set, set_count, file, err);
    json_free(&tree);
    if (!good)
        fail(err, path);
    *out = good ? file : NULL;
    return good;
}

bool scenario_read(struct arena *arena, const char *path, const char *const *set, size_t set_count,
                   const struct scenario_file **out, struct error *err)
{
    return read_from(arena, path, NULL, set, set_count, out, err);
}

bool scenario_read_text(struct arena *arena, const char *name, const char *text, const char *const *set,
                        size_t set_count, const struct scenario_file **out, struct error *err)
{
    return read_from(arena, name, text, set, set_count, out, err);
}

static bool no_full_form(const char *variant, struct error *err)
{
    char quoted[UNITS_QUOTE_SIZE];
    return error_set(
        err,
        "no full form says the same, because %s%s changes which stations or kinds of task there are: write "
        "the scenario in full form",
        variant == NULL ? "the sweep" : "variant ", variant == NULL ? "" : units_quote(variant, quoted));
}

/* The full form must give the same points: it may not where a variant turns shorthand into something else. */
static bool check_same(struct arena *arena, struct json_tree *tree, struct json_tree *full, struct error *err)
{
    struct vary_plan plan, full_plan;
    if (!vary_plan(arena, tree, NULL, 0, &plan, err) || !vary_plan(arena, full, NULL, 0, &full_plan, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < point_count(&plan); i++) {
        struct json_tree a = {0}, b = {0};
        struct scenario_point point;
        good = make_point(arena, tree, &plan, i, &a, &point, err);
        struct error other = {0};
        const bool full_good = good && make_point(arena, full, &full_plan, i, &b, &point, &other);
        if (good && strcmp(other.text, "out of memory") == 0)
            good = error_set(err, "%s", other.text);
        else if (good && (!full_good || !cJSON_Compare(a.root, b.root, true)))
            good = no_full_form(point.variant, err);
        json_free(&a);
        json_free(&b);
    }
    return good;
}

bool scenario_expand(struct arena *arena, const char *path, const char *text, const char *const *set, size_t set_count,
                     const char **out, struct error *err)
{
    struct json_tree tree, full = {0};
    struct scenario_file file;
    *out = NULL;
    bool good = (text == NULL ? load_tree(arena, path, set, set_count, NULL, &tree, err)
                              : parse_tree(arena, text, strlen(text), set, set_count, &tree, err)) && json_copy(&tree, &full, err) &&
                read_points(arena, path, &tree, set, set_count, &file, err) && expand_file(arena, &full, err);
    if (good) {
        *out = json_text(arena, full.root, 100);
        good = *out != NULL || error_set(err, "out of memory");
    }
    good = good && check_same(arena, &tree, &full, err);
    json_free(&tree);
    json_free(&full);
    if (!good) {
        *out = NULL;
        fail(err, path);
    }
    return good;
}
