# How busy each station is, as bars: one group per station, one colour per variant.
width = 0.8 / series
set boxwidth width * 0.92
set style fill solid 0.85 noborder
unset grid
if (!in_terminal) { set grid ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd' }
plot for [i=1:series] data index i-1 using ($1 + (i - (series + 1) / 2.0) * width):2 with boxes \
        linecolor rgb colour[i] title label[i], \
    for [i=1:series] data index i-1 using ($1 + (i - (series + 1) / 2.0) * width):3:(0):($4 - $3) with vectors \
        nohead linecolor rgb '#222222' linewidth 1 notitle
