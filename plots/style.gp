
# ---- style: colours after Okabe and Ito, which colour-blind readers can tell apart; dashes and points differ too ----
set encoding utf8
set datafile missing '?'
set title title."\n".subtitle
set xlabel x_label
set ylabel y_label
set border 3 linewidth 1 linecolor rgb '#444444'
set tics nomirror out
set grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'
set key outside right top vertical Left reverse samplen 3 spacing 1.2 title key_title left
set errorbars small
set bmargin 4

# Logarithmic axes have ticks at 1, 2, 5 within three decades, else at powers of 10.
steps(from, to) = (to / from < 1000) ? 3 : 1
tick(i) = (i % 3 == 0) ? 1 : (i % 3 == 1) ? 2 : 5
if (log_y) {
    set logscale y
    set ytics ()
    set for [k=-12:12] for [i=0:steps(y_min, y_max)-1] ytics add (sprintf('%g', tick(i) * 10.0**k) tick(i) * 10.0**k)
}
if (log_x) {
    set logscale x
    set xtics ()
    set for [k=-12:12] for [i=0:steps(x_min, x_max)-1] xtics add (sprintf('%g', tick(i) * 10.0**k) tick(i) * 10.0**k)
}
if (whole_steps) {
    set xtics 1
}
if (ticks > 0) {
    set xtics ()
    set for [i=1:ticks] xtics add (sprintf('%g', tick_at[i]) tick_at[i])
}
if (categories > 0) {
    set xtics ()
    set for [i=1:categories] xtics add (category[i] i)
}
set xrange [x_min:x_max]
set yrange [y_min:y_max]

# Vertical lines where something is full, horizontal ones where a requirement ends.
set for [i=1:markers] arrow from first marker_at[i], graph 0 to first marker_at[i], graph 1 nohead \
    linewidth 1.5 dashtype 3 linecolor rgb marker_colour[i]
set for [i=1:markers] label marker_text[i] at first marker_at[i], graph marker_height[i] center front \
    textcolor rgb marker_colour[i] font ',11'
if (markers > 0) {
    set title offset 0, 1.6
    set tmargin 6.5 + 1.5 * (title_lines - 1)
}
set for [i=1:limits] arrow from graph 0, first limit_at[i] to graph 1, first limit_at[i] nohead \
    linewidth 1.5 dashtype 2 linecolor rgb '#666666'
set for [i=1:limits] label limit_text[i] at graph 0.01, first limit_at[i] offset character 0, 0.6 \
    textcolor rgb '#444444' font ',11'

# PNG first, SVG at the end; or characters, where columns and rows are given (gnuplot -e 'columns=100; rows=30').
in_terminal = exists('columns') && exists('rows')
if (in_terminal) {
    set terminal dumb noenhanced size columns, rows mono
    set key default
    set key outside below horizontal
    unset grid
    set bmargin
} else {
    set terminal pngcairo noenhanced size 1200, 720 font 'sans,13' linewidth 1.6
    set output name.'.png'
}

# Between words there is nothing to join.
points_or_lines = categories > 0 ? 'points' : 'linespoints'

# ---- plot ----
