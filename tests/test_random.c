/* Features that may meet do meet: scenarios made at random (tests/random_scenario.c), each run twice in a build that
 * checks itself (conservation, Little's law, parts of the response, no idle server beside a waiting task, every
 * hold released; models/station.h). A check that fails ends the program; the scenario in hand then lies in
 * build/random-scenario.json. */
#include "tests/random_scenario.h"
#include "tests/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const place = "build/random-scenario.json";

static void keep(const char *text)
{
    FILE *file = fopen(place, "w");
    if (file == NULL)
        return;
    fputs(text, file);
    fclose(file);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_subjects(const struct subject *a, const struct subject *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < a[i].figure_count; f++)
            if (!same(a[i].figures[f].mean, b[i].figures[f].mean) ||
                !same(a[i].figures[f].max, b[i].figures[f].max))
                return false;
    return true;
}

/* What no scenario may violate, as far as results can tell. */
static void laws(const struct result *r, const struct scenario *s, uint64_t number)
{
    const struct point *p = &r->points[0];
    for (size_t i = 0; i < p->station_count; i++) {
        const struct figure *utilisation = subject_figure(&p->stations[i], "utilisation");
        EXPECT(!(s->stations[i].servers < INFINITY) || !(utilisation->mean > 1.0 + 1e-9),
               "scenario %llu: utilisation of %s is %.17g", (unsigned long long)number, p->stations[i].name,
               utilisation->mean);
        const struct figure *length = subject_figure(&p->stations[i], "queue_length");
        EXPECT(!(length->mean < -1e-9), "scenario %llu: queue length of %s is %.17g",
               (unsigned long long)number, p->stations[i].name, length->mean);
    }
    for (size_t k = 0; k < p->kind_count; k++) {
        double gone = 0.0;
        static const char *const ways[] = {"lost", "abandoned", "timed_out"};
        for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
            const double share = subject_figure(&p->kinds[k], ways[w])->mean;
            EXPECT(!(share < 0.0) && !(share > 1.0), "scenario %llu: %s of %s is %.17g",
                   (unsigned long long)number, ways[w], p->kinds[k].name, share);
            gone += isnan(share) ? 0.0 : share;
        }
        EXPECT(gone <= 1.0 + 1e-9, "scenario %llu: more of %s gone than came", (unsigned long long)number,
               p->kinds[k].name);
    }
}

static bool run_once(const char *text, struct desq **d, const struct result **r, struct error *err)
{
    return desq_read_text("random", text, NULL, d, err) && desq_run(*d, &(struct desq_run){.jobs = 1}, r, err);
}

/* false: refused. */
static bool try_one(uint64_t number)
{
    char *text = random_scenario(number);
    struct desq *one = NULL, *two = NULL;
    const struct result *first = NULL, *second = NULL;
    struct error err = {0};
    char message[1400];
    if (text == NULL)
        return false;
    keep(text);
    bool accepted = desq_read_text("random", text, NULL, &one, &err);
    if (!accepted) {
        const char *said = error_format(&err, message, sizeof message);
        EXPECT(strlen(said) > 10, "scenario %llu is refused without a word", (unsigned long long)number);
        if (getenv("DESQ_RANDOM_TELL") != NULL)
            printf("%llu: %s\n", (unsigned long long)number, said);
    } else if (EXPECT(desq_run(one, &(struct desq_run){.jobs = 1}, &first, &err) &&
                          run_once(text, &two, &second, &err),
                      "scenario %llu: %s", (unsigned long long)number,
                      error_format(&err, message, sizeof message))) {
        const struct point *a = &first->points[0], *b = &second->points[0];
        EXPECT(a->report.events == b->report.events && same_subjects(a->kinds, b->kinds, a->kind_count) &&
                   same_subjects(a->stations, b->stations, a->station_count),
               "scenario %llu gives other results when repeated", (unsigned long long)number);
        laws(first, &desq_scenario(one)->points[0].scenario, number);
    }
    desq_free(one);
    desq_free(two);
    free(text);
    return accepted;
}

/* DESQ_VALIDATE: thousands. DESQ_RANDOM=n: that one alone. DESQ_RANDOM_FROM=n, DESQ_RANDOM_MANY=n: which ones. */
static void scenarios_at_random(void)
{
    const char *only = getenv("DESQ_RANDOM");
    if (only != NULL) {
        try_one(strtoull(only, NULL, 10));
        return;
    }
    const uint64_t usual = getenv("DESQ_VALIDATE") != NULL ? 5000 : 150;
    const char *from = getenv("DESQ_RANDOM_FROM"), *many = getenv("DESQ_RANDOM_MANY");
    const uint64_t wanted = many != NULL ? strtoull(many, NULL, 10) : usual;
    uint64_t ran = 0, number = from != NULL ? strtoull(from, NULL, 10) : 0;
    for (const uint64_t end = number + 20 * wanted; ran < wanted && number < end; number++)
        ran += try_one(number);
    EXPECT(ran == wanted, "only %llu of %llu scenarios could run", (unsigned long long)ran,
           (unsigned long long)number);
    remove(place);
}

const struct test random_tests[] = {
    {"scenarios made at random keep every law of conservation, and give the same bits when repeated",
     scenarios_at_random},
    {NULL, NULL},
};
