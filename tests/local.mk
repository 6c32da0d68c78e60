## Tests.  A C test of module NAME is tests/check_NAME.c, written with Check: one line below.
## A shell test is tests/NAME.test: one line below; it exits 0, or 77 for "skipped".

LDADD = $(SIM_LIBS) $(CHECK_LIBS)	# every program that does not say otherwise

AM_TESTS_ENVIRONMENT = \
	LC_ALL=C; export LC_ALL; \
	srcdir='$(srcdir)'; export srcdir; \
	SERVESIM_DATA='$(abs_srcdir)'; export SERVESIM_DATA; \
	SERVESIM='$(abs_builddir)/servesim$(EXEEXT)'; export SERVESIM; \
	GNUPLOT='$(GNUPLOT)'; export GNUPLOT; \
	MPIRUN='$(MPIRUN)'; export MPIRUN;
TEST_EXTENSIONS = .test
TEST_LOG_COMPILER = $(SHELL)

### Programs that a person runs too: built by `make`, need no Check
noinst_PROGRAMS += tests/golden_radix tests/golden_admission tests/golden_order tests/golden_sched
tests_golden_radix_SOURCES = tests/golden_radix.c tests/golden_util.c tests/golden_util.h
tests_golden_radix_LDADD = $(SIM_LIBS)
tests_golden_admission_SOURCES = tests/golden_admission.c tests/golden_util.c tests/golden_util.h
tests_golden_admission_LDADD = $(SIM_LIBS)
tests_golden_order_SOURCES = tests/golden_order.c tests/golden_util.c tests/golden_util.h
tests_golden_order_LDADD = $(SIM_LIBS)
tests_golden_sched_SOURCES = tests/golden_sched.c tests/golden_util.c tests/golden_util.h
tests_golden_sched_LDADD = $(SIM_LIBS)

noinst_PROGRAMS += tests/draw_sample
tests_draw_sample_SOURCES = tests/draw_sample.c tests/sample_result.c tests/sample_result.h

### Check programs (without _SOURCES, automake takes tests/check_NAME.c)

noinst_HEADERS += tests/harness.h

if HAVE_CHECK
## base
check_PROGRAMS += tests/check_arena
check_PROGRAMS += tests/check_bug
check_PROGRAMS += tests/check_diag
check_PROGRAMS += tests/check_hash
check_PROGRAMS += tests/check_lines
check_PROGRAMS += tests/check_mem
check_PROGRAMS += tests/check_units

## core
check_PROGRAMS += tests/check_evq
check_PROGRAMS += tests/check_rng
check_PROGRAMS += tests/check_sim

## stat
check_PROGRAMS += tests/check_dist
check_PROGRAMS += tests/check_quantile
check_PROGRAMS += tests/check_sketch
check_PROGRAMS += tests/check_summary

## config
check_PROGRAMS += tests/check_cfgfile
check_PROGRAMS += tests/check_key

## work
check_PROGRAMS += tests/check_prompts tests/check_work tests/check_sessions tests/check_scenarios
check_PROGRAMS += tests/check_open_loop tests/check_trace
tests_check_trace_SOURCES = tests/check_trace.c tests/fake_server.c tests/fake_server.h
tests_check_open_loop_SOURCES = tests/check_open_loop.c tests/fake_server.c tests/fake_server.h
check_PROGRAMS += tests/check_shared_prefix
tests_check_shared_prefix_SOURCES = tests/check_shared_prefix.c tests/fake_server.c tests/fake_server.h
tests_check_work_SOURCES = tests/check_work.c tests/fake_server.c tests/fake_server.h
tests_check_sessions_SOURCES = tests/check_sessions.c tests/fake_server.c tests/fake_server.h
tests_check_scenarios_SOURCES = tests/check_scenarios.c tests/fake_server.c tests/fake_server.h

## cost
check_PROGRAMS += tests/check_cost tests/check_cost_anchors tests/check_cost_table
tests_check_cost_SOURCES = tests/check_cost.c tests/cost_fixture.c tests/cost_fixture.h
tests_check_cost_anchors_SOURCES = tests/check_cost_anchors.c tests/cost_fixture.c tests/cost_fixture.h

## kv
check_PROGRAMS += tests/check_radix

## policy

## engine
check_PROGRAMS += tests/check_launch
check_PROGRAMS += tests/check_launch_export
check_PROGRAMS += tests/check_sglang
tests_check_sglang_SOURCES = tests/check_sglang.c tests/cost_fixture.c tests/cost_fixture.h
check_PROGRAMS += tests/check_turbomind tests/check_turbomind_load
lmdeploy_world = tests/lmdeploy_world.c tests/lmdeploy_world.h tests/turbomind_world.c \
	tests/lmdeploy_pytorch_world.c tests/cost_fixture.c tests/cost_fixture.h
tests_check_turbomind_SOURCES = tests/check_turbomind.c $(lmdeploy_world)
tests_check_turbomind_load_SOURCES = tests/check_turbomind_load.c tests/run_asserts.h $(lmdeploy_world)
check_PROGRAMS += tests/check_lmdeploy_pytorch tests/check_lmdeploy_pytorch_load
tests_check_lmdeploy_pytorch_SOURCES = tests/check_lmdeploy_pytorch.c $(lmdeploy_world)
tests_check_lmdeploy_pytorch_load_SOURCES = tests/check_lmdeploy_pytorch_load.c $(lmdeploy_world)

## run
check_PROGRAMS += tests/check_scenario
check_PROGRAMS += tests/check_attribution
check_PROGRAMS += tests/check_calibrate
check_PROGRAMS += tests/check_cliff
check_PROGRAMS += tests/check_enginelog tests/check_logcalibrate
check_PROGRAMS += tests/check_compare
check_PROGRAMS += tests/check_clients
check_PROGRAMS += tests/check_frontend
check_PROGRAMS += tests/check_itl
check_PROGRAMS += tests/check_mechanisms
check_PROGRAMS += tests/check_metrics
tests_check_metrics_SOURCES = tests/check_metrics.c tests/desk.h
check_PROGRAMS += tests/check_run
check_PROGRAMS += tests/check_slo
check_PROGRAMS += tests/check_theory
check_PROGRAMS += tests/check_tune
check_PROGRAMS += tests/check_vary
run_fixture = tests/fixture.c tests/fixture.h tests/fixture_work.c tests/run_asserts.h
tests_check_clients_SOURCES = tests/check_clients.c $(run_fixture)
tests_check_run_SOURCES = tests/check_run.c $(run_fixture)
tests_check_slo_SOURCES = tests/check_slo.c tests/desk.h $(run_fixture)
tests_check_theory_SOURCES = tests/check_theory.c $(run_fixture)

## report
check_PROGRAMS += tests/check_variants
tests_check_variants_SOURCES = tests/check_variants.c tests/sample_result.c tests/sample_result.h
check_PROGRAMS += tests/check_gp tests/check_report
tests_check_report_SOURCES = tests/check_report.c tests/sample_result.c tests/sample_result.h
endif

### Shell tests

dist_check_SCRIPTS =
dist_check_SCRIPTS += tests/tree.test
dist_check_SCRIPTS += tests/charts.test
dist_check_SCRIPTS += tests/variants.test
dist_check_SCRIPTS += tests/bad-input.test
dist_check_SCRIPTS += tests/calibrate.test
dist_check_SCRIPTS += tests/cli.test
dist_check_SCRIPTS += tests/compare.test
dist_check_SCRIPTS += tests/explain.test
dist_check_SCRIPTS += tests/launch.test
dist_check_SCRIPTS += tests/dump.test
dist_check_SCRIPTS += tests/random-file.test
dist_check_SCRIPTS += tests/slo.test
dist_check_SCRIPTS += tests/tune.test
dist_check_SCRIPTS += tests/golden.test
dist_check_SCRIPTS += tests/cache.test
dist_check_SCRIPTS += tests/trace.test
dist_check_SCRIPTS += tests/repro.test
dist_check_SCRIPTS += tests/step.test
dist_check_SCRIPTS += tests/sweep.test tests/ranks.test
dist_check_SCRIPTS += tests/what-if.test

### Data of the tests

EXTRA_DIST += tests/report/compare.txt tests/report/extreme.txt tests/report/refused.txt tests/report/single.csv
EXTRA_DIST += tests/report/single.json tests/report/single.txt tests/report/v5.txt
EXTRA_DIST += tests/golden tests/data
EXTRA_DIST += tests/bad-input
EXTRA_DIST += fuzz/fuzz_config.c fuzz/config.dict

TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
