## Benchmarks: `make bench`.  Never part of check: a machine's speed is not a fact about the code.

.PHONY: bench

## The cost model against measured kernels: prints the tables of doc/cost-model.md.
EXTRA_PROGRAMS += bench/cost_anchors
bench_cost_anchors_SOURCES = bench/cost_anchors.c
bench_cost_anchors_LDADD = $(SIM_LIBS)
EXTRA_DIST += bench/data/a100-80-gemm.csv bench/data/a40-gemm.csv bench/data/h100-sxm-gemm.csv
EXTRA_DIST += bench/data/rtx-a6000-gemm.csv bench/data/rtx-a6000-prefill-attention.csv
EXTRA_DIST += bench/data/a40-small-kernels.csv
CLEANFILES += $(EXTRA_PROGRAMS)

.PHONY: bench-cost
bench: bench-cost
bench-cost: bench/cost_anchors$(EXEEXT)
	bench/cost_anchors$(EXEEXT) $(srcdir)
