# Share of tasks that take longer: a straight line where the tail is exponential, bent upwards where it is heavier.
set format y '%g'
plot for [i=1:series] data index i-1 using 1:2 with lines \
        linecolor rgb colour[i] dashtype dash[i] linewidth 1.6 title label[i]
