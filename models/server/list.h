/* list.h: every behaviour of servers, in the order help shows them */
SERVER(setup)
