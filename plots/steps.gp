# plots/steps.gp - time of a decode pass against running requests: windows of a log as points, the fitted line with its band.
#
# $line: x, y, lo, hi.  $clean, $mixed: x, y; each ends with a line of NaN.  left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)

set xrange [x_lo:x_hi]
set yrange [y_lo:y_hi]
set xtics (x_text[1] x_at[1])
set ytics (y_text[1] y_at[1])
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
do for [i = 2:y_n] { set ytics add (y_text[i] y_at[i]) }
set ytics scale 0
set label 100 ylabel at screen X(margin), Y(top - 16) left textcolor rgb ink font f_label
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label

plot $line using 1:3:4 with filledcurves fillcolor rgb color[1] fillstyle transparent solid 0.22 noborder, \
     $mixed using 1:2 with points pt 6 ps 0.6 lw 1.4 lc rgb rgb(0), \
     $line using 1:2 with lines lw 2 lc rgb color[1], \
     $clean using 1:2 with points pt 7 ps 0.65 lc rgb color[2]
