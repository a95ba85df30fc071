/* settle.h: how long the start is felt, by the data: the warm-up that MSER-5 asks for. Internal to models/.
 *
 * models/length.c chooses a warm-up from the load. A few replications that begin empty and are watched from time 0 on check it: the
 * times of each headline measure are averaged over equal pieces of time, of at least five tasks each, and each replication
 * is cut where MSER says (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69, 1997;
 * on means of five MSER-5: Spratt 1998; per replication: Sanchez and White, WSC 2011). A cut at the middle of what was
 * watched means that it was too short (Franklin and White, "Stationarity tests and MSER-5", WSC 2008; Hoad, Robinson, Davies,
 * "Automating warm-up length estimation", JORS 61, 2010). One replication's cut is scattered widely; the median of all counts. */
#ifndef MODELS_SETTLE_H
#define MODELS_SETTLE_H

#include "models/model.h"
#include "sim/study/crew.h"
#include "models/world.h"

enum {
    SETTLE_REPLICATIONS = 8,
    SETTLE_PIECES = 200,
    SETTLE_WARMUPS = 4, /* watched at first: so many times the warm-up that was chosen; twice as long where that was too short */
};

/* What was found of one model. */
struct settled {
    double warmup; /* that the data ask for; NAN: not looked at (settle_applies) */
    bool longer;   /* at the least: the cuts lay at the middle of the longest that was watched */
};

/* Whether the data are asked at all: the warm-up is open, something is drawn, nothing changes by the clock, and looking costs little
 * beside the study. */
bool settle_applies(const struct model *m);

/* Looks at m. The same for any crew; limits: of each replication, all of which end without a result where one is reached. order:
 * as in struct job. */
struct settled settle_look(const struct model *m, const struct world_limits *limits, struct crew *crew, uint64_t order);

/* Where one of `count` models that are to run equally long needs a longer warm-up than it has, all get it, and lengths that grow with it, as far
 * as the limit of events allows; each model is told what was found (model.warmup_found, warmup_doubtful). */
void settle_all(struct model *const *models, size_t count, const struct world_limits *limits, struct crew *crew, uint64_t order);

#endif
