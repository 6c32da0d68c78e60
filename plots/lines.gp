# plots/lines.gp - a number against the levels: bands, lines, measured points (hollow), labels at the line ends.
#
# curve_*: dashed, most x / (half + x).  series_dashed: without points.
# $data: one block a series: x, mean, its interval lo hi, measured, where single runs fall lo hi.  left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)

set xrange [x_lo:x_hi]
set yrange [y_lo:y_hi]
if (x_log) { set logscale x }
if (y_log) { set logscale y }
set xtics (x_text[1] x_at[1])
set ytics (y_text[1] y_at[1])
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
do for [i = 2:y_n] { set ytics add (y_text[i] y_at[i]) }
set ytics scale 0
set label 100 ylabel at screen X(margin), Y(top - 16) left textcolor rgb ink font f_label
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
do for [i = 1:end_n] {
	set label 110 + i end_text[i] at graph 1, graph end_y[i] left offset 0.9, 0 textcolor rgb rgb(end_color[i]) font f_label
}
set samples 500

plot for [i = 1:series_n * band * measured] $data index i - 1 using 1:6:7 with filledcurves fillcolor rgb rgb(series_color[i]) fillstyle transparent solid 0.10 noborder, \
     for [i = 1:series_n * band] $data index i - 1 using 1:3:4 with filledcurves fillcolor rgb rgb(series_color[i]) fillstyle transparent solid 0.22 noborder, \
     for [i = 1:ideal] (x < ideal_x0 ? NaN : ideal_slope * x) with lines dashtype (6,4) lw 1.1 lc rgb '#888888', \
     for [i = 1:curve_n] curve_most[i] * x / (curve_half[i] + x) with lines dashtype (6,4) lw 1.2 lc rgb rgb(curve_color[i]), \
     for [i = 1:series_n] $data index i - 1 using 1:(series_dashed[i] ? $2 : NaN) with lines dashtype (9,4) lw 1.5 lc rgb rgb(series_color[i]), \
     for [i = 1:series_n] $data index i - 1 using 1:(series_dashed[i] ? NaN : $2) with linespoints pt 7 ps 0.55 lw 2 lc rgb rgb(series_color[i]), \
     for [i = 1:series_n * measured] $data index i - 1 using 1:5 with points pt 7 ps 1.05 lc rgb '#ffffff', \
     for [i = 1:series_n * measured] $data index i - 1 using 1:5 with points pt 6 ps 0.95 lw 1.7 lc rgb rgb(series_color[i])
