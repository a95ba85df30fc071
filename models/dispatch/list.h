/* list.h: every rule of dispatch, in the order help shows them */
DISPATCH(random)
DISPATCH(round_robin)
DISPATCH(jsq)
DISPATCH(power_of_d)
DISPATCH(least_work)
DISPATCH(join_idle)
DISPATCH(weighted)
DISPATCH(hash)
