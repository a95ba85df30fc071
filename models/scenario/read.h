/* read.h: from the full form in JSON to struct scenario. What may be written is said by tables of struct
 * param, in the families and in read_*.c: this code knows the types of values, not their names. */
#ifndef MODELS_SCENARIO_READ_H
#define MODELS_SCENARIO_READ_H

#include "models/scenario/json.h"
#include "models/scenario/scenario.h"
#include "models/units.h"

/* A table entry whose value the reader of that table reads itself: struct arg's row is the cJSON node. Only
 * in the reader's own tables, therefore not in models/param.h. */
#define PARAM_JSON ((enum param_type)(PARAM_LATER + 1))

struct reader {
    struct arena *arena;
    const struct json_tree *tree;
    const char *folder;           /* of the scenario's file, with its "/"; "": the current one */
    const struct time_unit *unit; /* the scenario's */
    const cJSON *kinds;           /* "tasks", which steps may name before they are read; NULL: not yet */
    struct scenario *scenario;    /* filled so far; stations come before what names them */
    size_t note_size;
    const struct dist
        *given; /* of the kind in hand: what `at` steps without "for" take; NULL: they need "for" */
    bool given_used;
    const cJSON *draws;   /* of the kind in hand; NULL: none */
    uint64_t draw_first;  /* number of the first of them among those of the scenario */
    const struct dist **draw_laws;
    bool *draw_used;
    int step_depth; /* lists of steps open: 1 within a kind's own, more within those inside a step */
    struct error *err;
};

/* Reads the full form; false: err with its place. */
bool read_scenario(struct arena *arena, const struct json_tree *tree, const char *path, struct scenario *out,
                   struct error *err);

/* All below: false with r->err set, its place included. */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bool read_fail(struct reader *r, const cJSON *node, const char *format, ...); /* at the value */
bool read_fail_key(struct reader *r, const cJSON *node, const char *format, ...); /* at its key */
bool read_no_memory(struct reader *r);

/* Reads the members of object by a table ended by PARAM_NONE into args, one per entry. skip: a key that the
 * caller has dealt with, or NULL; more: entries that are known but read by the caller, or NULL; owner:
 * who says "needs" ("\"erlang\"", "a station"); drawn: what DIMENSION_DRAWN stands for. */
bool read_args(struct reader *r, const cJSON *object, const struct param *params, const struct param *more,
               const char *skip, const char *owner, enum dimension drawn, struct arg *args);

/* The error for a key that is in neither table. */
bool read_unknown_key(struct reader *r, const cJSON *node, const struct param *params,
                      const struct param *more);

/* The error for a name that is not in table: nearest one, or all of them. what: "distribution". */
bool read_unknown_name(struct reader *r, const cJSON *node, const char *what, const char *name,
                       const char *const *names, size_t count);

bool read_number(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
                 double *out);
bool read_whole(struct reader *r, const cJSON *node, enum range range, double *out);
bool read_dist(struct reader *r, const cJSON *node, enum dimension dimension, enum range range,
               const struct dist **out);
/* As part of another distribution: it may be negative, and no note is kept. */
bool read_dist_part(struct reader *r, const cJSON *node, enum dimension dimension, struct dist *out);
/* "draws" of a kind, before its steps; whether each is used, after them; { "shared": NAME } (read_shared.c). */
bool read_draws(struct reader *r, const cJSON *node);
bool read_draws_end(struct reader *r);
bool read_shared(struct reader *r, const cJSON *node, const struct dist **out);
bool read_steps(struct reader *r, const cJSON *node, struct steps *out);
/* "id" and "next" of a kind's own steps, once these are read; node: their list (read_routes.c). */
bool read_routes(struct reader *r, const cJSON *node, struct step *steps, size_t count);
bool read_branches(struct reader *r, const cJSON *node, const struct branch **out, size_t *count);
bool read_arrival(struct reader *r, const cJSON *node, struct arrival *out);
/* Environments, before stations; a station's, by name (read_environments.c). node: NULL: none. */
bool read_environments(struct reader *r, const cJSON *node);
bool read_environment_name(struct reader *r, const cJSON *node, const struct environment_spec **out);
bool read_stations(struct reader *r, const cJSON *node);
/* Lines of the servers' own, groups, what happens at a full station (read_dispatch.c): the first when the station
 * is read, the second when all are, the third when all groups are. */
bool read_dispatch(struct reader *r, const cJSON *node, const struct arg *args, struct station_spec *out);
bool read_station_group(struct reader *r, const cJSON *node, struct station_spec *out);
bool read_station_links(struct reader *r, const cJSON *node, struct station_spec *out);
/* What a station's discipline is told (read_discipline.c), and what it does not go with, when the station's other
 * keys have been read. node: "discipline", or NULL. */
bool read_discipline(struct reader *r, const cJSON *node, struct station_spec *out);
bool read_discipline_apart(struct reader *r, const cJSON *node, const struct station_spec *s);
/* Servers one by one (read_individual.c), when the station's other keys have been read. */
bool read_individual(struct reader *r, const cJSON *node, struct station_spec *out);
/* "adapt" (read_adapt.c). */
bool read_adapt(struct reader *r, const cJSON *node, struct station_spec *out);
/* Batches, speed by number, cost (read_service.c), after that. */
bool read_service(struct reader *r, const cJSON *node, struct station_spec *out);
/* [ [steps], [steps], ... ] as branches. */
bool read_forks(struct reader *r, const cJSON *node, const struct branch **out, size_t *count);
/* Who calls and sends whom, once all kinds are read (read_starts.c). */
bool read_starts(struct reader *r);
bool read_kinds(struct reader *r, const cJSON *node);
bool read_run(struct reader *r, const cJSON *node);
bool read_requirements(struct reader *r, const cJSON *node);
bool read_quantiles_add(struct reader *r, double p);
/* Is this member's key a name that a report can print? what: "station". */
bool read_name(struct reader *r, const cJSON *node, const char *what);
bool read_note(struct reader *r, const cJSON *node, const char *note);
/* Which of a table's values were given: bit i for entry i. */
uint64_t read_given(const struct param *params, const struct arg *args);

/* The tables, for what knows keys by name: expand and vary. Each ended by PARAM_NONE. */
extern const struct param scenario_top_params[], scenario_station_params[], scenario_kind_params[],
    scenario_run_params[], scenario_route_params[];

/* Does this key stand for a whole number wherever it occurs? Values of a swept range are then rounded. */
bool read_key_is_whole(const char *key);

/* NULL: no such entry. */
const struct param *read_param(const struct param *params, const char *key);

#endif
