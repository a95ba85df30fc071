#include "cli/output/table.h"

#include <string.h>

static const char plus_minus[] = " ± ";

enum { GAP = 2 };

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

void table_init(struct table *t, struct arena *arena)
{
    memset(t, 0, sizeof *t);
    t->arena = arena;
}

void table_column(struct table *t, const char *group, const char *title)
{
    if (t->column_count == TABLE_COLUMNS_MOST) {
        t->failed = true;
        return;
    }
    t->groups[t->column_count] = group != NULL ? group : "";
    t->titles[t->column_count++] = title;
}

void table_label(struct table *t, const char *title)
{
    table_column(t, NULL, title);
    t->label_count++;
}

void table_row(struct table *t)
{
    if (t->row_count == t->row_room) {
        const size_t room = t->row_room > 0 ? 2 * t->row_room : 16;
        const char ***rows = arena_array(t->arena, room, sizeof *rows);
        if (rows == NULL) {
            t->failed = true;
            return;
        }
        if (t->row_count > 0)
            memcpy(rows, t->rows, t->row_count * sizeof *rows);
        t->rows = rows;
        t->row_room = room;
    }
    const char **cells = arena_array(t->arena, t->column_count + 1, sizeof *cells);
    if (cells == NULL) {
        t->failed = true;
        return;
    }
    for (size_t i = 0; i < t->column_count; i++)
        cells[i] = "";
    t->rows[t->row_count++] = cells;
}

void table_cell(struct table *t, size_t column, const char *text)
{
    if (t->failed || t->row_count == 0)
        return;
    const char *copy = arena_text(t->arena, text);
    if (copy == NULL)
        t->failed = true;
    else
        t->rows[t->row_count - 1][column] = copy;
}

/* What one column needs: before and after "±", and in all. */
struct widths {
    size_t left, right, all;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t width_left(const char *cell)
{
    const char *mark = strstr(cell, plus_minus);
    return mark != NULL ? text_width(cell) - text_width(mark) : text_width(cell);
}

static struct widths measure(const struct table *t, size_t column)
{
    struct widths w = {0, 0, 0};
    for (size_t i = 0; i < t->row_count; i++) {
        const char *cell = t->rows[i][column], *mark = strstr(cell, plus_minus);
        w.left = larger(w.left, width_left(cell));
        if (mark != NULL)
            w.right = larger(w.right, text_width(mark));
    }
    w.all = larger(w.left + w.right, text_width(t->titles[column]));
    return w;
}

/* A line being printed; spaces wait until text follows, so that none ends a line. */
struct printed_line {
    FILE *out;
    size_t spaces;
};

static void spaces(struct printed_line *line, size_t count)
{
    line->spaces += count;
}

static void put(struct printed_line *line, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(line->out, "%*s%s", (int)line->spaces, "", text);
    line->spaces = 0;
}

static void end_line(struct printed_line *line)
{
    fputc('\n', line->out);
    line->spaces = 0;
}

static void print_label(const struct table *t, struct printed_line *line, size_t row, size_t column,
                        size_t width)
{
    const char *text = t->rows[row][column];
    bool same = row > 0 && column + 1 < t->label_count;
    for (size_t i = 0; same && i <= column; i++)
        same = strcmp(t->rows[row][i], t->rows[row - 1][i]) == 0;
    if (same)
        text = "";
    put(line, text);
    spaces(line, width - text_width(text));
}

static void print_cell(struct printed_line *line, const char *cell, struct widths w)
{
    const size_t left = width_left(cell), before = w.left - left + (w.all - w.left - w.right);
    const size_t after = w.all - before - text_width(cell);
    spaces(line, before);
    put(line, cell);
    spaces(line, after);
}

/* The group headings of columns first to last - 1, each above its own columns. */
static void print_groups(const struct table *t, struct printed_line *line, const struct widths *w,
                         size_t first, size_t last)
{
    for (size_t i = first; i < last;) {
        size_t end = i, width = 0;
        while (end < last && strcmp(t->groups[end], t->groups[i]) == 0)
            width += w[end++].all + GAP;
        const size_t text = text_width(t->groups[i]);
        /* A heading begins where its columns' text does. A block may hold only part of a group, with less
         * room than the heading takes. */
        spaces(line, GAP);
        put(line, t->groups[i]);
        const size_t rest = width > GAP + text ? width - GAP - text : 0;
        if (text > 0 && rest >= 2) {
            spaces(line, 1);
            for (size_t k = 1; k < rest; k++)
                put(line, "-");
        } else {
            spaces(line, rest);
        }
        i = end;
    }
    end_line(line);
}

/* Makes each group, as far as it stands in this block of columns, at least as wide as its heading. */
static void widen_groups(const struct table *t, struct widths *w, size_t first, size_t last)
{
    for (size_t i = first; i < last;) {
        size_t end = i, width = 0;
        while (end < last && strcmp(t->groups[end], t->groups[i]) == 0)
            width += w[end++].all + GAP;
        const size_t needed = text_width(t->groups[i]) + GAP;
        if (needed > width)
            w[end - 1].all += needed - width;
        i = end;
    }
}

static void print_block(const struct table *t, struct printed_line *line, const struct widths *w,
                        size_t first, size_t last, int indent)
{
    bool grouped = false;
    size_t labels = 0;
    for (size_t i = first; i < last; i++)
        grouped = grouped || t->groups[i][0] != '\0';
    for (size_t i = 0; i < t->label_count; i++)
        labels += w[i].all + (i > 0 ? GAP : 0);
    if (grouped) {
        spaces(line, (size_t)indent + labels);
        print_groups(t, line, w, first, last);
    }
    spaces(line, (size_t)indent);
    for (size_t i = 0; i < t->label_count; i++) {
        spaces(line, i > 0 ? GAP : 0);
        put(line, t->titles[i]);
        spaces(line, w[i].all - text_width(t->titles[i]));
    }
    for (size_t i = first; i < last; i++) {
        spaces(line, GAP + w[i].all - text_width(t->titles[i]));
        put(line, t->titles[i]);
    }
    end_line(line);
    for (size_t row = 0; row < t->row_count; row++) {
        spaces(line, (size_t)indent);
        for (size_t i = 0; i < t->label_count; i++) {
            spaces(line, i > 0 ? GAP : 0);
            print_label(t, line, row, i, w[i].all);
        }
        for (size_t i = first; i < last; i++) {
            spaces(line, GAP);
            print_cell(line, t->rows[row][i], w[i]);
        }
        end_line(line);
    }
}

/* Where the block that begins with column `first` ends: as many columns as fit, cut between groups where a
 * group fits on a page of its own. */
static size_t block_end(const struct table *t, const struct widths *w, size_t first, size_t room)
{
    size_t used = 0, end = first, last_border = first;
    while (end < t->column_count && (end == first || used + GAP + w[end].all <= room)) {
        used += GAP + w[end].all;
        end++;
        if (end == t->column_count || strcmp(t->groups[end], t->groups[end - 1]) != 0)
            last_border = end;
    }
    return end < t->column_count && last_border > first ? last_border : end;
}

bool table_print(const struct table *t, FILE *out, int indent)
{
    if (t->failed)
        return false;
    struct widths w[TABLE_COLUMNS_MOST];
    size_t labels = (size_t)indent;
    for (size_t i = 0; i < t->column_count; i++)
        w[i] = measure(t, i);
    for (size_t i = 0; i < t->label_count; i++)
        labels += w[i].all + GAP;
    widen_groups(t, w, t->label_count, t->column_count);
    const size_t room = labels < PAGE_WIDTH ? PAGE_WIDTH - labels + GAP : 1;
    size_t first = t->label_count;
    struct printed_line line = {out, 0};
    do {
        const size_t end = block_end(t, w, first, room);
        if (first > t->label_count)
            fputc('\n', out);
        widen_groups(t, w, first, end); /* a group that was cut may have become too narrow */
        print_block(t, &line, w, first, end, indent);
        first = end;
    } while (first < t->column_count);
    return true;
}

/* Prints text, broken at spaces, on a line that is filled up to column `used`; further lines begin at
 * `column`. */
static void wrap(FILE *out, const char *text, size_t used, int column)
{
    bool line_empty = true;
    while (*text != '\0') {
        size_t bytes = strcspn(text, " \n");
        while (strncmp(text + bytes, plus_minus, sizeof plus_minus - 1) == 0) /* kept on one line */
            bytes += sizeof plus_minus - 1 + strcspn(text + bytes + sizeof plus_minus - 1, " \n");
        size_t width = 0;
        for (size_t i = 0; i < bytes; i++)
            width += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (!line_empty && used + 1 + width > PAGE_WIDTH) {
            fprintf(out, "\n%*s", column, "");
            used = (size_t)column;
            line_empty = true;
        }
        if (bytes > 0) {
            fprintf(out, "%s%.*s", line_empty ? "" : " ", (int)bytes, text);
            used += width + (line_empty ? 0 : 1);
            line_empty = false;
        }
        text += bytes;
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

void text_wrapped(FILE *out, const char *text, int indent, int hanging)
{
    fprintf(out, "%*s", indent, "");
    wrap(out, text, (size_t)indent, hanging);
}

void text_wrapped_from(FILE *out, const char *text, int column)
{
    wrap(out, text, (size_t)column, column);
}
