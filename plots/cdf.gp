# plots/cdf.gp - two distributions side by side: share of requests done within a time.
#
# $curve, $band (its 95% interval, a closed line): curve_n blocks for the first token, then curve_n for the whole
# answer; time in ms, percent.
# panel_left[], panel_width, top, below: px.  Axis a belongs to the first panel, b to the second.

set tmargin at screen Y(top)
set bmargin at screen Y(H - below)
set yrange [0:100]
set ytics ('0%%' 0, '25%%' 25, '50%%' 50, '75%%' 75, '95%%' 95) scale 0
set label 100 'Requests done within this time' at screen X(margin), Y(top - 16) left textcolor rgb ink font f_label

set multiplot

set lmargin at screen X(panel_left[1])
set rmargin at screen X(panel_left[1] + panel_width)
set xrange [a_lo:a_hi]
if (a_log) { set logscale x }
set xtics (a_text[1] a_at[1])
do for [i = 2:a_n] { set xtics add (a_text[i] a_at[i]) }
set label 101 (a_log ? 'Time to first token, log scale' : 'Time to first token') \
	at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
plot for [i = 1:curve_n * band] $band index i - 1 using 1:2 with filledcurves closed fillcolor rgb rgb(i) fillstyle transparent solid 0.2 noborder, \
     for [i = 1:curve_n] $curve index i - 1 using 1:2 with lines lw 2 lc rgb rgb(i)

# the page's words stand already
unset label
unset object
unset arrow
unset logscale
set lmargin at screen X(panel_left[2])
set rmargin at screen X(panel_left[2] + panel_width)
set xrange [b_lo:b_hi]
if (b_log) { set logscale x }
set xtics (b_text[1] b_at[1])
do for [i = 2:b_n] { set xtics add (b_text[i] b_at[i]) }
set label 101 (b_log ? 'Time to the whole answer, log scale' : 'Time to the whole answer') \
	at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
set ytics ('' 0, '' 25, '' 50, '' 75, '' 95) scale 0
plot for [i = 1:curve_n * band] $band index curve_n + i - 1 using 1:2 with filledcurves closed fillcolor rgb rgb(i) fillstyle transparent solid 0.2 noborder, \
     for [i = 1:curve_n] $curve index curve_n + i - 1 using 1:2 with lines lw 2 lc rgb rgb(i)
unset multiplot
