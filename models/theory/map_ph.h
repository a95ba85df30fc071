/* map_ph.h: for the row of MAP/PH/c: its chain, and the law of the wait at one server. */
#ifndef MODELS_THEORY_MAP_PH_H
#define MODELS_THEORY_MAP_PH_H

#include "models/theory/qbd.h"
#include "models/theory/single.h"

/* Arrivals: d0 and d1 (na by na), of which d0's diagonal is of no account. */
struct source {
    size_t na;
    const double *d0, *d1;
};

/* How many of k busy servers are in each of ns phases: all ways, in lexicographic order. */
struct crowd_level {
    size_t ways;
    const unsigned *in; /* ways by ns */
};

struct chain {
    struct source source;
    struct phase_law service;
    const double *leave; /* of phase i for good, as a rate */
    size_t servers;
    struct crowd_level *crowds; /* 0 .. servers */
};

/* One server, in order of arrival: standard deviations and percentiles of wait and response, from the law of the numbers present
 * (levels[1] the first that repeats). false: no memory. */
bool map_ph_spread(const struct single *c, const struct chain *x, const struct qbd_law *law, struct theory_sheet *out);

/* Several servers, in order of arrival: percentiles of both. false: no memory. */
bool map_ph_servers(const struct single *c, const struct chain *x, const struct qbd_law *law, struct theory_sheet *out);

/* The way in which, of way w of k, one server is gone from phase `from` (ns: none) and one more in phase `to` (ns: none). */
size_t map_ph_moved(const struct chain *x, size_t k, size_t w, size_t from, size_t to);

#endif
