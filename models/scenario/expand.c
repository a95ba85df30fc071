#include "models/scenario/expand.h"

#include "models/scenario/pointer.h"
#include "models/scenario/read.h"

#include <string.h>

/* ---- keys at the top ---- */

enum owner { OF_TOP, OF_STATION, OF_KIND };

/* Whose key this is; one that nobody knows is left at the top, where the reader will name it. */
static enum owner owner_of(const char *key)
{
    if (read_param(scenario_top_params, key) != NULL)
        return OF_TOP;
    if (read_param(scenario_station_params, key) != NULL)
        return OF_STATION;
    return read_param(scenario_kind_params, key) != NULL ? OF_KIND : OF_TOP;
}

static const cJSON *first_of(const cJSON *root, enum owner owner)
{
    for (const cJSON *child = root->child; child != NULL; child = child->next)
        if (owner_of(child->string) == owner)
            return child;
    return NULL;
}

static bool no_memory(struct error *err)
{
    return error_set(err, "out of memory");
}

/* Moves the keys of this owner into a new object `name` under `group`. */
static bool gather(struct json_tree *tree, enum owner owner, const char *group, const char *name,
                   struct error *err)
{
    const struct origin *origin = json_origin(tree, tree->root);
    cJSON *groups = json_add_object(tree, tree->root, group, origin);
    cJSON *object = groups == NULL ? NULL : json_add_object(tree, groups, name, origin);
    if (object == NULL)
        return no_memory(err);
    for (cJSON *child = tree->root->child, *next; child != NULL; child = next) {
        next = child->next;
        if (owner_of(child->string) == owner && !json_move(tree->root, child, object, child->string))
            return no_memory(err);
    }
    return true;
}

/* Does this kind (or the root that stands for it) ask for one visit whose time a trace gives? */
static bool service_from_trace(const cJSON *kind)
{
    const cJSON *arrivals = json_get(kind, "arrivals");
    return json_get(arrivals, "trace") != NULL && json_get(arrivals, "service") != NULL &&
           json_get(kind, "steps") == NULL && json_get(kind, "service") == NULL;
}

static bool any_service(const cJSON *kinds)
{
    if (!cJSON_IsObject(kinds))
        return false;
    for (const cJSON *kind = kinds->child; kind != NULL; kind = kind->next)
        if (json_get(kind, "service") != NULL || service_from_trace(kind))
            return true;
    return false;
}

/* ---- "service" ---- */

/* [ { "at": station, "for": service } ] in place of service in its object; `for` is service itself. */
static bool wrap_service(struct json_tree *tree, cJSON *parent, cJSON *service, const char *key,
                         const char *station, struct error *err)
{
    const struct origin *origin = json_origin(tree, service);
    cJSON *steps = json_add_array(tree, parent, key, origin);
    cJSON *step = steps == NULL ? NULL : json_add_object(tree, steps, NULL, origin);
    if (step == NULL || json_add_text(tree, step, "at", station, origin) == NULL ||
        !json_move(parent, service, step, "for"))
        return no_memory(err);
    return true;
}

/* [ { "at": station } ] for a kind whose trace gives the service times. */
static bool expand_trace(struct json_tree *tree, cJSON *kind, struct error *err)
{
    const cJSON *stations = json_get(tree->root, "stations");
    if (!cJSON_IsObject(stations) || cJSON_GetArraySize(stations) != 1) /* the reader asks for steps */
        return true;
    const struct origin *origin = json_origin(tree, json_get(json_get(kind, "arrivals"), "service"));
    cJSON *steps = json_add_array(tree, kind, "steps", origin);
    cJSON *step = steps == NULL ? NULL : json_add_object(tree, steps, NULL, origin);
    if (step == NULL || json_add_text(tree, step, "at", stations->child->string, origin) == NULL)
        return no_memory(err);
    return true;
}

static bool expand_service(struct json_tree *tree, cJSON *kind, struct error *err)
{
    cJSON *service = json_get(kind, "service");
    if (service == NULL)
        return !service_from_trace(kind) || expand_trace(tree, kind, err);
    if (json_get(kind, "steps") != NULL) {
        error_set(err, "a task kind has either \"service\" or \"steps\"");
        return json_stand_key(tree, service, err);
    }
    const cJSON *stations = json_get(tree->root, "stations");
    if (!cJSON_IsObject(stations)) /* the reader says so */
        return true;
    const int count = cJSON_GetArraySize(stations);
    if (count != 1) {
        error_set(err, "\"service\" means one step at the only station, but there are %d: write \"steps\"",
                  count);
        return json_stand_key(tree, service, err);
    }
    return wrap_service(tree, kind, service, "steps", stations->child->string, err);
}

/* ---- the whole ---- */

static bool misplaced(const struct json_tree *tree, const cJSON *key, const char *group, const char *what,
                      struct error *err)
{
    error_set(
        err,
        "\"%s\" at the top is shorthand for a single %s, but there is \"%s\" too: put it into one of them",
        key->string, what, group);
    return json_stand_key(tree, key, err);
}

/* queue, kind: there is to be one, whether or not a key at the top asks for it. */
static bool expand(struct json_tree *tree, bool queue, bool kind, struct error *err)
{
    if (!cJSON_IsObject(tree->root))
        return true;
    const cJSON *station_key = first_of(tree->root, OF_STATION), *kind_key = first_of(tree->root, OF_KIND);
    if (station_key != NULL && json_get(tree->root, "stations") != NULL)
        return misplaced(tree, station_key, "stations", "station", err);
    if (kind_key != NULL && json_get(tree->root, "tasks") != NULL)
        return misplaced(tree, kind_key, "tasks", "task kind", err);
    const bool new_kind = kind_key != NULL || (kind && json_get(tree->root, "tasks") == NULL);
    queue = queue || station_key != NULL || json_get(tree->root, "service") != NULL ||
            service_from_trace(tree->root) || any_service(json_get(tree->root, "tasks"));
    if (queue && json_get(tree->root, "stations") == NULL &&
        !gather(tree, OF_STATION, "stations", EXPAND_STATION, err))
        return false;
    if (new_kind && !gather(tree, OF_KIND, "tasks", EXPAND_KIND, err))
        return false;
    const cJSON *kinds = json_get(tree->root, "tasks");
    if (!cJSON_IsObject(kinds))
        return true;
    for (cJSON *each = kinds->child; each != NULL; each = each->next)
        if (!expand_service(tree, each, err))
            return false;
    return true;
}

bool expand_tree(struct json_tree *tree, struct error *err)
{
    return expand(tree, false, false, err);
}

/* ---- pointers of variants and sweep ---- */

/* What those pointers were written against, and what they ask for. */
struct form {
    bool no_stations, no_tasks; /* so the keys of one stand at the top */
    const char *station;        /* name of the only station; NULL: there are several, or none */
    bool queue, kind;           /* some pointer puts in what needs them */
};

static struct form form_of(const cJSON *root)
{
    const cJSON *stations = json_get(root, "stations");
    struct form form = {.no_stations = stations == NULL, .no_tasks = json_get(root, "tasks") == NULL};
    if (form.no_stations)
        form.station = EXPAND_STATION;
    else if (cJSON_IsObject(stations) && stations->child != NULL && stations->child->next == NULL)
        form.station = stations->child->string;
    return form;
}

/* A pointer, cut at the key of a task kind that it names or goes through. */
struct kind_pointer {
    const char *base;    /* pointer of the kind in the full form; NULL: the pointer is of something else */
    const cJSON *object; /* the kind as written; NULL: there is none */
    const char *behind;  /* from the "/" before the kind's key on */
};

static bool cut_pointer(struct arena *arena, const cJSON *root, struct form *form, const char *pointer,
                        struct kind_pointer *out)
{
    const char *rest = NULL, *behind = NULL;
    const char *token = pointer_token(arena, pointer, &rest);
    *out = (struct kind_pointer){0};
    if (token == NULL)
        return false;
    if (form->no_tasks && owner_of(token) == OF_KIND) {
        form->kind = true;
        *out = (struct kind_pointer){"/tasks/" EXPAND_KIND, root, pointer};
        return true;
    }
    if (strcmp(token, "tasks") != 0 || *rest != '/')
        return true;
    const char *name = pointer_token(arena, rest, &behind);
    char *base = arena_text(arena, pointer);
    if (name == NULL || base == NULL)
        return false;
    base[behind - pointer] = '\0';
    if (*behind == '/')
        *out = (struct kind_pointer){base, json_get(json_get(root, "tasks"), name), behind};
    return true;
}

/* Replaces the value of a "service" by the steps that it stands for; null stays. */
static bool wrap_value(struct json_tree *tree, cJSON *value, const char *station, struct error *err)
{
    if (cJSON_IsNull(value))
        return true;
    cJSON *holder = cJSON_CreateObject(), *copy = json_copy_node(tree, value, tree);
    if (holder == NULL || copy == NULL || !cJSON_AddItemToObject(holder, "service", copy)) {
        cJSON_Delete(copy);
        cJSON_Delete(holder);
        return no_memory(err);
    }
    bool good = wrap_service(tree, holder, copy, "steps", station, err);
    if (good)
        good = json_replace(tree, value, cJSON_DetachItemViaPointer(holder, holder->child)) || no_memory(err);
    cJSON_Delete(holder);
    return good;
}

static bool removes(const cJSON *member, bool list)
{
    if (!list)
        return cJSON_IsNull(member);
    for (const cJSON *value = member->child; value != NULL; value = value->next)
        if (cJSON_IsNull(value))
            return true;
    return false;
}

/* The pointer of a member that sets a whole "service". Where there is a service to begin with, it is the time
 * of the step that this became; else the step comes with it. NULL: err set. */
static const char *rewrite_service(struct arena *arena, struct json_tree *tree, const struct form *form,
                                   const struct kind_pointer *at, cJSON *member, bool list, struct error *err)
{
    const char *station = form->station == NULL ? EXPAND_STATION : form->station;
    if (json_get(at->object, "service") != NULL && !removes(member, list))
        return arena_printf(arena, "%s/steps/0/for", at->base);
    if (!list && !wrap_value(tree, member, station, err))
        return NULL;
    for (cJSON *value = list && cJSON_IsArray(member) ? member->child : NULL; value != NULL;
         value = value->next)
        if (!wrap_value(tree, value, station, err))
            return NULL;
    return arena_printf(arena, "%s/steps", at->base);
}

/* list: the member's value is a list of values (of a sweep). */
static bool rewrite_member(struct arena *arena, struct json_tree *tree, struct form *form, cJSON *member,
                           bool list, struct error *err)
{
    const char *rest = NULL, *pointer = member->string, *inside = NULL;
    const char *token = pointer_token(arena, pointer, &rest);
    struct kind_pointer at;
    if (token == NULL || !cut_pointer(arena, tree->root, form, pointer, &at))
        return no_memory(err);
    const char *key = at.base == NULL ? "" : pointer_token(arena, at.behind, &inside);
    if (key == NULL)
        return no_memory(err);
    if (strcmp(key, "service") == 0) {
        form->queue = form->queue || form->no_stations;
        pointer = *inside != '\0' ? arena_printf(arena, "%s/steps/0/for%s", at.base, inside)
                                  : rewrite_service(arena, tree, form, &at, member, list, err);
    } else if (at.base != NULL) {
        pointer = arena_printf(arena, "%s%s", at.base, at.behind);
    } else if (form->no_stations && owner_of(token) == OF_STATION) {
        form->queue = true;
        pointer = arena_printf(arena, "/stations/" EXPAND_STATION "%s", pointer);
    }
    char *copy = pointer == NULL ? NULL : cJSON_malloc(strlen(pointer) + 1);
    if (copy == NULL)
        return no_memory(err);
    strcpy(copy, pointer);
    cJSON_free(member->string);
    member->string = copy;
    return true;
}

static bool rewrite_members(struct arena *arena, struct json_tree *tree, struct form *form, cJSON *object,
                            bool lists, struct error *err)
{
    if (!cJSON_IsObject(object))
        return true;
    for (cJSON *member = object->child; member != NULL; member = member->next)
        if (member->string[0] == '/' && !rewrite_member(arena, tree, form, member, lists, err))
            return false;
    return true;
}

/* Members of the root in the order of the table, the others behind them. */
static void put_in_order(cJSON *root)
{
    size_t count = 0;
    while (scenario_top_params[count].type != PARAM_NONE)
        count++;
    for (size_t i = count; i-- > 0;) {
        cJSON *member = json_get(root, scenario_top_params[i].name);
        if (member == NULL || member == root->child)
            continue;
        cJSON_DetachItemViaPointer(root, member);
        cJSON *last = root->child->prev; /* cJSON's lists: the first one's prev is the last */
        member->next = root->child;
        member->prev = last;
        root->child->prev = member;
        root->child = member;
    }
}

bool expand_file(struct arena *arena, struct json_tree *tree, struct error *err)
{
    if (!cJSON_IsObject(tree->root))
        return true;
    struct form form = form_of(tree->root);
    cJSON *variants = json_get(tree->root, "variants");
    for (cJSON *variant = cJSON_IsObject(variants) ? variants->child : NULL; variant != NULL;
         variant = variant->next)
        if (!rewrite_members(arena, tree, &form, variant, false, err))
            return false;
    if (!rewrite_members(arena, tree, &form, json_get(tree->root, "sweep"), true, err) ||
        !expand(tree, form.queue, form.kind, err))
        return false;
    put_in_order(tree->root);
    return true;
}
