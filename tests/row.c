#include "tests/row.h"

#include "tests/trial.h"

#include <math.h>
#include <string.h>

void row_ask(struct row_answer *a, const char *row, const char *text)
{
    const struct scenario_file *file;
    struct model *model;
    const struct theory_form *form = lookup_row(theory_table, row);
    arena_init(&a->arena);
    char *json = arena_printf(&a->arena, "{%s}", text);
    a->sheet = (struct theory_sheet){.arena = &a->arena};
    a->applies = false;
    a->err = (struct error){0};
    for (char *c = json; c != NULL && *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    if (json != NULL && EXPECT(form != NULL, "no row %s", row) &&
        EXPECT(scenario_read_text(&a->arena, "test", json, NULL, 0, &file, &a->err) &&
                   model_compile(&a->arena, &file->points[0].scenario, &model, &a->err),
               "%s: %s", text, a->err.text))
        a->applies = form->apply(model, &a->sheet, &a->err);
}

void row_free(struct row_answer *a)
{
    arena_free(&a->arena);
}

double row_value(const struct row_answer *a, const char *probe, enum statistic statistic, double p)
{
    double value = (double)NAN;
    for (size_t i = 0; a->applies && i < a->sheet.count; i++) {
        const struct theory_value *v = &a->sheet.values[i];
        if (strcmp(v->probe, probe) == 0 && v->statistic == statistic && (statistic != STATISTIC_QUANTILE || v->quantile == p))
            value = v->value;
    }
    return value;
}

double row_mean(const char *row, const char *text, const char *probe)
{
    struct row_answer a;
    row_ask(&a, row, text);
    EXPECT(a.applies, "%s does not apply to %s: %s", row, text, a.err.text);
    const double value = row_value(&a, probe, STATISTIC_MEAN, 0.0);
    row_free(&a);
    return value;
}
