#!/bin/bash
# Append the results of bench.sh to bench/history.csv, under the commit that made them.
#
#	bench/record.sh BENCH.csv
#
# A tree with changes has no commit that says what was measured: it is refused.
set -eu
csv=$1
cd "$(dirname "$0")/.."
case $csv in /*) ;; *) csv=$OLDPWD/$csv ;; esac
if ! test -z "$(git status --porcelain --untracked-files=no)"; then
	echo "bench: uncommitted changes; results are recorded under a commit" >&2
	exit 1
fi
commit=$(git rev-parse --short=12 HEAD)
date=$(git show -s --format=%cs HEAD)
machine=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null | tr -d ',')
awk -v head="$commit,$date,${machine:-unknown}" 'NR > 1 { print head "," $0 }' "$csv" >> bench/history.csv
echo "recorded $commit in bench/history.csv"
