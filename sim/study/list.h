/* list.h: every engine, one row each: ENGINE(name) stands for sim/study/name.c, which ends in
 * const struct engine engine_name = { ... };  Serial comes first: it is the meaning of all others. */
ENGINE(serial)
ENGINE(threads)
