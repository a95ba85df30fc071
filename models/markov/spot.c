#include "models/markov/spot.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash(const struct spot *place)
{
    const unsigned char *bytes = (const void *)place;
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < sizeof *place; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001B3); /* FNV-1a */
    return (uint32_t)(h ^ h >> 32);
}

static void enter(struct spots *places, uint32_t number)
{
    uint32_t slot = hash(&places->items[number]) & (places->slot_count - 1);
    while (places->slots[slot] != 0)
        slot = (slot + 1) & (places->slot_count - 1);
    places->slots[slot] = number + 1;
}

static bool grow(struct spots *places)
{
    const uint32_t room = places->room == 0 ? 64 : 2 * places->room;
    struct spot *items = realloc(places->items, room * sizeof *items);
    if (items == NULL)
        return false;
    places->items = items;
    uint32_t *slots = calloc(4 * (size_t)room, sizeof *slots);
    if (slots == NULL)
        return false;
    free(places->slots);
    places->slots = slots;
    places->slot_count = 4 * room;
    places->room = room;
    for (uint32_t i = 0; i < places->count; i++)
        enter(places, i);
    return true;
}

uint32_t spots_number(struct spots *places, const struct spot *place)
{
    if (places->count == places->room && !grow(places))
        return NO_SPOT;
    uint32_t slot = hash(place) & (places->slot_count - 1);
    for (; places->slots[slot] != 0; slot = (slot + 1) & (places->slot_count - 1))
        if (memcmp(&places->items[places->slots[slot] - 1], place, sizeof *place) == 0)
            return places->slots[slot] - 1;
    places->items[places->count] = *place;
    places->slots[slot] = places->count + 1;
    return places->count++;
}

void spots_free(struct spots *places)
{
    free(places->items);
    free(places->slots);
}

static bool runs_reserve(struct runs *runs)
{
    if (runs->count + 2 <= runs->room)
        return true;
    const uint32_t room = runs->room == 0 ? 8 : 2 * runs->room;
    struct spot_run *items = realloc(runs->items, room * sizeof *items);
    if (items == NULL)
        return false;
    runs->items = items;
    runs->room = room;
    return true;
}

bool runs_append(struct runs *runs, uint32_t number, uint32_t count)
{
    if (runs->count > 0 && runs->items[runs->count - 1].number == number) {
        runs->items[runs->count - 1].count += count;
        return true;
    }
    if (!runs_reserve(runs))
        return false;
    runs->items[runs->count++] = (struct spot_run){number, count};
    return true;
}

bool runs_insert(struct runs *runs, uint32_t i, uint32_t number)
{
    if (i > 0 && runs->items[i - 1].number == number) {
        runs->items[i - 1].count++;
        return true;
    }
    if (i < runs->count && runs->items[i].number == number) {
        runs->items[i].count++;
        return true;
    }
    if (!runs_reserve(runs))
        return false;
    memmove(&runs->items[i + 1], &runs->items[i], (runs->count - i) * sizeof *runs->items);
    runs->items[i] = (struct spot_run){number, 1};
    runs->count++;
    return true;
}

bool runs_prepend(struct runs *runs, uint32_t number)
{
    return runs_insert(runs, 0, number);
}

bool runs_add(struct runs *runs, uint32_t number)
{
    uint32_t low = 0, high = runs->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (runs->items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return runs_insert(runs, low, number);
}

void runs_remove(struct runs *runs, uint32_t i)
{
    if (--runs->items[i].count > 0)
        return;
    runs->count--;
    memmove(&runs->items[i], &runs->items[i + 1], (runs->count - i) * sizeof *runs->items);
    if (i > 0 && i < runs->count && runs->items[i - 1].number == runs->items[i].number) {
        runs->items[i - 1].count += runs->items[i].count;
        runs->count--;
        memmove(&runs->items[i], &runs->items[i + 1], (runs->count - i) * sizeof *runs->items);
    }
}

bool runs_replace(struct runs *runs, uint32_t i, uint32_t before, uint32_t number)
{
    struct runs made = {0};
    bool ok = true;
    for (uint32_t j = 0; ok && j < runs->count; j++) {
        const struct spot_run run = runs->items[j];
        if (j != i) {
            ok = runs_append(&made, run.number, run.count);
            continue;
        }
        ok = (before == 0 || runs_append(&made, run.number, before)) && runs_append(&made, number, 1) &&
             (before + 1 == run.count || runs_append(&made, run.number, run.count - before - 1));
    }
    if (!ok) {
        free(made.items);
        return false;
    }
    free(runs->items);
    *runs = made;
    return true;
}
