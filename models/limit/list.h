/* list.h: every rule of adaptive limits, in the order help shows them */
LIMIT(aimd)
LIMIT(vegas)
LIMIT(gradient)
