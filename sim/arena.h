/* arena.h: memory that is released all at once.
 *
 * A scenario, a model or a result lives in one arena; what is taken from it is never freed singly, so an
 * error half-way leaks nothing: the caller frees the arena. */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *blocks; /* newest first; NULL: empty */
};

/* An arena without memory; needs no arena_free until something was taken from it. */
void arena_init(struct arena *a);

/* Releases all that was taken; the arena is as after arena_init. */
void arena_free(struct arena *a);

/* size bytes, zeroed, aligned for any object; valid until arena_free. NULL when memory is exhausted or size
 * is beyond PTRDIFF_MAX. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);

/* count objects of size bytes; NULL also when count * size overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of text in the arena (NULL for NULL, or when memory is exhausted). */
char *arena_text(struct arena *a, const char *text);

/* printf into the arena; NULL when memory is exhausted. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
arena_printf(struct arena *a, const char *format, ...);

#endif
