#!/bin/bash
# The chart of bench.sh's results: requests a second, peak memory, and how a request's cost grows.
#
#	bench/chart.sh BENCH.csv CHART.png
set -u
csv=$1 png=$2
root=$(cd "$(dirname "$0")/.." && pwd)
gnuplot=${GNUPLOT:-gnuplot}
if ! command -v "$gnuplot" >/dev/null; then
	echo "bench: no gnuplot, no chart"
	exit 0
fi
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# Rows whose case begins with "$1-": the number behind it, processor us a request, MB.
scaling()
{
	awk -F, -v kind="$1-" 'index($1, kind) == 1 {
		print substr($1, length(kind) + 1), $4 / $2 * 1e6, $6 / 1024 }' "$csv" > "$scratch/$1"
}

# The kinds of load, the first of the table on top: label, requests a second, MB, requests a processor second.
awk -F, 'BEGIN {
		label["short"] = "20/128 tokens at 64"
		label["medium"] = "1024/128 at 64"
		label["pressure"] = "conversations, full cache"
		label["long_decode"] = "1024/2048 at 128"
		label["open_loop"] = "20 requests a second"
		label["azure"] = "Azure conversations"
	}
	NR > 1 && $1 !~ /^(requests|context)-/ {
		print "\"" ($1 in label ? label[$1] : $1) "\"", $5, $6 / 1024, $2 / $4
	}' "$csv" | tac > "$scratch/cases"
scaling requests
scaling context
for rows in cases requests context; do
	if ! test -s "$scratch/$rows"; then
		echo "bench: only some of the cases were run, no chart"
		exit 0
	fi
done
fastest=$(awk '{ n = $(NF - 2) } n > most { most = n } END {
	k = int(most / 1000)
	if (k < 1000)
		printf "%d,000", k
	else
		printf "%d,%03d,000", k / 1000, k % 1000
}' "$scratch/cases")

cat > "$scratch/head.gp" <<END
format = 'png'
file = '$png'
W = 1000.0; H = 640.0; margin = 24; font_label = 10; font_small = 9; title_size = 14; footer_size = 8
array title_text[1] = ['Up to $fastest simulated requests a second on one core']
title_n = 1; title_y = 24
array sub_text[1] = ['Whole program, one replication, one thread. Bars: by time; circles: by processor time']
sub_n = 1; sub_y = 46
legend_n = 0
footer = 'servesim, make bench'
cases = '$scratch/cases'; requests = '$scratch/requests'; context = '$scratch/context'
load '$root/plots/theme.gp'
load '$root/plots/bench.gp'
END
LC_ALL=C.UTF-8 "$gnuplot" -d "$scratch/head.gp" && echo "chart: $png"
