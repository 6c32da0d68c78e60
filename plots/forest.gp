# plots/forest.gp - differences in %: a dot with its interval, a hollow mark where it was measured or published.
#
# $rows: place, mean, interval lo hi, mark, color.  left, right, top, below: px around the plot.
# band: %, shaded around 0; 0: none.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)
set border 0
set grid noytics xtics

set xrange [x_lo:x_hi]
set yrange [row_hi:0.5]
set xtics (x_text[1] x_at[1]) scale 0
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
unset ytics
if (band > 0) {
	set object 100 rectangle from first (-band < x_lo ? x_lo : -band), graph 0 \
		to first (band > x_hi ? x_hi : band), graph 1 back fillcolor rgb '#e9e9e9' fillstyle solid 1.0 noborder
}
set arrow 100 from first 0, graph 0 to first 0, graph 1 nohead back lw 1.1 lc rgb '#888888'
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
set label 102 value_head at screen X(W - margin), Y(top - 14) right textcolor rgb soft font f_small
do for [i = 1:row_n] {
	set label 110 + i row_label[i] at screen X(left - 10), first row_at[i] right textcolor rgb ink font f_label
	set label 130 + i row_value[i] at screen X(W - margin), first row_at[i] right textcolor rgb '#333333' font f_small
	set label 150 + i row_group[i] at screen X(margin), first group_at[i] left textcolor rgb ink font f_heading
}

set errorbars 0
plot $rows using 2:1:3:4:(rgbcode($6)) with xerrorbars pt 7 ps 0 lw 3 lc rgb variable, \
     $rows using 2:1:(rgbcode($6)) with points pt 7 ps 0.7 lc rgb variable, \
     $rows using 5:1:(rgbcode($6)) with points pt 6 ps 1.15 lw 1.6 lc rgb variable
