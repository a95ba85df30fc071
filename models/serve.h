/* serve.h: studies that are shared with other processes (sim/study/ranks.h). Internal to models/. */
#ifndef MODELS_SERVE_H
#define MODELS_SERVE_H

#include "models/model.h"
#include "models/scenario/scenario.h"
#include "sim/study/ranks.h"

/* A crew of so many threads (as in struct desq_run; where there are other ranks, 0 means one), and of the other ranks, which are told of the study; *leader: to be released before the crew is freed; NULL: no others. false: err. */
bool serve_crew(const struct scenario_file *file, struct model *const *models, unsigned jobs, struct ranks *ranks, struct crew **crew,
                struct ranks_leader **leader, struct error *err);

#endif
