# plots/bench.gp - benchmarks: requests a second and memory by load, time a request by requests and by context.
#
# cases: file with label, requests a second, MB, requests a processor second a row, the last on top.
# requests, context: files with n, processor us a request, MB.

stats cases using 2 nooutput
n = STATS_records
set multiplot
set tics scale 0.3
set border 1

# bars, left: requests a second; right: peak memory
set grid noytics xtics back lt 1 lc rgb faint lw 0.7
set tmargin at screen Y(96)
set bmargin at screen Y(310)
set yrange [-0.6:n - 0.4]
set xrange [0:*]
set style fill solid noborder
set boxwidth 0.6
set format x '%g'
set lmargin at screen X(175)
set rmargin at screen X(W/2 - 40)
set label 100 'thousand requests a second' at screen X(175), Y(82) left textcolor rgb ink font f_label
plot cases using (0.5e-3*$2):0:(0.5e-3*$2):(0.3):ytic(1) with boxxyerror lc rgb color[1], \
     cases using (1e-3*$4):0 with points pt 6 ps 0.9 lw 1.6 lc rgb color[1], \
     cases using (1e-3*($2 > $4 ? $2 : $4)):0:(sprintf('  %.0f', 1e-3*$2)) with labels left font f_small textcolor rgb ink

# the words around the page stand once
unset label
unset arrow
unset object
set lmargin at screen X(W/2 + 150)
set rmargin at screen X(W - 60)
set label 100 'peak memory, MB' at screen X(W/2 + 150), Y(82) left textcolor rgb ink font f_label
set format x '%g'
plot cases using (0.5*$3):0:(0.5*$3):(0.3):ytic(1) with boxxyerror lc rgb color[3], \
     cases using 3:0:(sprintf(' %.1f', $3)) with labels left font f_small textcolor rgb ink

# lines: time a request
unset label
set grid ytics noxtics back lt 1 lc rgb faint lw 0.7
set tmargin at screen Y(390)
set bmargin at screen Y(H - 64)
set yrange [0:*]
set ytics auto
set format y '%g'
set logscale x
set format x '%.0s%c'
set xrange [*:*]
set lmargin at screen X(70)
set rmargin at screen X(W/2 - 40)
set label 100 'processor µs a request against the number of requests (20/128 tokens)' at screen X(margin), Y(374) left textcolor rgb ink font f_label
plot requests using 1:2 with linespoints pt 7 ps 0.7 lw 2 lc rgb color[1]
unset label
set lmargin at screen X(W/2 + 60)
set rmargin at screen X(W - 60)
set label 100 'processor µs a request against tokens of shared context' at screen X(W/2 + 20), Y(374) left textcolor rgb ink font f_label
plot context using 1:2 with linespoints pt 7 ps 0.7 lw 2 lc rgb color[1]
unset multiplot
