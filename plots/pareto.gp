# plots/pareto.gp - candidates in the plane of latency and goal, the front of those that nobody beats in both, and the limit.
#
# $worse, $violates, $near, $winner: x, y, interval of x lo hi, of y lo hi; each ends with a line of NaN.  $front: x, y; front_y: where it ends.
# limit: there is one, at limit_x.  few: grey ones have bars, too.  left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)

set xrange [x_lo:x_hi]
set yrange [y_lo:y_hi]
if (x_log) { set logscale x }
set xtics (x_text[1] x_at[1])
set ytics (y_text[1] y_at[1])
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
do for [i = 2:y_n] { set ytics add (y_text[i] y_at[i]) }
set ytics scale 0
set grid xtics ytics
set label 100 ylabel at screen X(margin), Y(top - 16) left textcolor rgb ink font f_label
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
front_text = 'front: no candidate is better in both'
set label 103 front_text at graph 0.995, first front_y right offset 0, 0.6 textcolor rgb '#777777' font f_small
if (limit) {
	set arrow 100 from first limit_x, graph 0 to first limit_x, graph 1 nohead back dashtype (6,4) lw 1.2 lc rgb '#444444'
	if (limit_left) {
		set label 103 front_text at first limit_x, first front_y right offset -0.7, 0.6 textcolor rgb '#777777' font f_small
		set label 102 limit_text at first limit_x, graph 0.03 right offset -0.7, 0 textcolor rgb '#444444' font f_small
	} else {
		set label 102 limit_text at first limit_x, graph 0.03 left offset 0.7, 0 textcolor rgb '#444444' font f_small
	}
}
set errorbars 0

plot $front using 1:2 with steps lw 1.3 lc rgb '#b8b8b8', \
     $violates using 1:2:(few ? $3 : $1):(few ? $4 : $1):(few ? $5 : $2):(few ? $6 : $2) with xyerrorbars pt 7 ps 0 lw 1.1 lc rgb '#cccccc', \
     $worse using 1:2:(few ? $3 : $1):(few ? $4 : $1):(few ? $5 : $2):(few ? $6 : $2) with xyerrorbars pt 7 ps 0 lw 1.1 lc rgb '#cccccc', \
     $violates using 1:2 with points pt 6 ps 0.6 lw 1.1 lc rgb '#b0b0b0', \
     $worse using 1:2 with points pt 7 ps 0.6 lc rgb '#999999', \
     $near using 1:2:3:4:5:6 with xyerrorbars pt 7 ps 0 lw 1.2 lc rgb '#8fbfdc', \
     $near using 1:2 with points pt 7 ps 0.8 lc rgb color[1], \
     $winner using 1:2:3:4:5:6 with xyerrorbars pt 7 ps 0 lw 1.6 lc rgb color[2], \
     $winner using 1:2 with points pt 7 ps 1.3 lc rgb color[2]
