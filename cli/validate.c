/* desq validate: simulation against theory, all of it: every row's examples, and scenarios to which theory
 * applies. */
#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/scenario_args.h"
#include "models/theory/scores.h"
#include "models/theory/theory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_JOBS = KEY_OTHER, KEY_REPLICATIONS, KEY_ALL };

struct validate_args {
    const char **names; /* rows, or files */
    size_t count;
    unsigned jobs;
    unsigned long long seed, replications;
    bool all;
};

static const struct argp_option options[] = {
    {"seed", KEY_SEED, "N", 0, "Seed of all random numbers (default: 1)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"replications", KEY_REPLICATIONS, "N", 0, "Replications of each case (default: 64)", 0},
    {"all", KEY_ALL, NULL, 0, "Show every figure, not the one of each case that is farthest off", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct validate_args *args = state->input;
    unsigned long long n;
    switch (key) {
    case KEY_SEED:
        if (!arguments_whole(argument, 1ULL << 53, &args->seed))
            return arguments_complain(state, "--seed takes a whole number from 0 to 2^53; got \"%s\"",
                                      argument);
        return 0;
    case KEY_JOBS:
        if (!arguments_whole(argument, 1024, &n) || n == 0)
            return arguments_complain(state, "--jobs takes a whole number from 1 to 1024; got \"%s\"",
                                      argument);
        args->jobs = (unsigned)n;
        return 0;
    case KEY_REPLICATIONS:
        if (!arguments_whole(argument, 1000000, &args->replications) || args->replications < 8)
            return arguments_complain(state, "--replications takes a whole number from 8 on; got \"%s\"",
                                      argument);
        return 0;
    case KEY_ALL:
        args->all = true;
        return 0;
    case ARGP_KEY_ARG:
        if (strchr(argument, '.') == NULL && strchr(argument, '/') == NULL &&
            lookup_row(theory_table, argument) == NULL) {
            const char *near = lookup_nearest_row(theory_table, argument);
            return arguments_complain(
                state, "no row of theory is called \"%s\"%s%s%s; `desq list theory` shows them all", argument,
                near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
        }
        args->names[args->count++] = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp validate_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[ROW|FILE...]",
    .doc = "Simulates what theory knows exactly, and says how far apart the two are: the examples of every "
           "row of theory (or of those "
           "named), and the scenarios named, where theory applies.\v"
           "The z-scores of all cases together must look as chance alone makes them: not too large, and not "
           "too small.\n"
           "\n"
           "Examples:\n"
           "  desq validate\n"
           "  desq validate mg1 priorities --all\n"
           "  desq validate scenarios/*.json\n"
           "\n"
           "Exit status: 0 simulation and theory agree; 1 they do not; 2 a scenario that cannot be read."};

/* ---- What was found ---- */

struct scores {
    double *first; /* of the first figure of each case: independent of each other */
    size_t count, room;
    unsigned long long
        begun; /* each case has a seed of its own, or their scores would depend on each other */
    size_t cases, figures, off;
    bool bad, failed;
};

static void note_score(struct scores *s, double z)
{
    if (s->count == s->room) {
        const size_t room = s->room == 0 ? 64 : 2 * s->room;
        double *first = realloc(s->first, room * sizeof *first);
        if (first == NULL) {
            s->failed = true;
            return;
        }
        s->first = first;
        s->room = room;
    }
    s->first[s->count++] = z;
}

static void name_figure(char out[static 200], const struct point *p, const struct prediction *x)
{
    const char *subject = x->of_run       ? "run"
                          : x->of_station ? p->stations[x->subject].name
                                          : p->kinds[x->subject].name;
    if (x->statistic == STATISTIC_QUANTILE)
        snprintf(out, 200, "%s.%s.p%.10g", subject, x->measure, 100.0 * x->quantile);
    else
        snprintf(out, 200, "%s.%s", subject, x->measure);
}

static void show(const struct point *p, const struct prediction *x)
{
    char name[200], exact[NUMBER_ROOM], simulated[NUMBER_ROOM];
    name_figure(name, p, x);
    printf("    %-34s exact %-11s simulated %-11s z %6.2f%s  %s\n", name, number_short(x->value, 6, exact),
           number_short(x->simulated, 6, simulated), x->z, fabs(x->z) > 4.0 ? " !" : "", x->form);
}

/* first: the point's first score counts among the independent ones; later points of a scenario have the same
 * arrivals. */
static void judge_point(struct scores *s, const struct point *p, const char *label, bool all, bool first)
{
    const struct prediction *most = NULL;
    for (size_t i = 0; i < p->prediction_count; i++) {
        const struct prediction *x = &p->predictions[i];
        if (isnan(x->z) || (x->z == 0.0 && x->value == 0.0))
            continue;
        s->figures++;
        s->off += fabs(x->z) > 4.0;
        if (first && isfinite(x->z) && x->z != 0.0)
            note_score(s, x->z);
        first = first && (x->z == 0.0 || !isfinite(x->z));
        if (most == NULL || fabs(x->z) > fabs(most->z))
            most = x;
    }
    if (most == NULL)
        return;
    s->cases++;
    printf("  %s\n", label);
    for (size_t i = 0; all && i < p->prediction_count; i++)
        if (!isnan(p->predictions[i].z))
            show(p, &p->predictions[i]);
    if (!all)
        show(p, most);
    fflush(stdout);
}

static void judge(struct scores *s, struct desq *d, const struct validate_args *args, const char *label)
{
    const struct result *r;
    struct error err;
    if (!desq_run(d, &(struct desq_run){.jobs = args->jobs}, &r, &err)) {
        complain(&err);
        s->bad = true;
        return;
    }
    for (size_t i = 0; i < r->point_count; i++) {
        char text[400];
        int length = snprintf(text, sizeof text, "%s", label);
        if (r->points[i].variant != NULL && length > 0 && (size_t)length < sizeof text)
            length += snprintf(text + length, sizeof text - (size_t)length, ", %s", r->points[i].variant);
        for (size_t k = 0; k < r->points[i].set_count && length > 0 && (size_t)length < sizeof text; k++)
            length += snprintf(text + length, sizeof text - (size_t)length, ", %s = %s",
                               r->points[i].sets[k].pointer, r->points[i].sets[k].value);
        judge_point(s, &r->points[i], text, args->all, i == 0);
    }
}

static void judge_example(struct scores *s, const struct validate_args *args, const char *example)
{
    char text[3000];
    struct desq *d;
    struct error err;
    snprintf(text, sizeof text, "{%s,'run':{'replications':%llu,'seed':%llu}}", example, args->replications,
             args->seed + 1000 * s->begun++);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    if (!desq_read_text("example", text, NULL, &d, &err)) {
        complain(&err);
        s->bad = true;
        return;
    }
    judge(s, d, args, example);
    desq_free(d);
}

static void judge_file(struct scores *s, const struct validate_args *args, const char *path)
{
    char replications[64];
    snprintf(replications, sizeof replications, "/run={\"replications\":%llu}", args->replications);
    const char *const set[] = {replications};
    const struct desq_options how = {
        .set = set, .set_count = 1, .seed_given = true, .seed = args->seed + 1000 * s->begun++};
    struct desq *d;
    struct error err;
    if (!desq_read(path, &how, &d, &err)) {
        complain(&err);
        s->bad = true;
        return;
    }
    /* A run costs; one that theory has nothing on is not worth it. */
    const struct scenario_file *file = desq_scenario(d);
    bool some = false;
    for (size_t i = 0; i < file->point_count && !some; i++) {
        const struct theory_answer *answers;
        size_t count;
        if (desq_theory(d, i, &answers, &count, &err))
            for (size_t a = 0; a < count; a++)
                some = some || (answers[a].applies && answers[a].form->class == THEORY_EXACT &&
                                answers[a].value_count > 0);
    }
    if (some)
        judge(s, d, args, path);
    desq_free(d);
}

/* ---- All together ---- */

/* Do the scores look like normal deviates? */
static bool conclude(struct scores *s)
{
    printf("\n%zu cases, %zu figures; |z| above 4: %zu\n", s->cases, s->figures, s->off);
    if (s->count < 8)
        return s->off == 0;
    const struct theory_scores look = theory_scores(s->first, s->count);
    printf("z-scores, one of each case: mean square %.3f (1 expected; as large by chance: %.2g, as small: "
           "%.2g); "
           "distance from the normal law %.3f (by chance: %.2g)\n",
           look.mean_square, look.as_large, look.as_small, look.distance, look.as_far);
    if (look.as_large < THEORY_SCORES_CHANCE)
        printf("They are too large: simulation and theory differ.\n");
    if (look.as_small < THEORY_SCORES_CHANCE)
        printf("They are too small: the intervals are wider than they say.\n");
    if (look.as_far < THEORY_SCORES_CHANCE)
        printf("They are not of the normal law.\n");
    return s->off == 0 && theory_scores_pass(&look);
}

static void judge_row(struct scores *s, const struct validate_args *args, const struct theory_form *form)
{
    if (form->examples[0] == NULL)
        return;
    printf("%s\n", form->title);
    for (size_t e = 0; form->examples[e] != NULL; e++)
        judge_example(s, args, form->examples[e]);
}

static int run(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    extern const struct command command_validate;
    struct validate_args args = {
        .names = calloc((size_t)argc + 1, sizeof *args.names), .seed = 1, .replications = 64};
    int status = STATUS_FINE;
    if (args.names == NULL) {
        fprintf(stderr, "desq: out of memory\n");
        return STATUS_BAD;
    }
    if (arguments_parse(&command_validate, argc, argv, &args, &status)) {
        struct scores s = {0};
        for (size_t i = 0; args.count == 0 && i < theory_table.count; i++)
            judge_row(&s, &args, theory_table.rows[i]);
        for (size_t i = 0; i < args.count; i++) {
            const struct theory_form *form = lookup_row(theory_table, args.names[i]);
            if (form != NULL)
                judge_row(&s, &args, form);
            else
                judge_file(&s, &args, args.names[i]);
        }
        status = conclude(&s) ? STATUS_FINE : STATUS_NOT_MET;
        if (s.failed)
            fprintf(stderr, "desq: out of memory\n");
        if (s.bad || s.failed)
            status = STATUS_BAD;
        free(s.first);
    }
    free(args.names);
    return status;
}

const struct command command_validate = {
    .name = "validate",
    .summary = "simulate what theory knows exactly, and hold the two against each other",
    .argp = &validate_argp,
    .run = run,
};
