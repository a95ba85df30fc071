#include "sim/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, const char *format, ...)
{
    if (err == NULL)
        return false;
    memset(err, 0, sizeof *err);
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

void error_place(struct error *err, const char *file, const struct place *at)
{
    if (err == NULL)
        return;
    if (err->file[0] == '\0' && file != NULL)
        snprintf(err->file, sizeof err->file, "%s", file);
    if (err->line != 0 || err->pointer[0] != '\0' || at == NULL)
        return;
    err->line = at->line;
    err->column = at->column;
    if (at->pointer != NULL)
        snprintf(err->pointer, sizeof err->pointer, "%s", at->pointer);
}

char *error_format(const struct error *err, char *out, size_t size)
{
    char where[48] = "";
    if (err->line > 0)
        snprintf(where, sizeof where, "%s%d:%d", err->file[0] != '\0' ? ":" : "", err->line, err->column);
    const bool placed = err->file[0] != '\0' || where[0] != '\0';
    snprintf(out, size, "%s%s%s%s%s%s", err->file, where, placed ? ": " : "", err->pointer,
             err->pointer[0] != '\0' ? ": " : "", err->text);
    return out;
}
