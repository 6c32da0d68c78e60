# plots/cliff.gp - walls and plateau: a column of panels a load, a row a metric, and below them why.
#
# panel_left[], panel_top[], panel_x[] (draw the x axis' labels), panel_text[] (heading), panel_y_lo[], panel_y_hi[], panel_y_log[];
# tick_panel[], tick_at[], tick_text[]: ticks of the panels' y axes.  zone_*: panel, x from to, color of the ground, words.
# $data: a block a series: x, mean, its interval lo hi; series_panel[], series_color[].  mark_*: a line at the advised value.

set xrange [x_lo:x_hi]
set label 101 xlabel at screen X((panel_left[1] + panel_left[panel_n] + panel_width)/2), Y(xlabel_y) center textcolor rgb ink font f_label
array ground[5] = ['#e6e6e6', '#fbe3cf', '#dff0e6', '#f4f4f4', '#ffffff']

set multiplot
do for [p = 1:panel_n] {
	set lmargin at screen X(panel_left[p])
	set rmargin at screen X(panel_left[p] + panel_width)
	set tmargin at screen Y(panel_top[p])
	set bmargin at screen Y(panel_top[p] + panel_height)
	if (panel_y_log[p]) { set logscale y } else { unset logscale y }
	set yrange [panel_y_lo[p]*(panel_y_log[p] ? 0.99999 : 1):panel_y_hi[p]*1.00001]
	set xtics ('' x_at[1]) scale 0.4
	do for [i = 1:x_n] { set xtics add (panel_x[p] ? x_text[i] : '' x_at[i]) }
	set ytics scale 0
	set ytics ('' panel_y_lo[p])
	do for [i = 1:tick_n] { if (tick_panel[i] == p) { set ytics add (tick_text[i] tick_at[i]) } }
	set label 102 panel_text[p] at screen X(panel_left[p]), Y(panel_top[p] - 26) left textcolor rgb ink font f_strong
	set label 103 panel_metric[p] at screen X(panel_left[p]), Y(panel_top[p] - 10) left textcolor rgb ink font f_small
	do for [i = 1:zone_n] {
		unset object 200 + i
		unset label 200 + i
		if (zone_panel[i] == p) {
			set object 200 + i rectangle from first zone_from[i], graph 0 to first zone_to[i], graph 1 behind fillcolor rgb ground[int(zone_color[i])] fillstyle solid noborder
			if (zone_up[i]) {
				set label 200 + i zone_text[i] at first (zone_from[i] + zone_to[i])/2, graph 0.5 center rotate by 90 textcolor rgb soft font f_small
			} else {
				set label 200 + i zone_text[i] at first (zone_from[i] + zone_to[i])/2, graph 0.07 center textcolor rgb soft font f_small
			}
		}
	}
	do for [i = 1:mark_n] {
		unset arrow 300 + i
		unset label 300 + i
		if (mark_panel[i] == p) {
			set arrow 300 + i from first mark_x[i], graph 0 to first mark_x[i], graph 1 nohead dashtype (4,3) lw 1.3 lc rgb '#333333'
			set label 300 + i mark_text[i] at first mark_x[i], graph 1 right offset -0.4, 0.5 textcolor rgb ink font f_strong
		}
	}
	do for [i = 1:end_n] {
		unset label 400 + i
		if (end_panel[i] == p) {
			set label 400 + i end_text[i] at first end_x[i], first end_y[i] left offset 0, 0.6 textcolor rgb rgb(end_color[i]) font f_small
		}
	}
	plot NaN, \
	     for [i = 1:series_n] $data index i - 1 using 1:(series_panel[i] == p && band ? $3 : NaN):4 with filledcurves fillcolor rgb rgb(series_color[i]) fillstyle transparent solid 0.22 noborder, \
	     for [i = 1:series_n] $data index i - 1 using 1:(series_panel[i] == p ? $2 : NaN) with linespoints pt 7 ps 0.42 lw 2 lc rgb rgb(series_color[i])
	# the page's words stand already
	unset label
	unset object
	unset arrow
}
unset multiplot
