# Response time by percentile on HdrHistogram's axes: each step to the right is ten times as rare.
set xtics ('0 %%' 1, '50 %%' 2, '90 %%' 10, '99 %%' 100, '99.9 %%' 1e3, '99.99 %%' 1e4, '99.999 %%' 1e5, '99.9999 %%' 1e6)
plot for [i=1:series] data index i-1 using 1:2 with lines \
        linecolor rgb colour[i] dashtype dash[i] linewidth 1.6 title label[i]
