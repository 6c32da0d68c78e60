# plots/waterfall.gp - from a number to what is left of it, one mechanism at a time: a horizontal bar each.
#
# $bars: from, to, row, color.  $whiskers: 95% interval of the bar's end, row.  $links: value, row: from this row to the next.
# row_label[], word_x[], word_left[], word_text[]: labels, and numbers at the bars.  limit: there is a closed form, at limit_x; its words begin at
# limit_text_x, px.
# thick: share of the pitch that is bar.  left, right, top, below: px around the plot.

set lmargin at screen X(left)
set rmargin at screen X(W - right)
set tmargin at screen Y(top)
set bmargin at screen Y(H - below)
set border 0
set grid noytics xtics

set xrange [0:x_hi]
set yrange [row_n + 0.5:0.5]
set xtics (x_text[1] x_at[1]) scale 0
do for [i = 2:x_n] { set xtics add (x_text[i] x_at[i]) }
unset ytics
set label 101 xlabel at graph 0.5, screen Y(H - below + 33) center textcolor rgb ink font f_label
do for [i = 1:row_n] {
	set label 110 + i row_label[i] at screen X(left - 8), first i right textcolor rgb (row_soft[i] ? soft : ink) font f_label
	if (word_left[i]) {
		set label 130 + i word_text[i] at first word_x[i], first i right offset -0.7, 0 front textcolor rgb (row_soft[i] ? soft : ink) font (row_soft[i] ? f_small : f_strong)
	} else {
		set label 130 + i word_text[i] at first word_x[i], first i left offset 0.7, 0 front textcolor rgb (row_soft[i] ? soft : ink) font (row_soft[i] ? f_small : f_strong)
	}
}
if (limit) {
	set arrow 150 from first limit_x, graph 0 to first limit_x, graph 1 nohead front dashtype (6,4) lw 1.2 lc rgb ink
	set label 150 limit_text at screen X(limit_text_x), Y(top - 10) left textcolor rgb ink font f_small
}

set style fill solid noborder
plot $links using 1:2:(0):(1.0) with vectors nohead lw 0.8 lc rgb '#9a9a9a', \
     $bars using 1:3:1:2:($3 - thick/2):($3 + thick/2):(rgbcode($4)) with boxxyerror linecolor rgb variable, \
     $whiskers using 1:3:($2 - $1):(0) with vectors heads size screen 0.004,90 lw 1.1 lc rgb ink
