# plots/tornado.gp - changes in %: a bar from 0 with its interval a row, rows in groups.
#
# Variables and $rows as plots/forest.gp.

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
set arrow 100 from first 0, graph 0 to first 0, graph 1 nohead front lw 1.1 lc rgb '#666666'
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
set label 102 value_head at screen X(W - margin), Y(top - 14) right textcolor rgb soft font f_small
do for [i = 1:row_n] {
	set label 110 + i row_label[i] at screen X(left - 10), first row_at[i] right textcolor rgb ink font f_label
	set label 130 + i row_value[i] at screen X(W - margin), first row_at[i] right textcolor rgb '#333333' font f_small
	set label 150 + i row_group[i] at screen X(margin), first group_at[i] left textcolor rgb ink font f_heading
}

thick = 0.62
set style fill solid noborder
set errorbars 0
plot $rows using 2:1:(0):2:($1 - thick/2):($1 + thick/2):(rgbcode($6)) with boxxyerror linecolor rgb variable, \
     $rows using 3:1:($4 - $3):(0) with vectors heads size screen 0.005,90 lw 1.2 lc rgb ink
