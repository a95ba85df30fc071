/* conduct.h: running all points of a scenario file. Internal to models/. */
#ifndef MODELS_CONDUCT_H
#define MODELS_CONDUCT_H

#include "models/desq.h"
#include "models/experiment.h"
#include "models/model.h"

/* The most loaded station whose line can grow without end; SIZE_MAX: none is overloaded. */
size_t conduct_overloaded(const struct model *m);

/* A sentence about it, after label; in arena, NULL: no memory. */
const char *conduct_overload_warning(struct arena *arena, const struct model *m, const char *label);

/* All `count` variants at one combination of sweep values run equally long, so that they see the same arrivals. */
void conduct_align(struct model *const *models, size_t count);

/* Where even the first replications of the costliest would take more than half the limit: fewer and shorter ones, for
 * all. true: the warm-up had to be shortened too. */
bool conduct_shorten(struct model *const *models, size_t count);

/* An overloaded point shows what it is long before its lines fill the memory: then shorter. */
void conduct_shorten_overload(struct model *m);

/* The most events of one point: as asked, or, where desq chooses how long to run, the default. */
double conduct_limit_events(const struct run_spec *run);

/* How many replications come before anything is decided. */
uint64_t conduct_first_replications(const struct model *m);

/* How many times as long the replications of a point must be, by what was seen so far; 1: they will do. Marks
 * a point that would need longer ones but cannot have them. */
double conduct_stretch(struct experiment *e);

/* Forgets the replications of e, which are to be `factor` times as long from now on. */
bool conduct_lengthen(struct experiment *e, double factor, struct error *err);

/* What a reader of the point's figures must know, into out->warnings; in arena. false: no memory. */
bool conduct_warn(struct arena *arena, const struct experiment *e, bool shortened, struct point *out);

/* The wall clock, in seconds; and how many threads `jobs` means (0: one per core). */
double conduct_clock(void);
unsigned conduct_jobs(unsigned jobs);

/* The compiled model of a point; NULL: there is none of that number. */
struct model *desq_model(struct desq *d, size_t point);

/* desq_run, for the compiled models of all points; the result lives in arena. */
bool conduct_run(struct arena *arena, const struct scenario_file *file, struct model *const *models,
                 const struct desq_run *how, const struct result **out, struct error *err);

#endif
