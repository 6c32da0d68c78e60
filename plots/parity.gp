# plots/parity.gp - measured against simulated: a panel a unit, a diagonal with a band of 5%, a color a level.
#
# $data: a block a panel: measured, simulated, color, where single runs fall lo hi.  panel_*: range, left edge (px), unit; panel_px: width.
# tick_*, out_*: ticks, and points outside the band, each with its panel.  top, below: px around the plots.

set multiplot
set border 3
set logscale xy
set samples 200
set errorbars 0
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)
do for [p = 1:panel_n] {
	set lmargin at screen X(panel_left[p])
	set rmargin at screen X(panel_left[p] + panel_px)
	set xrange [panel_lo[p]:panel_hi[p]]
	set yrange [panel_lo[p]:panel_hi[p]]
	unset xtics
	unset ytics
	set xtics nomirror out scale 0.4 () font f_small
	set ytics nomirror out scale 0 () font f_small
	set grid xtics ytics back lt 1 lc rgb faint lw 0.7
	do for [i = 1:tick_n] {
		if (tick_panel[i] == p) {
			set xtics add (tick_text[i] tick_at[i])
			set ytics add (tick_text[i] tick_at[i])
		}
	}
	set label 100 'simulated, '.panel_unit[p] at screen X(panel_left[p]), Y(top - 12) left textcolor rgb ink font f_label
	set label 101 'measured, '.panel_unit[p] at graph 0.5, screen Y(H - below + 31) center textcolor rgb ink font f_label
	do for [i = 1:out_n] {
		unset label 110 + i
		if (out_panel[i] == p) {
			set label 110 + i out_text[i] at first out_x[i], first out_y[i] right offset -1.0, 0.4 front textcolor rgb ink font f_strong
		}
	}
	plot '+' using 1:($1*0.95):($1*1.05) with filledcurves fillcolor rgb '#777777' fillstyle transparent solid 0.16 noborder, \
	     x with lines dashtype (6,4) lw 1.2 lc rgb '#777777', \
	     $data index p - 1 using 1:2:4:5:(rgbcode($3)) with yerrorbars pt 7 ps 0 lw 1.6 lc rgb variable, \
	     $data index p - 1 using 1:2:(rgbcode($3)) with points pt 7 ps 0.8 lc rgb variable
	unset label
	unset object
	unset arrow
}
unset multiplot
