/* plain.h: for rows: the commonest shape of a model taken apart. */
#ifndef MODELS_THEORY_PLAIN_H
#define MODELS_THEORY_PLAIN_H

#include "models/theory/theory.h"

/* One kind, whose tasks visit one station once. */
struct plain {
    const struct station_model *station;
    const struct kind_model *kind;
    const struct dist *service;
};

/* false: err says what is not so. Nothing but servers, discipline, capacity and a group is allowed at the
 * station. */
bool plain_make(const struct model *model, struct plain *out, struct error *err);

/* Poisson arrivals of single tasks, for ever. */
bool plain_poisson(const struct plain *p, struct error *err);

/* Of the station's group: several servers, each with a line of its own (of one server), exponential service;
 * the rule by its name. false: err. */
bool plain_lines(const struct plain *p, const char *rule, struct error *err);

#endif
