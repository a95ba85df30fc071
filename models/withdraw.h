/* withdraw.h: a task is taken from where it is. Internal to the engine; only where model.interruptible. */
#ifndef MODELS_WITHDRAW_H
#define MODELS_WITHDRAW_H

#include "models/station.h"

/* The task's parts up to now, what it is in the middle of included: their sum is the time since it arrived (of a
 * branch: since it began). Of one that waits for its branches: along the first that is still under way. */
struct parts withdraw_account(const struct world *w, uint32_t ti);

/* Takes the task, its branches with it, from where it waits, is served or lets time pass; a server that serves it
 * turns to the next. What it holds it goes on holding. Its parts are brought up to now. It is then on its way
 * (TASK_WALKING) but in no list: the caller says how it goes on. */
void withdraw(struct world *w, uint32_t ti);

#endif
