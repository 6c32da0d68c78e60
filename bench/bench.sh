#!/bin/bash
# Requests a second and peak memory of simulations of several kinds: a table, a CSV file, a chart.
#
#	bench/bench.sh quick|full OUT_DIR [CASE...]
#
# Requests a second are completed requests by the time of the whole program, start and report included: the time
# that a person waits.  One replication, one thread; the quickest of up to five runs, since what disturbs a run only
# ever makes it slower.  Beside them the same by processor time, for machines that others use too, and instructions a
# request, which do not depend on what else the machine does:
# callgrind's counts of two short runs, their difference by the difference in requests, so that the start is not
# in them; "-" without valgrind.  With NO_CALLGRIND=1 they are left out.
#
# $SERVESIM is the program, $MEASURE bench/measure, $GNUPLOT gnuplot; names of CASEs are those of the table.
set -u
mode=${1:?quick or full} out=${2:?folder for results}
shift 2
wanted=("$@")
root=$(cd "$(dirname "$0")/.." && pwd)
servesim=${SERVESIM:-$root/build/servesim}
measure=${MEASURE:-$root/build/bench/measure}
export SERVESIM_DATA=${SERVESIM_DATA:-$root}
callgrind=$(command -v valgrind || true)
test -z "${NO_CALLGRIND-}" || callgrind=
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$out" || exit 1
csv=$out/bench.csv

# What a case sets so that it makes about n requests.
settings()
{
	local name=$1 n=$2
	case $name in
	short|medium|requests-*) echo "--set workload.requests_per_user=$(((n + 63) / 64))" ;;
	long_decode) echo "--set workload.requests_per_user=$((n / 128))" ;;
	pressure) echo "--set workload.sessions_per_user=$((n / 256))" ;;
	open_loop) echo "--set workload.requests=$n" ;;
	azure)
		echo "--set workload.max_requests=$n" "--set model.max_context=16384" ;;
	context-*)
		echo "--set workload.requests_per_user=$((n / 8))" \
			"--set model.max_context=1100000" \
			"--set workload.prompts[0].spans=\"text:${name#context-}\"" ;;
	esac
}

scenario_of()
{
	case $1 in
	requests-*) echo short ;;
	context-*) echo context ;;
	*) echo "$1" ;;
	esac
}

# simulate CASE N [PREFIX...]: run it; its results go to $scratch/result.csv
simulate()
{
	local name=$1 n=$2
	shift 2
	# shellcheck disable=SC2046 # a list of words
	"$@" "$servesim" run "$root/bench/scenarios/$(scenario_of "$name").cfg" $(settings "$name" "$n") \
		--replications 1 --threads 1 --format csv --no-charts --quiet > "$scratch/result.csv"
}

completed()
{
	awk -F, '$2 == "completed" { n += $4 } END { print n }' "$scratch/result.csv"
}

# Seconds, processor seconds, KiB and requests of the quickest run.
quickest()
{
	local best='' cpu kib seconds total=0
	for _ in 1 2 3 4 5; do
		simulate "$1" "$2" "$measure" "$scratch/measured" || return 1
		read -r seconds cpu kib < "$scratch/measured"
		best=$(awk -v s="$seconds" -v c="$cpu" -v k="$kib" -v b="$best" \
			'BEGIN { split(b, x, " "); if (b == "" || s < x[1]) print s, c, k; else print b }')
		total=$(awk -v a="$total" -v b="$seconds" 'BEGIN { print a + b }')
		awk -v t="$total" 'BEGIN { exit !(t > 4) }' && break
	done
	echo "$best $(completed)"
}

# count CASE N: instructions and requests
count()
{
	simulate "$1" "$2" "$callgrind" --tool=callgrind --callgrind-out-file=/dev/null \
		2> "$scratch/callgrind" || return 1
	awk '/Collected/ { print $NF }' "$scratch/callgrind"
	completed
}

# instructions CASE N: a request, from runs of n and 2 n requests
instructions()
{
	local a b
	if test -z "$callgrind" || test "$2" = 0; then
		echo -
		return
	fi
	a=$(count "$1" "$2") && b=$(count "$1" $((2 * $2))) || { echo -; return; }
	# shellcheck disable=SC2086 # two words each
	set -- $a $b
	echo $((($3 - $1) / ($4 - $2)))
}

is_wanted()
{
	local w
	test ${#wanted[@]} = 0 && return 0
	for w in "${wanted[@]}"; do
		test "$w" != "$1" || return 0
	done
	return 1
}

# bench CASE QUICK FULL COUNTED: requests of a quick and of a full run, and of the shorter one under callgrind.
# QUICK 0: only in full runs; COUNTED 0: not counted.
bench()
{
	local name=$1 n=$2 seconds cpu kib requests best per_request
	test "$mode" = quick || n=$3
	test "$n" != 0 && is_wanted "$name" || return 0
	if ! best=$(quickest "$name" "$n"); then
		echo "bench: $name failed" >&2
		failed=1
		return
	fi
	read -r seconds cpu kib requests <<< "$best"
	per_request=$(instructions "$name" "$4")
	awk -v name="$name" -v n="$requests" -v s="$seconds" -v c="$cpu" -v k="$kib" -v i="$per_request" \
		-v csv="$csv" 'BEGIN {
		printf "%-16s %9d %8.3f %8.3f %11.0f %11.0f %8.1f %10s\n", name, n, s, c, n / s, n / c, k / 1024, i
		printf "%s,%d,%.6f,%.6f,%.1f,%d,%s\n", name, n, s, c, n / s, k, i == "-" ? "" : i >> csv }'
}

failed=0
echo "case,requests,seconds,cpu_seconds,requests_per_second,peak_kib,instructions_per_request" > "$csv"
printf '%s\n' "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null), $mode"
test -n "$callgrind" || echo "no valgrind, or not wanted: instructions are not counted"
printf '%-16s %9s %8s %8s %11s %11s %8s %10s\n' \
	case requests seconds 'cpu s' requests/s req/cpu-s 'peak MB' instr/req
#     case           quick     full  counted
bench short          64000  1000000     4096
bench medium         64000  1000000     1024
bench pressure        8192   262144     1024
bench long_decode    12800   128000      256
bench open_loop      50000  1000000     1000
bench azure          19366  1936600     1000
for n in 1000 10000 100000 1000000 10000000; do
	bench requests-$n $((n <= 100000 ? n : 0)) $n 0
done
for n in 100 1000 10000 100000 1000000; do
	bench context-$n 8000 64000 400
done
test "$failed" = 0 || exit 1
"$root/bench/chart.sh" "$csv" "$out/bench.png"
