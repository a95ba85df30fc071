/* estimate.h: disciplines that go by sizes may see estimates of them: "estimate" is a distribution, of a factor that is
 * drawn once for each visit. */
#ifndef MODELS_DISCIPLINE_ESTIMATE_H
#define MODELS_DISCIPLINE_ESTIMATE_H

#include "models/discipline/discipline.h"

/* What the rule of each says of it. */
#define ESTIMATE_RULE                                                                                        \
    "With `estimate` it sees that time times a factor, drawn once for each visit and known from nothing else. "

#define ESTIMATE_PARAMS(named)                                                                               \
    .params = {{.name = "estimate",                                                                          \
                .type = PARAM_DIST,                                                                          \
                .dimension = DIMENSION_NUMBER,                                                               \
                .summary = "factor on the service time that the discipline sees; default 1: it is known exactly"}}, \
    .example = "{ \"name\": \"" named "\", \"estimate\": { \"dist\": \"lognormal\", \"mean\": 1, \"scv\": 0.385 } }",         \
    .tell = estimate_tell

static inline bool estimate_tell(struct discipline_told *told, const struct arg *args, struct error *err)
{
    (void)err;
    told->estimate = args[0].dist;
    return true;
}

#endif
