/* error.h: a mistake of the user's, and where it stands.
 *
 * Errors travel as values: a function that can fail returns bool and fills a struct error that the caller
 * owns. Nothing below cli/ prints or exits. Mistakes of the programmer's stop at an assert instead. */
#ifndef SIM_ERROR_H
#define SIM_ERROR_H

#include <stddef.h>

/* Where something stands in a file: a JSON Pointer (RFC 6901; "" is the whole document), line and column from
 * 1 (column counts bytes). line 0: the place is not known. */
struct place {
    const char *pointer;
    int line, column;
};

/* Everything is held by value, so that an error outlives what it speaks of. An empty file or pointer is left
 * out of the text. */
struct error {
    char file[256];
    char pointer[256];
    int line, column;
    char text[768];
};

/* Sets the text (printf-style) and clears the place. Texts longer than the buffer are cut. Returns false, so
 * that "return error_set(err, ...)" reads well. err may be NULL. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
_Bool error_set(struct error *err, const char *format, ...);

/* Adds the place to an error whose place is not yet known (line == 0 and pointer empty); an error that has
 * one keeps it. */
void error_place(struct error *err, const char *file, const struct place *at);

/* Writes "file:line:column: /pointer: text" into out (at most size bytes, always ended by NUL), leaving out
 * what is not known. Returns out. */
char *error_format(const struct error *err, char *out, size_t size);

#endif
