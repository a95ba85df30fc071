/* pictures.h: what of the claims a picture says better: series of points, for whoever draws them. */
#ifndef MODELS_CLAIMS_PICTURES_H
#define MODELS_CLAIMS_PICTURES_H

#include "models/claims/advice.h"
#include "models/claims/claims.h"

enum picture_style { PICTURE_LINE, PICTURE_POINTS, PICTURE_DOTS };

struct picture_series {
    const char *label;
    enum picture_style style;
    const double *x, *y;
    size_t count;
};

enum { PICTURE_SERIES_MOST = 14 };

struct picture {
    const char *name; /* of the files: "speed-up" */
    const char *title, *x_label, *y_label;
    bool log_x, log_y;
    double y_least; /* the axis begins there; 0: anywhere */
    struct picture_series series[PICTURE_SERIES_MOST];
    size_t series_count;
};

/* All pictures, in the arena: speed-up against n by the law of the tasks, W against makespan, the law of W,
 * break-even by the length of tasks and by the number of threads (for these numbers). false: err. */
bool claim_pictures(const struct claim_options *options, const struct advice_numbers *numbers,
                    struct arena *arena, const struct picture **out, size_t *count, struct error *err);

#endif
