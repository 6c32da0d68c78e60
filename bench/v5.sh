#!/bin/bash
# How long, and how much memory, the v5 experiment takes with 20 replications.
#
#	bench/v5.sh [RUNS]
#
# The program is $SERVESIM or build/servesim.  More scenarios: SCENARIO=file.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
servesim=${SERVESIM:-$root/build/servesim}
scenario=${SCENARIO:-$root/scenarios/v5-sglang.cfg}
runs=${1:-3}

if ! test -x "$servesim"; then
	echo "$servesim: not built; ./bootstrap build" >&2
	exit 1
fi

measured=$(mktemp) || exit 1
trap 'rm -f "$measured"' EXIT

# One line: elapsed seconds, peak resident KB ("?" without GNU time).
run_once()
{
	local command=("$servesim" run "$scenario" --replications 20 --format json --no-charts --quiet)

	if test -x /usr/bin/time; then
		/usr/bin/time -o "$measured" -f '%e %M' "${command[@]}" >/dev/null
	else
		TIMEFORMAT='%R ?'
		{ time "${command[@]}" >/dev/null 2>&3; } 3>&2 2>"$measured"
	fi
}

printf '%s, 20 replications, %s processors\n' "$(basename "$scenario")" "$(nproc)"
for ((i = 1; i <= runs; i++)); do
	run_once || exit 1
	read -r seconds kilobytes < <(tail -n 1 "$measured")
	printf '  run %d: %s s, %s KB peak\n' "$i" "$seconds" "$kilobytes"
done
