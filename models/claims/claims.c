#include "models/claims/claims.h"
#include "models/claims/lab.h"

#define CLAIM(name) extern const struct claim claim_##name;
#include "models/claims/list.h"
#undef CLAIM

static const void *const rows[] = {
#define CLAIM(name) &claim_##name,
#include "models/claims/list.h"
#undef CLAIM
};

const struct lookup_table claim_table = {rows, sizeof rows / sizeof rows[0]};

const char claim_conclusion[] =
    "W, the sum of all threads' start-ups and all tasks' times, is a ledger of work: the thread-seconds that any schedule "
    "spends, synchronous or asynchronous (C1); of exponential tasks its law is Gamma's (C9). It is the time until all is done "
    "only where nothing overlaps (C2, C3, or all under one lock: C12); otherwise it is an upper bound on that time, up to n "
    "times too large (C4, C5). It is not the time that tasks wait, which depends on their order and number (C2) and on how "
    "often they come (C15), and which one line for all threads keeps small (C17). And asynchronous processing takes T only "
    "while every task has a thread and spends its time waiting rather than computing (C6, C7, C11), never varies (C8), costs "
    "nothing to begin (C10), and while nothing behind the threads is short (C13); with enough threads synchronous processing "
    "does the same (C14), unless its threads wait for each other (C18).";

const char *claim_verdict_name(enum claim_verdict verdict)
{
    switch (verdict) {
    case CLAIM_HOLDS:
        return "holds";
    case CLAIM_BOUND:
        return "holds as a bound";
    case CLAIM_FAILS:
        return "fails";
    case CLAIM_SILENT:
        break;
    }
    return "-";
}

bool claim_run(const struct claim *claim, const struct claim_options *options, struct arena *arena,
               struct claim_report *out, struct error *err)
{
    struct lab lab = {.arena = arena, .seed = options->seed, .jobs = options->jobs, .brief = options->brief};
    if (!claim->run(&lab, err))
        return false;
    if (lab.failed)
        return error_set(err, "out of memory");
    *out = (struct claim_report){.claim = claim, .cases = lab.cases, .case_count = lab.count};
    for (size_t i = 0; i < lab.count; i++)
        out->contradictions += lab.cases[i].contradicted;
    return true;
}
