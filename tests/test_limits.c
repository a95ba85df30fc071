/* test_limits.c: concurrency limits that adapt themselves: courses worked out by hand. */
#include "models/limit/limit.h"
#include "tests/schedule.h"

#include <math.h>

#define POOL_OF(n, rule) "'stations':{'p':{'servers':" #n ",'adapt':{'rule':" rule "}}},"
#define HOLDS(d)         "{'in':'p','do':[{'delay':" #d "}]}"

static void grows_in_rounds(void)
{
    /* 2; at 1: 2.5, 2.9; at 2: 3.24 (three begin, with those that the freed servers take), 3.55. */
    PLAYS("{" POOL_OF(2, "'aimd','latency':1,'max':10") "'tasks':{'a':{" AT_ONCE(8) "'steps':[" HOLDS(1) "]}}}", {0, 1, 0, 0, 1, 0, false},
          {0, 1, 0, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 3, 2, 0, 1, 0, false}, {0, 3, 2, 0, 1, 0, false},
          {0, 3, 2, 0, 1, 0, false}, {0, 4, 3, 0, 1, 0, false});
    /* Less than half in use shows nothing: 1 of 4 at a time, then 4 at once and not more. */
    PLAYS("{" POOL_OF(4, "'aimd','latency':1,'max':10,'increase':10") "'tasks':{'a':{'arrivals':{'interarrival':1},'limit':2,'steps':[" HOLDS(
              0.5) "]},'b':{'arrivals':{'interarrival':10,'batch':5},'limit':5,'steps':[" HOLDS(1) "]}}}",
          {0, 1.5, 0, 0, 0.5, 0, false}, {0, 2.5, 0, 0, 0.5, 0, false}, {1, 11, 0, 0, 1, 0, false}, {1, 11, 0, 0, 1, 0, false},
          {1, 11, 0, 0, 1, 0, false}, {1, 11, 0, 0, 1, 0, false}, {1, 12, 1, 0, 1, 0, false});
}

static void is_halved_once_a_round(void)
{
    /* Four at 1, all too slow: 2. So two go on at 1; at 2 too slow again: 1, and at 3 not less than that. */
    PLAYS("{" POOL_OF(4, "'aimd','latency':0.5,'backoff':0.5,'max':10") "'tasks':{'a':{" AT_ONCE(8) "'steps':[" HOLDS(1) "]}}}",
          {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false},
          {0, 2, 1, 0, 1, 0, false}, {0, 3, 2, 0, 1, 0, false}, {0, 4, 3, 0, 1, 0, false});
    /* One who is withdrawn at 1 has been too slow, whatever it took: then one at a time. In service at the pool itself too. */
    PLAYS("{" POOL_OF(2, "'aimd','latency':5,'backoff':0.5,'max':10") "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':1,'do':[" HOLDS(
              3) "]}]},'b':{" AT_ONCE(3) "'steps':[" HOLDS(2) "]}}}",
          {0, 1, 0, 0, 1, 0, TIMED_OUT}, {1, 2, 0, 0, 2, 0, false}, {1, 4, 2, 0, 2, 0, false}, {1, 4, 2, 0, 2, 0, false});
    PLAYS("{" POOL_OF(2, "'aimd','latency':5,'backoff':0.5,'max':10") "'tasks':{'a':{" AT_ONCE(1) "'steps':[{'timeout':1,'do':["
          "{'at':'p','for':3}]}]},'b':{" AT_ONCE(3) "'steps':[{'at':'p','for':1.5}]}}}",
          {0, 1, 0, 1, 0, 0, TIMED_OUT}, {1, 1.5, 0, 1.5, 0, 0, false}, {1, 3, 1.5, 1.5, 0, 0, false}, {1, 3, 1.5, 1.5, 0, 0, false});
}

static void turns_away_what_is_beyond(void)
{
    /* Nobody waits: 2 let in, one lost; the limit is 1 after 1 (too slow), so that of two at 5 one is lost. */
    PLAYS("{'stations':{'p':{'servers':2,'adapt':{'rule':'aimd','latency':0.5,'backoff':0.5,'max':10,'wait':0}}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[" HOLDS(1) "]},'b':{'arrivals':{'interarrival':5,'batch':2},'limit':2,'steps':[" HOLDS(0.25) "]}}}",
          {0, 0, 0, 0, 0, 0, true}, {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {1, 5, 0, 0, 0, 0, true}, {1, 5.25, 0, 0, 0.25, 0, false});
    /* One may wait, the others go elsewhere. */
    PLAYS("{'stations':{'p':{'servers':1,'adapt':{'rule':'vegas','max':10,'wait':1},'on_full':[{'delay':7}]}},'tasks':{'a':{" AT_ONCE(
              3) "'steps':[" HOLDS(1) "]}}}",
          {0, 1, 0, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 7, 0, 0, 7, 0, false});
}

/* What a rule makes of visits, each of which took so long, with so many under way. */
static void hears(const char *name, struct limit_told told, double from, const double (*visits)[3], size_t count)
{
    const struct limit_type *rule = lookup_row(limit_table, name);
    struct limit_state state = {from, INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        rule->hear(&state, &told, &(struct limit_visit){.began = 10.0, .ended = 10.0 + visits[i][0], .at_once = visits[i][1]});
        EXPECT(fabs(state.limit - visits[i][2]) < 1e-12 * state.limit, "%s: visit %zu makes it %.17g, not %.17g", name, i, state.limit,
               visits[i][2]);
    }
    const double before = state.limit;
    rule->hear(&state, &told, &(struct limit_visit){.began = 10.0, .ended = 10.5, .at_once = 9.0, .broken_off = true});
    EXPECT(state.limit == before, "%s looks at a visit that was broken off", name);
}

static void goes_by_the_shortest(void)
{
    /* Queues of 0; 4.25 (1 - 1/2) = 2.125; 2/5 of 4 + 1/68, in between; 0 again, but too few in use; then enough. */
    static const double vegas[][3] = {{1.0, 4, 4.25},
                                      {2.0, 4, 4.25 - 1.0 / 4.25},
                                      {1.0 / 0.6, 4, 4.25 - 1.0 / 4.25},
                                      {1.0, 2, 4.25 - 1.0 / 4.25},
                                      {1.0, 3, (4.25 - 4.0 / 17.0) + 1.0 / (4.25 - 4.0 / 17.0)}};
    hears("vegas", (struct limit_told){.alpha = 1.0, .beta = 2.0}, 4.0, vegas, 5);
    /* Wanted: 4 + 2; then (at 4.84 = 2.2^2) 3/4 of it + 2.2, which is more, 5.83, and needs half in use; at twice the time, half + 2.2;
     * and not less than half. */
    static const double gradient[][3] = {{3.0, 4, 4.84}, {4.0, 2, 4.84}, {4.0, 3, 4.84 + 0.42 * (4.84 * 0.75 + 2.2 - 4.84)}};
    hears("gradient", (struct limit_told){.smoothing = 0.42}, 4.0, gradient, 3);
    static const double down[][3] = {{1.0, 1, 16.0}, {2.0, 1, 14.0}, {8.0, 1, 14.0 + 0.5 * (7.0 + 3.7416573867739413 - 14.0)}};
    hears("gradient", (struct limit_told){.smoothing = 0.5}, 16.0, down, 3);
    /* 4; at 1: 4.4, 4.82, 5.26, 5.72; so five go on then. */
    PLAYS("{" POOL_OF(4, "'gradient','max':10") "'tasks':{'a':{" AT_ONCE(10) "'steps':[" HOLDS(1) "]}}}", {0, 1, 0, 0, 1, 0, false},
          {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {0, 1, 0, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false},
          {0, 2, 1, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 2, 1, 0, 1, 0, false}, {0, 3, 2, 0, 1, 0, false});
}

const struct test limits_tests[] = {
    {"aimd grows by one in a round of visits, where it is in use", grows_in_rounds},
    {"aimd is cut back once in a round, also by who is withdrawn", is_halved_once_a_round},
    {"who finds the limit reached is turned away where nobody waits", turns_away_what_is_beyond},
    {"vegas and gradient go by the shortest visit", goes_by_the_shortest},
    {NULL, NULL},
};
