#!/bin/bash
# The race against the full grid on multiturn: memfraction x policy x max_running x chunk, 108 points, 10 replications each.
#
#	bench/tune.sh [USERS [TTFT_P95_MS]]
#
# Prints what the grid's best point gives, which point the race chose and what that gives in the full grid, and the share of
# replications.  The program is $SERVESIM or build/servesim; about a minute on two free cores.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
servesim=${SERVESIM:-$root/build/servesim}
users=${1:-155}
limit=${2:-2000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SERVESIM_DATA=${SERVESIM_DATA:-$root}

load=("$root/scenarios/multiturn.cfg" --set "workload.users=[$users]" --replications 10 --quiet
	--vary engine.mem_fraction_static=0.80,0.85,0.90,0.93 --vary engine.schedule_policy=fcfs,lpm,dfs-weight
	--vary engine.max_running_requests=32,64,128 --vary engine.chunked_prefill_size=2048,4096,8192)

"$servesim" tune "${load[@]}" --goal 'max output_throughput' --slo "ttft_ms.p95<$limit" --format csv > "$folder/tune.csv"
"$servesim" sweep "${load[@]}" --format csv > "$folder/sweep.csv"
awk -F, -v limit="$limit" '
	FNR == 1 { for (i = 1; i <= NF; i++) column[FILENAME, $i] = i; next }
	FILENAME ~ /tune/ {
		used += $column[FILENAME, "replications"]
		if ($0 ~ /,winner,/) winner = $2 ", " $3 ", " $4 ", " $5
		next
	}
	{
		v = $column[FILENAME, "output_throughput.mean"]
		point = $2 ", " $3 ", " $4 ", " $5
		all += $column[FILENAME, "output_throughput.n"]
		if (point == winner) won = v
		if ($column[FILENAME, "ttft_ms.p95.mean"] < limit && v > best) { best = v; top = point }
	}
	END {
		printf "best of the grid   %-28s %.2f tok/s\n", top, best
		printf "the race chose     %-28s %.2f tok/s in the grid, %+.2f%%\n", winner, won, 100 * (won / best - 1)
		printf "replications       %d and 10 to measure the winner, of %d: %.0f%%\n", used, all, 100 * (used + 10) / all
	}' "$folder/tune.csv" "$folder/sweep.csv"
