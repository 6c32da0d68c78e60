# plots/timeline.gp - small multiples over one time axis: running, waiting, KV pool, hit rate.
#
# $data: both ends of every step: time, running, waiting, % of the pool in use, % in use or cached.  $hits: time, % of prompt tokens found.
# level_*: begin, end and label of the levels; grey: not reported.  panel_top[], panel_height, levels_y: px.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set xrange [x_lo:x_hi]
set ytics scale 0
set xtics (x_text[1] x_at[1])
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
set format x ''
bottom_px = panel_top[4] + panel_height

do for [i = 1:level_n] {
	set label 100 + i level_label[i] at first (level_begin[i] + level_end[i])/2, screen Y(levels_y) center textcolor rgb soft font f_small
	if (level_reported[i]) {
		set arrow 100 + 2*i from first level_begin[i], screen Y(levels_y + 9) to first level_begin[i], screen Y(bottom_px) nohead back lw 0.8 lc rgb '#b5b5b5'
		set arrow 101 + 2*i from first level_end[i], screen Y(levels_y + 9) to first level_end[i], screen Y(bottom_px) nohead back lw 0.8 lc rgb '#b5b5b5'
	} else {
		set object 100 + i rectangle from first level_begin[i], screen Y(levels_y + 9) to first level_end[i], screen Y(bottom_px) behind fillcolor rgb '#f1f1f1' fillstyle solid noborder
	}
}

set multiplot

set label 201 'Requests running' at screen X(left), Y(panel_top[1] - 11) left textcolor rgb rgb(1) font f_strong
set tmargin at screen Y(panel_top[1])
set bmargin at screen Y(panel_top[1] + panel_height)
set yrange [0:a_hi]
set ytics (a_text[1] a_at[1])
do for [i = 2:a_n] { set ytics add (a_text[i] a_at[i]) }
set border 1
set xtics scale 0
do for [i = 1:x_n] { set xtics add ('' x_at[i]) }
plot $data using 1:2 with filledcurves y=0 fillcolor rgb rgb(1) fillstyle transparent solid 0.15 noborder, \
     $data using 1:2 with lines lw 1.3 lc rgb rgb(1)

# the page's words and the levels stand already
unset label
unset object
unset arrow

set label 201 'Requests waiting for admission' at screen X(left), Y(panel_top[2] - 11) left textcolor rgb rgb(2) font f_strong
set tmargin at screen Y(panel_top[2])
set bmargin at screen Y(panel_top[2] + panel_height)
set yrange [0:b_hi]
set ytics (b_text[1] b_at[1])
do for [i = 2:b_n] { set ytics add (b_text[i] b_at[i]) }
plot $data using 1:3 with filledcurves y=0 fillcolor rgb rgb(2) fillstyle transparent solid 0.15 noborder, \
     $data using 1:3 with lines lw 1.3 lc rgb rgb(2)

set label 201 kv_used at screen X(left), Y(panel_top[3] - 11) left textcolor rgb rgb(1) font f_strong
set label 202 'and cached prefixes' at screen X(kv_cached_x), Y(panel_top[3] - 11) left textcolor rgb rgb(6) font f_strong
set tmargin at screen Y(panel_top[3])
set bmargin at screen Y(panel_top[3] + panel_height)
set yrange [0:100]
set ytics ('0%%' 0, '50%%' 50, '100%%' 100)
plot $data using 1:5 with filledcurves y=0 fillcolor rgb rgb(6) fillstyle solid 0.45 noborder, \
     $data using 1:4 with filledcurves y=0 fillcolor rgb rgb(1) fillstyle solid 0.8 noborder

unset label 202
set label 201 'Prompt tokens found in the cache' at screen X(left), Y(panel_top[4] - 11) left textcolor rgb rgb(3) font f_strong
set label 203 xlabel at graph 0.5, screen Y(bottom_px + 33) center textcolor rgb ink font f_label
set tmargin at screen Y(panel_top[4])
set bmargin at screen Y(bottom_px)
set xtics (x_text[1] x_at[1]) scale 0.4
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
if (hits) {
	plot $hits using 1:2 with points pt 7 ps 0.28 lc rgb rgb(3)
} else {
	plot NaN
}
unset multiplot
