/* desq claims: what an article states about synchronous and asynchronous processing, against exact values and
 * simulation: a lab sheet for each claim. */
#include "models/claims/advice.h"
#include "models/claims/claims.h"
#include "cli/claims_plots.h"
#include "cli/command.h"
#include "cli/output/number.h"
#include "cli/output/table.h"
#include "cli/save.h"
#include "cli/scenario_args.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_JOBS = KEY_OTHER, KEY_JSON, KEY_SCENARIOS, KEY_SUMMARY, KEY_BRIEF, KEY_NUMBER, KEY_PLOTS };

struct claims_args {
    const struct claim **chosen;
    size_t count;
    struct claim_options options;
    const char *json, *scenarios, *plots;
    bool quiet, summary;
    struct advice_numbers numbers;
    bool set; /* some number was */
};

static const struct argp_option options[] = {
    {"seed", KEY_SEED, "N", 0, "Seed of all random numbers (default: 1)", 0},
    {"jobs", KEY_JOBS, "N", 0, "Use N threads (default: one per processor); the results are the same", 0},
    {"json", KEY_JSON, "FILE", 0, "Write all cases to FILE (-: standard output)", 0},
    {"scenarios", KEY_SCENARIOS, "DIR", 0, "Write the scenario of every case into DIR, for `desq run`", 0},
    {"set", KEY_NUMBER, "NAME=VALUE", 0,
     "A number of your own system for the last page (n=50, I=20ms, lambda=500/s, ...); without CLAIMs only that page is shown",
     0},
    {"plots", KEY_PLOTS, "DIR", 0, "Draw pictures into DIR: speed-up, W against makespan, the law of W, break-evens", 0},
    {"brief", KEY_BRIEF, NULL, 0, "A tenth of the replications: faster, wider intervals", 0},
    {"summary", KEY_SUMMARY, NULL, 0, "Only the table at the end, not the sheets", 0},
    {"quiet", 'q', NULL, 0, "No report: only errors, and the exit status", 0},
    {0},
};

enum { KNOWN_ROOM = 256 };

static int number_of(size_t claim)
{
    return atoi(((const struct claim *)claim_table.rows[claim])->name + 1);
}

/* "C1 to C8 and C14", "C1 to C18". */
static const char *known_claims(char out[static KNOWN_ROOM])
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t first = 0, last; first < claim_table.count && length < KNOWN_ROOM; first = last + 1) {
        for (last = first; last + 1 < claim_table.count && number_of(last + 1) == number_of(last) + 1;)
            last++;
        const char *before = first == 0 ? "" : last + 1 == claim_table.count ? " and " : ", ";
        const int more = last > first
                             ? snprintf(out + length, KNOWN_ROOM - length, "%sC%d to C%d", before,
                                        number_of(first), number_of(last))
                             : snprintf(out + length, KNOWN_ROOM - length, "%sC%d", before, number_of(first));
        length += more > 0 ? (size_t)more : 0;
    }
    return out;
}

static error_t choose(struct claims_args *args, const char *name, const struct argp_state *state)
{
    char upper[16];
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)name[i]);
    upper[i] = '\0';
    const struct claim *claim = lookup_row(claim_table, upper);
    if (claim == NULL) {
        char known[KNOWN_ROOM];
        return arguments_complain(state, "no claim is called \"%s\"; there are %s (`desq claims --help`)",
                                  name, known_claims(known));
    }
    for (size_t k = 0; k < args->count; k++) /* each once */
        if (args->chosen[k] == claim)
            return 0;
    args->chosen[args->count++] = claim;
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct claims_args *args = state->input;
    unsigned long long whole;
    switch (key) {
    case KEY_SEED:
        if (!arguments_whole(argument, 1ULL << 53, &whole))
            return arguments_complain(state, "--seed takes a whole number up to 2^53; got \"%s\"", argument);
        args->options.seed = whole;
        return 0;
    case KEY_JOBS:
        return arguments_jobs(state, argument, &args->options.jobs);
    case KEY_JSON:
        args->json = argument;
        return 0;
    case KEY_SCENARIOS:
        args->scenarios = argument;
        return 0;
    case KEY_PLOTS:
        args->plots = argument;
        return 0;
    case KEY_BRIEF:
        args->options.brief = true;
        return 0;
    case KEY_NUMBER: {
        struct error err;
        if (!advice_set(&args->numbers, argument, &err))
            return arguments_complain(state, "--set: %s", err.text);
        args->set = true;
        return 0;
    }
    case KEY_SUMMARY:
        args->summary = true;
        return 0;
    case 'q':
        args->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        return choose(args, argument, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp claims_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[CLAIM...]",
    .doc =
        "Tests what an article states about synchronous and asynchronous processing: that n threads and m "
        "tasks have the "
        "waiting time W, the sum of all their times, and that n tasks of T take n T synchronously and T "
        "asynchronously. For "
        "each claim (C1 to C18; default: all): what the article says, exact values, simulated values, "
        "the verdict.\v"
        "Examples:\n"
        "  desq claims\n"
        "  desq claims C5 C8 --seed 7\n"
        "  desq claims C7 --scenarios c7    (then: desq run c7/C7-2.json)\n"
        "  desq claims --set n=50 --set c=4 --set C=2ms --set I=30ms\n"
        "\n"
        "Exit status: 0 simulation and theory agree in all cases, whatever that says about the article; 1 "
        "they do not; 2 bad "
        "usage, or a file that cannot be written."};

/* ---- one sheet ---- */

enum { COLUMNS = 6, GAP = 2, INDENT = 4, TEXT_COLUMN = 18 };

static const char *short_verdict(enum claim_verdict verdict)
{
    return verdict == CLAIM_BOUND ? "bound" : claim_verdict_name(verdict);
}

static const char *cell(struct arena *a, double x)
{
    char text[NUMBER_ROOM];
    return isnan(x) ? "-" : arena_text(a, number_short(x, 6, text));
}

static const char *simulated(struct arena *a, const struct claim_case *c)
{
    char text[NUMBER_ROOM], of[NUMBER_ROOM];
    if (c->form == CASE_EVERY)
        return arena_printf(a, "%s of %s", number_whole((double)c->held, text),
                            number_whole((double)c->samples, of));
    if (c->form == CASE_MEAN)
        return arena_text(a, number_interval(c->simulated, c->half_width, text));
    if (c->form == CASE_LAW)
        return arena_printf(a, "%s off, %s seen", number_short(c->simulated, 3, text),
                            number_whole((double)c->samples, of));
    return cell(a, c->simulated);
}

static const char *agreement(struct arena *a, const struct claim_case *c)
{
    if (c->form == CASE_LAW)
        return c->p < CLAIM_P_LEAST ? arena_printf(a, "%srejected", c->contradicted ? "CONTRADICTED: " : "")
                                    : arena_printf(a, "%sp %.2g", c->contradicted ? "CONTRADICTED, " : "", c->p);
    if (c->contradicted)
        return isnan(c->z) ? "CONTRADICTED" : arena_printf(a, "CONTRADICTED, z %+.1f", c->z);
    if (c->form == CASE_MEAN)
        return isnan(c->z) ? "-" : arena_printf(a, "z %+.2f", c->z);
    if (c->form == CASE_EVERY && isnan(c->error))
        return "kept";
    const double error = c->form == CASE_EVERY
                             ? c->error
                             : fabs(c->simulated - c->exact) / fmax(fabs(c->simulated), fabs(c->exact));
    return error > 0.0 ? arena_printf(a, "to %.0e", error) : "equal";
}

/* The unit of the figures in a sheet. */
static const char *unit_of(const struct claim_report *r)
{
    for (size_t i = 0; i < r->case_count; i++)
        if (r->cases[i].unit[0] != '\0')
            return r->cases[i].unit;
    return "";
}

static void pad(FILE *out, size_t width)
{
    fprintf(out, "%*s", (int)width, "");
}

static bool print_rows(FILE *out, const char *(*rows)[COLUMNS], const char *const *notes, size_t count)
{
    size_t width[COLUMNS] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < COLUMNS; k++) {
            if (rows[i][k] == NULL)
                return false; /* no memory */
            const size_t w = text_width(rows[i][k]);
            width[k] = w > width[k] ? w : width[k];
        }
    for (size_t i = 0; i < count; i++) {
        pad(out, INDENT);
        for (size_t k = 0; k < COLUMNS; k++) {
            const bool right = k >= 1 && k <= 3;
            const size_t blank = width[k] - text_width(rows[i][k]);
            if (right)
                pad(out, blank);
            fputs(rows[i][k], out);
            if (k + 1 < COLUMNS)
                pad(out, GAP + (right ? 0 : blank));
        }
        fputc('\n', out);
        if (notes[i] != NULL)
            fprintf(out, "%*s(%s)\n", INDENT + 4, "", notes[i]);
    }
    return true;
}

static bool print_cases(FILE *out, struct arena *a, const struct claim_report *r)
{
    const char *(*rows)[COLUMNS] = arena_array(a, r->case_count + 1, sizeof *rows);
    const char **notes = arena_array(a, r->case_count + 1, sizeof *notes);
    if (rows == NULL || notes == NULL)
        return false;
    const char *unit = unit_of(r);
    rows[0][0] = unit[0] != '\0' ? arena_printf(a, "case (times in %s)", unit) : "case";
    rows[0][1] = "article";
    rows[0][2] = "exact";
    rows[0][3] = "simulated";
    rows[0][4] = "agreement";
    rows[0][5] = "verdict";
    for (size_t i = 0; i < r->case_count; i++) {
        const struct claim_case *c = &r->cases[i];
        rows[i + 1][0] = c->what;
        rows[i + 1][1] = cell(a, c->article);
        rows[i + 1][2] = c->form == CASE_EVERY ? "each run" : c->form == CASE_LAW ? "law" : cell(a, c->exact);
        rows[i + 1][3] = simulated(a, c);
        rows[i + 1][4] = agreement(a, c);
        rows[i + 1][5] = short_verdict(c->verdict);
        notes[i + 1] = c->note;
    }
    return print_rows(out, rows, notes, r->case_count + 1);
}

static void labelled(FILE *out, const char *label, const char *text)
{
    fprintf(out, "%*s%-*s", INDENT, "", TEXT_COLUMN - INDENT, label);
    text_wrapped_from(out, text, TEXT_COLUMN);
}

static const char *verdict_text(struct arena *a, const struct claim_report *r)
{
    if (r->contradictions > 0)
        return arena_printf(
            a, "undecided: simulation and theory disagree in %zu of %zu cases, so one of them is wrong.",
            r->contradictions, r->case_count);
    return arena_printf(a, "%s. %s", claim_verdict_name(r->claim->verdict), r->claim->why);
}

static bool print_sheet(FILE *out, struct arena *a, const struct claim_report *r)
{
    fprintf(out, "%s  %s\n\n", r->claim->name, r->claim->title);
    labelled(out, "Article", r->claim->article);
    labelled(out, "Tested", r->claim->exact);
    fputc('\n', out);
    const char *verdict = verdict_text(a, r);
    if (verdict == NULL || !print_cases(out, a, r))
        return false;
    fputc('\n', out);
    labelled(out, "Verdict", verdict);
    fputs("\n\n", out);
    fflush(out);
    return true;
}

/* ---- all of them ---- */

static const char heading[] = "The article: n threads of times T_i and m tasks of times T_j wait W = T_1 + "
                              ".. + T_n + T_1 + .. + T_m; n tasks of time T "
                              "take n T synchronously, T asynchronously.";
static const char legend[] = "How to read the tables. exact: by theory; \"each run\": a law that is looked "
                             "at in every simulated run, or task, by itself; \"law\": a distribution, tested by fit. "
                             "simulated: a value, a mean with its 99 % interval, or in how many runs the law "
                             "held; of a test of fit its statistic and the number of runs. agreement, of simulation with theory: the "
                             "largest relative difference; z, the mean's distance in standard errors; p, the "
                             "chance of so large a statistic if the law is right (rejected: below 1e-5); or "
                             "kept, a bound that no run broke. verdict: on the "
                             "article in this case, - where it says nothing.";

static void print_summary(FILE *out, const struct claim_report *reports, size_t count)
{
    size_t cases = 0, means = 0, contradictions = 0, width = 0;
    fputs("Summary\n\n", out);
    for (size_t i = 0; i < count; i++) {
        const size_t w = text_width(reports[i].claim->title);
        width = w > width ? w : width;
    }
    for (size_t i = 0; i < count; i++) {
        const struct claim_report *r = &reports[i];
        fprintf(out, "%*s%-4s %s", INDENT, "", r->claim->name, r->claim->title);
        pad(out, width - text_width(r->claim->title) + GAP);
        fprintf(out, "%-18s", r->contradictions > 0 ? "CONTRADICTED" : claim_verdict_name(r->claim->verdict));
        fprintf(out, "%3zu of %zu cases agree with theory\n", r->case_count - r->contradictions,
                r->case_count);
        cases += r->case_count;
        contradictions += r->contradictions;
        for (size_t k = 0; k < r->case_count; k++)
            means += r->cases[k].form == CASE_MEAN && !isnan(r->cases[k].z);
    }
    char text[500], chance[300] = "";
    const double each = erfc(CLAIM_Z_MOST / sqrt(2.0));
    if (means > 0)
        snprintf(chance, sizeof chance,
                 " %zu are means with an exact value: one contradicts it beyond |z| = %.1f, which happens to "
                 "a correct simulator "
                 "with probability %.1e, so about %.1e in all.",
                 means, CLAIM_Z_MOST, each, each * (double)means);
    snprintf(text, sizeof text,
             "%zu cases; theory and simulation contradict each other in %zu. A value or a law for each run "
             "is contradicted by any "
             "run that misses it by more than %.0e of its size.%s",
             cases, contradictions, CLAIM_TOLERANCE, chance);
    fputc('\n', out);
    text_wrapped(out, text, INDENT, INDENT);
    fputc('\n', out);
}

/* When synchronous processing beats asynchronous, for these numbers. */
static bool print_advice(FILE *out, struct arena *a, const struct claims_args *args, struct error *err)
{
    static const char *const winners[] = {
        [ADVICE_SYNC] = "synchronous", [ADVICE_ASYNC] = "asynchronous", [ADVICE_NEITHER] = "no clear difference"};
    const struct advice *items;
    size_t count;
    if (!advice_make(&args->numbers, a, &items, &count, err))
        return false;
    fputs("When is synchronous better? (your numbers: --set)\n\n", out);
    for (size_t i = 0; i < advice_quantity_count; i++) {
        const struct advice_quantity *q = &advice_quantities[i];
        const double value = args->numbers.value[i];
        const char *text = q->unit == ADVICE_TIME   ? advice_time(a, value)
                           : q->unit == ADVICE_RATE ? arena_printf(a, "%.6g/s", value)
                           : isinf(value)           ? "unlimited"
                                                    : arena_printf(a, "%.6g", value);
        if (text == NULL)
            return error_set(err, "out of memory");
        fprintf(out, "%*s%-7s= %-11s %s\n", INDENT, "", q->name, text, q->meaning);
    }
    fputc('\n', out);
    for (size_t i = 0; i < count; i++) {
        const char *title = arena_printf(a, "%s (%s): %s%s", items[i].question, items[i].claim, winners[items[i].winner],
                                         items[i].slight && items[i].winner != ADVICE_NEITHER ? ", by less than 0.1 %" : "");
        if (title == NULL)
            return error_set(err, "out of memory");
        text_wrapped(out, title, INDENT, INDENT);
        labelled(out, "  sync", items[i].sync);
        labelled(out, "  async", items[i].async);
        labelled(out, "  break-even", items[i].break_even);
        fputc('\n', out);
    }
    text_wrapped(out,
                 "And with no costs at all, a bounded synchronous pool can beat unlimited asynchrony: who is admitted finishes "
                 "before newcomers begin. One core, bursts of 1 ms before and after an I/O of 4 ms, all exponential, 8 threads: "
                 "13.39 ms on average against 14 at 0.40 tasks per ms (`desq theory` says so for your own scenario).",
                 INDENT, INDENT);
    fputc('\n', out);
    return true;
}

static cJSON *number_or_null(double x)
{
    return isnan(x) ? cJSON_CreateNull() : cJSON_CreateNumber(x);
}

static cJSON *text_or_null(const char *text)
{
    return text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text);
}

/* Adds item to an object; false: no memory, item freed. */
static bool add(cJSON *object, const char *name, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static cJSON *case_json(const struct claim_case *c)
{
    static const char *const forms[] = {
        [CASE_VALUE] = "value", [CASE_MEAN] = "mean", [CASE_EVERY] = "every sample", [CASE_LAW] = "law"};
    cJSON *o = cJSON_CreateObject();
    if (o != NULL && add(o, "case", cJSON_CreateString(c->what)) &&
        add(o, "form", cJSON_CreateString(forms[c->form])) && add(o, "unit", cJSON_CreateString(c->unit)) &&
        add(o, "article", number_or_null(c->article)) && add(o, "exact", number_or_null(c->exact)) &&
        add(o, "simulated", number_or_null(c->simulated)) &&
        add(o, "half_width", number_or_null(c->half_width)) && add(o, "z", number_or_null(c->z)) &&
        add(o, "samples", cJSON_CreateNumber((double)c->samples)) &&
        add(o, "p", number_or_null(c->p)) && add(o, "held", c->form == CASE_EVERY ? cJSON_CreateNumber((double)c->held) : cJSON_CreateNull()) &&
        add(o, "error", number_or_null(c->error)) && add(o, "note", text_or_null(c->note)) &&
        add(o, "verdict",
            cJSON_CreateString(c->verdict == CLAIM_SILENT ? "says nothing"
                                                          : claim_verdict_name(c->verdict))) &&
        add(o, "contradicted", cJSON_CreateBool(c->contradicted)) &&
        add(o, "variant", text_or_null(c->variant)) && add(o, "scenario", cJSON_Parse(c->scenario)))
        return o;
    cJSON_Delete(o);
    return NULL;
}

static cJSON *cases_json(const struct claim_report *r)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; list != NULL && i < r->case_count; i++) {
        cJSON *item = case_json(&r->cases[i]);
        if (item == NULL || !cJSON_AddItemToArray(list, item)) {
            cJSON_Delete(item);
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

static cJSON *report_json(const struct claim_report *r)
{
    cJSON *o = cJSON_CreateObject();
    if (o != NULL && add(o, "claim", cJSON_CreateString(r->claim->name)) &&
        add(o, "title", cJSON_CreateString(r->claim->title)) &&
        add(o, "article", cJSON_CreateString(r->claim->article)) &&
        add(o, "tested", cJSON_CreateString(r->claim->exact)) &&
        add(o, "verdict", cJSON_CreateString(claim_verdict_name(r->claim->verdict))) &&
        add(o, "why", cJSON_CreateString(r->claim->why)) &&
        add(o, "contradictions", cJSON_CreateNumber((double)r->contradictions)) &&
        add(o, "cases", cases_json(r)))
        return o;
    cJSON_Delete(o);
    return NULL;
}

struct all {
    const struct claims_args *args;
    const struct claim_report *reports;
};

static bool write_json(void *context, FILE *out, struct error *err)
{
    const struct all *all = context;
    cJSON *root = cJSON_CreateObject(), *list = cJSON_CreateArray();
    bool good = root != NULL && list != NULL &&
                add(root, "seed", cJSON_CreateNumber((double)all->args->options.seed));
    for (size_t i = 0; good && i < all->args->count; i++) {
        cJSON *item = report_json(&all->reports[i]);
        good = item != NULL && cJSON_AddItemToArray(list, item);
        if (!good)
            cJSON_Delete(item);
    }
    if (good)
        good = add(root, "claims", list);
    else
        cJSON_Delete(list);
    char *text = good ? cJSON_Print(root) : NULL;
    if (text != NULL)
        fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
    return text != NULL ? true : error_set(err, "out of memory");
}

static bool write_scenario(void *context, FILE *out, struct error *err)
{
    (void)err;
    fputs(((const struct claim_case *)context)->scenario, out);
    return true;
}

static bool save_scenarios(const char *folder, const struct claim_report *r, struct error *err)
{
    for (size_t i = 0; i < r->case_count; i++) {
        char path[4096];
        struct claim_case c = r->cases[i];
        const int n = snprintf(path, sizeof path, "%s/%s-%zu.json", folder, r->claim->name, i + 1);
        if (n < 0 || (size_t)n >= sizeof path)
            return error_set(err, "the name of the folder for scenarios is too long");
        if (!save_file(path, write_scenario, &c, err))
            return false;
    }
    return true;
}

static bool run_all(const struct claims_args *args, struct arena *arena, int *status, struct error *err)
{
    struct claim_report *reports = arena_array(arena, args->count, sizeof *reports);
    FILE *out = args->json != NULL && strcmp(args->json, "-") == 0 ? stderr : stdout;
    if (reports == NULL)
        return error_set(err, "out of memory");
    if ((args->json != NULL && !save_possible(args->json, err)) ||
        (args->scenarios != NULL && !save_folder(args->scenarios, err)))
        return false;
    const bool sheets = !args->quiet && !args->summary && args->count > 0;
    if (sheets) {
        text_wrapped(out, heading, 0, 0);
        fputc('\n', out);
        text_wrapped(out, legend, 0, 0);
        fputs("\n\n", out);
        fflush(out);
    }
    for (size_t i = 0; i < args->count; i++) {
        if (!claim_run(args->chosen[i], &args->options, arena, &reports[i], err))
            return false;
        if (reports[i].contradictions > 0)
            *status = STATUS_NOT_MET;
        if (sheets && !print_sheet(out, arena, &reports[i]))
            return error_set(err, "out of memory");
        if (args->scenarios != NULL && !save_scenarios(args->scenarios, &reports[i], err))
            return false;
    }
    if (!args->quiet) {
        if (args->count > 0)
            print_summary(out, reports, args->count);
        if (args->count == claim_table.count && *status == STATUS_FINE) {
            fputs("What W is\n\n", out);
            text_wrapped(out, claim_conclusion, INDENT, INDENT);
            fputs("\n\n", out);
        }
        if ((args->count == claim_table.count || args->set) && !print_advice(out, arena, args, err))
            return false;
    }
    if (args->plots != NULL) {
        const struct picture *pictures;
        size_t count;
        if (!claim_pictures(&args->options, &args->numbers, arena, &pictures, &count, err) ||
            !claims_plots(pictures, count, args->plots, err))
            return false;
    }
    struct all all = {args, reports};
    return args->json == NULL || save_file(args->json, write_json, &all, err);
}

static int claims(struct ranks *ranks, int argc, char **argv);

const struct command command_claims = {.name = "claims",
                                       .summary = "test an article's claims on sync and async",
                                       .argp = &claims_argp,
                                       .run = claims};

static int claims(struct ranks *ranks, int argc, char **argv)
{
    (void)ranks; /* runs nothing long */
    struct claims_args args = {.options = {.seed = 1}};
    struct arena arena;
    advice_usual(&args.numbers);
    struct error err = {0};
    int status = STATUS_BAD;
    args.chosen = calloc((size_t)argc + claim_table.count, sizeof *args.chosen);
    if (args.chosen == NULL) {
        error_set(&err, "out of memory");
        complain(&err);
        return STATUS_BAD;
    }
    arena_init(&arena);
    if (arguments_parse(&command_claims, argc, argv, &args, &status)) {
        status = STATUS_FINE;
        if (args.count == 0 && !args.set)
            for (; args.count < claim_table.count; args.count++)
                args.chosen[args.count] = claim_table.rows[args.count];
        if (!run_all(&args, &arena, &status, &err)) {
            complain(&err);
            status = STATUS_BAD;
        }
    }
    arena_free(&arena);
    free(args.chosen);
    return status;
}
