/* list.h: every form of arrivals, in the order help shows them */
ARRIVAL(rate)
ARRIVAL(interarrival)
ARRIVAL(at_once)
ARRIVAL(closed)
ARRIVAL(schedule)
ARRIVAL(mmpp)
ARRIVAL(map)
ARRIVAL(trace)
