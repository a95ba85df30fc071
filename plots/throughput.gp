# Throughput against what is offered (with the line on which nothing is left undone), or against what is swept.
if (diagonal) {
    set arrow from x_min, x_min to (x_max < y_max ? x_max : y_max), (x_max < y_max ? x_max : y_max) nohead \
        linewidth 1 dashtype 4 linecolor rgb '#888888'
    set label 'all that is offered' at x_min + 0.1 * (x_max - x_min), x_min + 0.1 * (x_max - x_min) \
        offset character 1, -0.3 textcolor rgb '#666666' font ',11'
}
plot for [i=1:series] data index i-1 using 1:2:3:4 with yerrorbars \
        linecolor rgb colour[i] linewidth 1 pointtype point[i] pointsize 0.1 notitle, \
    for [i=1:series] data index i-1 using 1:2 with @points_or_lines \
        linecolor rgb colour[i] dashtype dash[i] pointtype point[i] pointsize 1.1 title label[i], \
    for [i=1:series] data index i-1 using 1:(valid(3) ? NaN : $2) with points \
        linecolor rgb 'white' linewidth 1 pointtype point[i] pointsize 0.7 notitle
