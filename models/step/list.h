/* list.h: every step, in the order help shows them */
STEP(at)
STEP(in)
STEP(await)
STEP(delay)
STEP(choose)
STEP(repeat)
STEP(become)
