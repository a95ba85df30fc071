#include "models/dist/choice.h"

bool choice_init(struct choice *c, const double *p, size_t n, struct arena *arena)
{
    if (n > (size_t)1 << 31)
        return false;
    size_t cells = 1;
    while (cells < n)
        cells *= 2;
    double *cumulative = arena_array(arena, n, sizeof *cumulative);
    uint32_t *guide = arena_array(arena, cells, sizeof *guide);
    if (cumulative == NULL || guide == NULL)
        return false;
    size_t last = n - 1;
    while (last > 0 && p[last] == 0.0)
        last--;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += p[i];
        cumulative[i] = i >= last || sum > 1.0 ? 1.0 : sum;
    }
    for (size_t cell = 0, i = 0; cell < cells; cell++) {
        while (cumulative[i] <= (double)cell / (double)cells)
            i++;
        guide[cell] = (uint32_t)i;
    }
    *c = (struct choice){.n = n, .cumulative = cumulative, .guide = guide, .cells = (double)cells};
    return true;
}
