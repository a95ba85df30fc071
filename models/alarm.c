#include "models/alarm.h"

#include "models/station.h"

#include <stdlib.h>

uint32_t alarm_new(struct world *w, alarm_handler *fire, uint32_t subject, uint32_t number)
{
    uint32_t i = w->alarm_free;
    if (i != UINT32_MAX) {
        w->alarm_free = w->alarms[i].number;
    } else {
        if (w->alarm_count == w->alarm_size) {
            const uint32_t size = w->alarm_size == 0 ? 16 : 2 * w->alarm_size;
            struct alarm *alarms =
                size > CALENDAR_SUBJECTS ? NULL : realloc(w->alarms, size * sizeof *alarms);
            if (alarms == NULL) {
                w->failed = w->sim.stop = true;
                return UINT32_MAX;
            }
            w->alarms = alarms;
            w->alarm_size = size;
        }
        i = w->alarm_count++;
        w->alarms[i].timer = (struct timer){0};
    }
    struct alarm *alarm = &w->alarms[i]; /* a free one keeps its timer, of which the calendar may still know */
    alarm->fire = fire;
    alarm->subject = subject;
    alarm->number = number;
    return i;
}

void alarm_set(struct world *w, uint32_t alarm, double time, enum rank rank)
{
    timer_set(&w->sim.calendar, &w->alarms[alarm].timer, time, rank, EV_ALARM, alarm);
}

void alarm_clear(struct world *w, uint32_t alarm)
{
    timer_clear(&w->alarms[alarm].timer);
}

void alarm_drop(struct world *w, uint32_t alarm)
{
    timer_clear(&w->alarms[alarm].timer);
    w->alarms[alarm].number = w->alarm_free;
    w->alarm_free = alarm;
}

void alarm_reset(struct world *w)
{
    w->alarm_count = 0;
    w->alarm_free = UINT32_MAX;
}

void alarm_on_event(void *world, const struct event *e)
{
    struct world *w = world;
    struct alarm *alarm = &w->alarms[e->subject];
    if (!timer_due(&w->sim.calendar, &alarm->timer, e)) {
        w->sim.events--;
        return;
    }
    alarm->fire(w, alarm);
    world_settle(w);
}
