
# ---- the same once more as SVG ----
if (!in_terminal) {
    set terminal svg noenhanced size 1200, 720 font 'sans-serif,16' linewidth 1.6 background rgb 'white'
    set output name.'.svg'
    replot
}
set output
