/* list.h: every discipline, in the order help shows them */
DISCIPLINE(fcfs)
DISCIPLINE(lcfs)
DISCIPLINE(random)
DISCIPLINE(priority)
DISCIPLINE(ps)
