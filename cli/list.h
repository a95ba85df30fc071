/* list.h: every command, in the order `desq help` shows them. */
COMMAND(run)
COMMAND(check)
COMMAND(list)
COMMAND(plot)
COMMAND(theory)
COMMAND(claims)
COMMAND(validate)
COMMAND(coverage)
