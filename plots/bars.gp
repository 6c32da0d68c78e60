# plots/bars.gp - a horizontal stacked bar a level, numbers in the segments, totals at the ends.
#
# $bars: from, to, place, color.  thick: share of the pitch that is bar.  left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)
set border 0
set grid noytics xtics

set xrange [0:x_hi]
set yrange [row_hi:0.5]
set xtics (x_text[1] x_at[1]) scale 0
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
unset ytics
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
do for [i = 1:row_n] {
	set label 110 + i row_label[i] at screen X(left - 8), first row_at[i] right textcolor rgb ink font f_label
	set label 130 + i row_total[i] at first row_end[i], first row_at[i] left offset 0.7, 0 textcolor rgb ink font f_label
	set label 150 + i row_group[i] at screen X(margin), first row_at[i] left textcolor rgb ink font f_heading
}
do for [i = 1:word_n] {
	set label 200 + i word_text[i] at word_x[i], word_y[i] center front textcolor rgb (word_white[i] ? '#ffffff' : ink) font f_small
}

set style fill solid noborder
plot $bars using 1:3:1:2:($3 - thick/2):($3 + thick/2):(rgbcode($4)) with boxxyerror linecolor rgb variable
