#include "cli/point_plots.h"

#include "cli/draw.h"
#include "cli/save.h"

#include <stdio.h>
#include <string.h>

const char *point_name(struct arena *arena, const struct scenario_point *p)
{
    const char *label = p->variant == NULL ? "" : p->variant;
    for (size_t i = 0; i < p->set_count && label != NULL; i++)
        label = arena_printf(arena, "%s%s%s = %s", label, label[0] != '\0' ? ", " : "", p->sets[i].pointer, p->sets[i].value);
    return label;
}

void plot_text(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < size; text++)
        if (*text != '"' && *text != '\\' && *text != '\'' && *text != '\n')
            out[n++] = *text;
    out[n] = '\0';
}

const char *plot_file_name(struct arena *arena, const char *what, const char *kind)
{
    char name[LABEL_ROOM];
    plot_text(name, sizeof name, kind);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == ' ')
            *c = '-';
    return arena_printf(arena, "%s-%s", what, name);
}

bool plot_pair(const char *folder, const char *file, bool (*data)(void *context, FILE *out, struct error *err),
                bool (*script)(void *context, FILE *out, struct error *err), void *context, bool *missing, struct error *err)
{
    char data_path[4096], script_path[4096];
    const int x = snprintf(data_path, sizeof data_path, "%s/%s.dat", folder, file), y = snprintf(script_path, sizeof script_path, "%s/%s.gp", folder, file);
    if (x < 0 || (size_t)x >= sizeof data_path || y < 0 || (size_t)y >= sizeof script_path)
        return error_set(err, "the name of the folder for plots is too long");
    return save_file(data_path, data, context, err) && save_file(script_path, script, context, err) &&
           draw_script(folder, strrchr(script_path, '/') + 1, missing, err);
}
