#include "sim/arena.h"
#include "tests/suites.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

static void zeroed_and_aligned(void)
{
    struct arena a;
    arena_init(&a);
    const size_t sizes[] = {1, 0, 7, 16, 17, 4000, 16384, 16385, 100000, 3, 0, 16383};
    unsigned char *parts[sizeof sizes / sizeof sizes[0]];
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            parts[i] = arena_alloc(&a, sizes[i]);
            CU_ASSERT_PTR_NOT_NULL_FATAL(parts[i]);
            CU_ASSERT_EQUAL((uintptr_t)parts[i] % alignof(max_align_t), 0);
            bool zero = true;
            for (size_t k = 0; k < sizes[i]; k++)
                zero = zero && parts[i][k] == 0;
            CU_ASSERT(zero);
            memset(parts[i], (int)(i + 1), sizes[i]);
        }
        bool kept = true; /* nobody writes into another's part */
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (size_t k = 0; k < sizes[i]; k++)
                kept = kept && parts[i][k] == i + 1;
        CU_ASSERT(kept);
        arena_free(&a); /* and it can be used again */
        CU_ASSERT_PTR_NULL(a.blocks);
    }
    arena_free(&a);
}

static void too_large(void)
{
    struct arena a;
    arena_init(&a);
    CU_ASSERT_PTR_NULL(arena_alloc(&a, SIZE_MAX));
    CU_ASSERT_PTR_NULL(arena_alloc(&a, (size_t)PTRDIFF_MAX + 1));
    CU_ASSERT_PTR_NULL(arena_array(&a, SIZE_MAX / 2, 3));
    CU_ASSERT_PTR_NULL(arena_array(&a, SIZE_MAX / 8 + 2, 8)); /* the product wraps round to 8 */
    CU_ASSERT_PTR_NOT_NULL(arena_array(&a, 0, 8));
    CU_ASSERT_PTR_NOT_NULL(arena_array(&a, 8, 0));
    CU_ASSERT_PTR_NOT_NULL(arena_array(&a, 3, 5));
    arena_free(&a);
}

static void texts(void)
{
    struct arena a;
    arena_init(&a);
    char text[] = "queue";
    char *copy = arena_text(&a, text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    text[0] = 'x';
    CU_ASSERT_STRING_EQUAL(copy, "queue");
    CU_ASSERT_STRING_EQUAL(arena_text(&a, ""), "");
    CU_ASSERT_PTR_NULL(arena_text(&a, NULL));
    CU_ASSERT_STRING_EQUAL(arena_printf(&a, "%s/%d", copy, 42), "queue/42");
    CU_ASSERT_STRING_EQUAL(arena_printf(&a, "%s", ""), "");
    const char *wide = arena_printf(&a, "%040000d", 7); /* beyond one block */
    CU_ASSERT_PTR_NOT_NULL_FATAL(wide);
    CU_ASSERT_EQUAL(strlen(wide), 40000);
    arena_free(&a);
}

const struct test arena_tests[] = {
    {"what an arena gives is zeroed, aligned and nobody else's", zeroed_and_aligned},
    {"sizes that cannot be had give NULL, also where a product would wrap round", too_large},
    {"texts are copied and printed into the arena", texts},
    {NULL, NULL},
};
