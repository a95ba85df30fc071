/* redelivery.h: messages that are delivered at least once. Internal to the engine.
 *
 * A task at OP_DELIVER is a message. Each delivery is a branch of it (models/part.h) that queues for a server of the
 * consumers' station, holds it through the steps of `do`, and acknowledges the message. The time for which the message
 * is invisible runs from the moment the consumer takes it. When that is over first, the message goes back to the line
 * as one more delivery, while the first consumer works on: whoever acknowledges first decides. A delivery that fails
 * puts the message back at once, unless its time had been over: then it is in the line already. What is delivered as
 * often as may be and not acknowledged is a dead letter. When the message is acknowledged or dead, a delivery that
 * still waits in the line is taken out of it; those under way go on for nobody.
 *
 * The parts of a delivery include those of the delivery that led to it, so that they sum to the time since the first
 * one began; the service among them is wasted if this one is acknowledged. */
#ifndef MODELS_REDELIVERY_H
#define MODELS_REDELIVERY_H

#include "models/station.h"

/* The task is at OP_DELIVER: it waits for its deliveries, of which the first is put among those that move on. */
void redelivery_begin(struct world *w, uint32_t ti);

/* The delivery is at OP_VISIBLE: it has its consumer. It moves on. */
void redelivery_visible(struct world *w, uint32_t ti);

/* Its time is over, and the message visible again. */
void redelivery_over(struct world *w, uint32_t ti);

/* The delivery is at OP_ACKNOWLEDGE; its record is done with afterwards. */
void redelivery_acknowledge(struct world *w, uint32_t ti);

/* A delivery that had begun ends without acknowledgement; its record is done with afterwards. */
void redelivery_fail(struct world *w, uint32_t ti, enum task_end how);

/* What becomes of the other deliveries of a message that is acknowledged or dead. */
void redelivery_rest(struct world *w, uint32_t ti);

#endif
