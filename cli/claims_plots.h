/* claims_plots.h: the pictures of `desq claims --plots DIR`. */
#ifndef CLI_CLAIMS_PLOTS_H
#define CLI_CLAIMS_PLOTS_H

#include "models/claims/pictures.h"

/* NAME.png and NAME.svg of each picture into the folder (made if missing), beside the data and the gnuplot
 * script from which they can be drawn again. false: err. */
bool claims_plots(const struct picture *pictures, size_t count, const char *folder, struct error *err);

#endif
