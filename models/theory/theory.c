#include "models/theory/theory.h"

#include <math.h>
#include <string.h>

#define THEORY(name) extern const struct theory_form theory_##name;
#include "models/theory/list.h"
#undef THEORY

static const void *const rows[] = {
#define THEORY(name) &theory_##name,
#include "models/theory/list.h"
#undef THEORY
};

const struct lookup_table theory_table = {rows, sizeof rows / sizeof rows[0]};

const char *theory_class_name(enum theory_class class)
{
    static const char *const names[] = {[THEORY_EXACT] = "exact",
                                        [THEORY_LIMIT] = "limit",
                                        [THEORY_BOUND] = "bound",
                                        [THEORY_APPROXIMATION] = "approximation"};
    return names[class];
}

static void add(struct theory_sheet *sheet, struct theory_value value)
{
    if (isnan(value.value))
        return;
    if (sheet->count == sheet->room) {
        const size_t room = sheet->room == 0 ? 16 : 2 * sheet->room;
        struct theory_value *values = arena_array(sheet->arena, room, sizeof *values);
        if (values == NULL) {
            sheet->failed = true;
            return;
        }
        if (sheet->count > 0)
            memcpy(values, sheet->values, sheet->count * sizeof *values);
        sheet->values = values;
        sheet->room = room;
    }
    sheet->values[sheet->count++] = value;
}

void theory_mean(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                 double value)
{
    add(sheet, (struct theory_value){.scope = scope, .subject = subject, .probe = probe, .value = value});
}

void theory_bound(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                  enum theory_relation relation, double value)
{
    add(sheet, (struct theory_value){
                   .scope = scope, .subject = subject, .probe = probe, .relation = relation, .value = value});
}

void theory_sd(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
               double value)
{
    if (!isfinite(value)) /* there is none */
        return;
    add(sheet,
        (struct theory_value){
            .scope = scope, .subject = subject, .probe = probe, .statistic = STATISTIC_SD, .value = value});
}

void theory_quantile(struct theory_sheet *sheet, enum theory_scope scope, size_t subject, const char *probe,
                     double p, double value)
{
    add(sheet, (struct theory_value){.scope = scope,
                                     .subject = subject,
                                     .probe = probe,
                                     .statistic = STATISTIC_QUANTILE,
                                     .quantile = p,
                                     .value = value});
}

bool theory_ask(const struct model *model, size_t states_most, struct arena *arena, const struct theory_answer **out,
                size_t *count, struct error *err)
{
    struct theory_answer *answers = arena_array(arena, theory_table.count + 1, sizeof *answers);
    if (answers == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < theory_table.count; i++) {
        struct theory_sheet sheet = {.arena = arena, .states_most = states_most};
        struct error why = {0};
        struct theory_answer *a = &answers[i];
        a->form = theory_table.rows[i];
        a->applies = a->form->apply(model, &sheet, &why);
        if (!a->applies)
            a->why_not = arena_text(arena, why.text);
        if (sheet.failed || (!a->applies && a->why_not == NULL))
            return error_set(err, "out of memory");
        a->values = sheet.values;
        a->value_count = sheet.count;
        a->note = sheet.note;
    }
    *out = answers;
    *count = theory_table.count;
    return true;
}
