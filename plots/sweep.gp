# plots/sweep.gp - a number against a swept setting, in one panel or a grid of them.
#
# $data: a block a panel and series: x, mean, its interval lo hi.  $fail: a block a panel: x, colour of a point that
# cannot run.  $best: panel, x, y, colour.  shade_*: panel, x from to where nothing runs, with words.
# panel_left[], panel_top[], panel_text[] above, panel_side[] beside; panel_width, panel_height: px.  panel_below[], panel_first[]: with ticks' labels.
# look: 0 lines with bands, 1 points with intervals, 2 bars with intervals.

set xrange [x_lo:x_hi]
# a tick at the very end of a log axis would be lost to rounding
set yrange [y_lo*(y_log ? 0.99999 : 1):y_hi*1.00001]
if (x_log) { set logscale x }
if (y_log) { set logscale y }
set label 100 ylabel at screen X(margin), Y(ylabel_y) left textcolor rgb ink font f_label
set label 101 xlabel at screen X((panel_left[1] + W - right)/2), Y(xlabel_y) center textcolor rgb ink font f_label
set style fill solid 0.85 noborder
set boxwidth 0.55
set errorbars 0

set multiplot
do for [p = 1:panel_n] {
	set lmargin at screen X(panel_left[p])
	set rmargin at screen X(panel_left[p] + panel_width)
	set tmargin at screen Y(panel_top[p])
	set bmargin at screen Y(panel_top[p] + panel_height)
	if (panel_below[p]) {
		set xtics (x_text[1] x_at[1]) scale (look ? 0 : 0.4)
		do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
	} else {
		set xtics ('' x_at[1]) scale 0
	}
	if (panel_first[p]) {
		set ytics (y_text[1] y_at[1]) scale 0
		do for [i = 2:y_n] { set ytics add (y_text[i] y_at[i]) }
	} else {
		set ytics ('' y_at[1]) scale 0
		do for [i = 2:y_n] { set ytics add ('' y_at[i]) }
	}
	set label 102 panel_text[p] at screen X(panel_left[p]), Y(panel_top[p] - 9) left textcolor rgb ink font f_strong
	set label 103 panel_side[p] at screen X(panel_left[p] + panel_width + 14), Y(panel_top[p] + panel_height/2) center rotate by 90 textcolor rgb ink font f_strong
	do for [i = 1:shade_n] {
		unset object 200 + i
		unset label 200 + i
		if (shade_panel[i] == p) {
			set object 200 + i rectangle from first shade_from[i], graph 0 to first shade_to[i], graph 1 behind fillcolor rgb '#eeeeee' fillstyle solid noborder
			set label 200 + i shade_text[i] at first shade_at[i], graph 0.5 center rotate by 90 textcolor rgb soft font f_small
		}
	}
	do for [i = 1:end_n] {
		set label 110 + i end_text[i] at graph 1, graph end_y[i] left offset 0.9, 0 textcolor rgb rgb(end_color[i]) font f_label
	}
	plot NaN, \
	     for [i = 1:series_n * band * (look == 0)] $data index (p - 1)*series_n + i - 1 using 1:3:4 with filledcurves fillcolor rgb rgb(series_color[i]) fillstyle transparent solid 0.2 noborder, \
	     for [i = 1:series_n * (look == 0)] $data index (p - 1)*series_n + i - 1 using 1:2 with linespoints pt 7 ps point_size lw 2 lc rgb rgb(series_color[i]), \
	     for [i = 1:series_n * (look == 2)] $data index (p - 1)*series_n + i - 1 using 1:2 with boxes lc rgb rgb(series_color[i]), \
	     for [i = 1:series_n * band * (look == 2)] $data index (p - 1)*series_n + i - 1 using 1:3:(0):($4 - $3) with vectors nohead lw 1.6 lc rgb ink, \
	     for [i = 1:series_n * (look == 2)] $data index (p - 1)*series_n + i - 1 using 1:4:5 with labels center offset 0, 0.7 textcolor rgb ink font f_small, \
	     for [i = 1:series_n * band * (look == 1)] $data index (p - 1)*series_n + i - 1 using 1:2:3:4 with yerrorbars pt 7 ps 0 lw 2.6 lc rgb rgb(series_color[i]), \
	     for [i = 1:series_n * (look == 1)] $data index (p - 1)*series_n + i - 1 using 1:2 with points pt 7 ps 0.75 lc rgb rgb(series_color[i]), \
	     $fail index p - 1 using 1:(fail_y):(rgbcode($2)) with points pt 2 ps 0.7 lw 1.6 lc rgb variable, \
	     $best using ($1 == p ? $2 : NaN):3:(rgbcode($4)) with points pt 6 ps 1.5 lw 1.6 lc rgb variable
	# the page's words stand already
	unset label
	unset object
	unset arrow
}
unset multiplot
