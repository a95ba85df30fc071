/* list.h: every kind of plot, in the order they are drawn: PLOT(name, one picture per kind of task or one for
 * all, columns of its data). plots/NAME.gp is its script; build_NAME in cli/chart_*.c says whether it applies
 * to a result and fills in its data. What lies beside a picture is put together from the settings that
 * cli/chart_write.c writes (title, labels, series, ...), style.gp, NAME.gp and output.gp, so that it runs
 * alone. */
PLOT(response, PER_KIND, "x value low high")
PLOT(throughput, FOR_ALL, "x value low high")
PLOT(utilisation, FOR_ALL, "x value low high")
PLOT(stations, FOR_ALL, "station value low high")
PLOT(percentiles, PER_KIND, "1/(1-p) value")
PLOT(tail, PER_KIND, "value share_above")
