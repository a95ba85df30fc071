#include "models/scenario/vary.h"

#include "models/scenario/pointer.h"
#include "models/scenario/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 10000 }; /* of variants and sweep together */

/* ---- --set ---- */

/* What messages name as the file: the option itself, on one line. NULL: no memory. */
static const char *set_label(struct arena *arena, const char *set)
{
    char *label = arena_printf(arena, "--set %s", set);
    for (char *c = label; c != NULL && *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    return label;
}

static bool set_one(struct arena *arena, struct json_tree *tree, const char *set, struct error *err)
{
    const char *file = set_label(arena, set);
    const char *equals = strchr(set, '=');
    char *pointer = arena_text(arena, set);
    if (file == NULL || pointer == NULL)
        return error_set(err, "out of memory");
    bool good = true;
    struct json_tree value = {0};
    if (equals == NULL || *set != '/') {
        good = error_set(err, "expected /pointer=value");
    } else {
        pointer[equals - set] = '\0';
        struct error syntax;
        const char *text = equals + 1;
        good = json_parse(arena, text, strlen(text), file, pointer, &value, &syntax);
        if (!good && (*text == '{' || *text == '[')) {
            error_set(err, "this is no JSON: at character %d: %s", syntax.column, syntax.text);
        } else if (!good) { /* what is no JSON is a text */
            json_free(&value);
            struct origin *origin = arena_alloc(arena, sizeof *origin);
            value.root = cJSON_CreateString(text);
            if (origin != NULL)
                *origin = (struct origin){.file = file, .key = pointer};
            good = (value.root != NULL && origin != NULL && json_set_origin(&value, value.root, origin)) ||
                   error_set(err, "out of memory");
        }
    }
    if (good) {
        cJSON *copy = cJSON_IsNull(value.root) ? NULL : json_copy_node(&value, value.root, tree);
        if (copy == NULL && !cJSON_IsNull(value.root))
            good = error_set(err, "out of memory");
        else
            good = pointer_put(arena, tree, pointer, copy, false, err);
    }
    json_free(&value);
    if (!good)
        error_place(err, file, NULL);
    return good;
}

bool vary_set(struct arena *arena, struct json_tree *tree, const char *const *set, size_t set_count,
              struct error *err)
{
    for (size_t i = 0; i < set_count; i++)
        if (!set_one(arena, tree, set[i], err))
            return false;
    return true;
}

/* ---- the plan ---- */

/* At the member whose key is the pointer; what names it: "a variant", "the sweep". */
static bool check_target(struct reader *r, const cJSON *member, const char *what)
{
    static const char *const reserved[] = {"/variants", "/sweep", "/time_unit"};
    if (!pointer_check(member->string, r->err))
        return json_stand_key(r->tree, member, r->err);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (pointer_covers(reserved[i], member->string))
            return read_fail_key(r, member, "%s cannot change \"%s\"", what, reserved[i]);
    return true;
}

static bool plan_variants(struct reader *r, struct vary_plan *plan)
{
    const cJSON *variants = json_get(r->tree->root, "variants");
    char described[JSON_DESCRIBE_SIZE];
    if (variants == NULL)
        return true;
    if (!cJSON_IsObject(variants))
        return read_fail(r, variants, "expected an object of variants by name, found %s",
                         json_describe(variants, described));
    if (variants->child == NULL)
        return true;
    for (const cJSON *variant = variants->child; variant != NULL; variant = variant->next) {
        if (!read_name(r, variant, "variant"))
            return false;
        if (!cJSON_IsObject(variant))
            return read_fail(r, variant, "expected an object of pointers and values, found %s",
                             json_describe(variant, described));
        for (const cJSON *member = variant->child; member != NULL; member = member->next)
            if (!check_target(r, member, "a variant"))
                return false;
    }
    plan->variants = variants;
    plan->variant_count = (size_t)cJSON_GetArraySize(variants);
    return true;
}

bool read_key_is_whole(const char *key)
{
    const struct param *tables[256];
    size_t count = 0;
    tables[count++] = scenario_station_params;
    tables[count++] = scenario_kind_params;
    tables[count++] = scenario_run_params;
    tables[count++] = arrival_modifier_params;
    for (size_t i = 0; i < arrival_table.count && count < 256; i++)
        tables[count++] = ((const struct arrival_type *)arrival_table.rows[i])->params;
    for (size_t i = 0; i < step_table.count && count < 256; i++)
        tables[count++] = ((const struct step_type *)step_table.rows[i])->params;
    for (size_t i = 0; i < dist_table.count && count < 256; i++)
        tables[count++] = ((const struct dist_type *)dist_table.rows[i])->params;
    bool whole = false;
    for (size_t i = 0; i < count; i++) {
        const struct param *p = read_param(tables[i], key);
        if (p == NULL || p->type == PARAM_LATER)
            continue;
        if (p->type != PARAM_WHOLE && p->type != PARAM_SERVERS)
            return false;
        whole = true;
    }
    return whole;
}

/* One end of a range: a number, or text that begins with one; *unit: what follows it. */
static bool range_end(struct reader *r, const cJSON *node, double *value, const char **unit)
{
    char described[JSON_DESCRIBE_SIZE];
    *unit = "";
    if (cJSON_IsNumber(node)) {
        *value = node->valuedouble;
        return true;
    }
    const size_t length = cJSON_IsString(node) ? units_number_length(node->valuestring) : 0;
    char *digits = arena_text(r->arena, length == 0 ? "" : node->valuestring);
    if (digits == NULL)
        return read_no_memory(r);
    digits[length] = '\0';
    *unit = length == 0 ? "" : node->valuestring + length;
    return units_decimal(digits, 0, value) ||
           read_fail(r, node, "expected a number, or one with a unit such as \"500/s\", found %s",
                     json_describe(node, described));
}

struct range_spec {
    double from, to;
    const char *unit;
    size_t points;
    bool logarithmic;
    bool whole;
};

static double range_value(const struct range_spec *range, size_t i)
{
    const double share = (double)i / (double)(range->points - 1);
    double value = range->logarithmic ? range->from * pow(range->to / range->from, share)
                                      : range->from + (range->to - range->from) * share;
    if (i == 0)
        value = range->from;
    if (i == range->points - 1)
        value = range->to;
    if (range->whole)
        return floor(value + 0.5);
    /* 12 digits: 2, not 1.9999999999999998 */
    char digits[32];
    snprintf(digits, sizeof digits, "%.12g", value);
    return strtod(digits, NULL);
}

/* Turns { "from", "to", "points", "scale", "knee" } into the list it stands for. */
static bool range_to_list(struct reader *r, struct json_tree *tree, cJSON *member, struct vary_plan *plan)
{
    enum { FROM, TO, POINTS, SCALE, KNEE };
    static const char *const scales[] = {"linear", "log", NULL};
    static const struct param params[] = {
        [FROM] = {.name = "from", .type = PARAM_JSON, .required = true},
        [TO] = {.name = "to", .type = PARAM_JSON, .required = true},
        [POINTS] = {.name = "points", .type = PARAM_WHOLE, .required = true},
        [SCALE] = {.name = "scale", .type = PARAM_WORD, .words = scales},
        [KNEE] = {.name = "knee", .type = PARAM_FLAG},
        {0},
    };
    struct arg args[5];
    struct range_spec range = {0};
    const char *to_unit = NULL;
    if (!read_args(r, member, params, NULL, NULL, "a range", DIMENSION_NUMBER, args) ||
        !range_end(r, args[FROM].row, &range.from, &range.unit) ||
        !range_end(r, args[TO].row, &range.to, &to_unit))
        return false;
    if (strcmp(range.unit, to_unit) != 0)
        return read_fail(r, args[TO].row, "\"from\" and \"to\" are written in the same unit");
    if (args[POINTS].number < 2 || args[POINTS].number > MOST_POINTS)
        return read_fail(r, json_get(member, "points"), "must be from 2 to %d, found %.15g", MOST_POINTS,
                         args[POINTS].number);
    range.points = (size_t)args[POINTS].number;
    range.logarithmic = args[SCALE].number == 1.0;
    if (range.logarithmic && !(range.from > 0 && range.to > 0))
        return read_fail(r, member, "a logarithmic scale goes from above 0 to above 0");
    if (!isfinite(range.to - range.from) || (range.logarithmic && !isfinite(range.to / range.from)))
        return read_fail(r, member, "this range is too wide");
    const char *slash = strrchr(member->string, '/');
    range.whole = *range.unit == '\0' && read_key_is_whole(slash + 1);
    if (args[KNEE].number == 1.0) {
        plan->knee = (struct sweep_knee){.pointer = arena_text(r->arena, member->string),
                                         .unit = arena_text(r->arena, range.unit),
                                         .from = range.from,
                                         .to = range.to,
                                         .points = range.points,
                                         .whole = range.whole,
                                         .logarithmic = range.logarithmic};
        if (plan->knee.pointer == NULL || plan->knee.unit == NULL)
            return read_no_memory(r);
    }

    const struct origin *origin = json_origin(tree, member);
    cJSON *list = cJSON_CreateArray();
    bool good = list != NULL && json_set_origin(tree, list, origin);
    double before = NAN;
    for (size_t i = 0; good && i < range.points; i++) {
        const double value = range_value(&range, i);
        if (value == before) /* rounded to the same whole number */
            continue;
        before = value;
        char number[32];
        const char *text = arena_printf(r->arena, "%s%s", json_number(value, number), range.unit);
        cJSON *node = text == NULL          ? NULL
                      : *range.unit == '\0' ? cJSON_CreateNumber(value)
                                            : cJSON_CreateString(text);
        good = node != NULL && json_set_origin(tree, node, origin);
        if (good)
            cJSON_AddItemToArray(list, node);
        else
            cJSON_Delete(node);
    }
    if (good)
        return json_replace(tree, member, list) || read_no_memory(r);
    cJSON_Delete(list);
    return read_no_memory(r);
}

static bool plan_axis(struct reader *r, struct json_tree *tree, cJSON *member, struct vary_plan *plan)
{
    char described[JSON_DESCRIBE_SIZE];
    if (!check_target(r, member, "the sweep"))
        return false;
    if (cJSON_IsObject(member) && !range_to_list(r, tree, member, plan))
        return false;
    if (!cJSON_IsArray(member))
        return read_fail(r, member, "expected a list of values or { \"from\", \"to\", \"points\" }, found %s",
                         json_describe(member, described));
    if (member->child == NULL)
        return read_fail(r, member, "there is no value to try");
    for (size_t i = 0; i < plan->axis_count; i++)
        if (pointer_covers(member->string, plan->axes[i].pointer))
            return read_fail_key(r, member, "this replaces what %s sets; put it before",
                                 units_quote(plan->axes[i].pointer, described));
    plan->axes[plan->axis_count++] =
        (struct sweep_axis){member->string, member, (size_t)cJSON_GetArraySize(member)};
    return true;
}

static bool count_combinations(struct reader *r, const cJSON *sweep, struct vary_plan *plan)
{
    char quoted[UNITS_QUOTE_SIZE];
    for (size_t i = 0; i < plan->axis_count; i++) {
        const struct sweep_axis *axis = &plan->axes[i];
        if (plan->zip && axis->count != plan->axes[0].count)
            return read_fail(r, axis->list,
                             "with \"zip\" all lists are of one length: %s has %zu values, this has %zu",
                             units_quote(plan->axes[0].pointer, quoted), plan->axes[0].count, axis->count);
        if (i == 0 || !plan->zip)
            plan->combination_count *= axis->count;
        if (plan->combination_count * plan->variant_count > MOST_POINTS)
            return read_fail(r, sweep, "variants and sweep make more than %d points", MOST_POINTS);
    }
    return true;
}

static bool plan_sweep(struct reader *r, struct json_tree *tree, struct vary_plan *plan)
{
    cJSON *sweep = json_get(tree->root, "sweep");
    char described[JSON_DESCRIBE_SIZE];
    if (sweep == NULL)
        return true;
    if (!cJSON_IsObject(sweep))
        return read_fail(r, sweep, "expected an object of pointers and lists of values, found %s",
                         json_describe(sweep, described));
    plan->axes = arena_array(r->arena, (size_t)cJSON_GetArraySize(sweep), sizeof *plan->axes);
    if (plan->axes == NULL)
        return read_no_memory(r);
    for (cJSON *member = sweep->child; member != NULL; member = member->next) {
        if (strcmp(member->string, "zip") == 0) {
            if (!cJSON_IsBool(member))
                return read_fail(r, member, "expected true or false, found %s",
                                 json_describe(member, described));
            plan->zip = cJSON_IsTrue(member);
        } else if (strcmp(member->string, "knee") == 0) {
            return read_fail_key(r, member, "\"knee\" stands beside \"from\", \"to\" and \"points\" of a pointer's range");
        } else if (!plan_axis(r, tree, member, plan)) {
            return false;
        }
    }
    if (plan->knee.pointer != NULL && plan->axis_count > 1)
        return read_fail(r, sweep, "\"knee\" goes with a single pointer: where the curve bends depends on the others");
    return count_combinations(r, sweep, plan);
}

/* Nothing that is set is overridden in silence. */
static bool check_overrides(struct reader *r, const struct vary_plan *plan, const char *const *set,
                            size_t set_count)
{
    char quoted[UNITS_QUOTE_SIZE];
    for (size_t a = 0; a < plan->axis_count; a++) {
        const char *pointer = plan->axes[a].pointer;
        for (const cJSON *v = plan->variants == NULL ? NULL : plan->variants->child; v != NULL; v = v->next)
            for (const cJSON *member = v->child; member != NULL; member = member->next)
                if (pointer_covers(pointer, member->string))
                    return read_fail_key(r, member, "the sweep sets %s too", units_quote(pointer, quoted));
    }
    for (size_t i = 0; i < set_count; i++) {
        char *target = arena_text(r->arena, set[i]);
        if (target == NULL)
            return read_no_memory(r);
        target[strcspn(target, "=")] = '\0';
        const char *what = NULL;
        for (size_t a = 0; a < plan->axis_count; a++)
            if (pointer_covers(plan->axes[a].pointer, target))
                what = "the sweep sets this too; --set /sweep=null takes the sweep out";
        size_t covering = 0;
        for (const cJSON *v = plan->variants == NULL ? NULL : plan->variants->child; v != NULL; v = v->next) {
            bool covered = false;
            for (const cJSON *member = v->child; member != NULL; member = member->next)
                covered = covered || pointer_covers(member->string, target);
            covering += covered;
        }
        if (plan->variants != NULL && covering == plan->variant_count)
            what = "every variant sets this too; --set /variants=null takes the variants out";
        if (what != NULL) {
            error_set(r->err, "%s", what);
            error_place(r->err, set_label(r->arena, set[i]), NULL);
            return false;
        }
    }
    return true;
}

bool vary_plan(struct arena *arena, struct json_tree *tree, const char *const *set, size_t set_count,
               struct vary_plan *out, struct error *err)
{
    struct reader r = {.arena = arena, .tree = tree, .unit = lookup_row(time_unit_table, "s"), .err = err};
    *out = (struct vary_plan){.variant_count = 1, .combination_count = 1};
    return plan_variants(&r, out) && plan_sweep(&r, tree, out) && check_overrides(&r, out, set, set_count);
}

/* ---- points ---- */

/* Puts a copy of value (a node of `from`) where the member's key points to. */
static bool put_copy(struct arena *arena, const struct json_tree *from, struct json_tree *to,
                     const cJSON *member, const cJSON *value, bool missing_ok, struct error *err)
{
    cJSON *copy = cJSON_IsNull(value) ? NULL : json_copy_node(from, value, to);
    if (copy == NULL && !cJSON_IsNull(value))
        return error_set(err, "out of memory");
    return pointer_put(arena, to, member->string, copy, missing_ok, err) || json_stand_key(from, member, err);
}

/* The value as one number in the scenario's time unit, where it is one. */
static double number_of(const struct json_tree *tree, const cJSON *value)
{
    const cJSON *name = json_get(tree->root, "time_unit");
    const struct time_unit *unit =
        lookup_row(time_unit_table, cJSON_IsString(name) ? name->valuestring : "s");
    double out = NAN;
    if (cJSON_IsNumber(value))
        return value->valuedouble;
    if (unit == NULL || !cJSON_IsString(value) ||
        (!units_time(value->valuestring, unit, &out, NULL) &&
         !units_rate(value->valuestring, unit, &out, NULL)))
        return NAN;
    return out;
}

/* A copy of all but "variants" and "sweep", which may be long and are of no use in a point. */
static bool copy_base(const struct json_tree *tree, struct json_tree *out, struct error *err)
{
    if (!cJSON_IsObject(tree->root))
        return json_copy(tree, out, err);
    *out = (struct json_tree){.root = cJSON_CreateObject()};
    bool good = out->root != NULL && json_set_origin(out, out->root, json_origin(tree, tree->root));
    for (const cJSON *member = tree->root->child; good && member != NULL; member = member->next) {
        if (strcmp(member->string, "variants") == 0 || strcmp(member->string, "sweep") == 0)
            continue;
        cJSON *copy = json_copy_node(tree, member, out);
        good = copy != NULL && cJSON_AddItemToObject(out->root, member->string, copy);
        if (!good)
            cJSON_Delete(copy);
    }
    return good || error_set(err, "out of memory");
}

bool vary_point(struct arena *arena, const struct json_tree *tree, const struct vary_plan *plan, size_t index,
                struct json_tree *out, struct scenario_point *point, struct error *err)
{
    if (!copy_base(tree, out, err))
        return false;
    *point = (struct scenario_point){0};
    if (plan->variants != NULL) {
        const cJSON *variant = cJSON_GetArrayItem(plan->variants, (int)(index % plan->variant_count));
        point->variant = arena_text(arena, variant->string);
        if (point->variant == NULL)
            return error_set(err, "out of memory");
        for (const cJSON *member = variant->child; member != NULL; member = member->next)
            if (!put_copy(arena, tree, out, member, member, false, err))
                return false;
    }
    struct setting *sets = arena_array(arena, plan->axis_count, sizeof *sets);
    if (sets == NULL)
        return error_set(err, "out of memory");
    point->sets = sets;
    point->set_count = plan->axis_count;
    size_t left = index / plan->variant_count, below = plan->combination_count;
    for (size_t a = 0; a < plan->axis_count; a++) {
        const struct sweep_axis *axis = &plan->axes[a];
        if (!plan->zip)
            below /= axis->count;
        const size_t number = plan->zip ? left : left / below;
        left = plan->zip ? left : left % below;
        const cJSON *value = cJSON_GetArrayItem(axis->list, (int)number);
        sets[a] = (struct setting){arena_text(arena, axis->pointer), json_text(arena, value, 0),
                                   number_of(tree, value)};
        if (sets[a].pointer == NULL || sets[a].value == NULL)
            return error_set(err, "out of memory");
        if (!put_copy(arena, tree, out, axis->list, value, true, err))
            return false;
    }
    return true;
}
