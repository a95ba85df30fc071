# Quantiles of the response time against what is swept, one colour per variant, with their intervals.
plot for [i=1:series] data index i-1 using 1:2:3:4 with yerrorbars \
        linecolor rgb colour[i] linewidth 1 pointtype point[i] pointsize 0.1 notitle, \
    for [i=1:series] data index i-1 using 1:2 with @points_or_lines \
        linecolor rgb colour[i] dashtype dash[i] pointtype point[i] pointsize 1.1 title label[i], \
    for [i=1:series] data index i-1 using 1:(valid(3) ? NaN : $2) with points \
        linecolor rgb 'white' linewidth 1 pointtype point[i] pointsize 0.7 notitle
