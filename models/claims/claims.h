/* claims.h: what an article on asynchronous processing states about waiting, held against exact values and
 * against simulation. One file per claim, its row at the end; list.h names them all.
 *
 * The article's model, sections 3 and 4: n threads with times T_i and m tasks with times T_j have the total
 * waiting time W = T_1 + ... + T_n (threads) + T_1 + ... + T_m (tasks); n tasks of time T take n T
 * synchronously and T asynchronously.
 *
 * Everything is simulated through scenarios that a user could run (struct claim_case.scenario). */
#ifndef MODELS_CLAIMS_CLAIMS_H
#define MODELS_CLAIMS_CLAIMS_H

#include "sim/arena.h"
#include "sim/error.h"
#include "sim/lookup.h"

#include <stdbool.h>
#include <stdint.h>

enum claim_verdict {
    CLAIM_HOLDS, /* the article's statement is right here */
    CLAIM_BOUND, /* it is never exceeded, but not reached either */
    CLAIM_FAILS,
    CLAIM_SILENT /* the article says nothing about this case; a claim as a whole never has this */
};

/* How simulation was held against the exact value. */
enum case_form {
    CASE_VALUE, /* nothing is random: one run gives the value */
    CASE_MEAN,  /* the mean over independent replications, with an interval */
    CASE_EVERY, /* an identity or a bound, looked at in every sample path by itself */
    CASE_LAW,   /* the distribution of a random figure, by a test of fit */
};

/* Two numbers are taken to be equal when they differ by at most this share of the larger one: what rounding
 * leaves after sums of up to 10,000 terms in another order. */
#define CLAIM_TOLERANCE 1e-9

/* A mean contradicts the exact value beyond this many standard errors. A correct simulator does that with
 * probability 1.1e-5 per mean. */
#define CLAIM_Z_MOST 4.4

/* A law that is right is rejected with this probability; one that is wrong must be rejected at this level. */
#define CLAIM_P_LEAST 1e-5

/* One row of a claim's table. Numbers that there are not are NAN. */
struct claim_case {
    const char *what;
    enum case_form form;
    double article; /* the article's figure */
    double exact;   /* by theory, computed here; NAN: not one number, but a law for each sample path */
    double simulated, half_width; /* half_width NAN unless CASE_MEAN; level 0.99 */
    double z; /* CASE_MEAN: (simulated - exact) in standard errors, as a standard normal variate */
    uint64_t samples, held; /* CASE_EVERY: sample paths looked at (or tasks), and those in which the law held.
                             * CASE_MEAN: replications */
    double p;               /* CASE_LAW: probability of a statistic (`simulated`) as large as this, if the law is right;
                             * samples: observations */
    double error;           /* CASE_EVERY: largest relative deviation from an equality; NAN for bounds */
    const char *note;       /* NULL: none */
    const char *unit;       /* of the figures: "s", "ms", ""  */
    enum claim_verdict verdict; /* on the article's figure or statement */
    bool contradicted;          /* simulation and theory disagree: one of the two is wrong */
    const char *scenario;       /* JSON text */
    const char *variant;        /* the one that this row is about; NULL: the only one */
};

/* What came out of one claim; storage in the arena given. */
struct claim_report {
    const struct claim *claim;
    const struct claim_case *cases;
    size_t case_count;
    size_t contradictions;
};

struct lab;

struct claim {
    const char *name; /* "C1" */
    const char *title;
    const char *article; /* what the article says, in this reading */
    const char *exact;   /* the statement that is tested */
    enum claim_verdict verdict;
    const char *why; /* verdict in a sentence or two: what holds instead, and why */
    bool (*run)(struct lab *lab, struct error *err);
};

extern const struct lookup_table claim_table; /* of struct claim */

struct claim_options {
    uint64_t seed; /* of every scenario */
    unsigned jobs; /* threads; 0: one per core. The results are the same */
    bool brief;    /* a tenth of the replications, where figures are random */
};

/* false: err (no memory; a scenario that cannot be run). A contradiction is no error here: *out says so. */
bool claim_run(const struct claim *claim, const struct claim_options *options, struct arena *arena,
               struct claim_report *out, struct error *err);

/* "holds", "holds as a bound", "fails", "-". */
const char *claim_verdict_name(enum claim_verdict verdict);

/* What W is, in the light of all claims: some sentences. */
extern const char claim_conclusion[];

#endif
