# plots/capacity.gp - an objective against the load: where it is surely kept, where surely not, and the zone between them.
#
# $keeps, $unsure, $fails: load, mean, interval lo hi; each ends with a line of NaN.  zone_lo, zone_hi: loads.
# left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)

set xrange [x_lo:x_hi]
set yrange [y_lo:y_hi]
if (y_log) { set logscale y }
set xtics (x_text[1] x_at[1])
set ytics (y_text[1] y_at[1])
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
do for [i = 2:y_n] { set ytics add (y_text[i] y_at[i]) }
set ytics scale 0
set label 100 ylabel at screen X(margin), Y(top - 16) left textcolor rgb ink font f_label
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
set object 100 rectangle from first zone_lo, graph 0 to first zone_hi, graph 1 behind fillcolor rgb '#f0f0f0' fillstyle solid noborder
set arrow 100 from graph 0, first limit_y to graph 1, first limit_y nohead back dashtype (6,4) lw 1.2 lc rgb '#444444'
set label 102 limit_text at graph 0.01, first limit_y left offset 0, 0.6 textcolor rgb '#444444' font f_small
set errorbars 0

plot $keeps using 1:2:3:4 with yerrorbars pt 7 ps 0 lw 2.2 lc rgb color[1], \
     $unsure using 1:2:3:4 with yerrorbars pt 7 ps 0 lw 2.2 lc rgb '#777777', \
     $fails using 1:2:3:4 with yerrorbars pt 7 ps 0 lw 2.2 lc rgb color[2], \
     $keeps using 1:2 with points pt 7 ps 0.9 lc rgb color[1], \
     $unsure using 1:2 with points pt 7 ps 0.9 lc rgb '#777777', \
     $fails using 1:2 with points pt 7 ps 0.9 lc rgb color[2]
