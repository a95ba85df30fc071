#include "cli/draw.h"

#include "cli/chart_write.h"
#include "cli/output/number.h"
#include "cli/save.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum gnuplot_end { GNUPLOT_FINE, GNUPLOT_MISSING, GNUPLOT_FAILED };

enum { EXIT_MISSING = 127 }; /* of the child, as shells have it */

static const char missing_text[] = "gnuplot is not installed (Debian, Ubuntu: apt-get install gnuplot-nox)";

/* What gnuplot said, on stderr. */
static void repeat_on_stderr(FILE *said)
{
    char part[512];
    size_t got;
    rewind(said);
    while ((got = fread(part, 1, sizeof part, said)) > 0)
        fwrite(part, 1, got, stderr);
}

static enum gnuplot_end wait_for(pid_t child, FILE *said)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return GNUPLOT_FAILED;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_MISSING)
        return GNUPLOT_MISSING;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return GNUPLOT_FINE;
    if (said != NULL)
        repeat_on_stderr(said);
    return GNUPLOT_FAILED;
}

/* Runs gnuplot in the folder, without a shell and without the user's own settings. setup: for -e, or NULL.
 * Its warnings (a series without any interval, ...) are passed on only when it fails. */
static enum gnuplot_end run_gnuplot(const char *folder, const char *setup, const char *script)
{
    FILE *said = tmpfile();
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) != 0)
            _exit(1);
        if (said != NULL)
            dup2(fileno(said), STDERR_FILENO);
        if (setup != NULL)
            execlp("gnuplot", "gnuplot", "-d", "-e", setup, script, (char *)NULL);
        else
            execlp("gnuplot", "gnuplot", "-d", script, (char *)NULL);
        _exit(errno == ENOENT ? EXIT_MISSING : 1);
    }
    const enum gnuplot_end end = child > 0 ? wait_for(child, said) : GNUPLOT_FAILED;
    if (said != NULL)
        fclose(said);
    return end;
}

struct drawing {
    const struct result *result;
    const char *folder;
    const char *setup; /* for gnuplot -e; NULL: pictures in files */
    bool gnuplot_missing;
    size_t drawn;
};

/* Letters, digits, - and _ of a name, so that it can be part of a file's. */
static const char *file_part(struct arena *a, const char *name)
{
    char *part = arena_text(a, name);
    for (char *c = part; c != NULL && *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-'))
            *c = '_';
    return part;
}

/* The name of the picture's files: with several kinds of task, each has its own. */
static const char *picture_name(struct arena *a, const struct result *r, const struct plot *plot, size_t kind)
{
    const struct point *p = &r->points[0];
    if (plot->kinds == FOR_ALL || p->kind_count < 2)
        return plot->name;
    const char *part = file_part(a, p->kinds[kind].name);
    return part != NULL ? arena_printf(a, "%s-%s", plot->name, part) : NULL;
}

/* Writes NAME.dat and NAME.gp and has gnuplot draw them. */
static bool draw_picture(struct drawing *d, struct arena *a, struct picture *p, struct error *err)
{
    const char *data = arena_printf(a, "%s/%s.dat", d->folder, p->name);
    const char *path = arena_printf(a, "%s/%s.gp", d->folder, p->name);
    const char *script = arena_printf(a, "%s.gp", p->name);
    if (data == NULL || path == NULL || script == NULL)
        return error_set(err, "out of memory while drawing");
    if (!save_file(data, chart_write_data, p, err) || !save_file(path, chart_write_script, p, err))
        return false;
    d->drawn++;
    if (d->gnuplot_missing)
        return true;
    switch (run_gnuplot(d->folder, d->setup, script)) {
    case GNUPLOT_FINE:
        return true;
    case GNUPLOT_MISSING:
        d->gnuplot_missing = true;
        return true;
    case GNUPLOT_FAILED:
        break;
    }
    return error_set(err, "gnuplot could not draw %s; what it said is above", path);
}

static bool draw_plot(struct drawing *d, const struct plot *plot, size_t kind, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    struct chart *chart = arena_alloc(&arena, sizeof *chart);
    bool good = chart != NULL;
    if (good) {
        *chart = (struct chart){.arena = &arena, .result = d->result};
        const bool applies = plot->build(chart, kind);
        struct picture picture = {plot, chart, picture_name(&arena, d->result, plot, kind)};
        good = !chart->failed && picture.name != NULL;
        if (good && applies) {
            good = draw_picture(d, &arena, &picture, err);
            arena_free(&arena);
            return good;
        }
    }
    arena_free(&arena);
    return good || error_set(err, "out of memory while drawing");
}

static bool draw_all(struct drawing *d, struct error *err)
{
    for (size_t i = 0; i < plot_count && d->result->point_count > 0; i++) {
        const size_t kinds = plots[i].kinds == PER_KIND ? d->result->points[0].kind_count : 1;
        for (size_t kind = 0; kind < kinds; kind++)
            if (!draw_plot(d, &plots[i], kind, err))
                return false;
    }
    return true;
}

bool draw_plots(const struct result *r, const char *folder, bool needed, struct error *err)
{
    struct drawing d = {.result = r, .folder = folder};
    if (!save_folder(folder, err) || !draw_all(&d, err))
        return false;
    if (d.gnuplot_missing && needed)
        return error_set(err,
                         "no pictures: %s. Data and scripts are in %s: `gnuplot NAME.gp` there draws them.",
                         missing_text, folder);
    if (d.gnuplot_missing)
        fprintf(stderr,
                "desq: no pictures: %s. Data and scripts are in %s: `gnuplot NAME.gp` there draws them.\n",
                missing_text, folder);
    return true;
}

/* Removes the files of a folder that this program made, and the folder. */
static void remove_folder(const char *folder)
{
    DIR *all = opendir(folder);
    struct dirent *entry;
    while (all != NULL && (entry = readdir(all)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(all), entry->d_name, 0);
    if (all != NULL)
        closedir(all);
    rmdir(folder);
}

/* Columns and rows of the terminal for gnuplot's characters; 100 by 30 where stdout is none. */
static void terminal_setup(char *out, size_t size)
{
    enum {
        COLUMNS = 100,
        COLUMNS_LEAST = 60,
        COLUMNS_MOST = 140,
        ROWS = 30,
        ROWS_LEAST = 20,
        ROWS_MOST = 45
    };
    struct winsize window;
    int columns = COLUMNS, rows = ROWS;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0) {
        columns = window.ws_col < COLUMNS_LEAST  ? COLUMNS_LEAST
                  : window.ws_col > COLUMNS_MOST ? COLUMNS_MOST
                                                 : window.ws_col - 1;
        rows = window.ws_row < ROWS_LEAST  ? ROWS_LEAST
               : window.ws_row > ROWS_MOST ? ROWS_MOST
                                           : window.ws_row - 1;
    }
    snprintf(out, size, "columns=%d; rows=%d", columns, rows);
}

bool draw_in_terminal(const struct result *r, struct error *err)
{
    char folder[PATH_MAX], setup[64];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/desq-XXXXXX", base != NULL && base[0] != '\0' ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        return error_set(err, "cannot make a temporary folder %s: %s", folder, strerror(errno));
    terminal_setup(setup, sizeof setup);
    struct drawing d = {.result = r, .folder = folder, .setup = setup};
    const bool good = draw_all(&d, err);
    remove_folder(folder);
    if (good && d.gnuplot_missing)
        return error_set(err, "%s", missing_text);
    return good;
}

bool draw_script(const char *folder, const char *script, bool *missing, struct error *err)
{
    if (*missing)
        return true;
    switch (run_gnuplot(folder, NULL, script)) {
    case GNUPLOT_FINE:
        return true;
    case GNUPLOT_MISSING:
        *missing = true;
        fprintf(stderr, "%s; data and scripts are written\n", missing_text);
        return true;
    case GNUPLOT_FAILED:
        break;
    }
    return error_set(err, "gnuplot failed on %s/%s", folder, script);
}
