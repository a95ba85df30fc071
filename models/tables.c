/* tables.c: every table that `desq list` shows. */
#include "models/desq.h"
#include "models/dispatch/dispatch.h"
#include "models/experiment.h"
#include "models/server/server.h"
#include "models/theory/theory.h"
#include "sim/study/study.h"

/* One function per family: the same five questions, asked of another struct. */
static void row_of_dist(const void *row, const char **name, const char **summary, const struct param **params,
                        const char **example, const char **rule)
{
    const struct dist_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = r->params;
    *example = r->examples[0];
    *rule = NULL;
}

static void row_of_arrival(const void *row, const char **name, const char **summary,
                           const struct param **params, const char **example, const char **rule)
{
    const struct arrival_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = r->params;
    *example = r->examples[0];
    *rule = r->rule;
}

static void row_of_modifier(const void *row, const char **name, const char **summary,
                            const struct param **params, const char **example, const char **rule)
{
    const struct arrival_modifier_row *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = NULL;
    *example = r->example;
    *rule = r->rule;
}

static void row_of_step(const void *row, const char **name, const char **summary, const struct param **params,
                        const char **example, const char **rule)
{
    const struct step_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = r->params;
    *example = r->examples[0];
    *rule = NULL;
}

static void row_of_discipline(const void *row, const char **name, const char **summary,
                              const struct param **params, const char **example, const char **rule)
{
    const struct discipline_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = r->tell == NULL ? NULL : r->params;
    *example = r->example;
    *rule = r->rule;
}

static void row_of_dispatch(const void *row, const char **name, const char **summary,
                            const struct param **params, const char **example, const char **rule)
{
    const struct dispatch_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = NULL;
    *example = NULL;
    *rule = r->rule;
}

static void row_of_limit(const void *row, const char **name, const char **summary, const struct param **params,
                         const char **example, const char **rule)
{
    const struct limit_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = r->params;
    *example = r->example;
    *rule = r->rule;
}

static void row_of_server(const void *row, const char **name, const char **summary,
                          const struct param **params, const char **example, const char **rule)
{
    const struct server_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = NULL;
    *example = NULL;
    *rule = r->rule;
}

static void row_of_probe(const void *row, const char **name, const char **summary,
                         const struct param **params, const char **example, const char **rule)
{
    const struct probe_type *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = NULL;
    *example = NULL;
    *rule = r->scope == PROBE_KIND      ? "of a kind of task"
            : r->scope == PROBE_STATION ? "of a station"
                                        : "of the run";
}

static void row_of_theory(const void *row, const char **name, const char **summary, const struct param **params,
                          const char **example, const char **rule)
{
    const struct theory_form *r = row;
    *name = r->name;
    *summary = r->title;
    *params = NULL;
    *example = NULL;
    *rule = r->source;
}

static void row_of_engine(const void *row, const char **name, const char **summary,
                          const struct param **params, const char **example, const char **rule)
{
    const struct engine *r = row;
    *name = r->name;
    *summary = r->summary;
    *params = NULL;
    *example = NULL;
    *rule = NULL;
}

const struct desq_table desq_tables[] = {
    {"distributions", "laws of service times, intervals and delays", &dist_table, row_of_dist},
    {"arrivals", "where tasks come from", &arrival_table, row_of_arrival},
    {"modifiers", "what may stand beside any form of arrivals", &arrival_modifier_table, row_of_modifier},
    {"steps", "what a task does", &step_table, row_of_step},
    {"disciplines", "who is served next", &discipline_table, row_of_discipline},
    {"dispatch", "which line, or which station of a group, a task goes to", &dispatch_table, row_of_dispatch},
    {"limits", "how many may go on at once, by what visits take (\"adapt\")", &limit_table, row_of_limit},
    {"servers", "what makes servers come and go", &server_table, row_of_server},
    {"measures", "what is measured", &probe_table, row_of_probe},
    {"theory", "what theory knows: `desq theory SCENARIO` says what of it applies", &theory_table, row_of_theory},
    {"engines", "how replications are run", &engine_table, row_of_engine},
};

const size_t desq_table_count = sizeof desq_tables / sizeof desq_tables[0];
