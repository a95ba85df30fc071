# growth.gp: draws what tests/bench/growth measured, with fitted growth; prints the fits. gnuplot growth.gp
set encoding utf8
set print '-'
set fit quiet
set fit logfile '/dev/null'
log2(x) = log(x) / log(2)
pending(x) = a_p + b_p * log2(x)
stations(x) = a_s + b_s * log2(x)
idle(x) = a_i + b_i * log2(x)
fit pending(x) 'pending.dat' using 1:2 via a_p, b_p
fit stations(x) 'stations.dat' using 1:2 via a_s, b_s
fit idle(x) 'idle.dat' using 1:2 via a_i, b_i
stats 'threads.dat' using 2 every ::0::0 nooutput
alone = STATS_max
print sprintf('n pending events:        %5.1f + %4.1f log2 n  ns per hold', a_p, b_p)
print sprintf('n stations in use:       %5.1f + %4.1f log2 n  ns per event', a_s, b_s)
print sprintf('n idle stations:         %5.1f + %4.1f log2 n  ns per event', a_i, b_i)
stats 'threads.dat' using 1 nooutput
do for [row=0:STATS_records-1] {
    stats 'threads.dat' using 2 every ::row::row nooutput
    print sprintf('threads %3d:             %5.2f times as fast as one', row + 1, alone / STATS_max)
}
ranks = system('test -s ranks.dat && echo 1 || echo 0') + 0
alone_ranks = 1
if (ranks) {
    stats 'ranks.dat' using 2 every ::0::0 nooutput
    alone_ranks = STATS_max
    stats 'ranks.dat' using 1 nooutput
    do for [row=0:STATS_records-1] {
        stats 'ranks.dat' using 2 every ::row::row nooutput
        print sprintf('ranks %5d:             %5.2f times as fast as one', row + 1, alone_ranks / STATS_max)
    }
}
set terminal svg noenhanced size 1200, 820 font 'sans,13'
set output 'growth.svg'
set border 3 linewidth 1 linecolor rgb '#444444'
set tics nomirror out
set grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'
set key top left reverse Left samplen 2 opaque
set yrange [0:*]
set multiplot layout 2, 2
set logscale x
set xlabel 'pending events'
set ylabel 'ns per hold (one taken, one put in)'
plot 'pending.dat' using 1:2 with points pointtype 7 linecolor rgb '#0072b2' title 'measured', pending(x) with lines linecolor rgb '#d55e00' title sprintf('%.0f + %.1f log2 n', a_p, b_p)
set xlabel 'stations'
set ylabel 'ns per event'
plot 'stations.dat' using 1:2 with points pointtype 7 linecolor rgb '#0072b2' title 'all in use', stations(x) with lines linecolor rgb '#d55e00' title sprintf('%.0f + %.1f log2 n', a_s, b_s), \
    'idle.dat' using 1:2 with points pointtype 5 linecolor rgb '#009e73' title 'one in use, the others idle', idle(x) with lines dashtype 2 linecolor rgb '#009e73' title sprintf('%.0f + %.1f log2 n', a_i, b_i)
unset logscale x
set xlabel 'load'
set xrange [0:1]
plot 'load-fcfs.dat' using 1:2 with linespoints pointtype 7 linecolor rgb '#0072b2' title 'first come, first served', \
    'load-ps.dat' using 1:2 with linespoints pointtype 5 linecolor rgb '#d55e00' title 'processor sharing'
set xlabel ranks ? 'threads, or ranks of MPI' : 'threads'
set ylabel 'times as fast as one'
set xrange [0:*]
set xtics 1
plot 'threads.dat' using 1:(alone / $2) with linespoints pointtype 7 linecolor rgb '#0072b2' title 'a sweep of 5 points, threads', \
    (ranks ? 'ranks.dat' : 'threads.dat') using 1:(ranks ? alone_ranks / $2 : NaN) with linespoints pointtype 5 linecolor rgb '#009e73' title (ranks ? 'ranks' : ''), x with lines dashtype 2 linecolor rgb '#999999' title 'ideal'
unset multiplot
