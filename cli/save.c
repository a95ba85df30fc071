#include "cli/save.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(struct error *err, const char *path)
{
    return error_set(err, "cannot write %s: %s", path, strerror(errno));
}

/* The folder that path stands in, in out. */
static void folder_of(const char *path, char out[static PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        strcpy(out, ".");
    else
        snprintf(out, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* Where the file will really be: path, or what it links to. */
static bool resolve(const char *path, char out[static PATH_MAX], struct error *err)
{
    struct stat at;
    if (lstat(path, &at) == 0 && S_ISLNK(at.st_mode) && realpath(path, out) != NULL)
        return true;
    if (snprintf(out, PATH_MAX, "%s", path) >= PATH_MAX)
        return error_set(err, "cannot write %.40s...: the name is too long", path);
    return true;
}

bool save_possible(const char *path, struct error *err)
{
    char target[PATH_MAX], folder[PATH_MAX];
    struct stat at;
    if (strcmp(path, "-") == 0)
        return true;
    if (path[0] == '\0')
        return error_set(err, "cannot write a file without a name");
    if (!resolve(path, target, err))
        return false;
    if (stat(target, &at) == 0 && S_ISDIR(at.st_mode)) {
        errno = EISDIR;
        return failed(err, path);
    }
    if (stat(target, &at) == 0 && !S_ISREG(at.st_mode))
        return access(target, W_OK) == 0 || failed(err, path);
    folder_of(target, folder);
    return access(folder, W_OK | X_OK) == 0 || failed(err, path);
}

/* Writes and flushes; errors that were set by `write` are kept. */
static bool fill(FILE *out, const char *path, bool (*write)(void *, FILE *, struct error *), void *context,
                 struct error *err)
{
    if (!write(context, out, err))
        return false;
    return (fflush(out) == 0 && !ferror(out)) || failed(err, path);
}

static bool write_in_place(const char *path, bool (*write)(void *, FILE *, struct error *), void *context,
                           struct error *err)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return failed(err, path);
    const bool good = fill(out, path, write, context, err);
    return (fclose(out) == 0 || !good || failed(err, path)) && good;
}

/* What a new file may be read and written by, as open() would have it; an old one's bits stay. */
static mode_t mode_for(const char *target)
{
    struct stat at;
    if (stat(target, &at) == 0)
        return at.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

bool save_file(const char *path, bool (*write)(void *, FILE *, struct error *), void *context,
               struct error *err)
{
    char target[PATH_MAX], folder[PATH_MAX], temporary[PATH_MAX + 16];
    struct stat at;
    if (strcmp(path, "-") == 0)
        return fill(stdout, "standard output", write, context, err);
    if (!save_possible(path, err) || !resolve(path, target, err))
        return false;
    if (stat(target, &at) == 0 && !S_ISREG(at.st_mode))
        return write_in_place(target, write, context, err);
    folder_of(target, folder);
    snprintf(temporary, sizeof temporary, "%s/.desq-XXXXXX", folder);
    const int file = mkstemp(temporary);
    if (file < 0)
        return failed(err, path);
    FILE *out = fdopen(file, "w");
    bool good = out != NULL || failed(err, path);
    good = good && fill(out, path, write, context, err);
    good = good && (fchmod(file, mode_for(target)) == 0 || failed(err, path));
    if (out != NULL)
        good = (fclose(out) == 0 || !good || failed(err, path)) && good;
    else
        close(file);
    good = good && (rename(temporary, target) == 0 || failed(err, path));
    if (!good)
        unlink(temporary);
    return good;
}

bool save_folder(const char *path, struct error *err)
{
    char part[PATH_MAX];
    struct stat at;
    if (path[0] == '\0' || snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return error_set(err, "cannot make the folder \"%.40s\"", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_set(err, "cannot make the folder %s: %s", part, strerror(errno));
        *slash = '/';
    }
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
        return error_set(err, "cannot make the folder %s: %s", part, strerror(errno));
    if (stat(part, &at) != 0 || !S_ISDIR(at.st_mode))
        return error_set(err, "cannot write into %s: %s", part, strerror(ENOTDIR));
    return access(part, W_OK | X_OK) == 0 ||
           error_set(err, "cannot write into %s: %s", part, strerror(errno));
}
