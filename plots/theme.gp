# plots/theme.gp - the look all charts share.  Loaded before each chart's own script, once a picture.
#
# From the program: format, file, W, H (px), margin, font_label, font_small;
# title_*, sub_*, legend_*, footer*: texts with their places, in px from the upper left corner.
# Colors: Okabe and Ito's palette, safe for colour-blind readers; 0 is grey, for what is not a series.

reset
set encoding utf8
if (format eq 'svg') {
	set terminal svg size W,H dynamic noenhanced background '#ffffff' font 'DejaVu Sans,11'
} else {
	set terminal pngcairo size 2*W,2*H noenhanced background '#ffffff' font 'DejaVu Sans,11' fontscale 1.5 linewidth 1.9 pointscale 1.9
}
set output file

array color[8] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#8C6D31', '#999999']
rgb(i) = i < 1 ? '#777777' : color[int(i)]
array code[8] = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x8C6D31, 0x999999]
rgbcode(i) = i < 1 ? 0x777777 : code[int(i)]
ink = '#222222'
soft = '#666666'
faint = '#e4e4e4'

X(px) = px / W
Y(px) = 1.0 - px / H
f_title = sprintf('DejaVu Sans Bold,%g', title_size)
f_label = sprintf('DejaVu Sans,%g', font_label)
f_heading = sprintf('DejaVu Sans Bold,%g', font_label)
f_small = sprintf('DejaVu Sans,%g', font_small)
f_strong = sprintf('DejaVu Sans Bold,%g', font_small)
f_footer = sprintf('DejaVu Sans,%g', footer_size)

set key off
set border 1 lc rgb soft lw 0.8
set tics nomirror out scale 0.4 textcolor rgb '#444444' font f_small
set grid ytics back lt 1 lc rgb faint lw 0.7
set lmargin 0
set rmargin 0
set tmargin 0
set bmargin 0

# words around the data: tags 1 to 99
do for [i = 1:title_n] {
	set label i title_text[i] at screen X(margin), Y(title_y + 19*(i - 1)) left textcolor rgb '#111111' font f_title
}
do for [i = 1:sub_n] {
	set label 10 + i sub_text[i] at screen X(margin), Y(sub_y + 15*(i - 1)) left textcolor rgb soft font f_small
}
do for [i = 1:legend_n] {
	if (legend_mark[i] == 0) {
		set object 20 + i rectangle center screen X(legend_x[i] + 5), Y(legend_y[i]) size screen 10/W, 10/H \
			fillcolor rgb rgb(legend_color[i]) fillstyle solid noborder
	}
	if (legend_mark[i] == 1) {
		set arrow 20 + i from screen X(legend_x[i] - 1), Y(legend_y[i]) to screen X(legend_x[i] + 12), Y(legend_y[i]) \
			nohead dashtype (6,4) lw 1.2 lc rgb rgb(legend_color[i])
	}
	if (legend_mark[i] == 2) {
		set label 30 + i at screen X(legend_x[i] + 5), Y(legend_y[i]) point pt 6 ps 0.9 lw 1.6 lc rgb rgb(legend_color[i])
	}
	set label 40 + i legend_text[i] at screen X(legend_x[i] + 16), Y(legend_y[i]) left textcolor rgb '#333333' font f_small
}
set label 99 footer at screen X(W - margin), Y(H - 12) right textcolor rgb '#999999' font f_footer
