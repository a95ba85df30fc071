/* draw.h: plots of a result, by gnuplot. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "models/desq.h"

/* Draws every plot that applies into the folder (made if missing): NAME.png and NAME.svg, and beside them
 * NAME.dat and NAME.gp, from which `gnuplot NAME.gp` draws them again. Without gnuplot the data and scripts
 * are written all the same, and stderr says which package is missing: that is a failure only where the
 * pictures are all that was asked for (needed). false: err says what could not be written or drawn. */
bool draw_plots(const struct result *r, const char *folder, bool needed, struct error *err);

/* Runs gnuplot on a script in the folder. *missing: it is not installed, which stderr is told once. false: err. */
bool draw_script(const char *folder, const char *script, bool *missing, struct error *err);

/* The same as characters on stdout. Here a missing gnuplot is an error. */
bool draw_in_terminal(const struct result *r, struct error *err);

#endif
