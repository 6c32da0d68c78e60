## Benchmarks: `make bench`.  Never part of check: a machine's speed is not a fact about the code.

.PHONY: bench bench-full bench-record bench-evq bench-v5
bench: bench-speed bench-evq bench-v5
CLEANFILES += $(EXTRA_PROGRAMS)

## Requests a second and peak memory of several loads: a table, out-bench/bench.csv, out-bench/bench.png.
## bench-speed takes a minute, bench-full some; bench-record appends a quick run to history.csv, under its commit.
.PHONY: bench-speed
EXTRA_PROGRAMS += bench/measure
EXTRA_DIST += bench/bench.sh bench/chart.sh bench/record.sh bench/history.csv
EXTRA_DIST += bench/scenarios/short.cfg bench/scenarios/medium.cfg bench/scenarios/pressure.cfg
EXTRA_DIST += bench/scenarios/long_decode.cfg bench/scenarios/open_loop.cfg bench/scenarios/context.cfg bench/scenarios/azure.cfg
EXTRA_DIST += bench/data/azure_llm_2023_conv.csv.gz
BENCH_ENV = SERVESIM='$(abs_builddir)/servesim$(EXEEXT)' MEASURE='$(abs_builddir)/bench/measure$(EXEEXT)' \
	SERVESIM_DATA='$(abs_srcdir)' GNUPLOT='$(GNUPLOT)'
bench-speed: servesim$(EXEEXT) bench/measure$(EXEEXT)
	$(BENCH_ENV) $(srcdir)/bench/bench.sh quick out-bench
bench-full: servesim$(EXEEXT) bench/measure$(EXEEXT)
	$(BENCH_ENV) $(srcdir)/bench/bench.sh full out-bench
bench-record: bench-speed
	$(srcdir)/bench/record.sh out-bench/bench.csv
clean-local:
	rm -rf out-bench

## The event queue by itself, beside a binary heap.
EXTRA_PROGRAMS += bench/bench_evq
bench_bench_evq_LDADD = $(SIM_LIBS)
bench-evq: bench/bench_evq$(EXEEXT)
	bench/bench_evq$(EXEEXT)

## The v5 experiment with 20 replications: time and memory.
EXTRA_DIST += bench/v5.sh
bench-v5: servesim$(EXEEXT)
	SERVESIM='$(abs_builddir)/servesim$(EXEEXT)' $(srcdir)/bench/v5.sh

## The cost model against measured kernels: prints the tables of doc/cost-model.md.
EXTRA_PROGRAMS += bench/cost_anchors
bench_cost_anchors_SOURCES = bench/cost_anchors.c
bench_cost_anchors_LDADD = $(SIM_LIBS)
EXTRA_DIST += bench/data/a100-80-gemm.csv bench/data/a40-gemm.csv bench/data/h100-sxm-gemm.csv
EXTRA_DIST += bench/data/rtx-a6000-gemm.csv bench/data/rtx-a6000-prefill-attention.csv
EXTRA_DIST += bench/data/a40-small-kernels.csv

.PHONY: bench-cost
bench: bench-cost
bench-cost: bench/cost_anchors$(EXEEXT)
	bench/cost_anchors$(EXEEXT) $(srcdir)

## The presets, made anew from the v5 measurements: the same bytes unless the model or the data have changed.
.PHONY: recalibrate recovery
recalibrate: servesim$(EXEEXT)
	SERVESIM_DATA='$(abs_srcdir)' ./servesim$(EXEEXT) calibrate $(srcdir)/scenarios/v5-sglang.cfg --cross-validate --no-charts \
		--quiet --format json --write $(srcdir)/presets/sglang-0.4.9.cfg > /dev/null
	SERVESIM_DATA='$(abs_srcdir)' ./servesim$(EXEEXT) calibrate $(srcdir)/scenarios/v5-lmdeploy.cfg --cross-validate --no-charts \
		--quiet --format json --write $(srcdir)/presets/lmdeploy-0.6.0.cfg > /dev/null

## Twenty synthetic truths for each engine, and for logs: do the intervals of a fit cover them?  Some minutes.
if HAVE_CHECK
recovery: tests/check_calibrate$(EXEEXT) tests/check_logcalibrate$(EXEEXT)
	SERVESIM_DATA='$(abs_srcdir)' RECOVERIES=20 CK_RUN_CASE=recovery tests/check_calibrate$(EXEEXT)
	SERVESIM_DATA='$(abs_srcdir)' RECOVERIES=20 CK_RUN_CASE=recovery tests/check_logcalibrate$(EXEEXT)
endif

## The race of tune against the full grid: about a minute.
EXTRA_DIST += bench/tune.sh
.PHONY: bench-tune
bench: bench-tune
bench-tune: servesim$(EXEEXT)
	SERVESIM='$(abs_builddir)/servesim$(EXEEXT)' $(srcdir)/bench/tune.sh
