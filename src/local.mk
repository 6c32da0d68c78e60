## The program: all but main.c in a library, so that tests link with it.
## One module a line, in the folder's section; folders bottom to top as in src/LAYERS.

noinst_LIBRARIES += libservesim.a
libservesim_a_SOURCES =
EXTRA_DIST += src/LAYERS

## base
libservesim_a_SOURCES += src/base/arena.c src/base/arena.h
libservesim_a_SOURCES += src/base/bug.c src/base/bug.h
libservesim_a_SOURCES += src/base/diag.c src/base/diag.h
libservesim_a_SOURCES += src/base/hash.h
libservesim_a_SOURCES += src/base/lines.c src/base/lines.h
libservesim_a_SOURCES += src/base/mem.c src/base/mem.h
libservesim_a_SOURCES += src/base/slab.c src/base/slab.h
libservesim_a_SOURCES += src/base/unpack.c src/base/unpack.h
libservesim_a_SOURCES += src/base/units.c src/base/units.h

## core
libservesim_a_SOURCES += src/core/evq.c src/core/evq.h
libservesim_a_SOURCES += src/core/pass.c src/core/pass.h
libservesim_a_SOURCES += src/core/probe.h
libservesim_a_SOURCES += src/core/rng.c src/core/rng.h
libservesim_a_SOURCES += src/core/sim.c src/core/sim.h

## stat
libservesim_a_SOURCES += src/stat/dist.c src/stat/dist.h
libservesim_a_SOURCES += src/stat/gsl_guard.c src/stat/gsl_guard.h
libservesim_a_SOURCES += src/stat/moderated.c src/stat/moderated.h
libservesim_a_SOURCES += src/stat/holm.c src/stat/holm.h
libservesim_a_SOURCES += src/stat/power.c src/stat/power.h
libservesim_a_SOURCES += src/stat/quantile.c src/stat/quantile.h
libservesim_a_SOURCES += src/stat/saturation.c src/stat/saturation.h
libservesim_a_SOURCES += src/stat/sketch.c src/stat/sketch.h
libservesim_a_SOURCES += src/stat/stein.c src/stat/stein.h
libservesim_a_SOURCES += src/stat/summary.c src/stat/summary.h

## config
libservesim_a_SOURCES += src/config/gpu.c src/config/gpu.h
libservesim_a_SOURCES += src/config/model.c src/config/model.h
libservesim_a_SOURCES += src/config/cfgfile.c src/config/cfgfile.h
libservesim_a_SOURCES += src/config/cfgprint.c src/config/cfgprint.h
libservesim_a_SOURCES += src/config/cfgscan.c src/config/cfgscan.h
libservesim_a_SOURCES += src/config/cfgset.c
libservesim_a_SOURCES += src/config/cfgtoken.c src/config/cfgtoken.h
libservesim_a_SOURCES += src/config/key.h
libservesim_a_SOURCES += src/config/datafile.c src/config/datafile.h
libservesim_a_SOURCES += src/config/keydist.c
libservesim_a_SOURCES += src/config/keydump.c src/config/keydump.h
libservesim_a_SOURCES += src/config/keyread.c src/config/keyread.h
libservesim_a_SOURCES += src/config/keyvalue.c src/config/keyvalue.h
libservesim_a_SOURCES += src/config/shell.c src/config/shell.h
libservesim_a_SOURCES += src/config/suggest.c src/config/suggest.h
libservesim_a_SOURCES += src/config/utf8.c src/config/utf8.h

## work
libservesim_a_SOURCES += src/work/closed_loop.c
libservesim_a_SOURCES += src/work/draw.c src/work/draw.h
libservesim_a_SOURCES += src/work/levels.c src/work/levels.h
libservesim_a_SOURCES += src/work/mooncake.c
libservesim_a_SOURCES += src/work/open_loop.c
libservesim_a_SOURCES += src/work/shared_prefix.c
libservesim_a_SOURCES += src/work/prompts.c src/work/prompts.h
libservesim_a_SOURCES += src/work/request.h
libservesim_a_SOURCES += src/work/sessions.c
libservesim_a_SOURCES += src/work/span.c src/work/span.h
libservesim_a_SOURCES += src/work/trace.c
libservesim_a_SOURCES += src/work/tracefile.c src/work/tracefile.h
libservesim_a_SOURCES += src/work/tracecsv.c src/work/tracerow.h
libservesim_a_SOURCES += src/work/tracewindow.c src/work/tracewindow.h
libservesim_a_SOURCES += src/work/workload.c src/work/workload.h src/work/workloads.def

## cost
libservesim_a_SOURCES += src/cost/activation.c
libservesim_a_SOURCES += src/cost/attention.c
libservesim_a_SOURCES += src/cost/cost.c src/cost/cost.h
libservesim_a_SOURCES += src/cost/ideal.c
libservesim_a_SOURCES += src/cost/linear.h src/cost/parts.h
libservesim_a_SOURCES += src/cost/power.c
libservesim_a_SOURCES += src/cost/roofline.c
libservesim_a_SOURCES += src/cost/table.c

## kv
libservesim_a_SOURCES += src/kv/pool.c src/kv/pool.h
libservesim_a_SOURCES += src/kv/radix.c src/kv/radix.h src/kv/radix_internal.h
libservesim_a_SOURCES += src/kv/radix_table.c
libservesim_a_SOURCES += src/kv/radix_evict.c
libservesim_a_SOURCES += src/kv/spanstore.c src/kv/spanstore.h

## policy
libservesim_a_SOURCES += src/policy/policy.c src/policy/policy.h src/policy/policies.def
libservesim_a_SOURCES += src/policy/fcfs.c
libservesim_a_SOURCES += src/policy/lpm.c
libservesim_a_SOURCES += src/policy/lof.c
libservesim_a_SOURCES += src/policy/dfs_weight.c
libservesim_a_SOURCES += src/policy/random.c

## engine
libservesim_a_SOURCES += src/engine/engine.c src/engine/engine.h src/engine/engines.def
libservesim_a_SOURCES += src/engine/launch.c src/engine/launch.h src/engine/launch_rows.h src/engine/launch_parts.h
libservesim_a_SOURCES += src/engine/launch_open.c src/engine/launch_read.c src/engine/launch_write.c
libservesim_a_SOURCES += src/engine/launch_sglang.c src/engine/launch_lmdeploy.c
libservesim_a_SOURCES += src/engine/mechanism.c src/engine/mechanism.h src/engine/mechanisms.def
libservesim_a_SOURCES += src/engine/memory.c src/engine/memory.h
libservesim_a_SOURCES += src/engine/sglang.c src/engine/sglang.h
libservesim_a_SOURCES += src/engine/sglang_params.c
libservesim_a_SOURCES += src/engine/sglang_memory.c
libservesim_a_SOURCES += src/engine/sglang_schedule.c
libservesim_a_SOURCES += src/engine/sglang_admission.c
libservesim_a_SOURCES += src/engine/sglang_batch.c
libservesim_a_SOURCES += src/engine/sglang_decode.c
libservesim_a_SOURCES += src/engine/sglang_kv.c
libservesim_a_SOURCES += src/engine/sglang_result.c
libservesim_a_SOURCES += src/engine/sglang_loop.c
libservesim_a_SOURCES += src/engine/sglang_grammar.c
libservesim_a_SOURCES += src/engine/sglang_log.c
libservesim_a_SOURCES += src/engine/sglang_without.c
libservesim_a_SOURCES += src/engine/block_keys.c src/engine/block_keys.h
libservesim_a_SOURCES += src/engine/lmdeploy.c src/engine/lmdeploy.h
libservesim_a_SOURCES += src/engine/slots.c src/engine/slots.h
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch.c src/engine/lmdeploy_pytorch.h
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_params.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_memory.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_blocks.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_trie.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_schedule.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_pass.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_result.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_told.c src/engine/lmdeploy_pytorch_inbox.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_loop.c src/engine/lmdeploy_pytorch_steps.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_rounds.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_log.c
libservesim_a_SOURCES += src/engine/lmdeploy_pytorch_without.c
libservesim_a_SOURCES += src/engine/turbomind.c src/engine/turbomind.h
libservesim_a_SOURCES += src/engine/turbomind_params.c
libservesim_a_SOURCES += src/engine/turbomind_memory.c
libservesim_a_SOURCES += src/engine/turbomind_blocks.c
libservesim_a_SOURCES += src/engine/turbomind_trie.c
libservesim_a_SOURCES += src/engine/turbomind_schedule.c
libservesim_a_SOURCES += src/engine/turbomind_forward.c src/engine/turbomind_group.c
libservesim_a_SOURCES += src/engine/turbomind_result.c
libservesim_a_SOURCES += src/engine/turbomind_loop.c
libservesim_a_SOURCES += src/engine/turbomind_slots.c
libservesim_a_SOURCES += src/engine/turbomind_log.c src/engine/turbomind_without.c

## run
libservesim_a_SOURCES += src/run/measured.c src/run/measured.h
libservesim_a_SOURCES += src/run/tune.c src/run/tune.h src/run/tune_goal.c src/run/tune_parts.h src/run/tune_race.c src/run/tune_scale.c
libservesim_a_SOURCES += src/run/tune_capacity.c src/run/tune_point.c src/run/tune_refine.c
libservesim_a_SOURCES += src/run/vary.c src/run/vary.h src/run/vary_points.c
libservesim_a_SOURCES += src/run/scenario.c src/run/scenario.h
libservesim_a_SOURCES += src/run/scenario_dump.c src/run/scenario_keys.c
libservesim_a_SOURCES += src/run/scenario_axes.c src/run/scenario_axes.h src/run/scenario_load.h
libservesim_a_SOURCES += src/run/attribution.c src/run/attribution.h
libservesim_a_SOURCES += src/run/checks.c src/run/checks.h
libservesim_a_SOURCES += src/run/cliff.c src/run/cliff.h
libservesim_a_SOURCES += src/run/calibrate.c src/run/calibrate.h
libservesim_a_SOURCES += src/run/calibrate_init.c src/run/calibrate_data.c src/run/calibrate_simulate.c
libservesim_a_SOURCES += src/run/calibrate_minimise.c src/run/calibrate_intervals.c
libservesim_a_SOURCES += src/run/compare.c src/run/compare.h src/run/compare_judge.c src/run/compare_pair.c
libservesim_a_SOURCES += src/run/coverage.c src/run/coverage.h
libservesim_a_SOURCES += src/run/preset.c src/run/preset.h src/run/scenario_preset.c
libservesim_a_SOURCES += src/run/dump_writer.c src/run/dump_writer.h
libservesim_a_SOURCES += src/run/englog.c src/run/englog.h
libservesim_a_SOURCES += src/run/enginelog.c src/run/enginelog.h src/run/enginelog_window.c
libservesim_a_SOURCES += src/run/enginelog_solve.c src/run/enginelog_fit.c src/run/enginelog_host.c
libservesim_a_SOURCES += src/run/logcalibrate.c src/run/logcalibrate.h
libservesim_a_SOURCES += src/run/flight.h
libservesim_a_SOURCES += src/run/frontend.c src/run/frontend.h
libservesim_a_SOURCES += src/run/gain.c src/run/gain.h
libservesim_a_SOURCES += src/run/itl.c src/run/itl.h
libservesim_a_SOURCES += src/run/launch_export.c src/run/launch_export.h src/run/scenario_launch.c
libservesim_a_SOURCES += src/run/ladder.c src/run/ladder.h
libservesim_a_SOURCES += src/run/ledger.c src/run/ledger.h
libservesim_a_SOURCES += src/run/level.c src/run/level.h
libservesim_a_SOURCES += src/run/lockstep.c src/run/lockstep.h
libservesim_a_SOURCES += src/run/merge.c src/run/merge.h
libservesim_a_SOURCES += src/run/meter.c src/run/meter.h
libservesim_a_SOURCES += src/run/slo.c src/run/slo.h
libservesim_a_SOURCES += src/run/metric.c src/run/metric.h src/run/metrics.def
libservesim_a_SOURCES += src/run/metrics.c src/run/metrics.h
libservesim_a_SOURCES += src/run/paired.c src/run/paired.h
libservesim_a_SOURCES += src/run/replay.c src/run/replay.h
libservesim_a_SOURCES += src/run/replicate.c src/run/replicate.h
libservesim_a_SOURCES += src/run/result.h
libservesim_a_SOURCES += src/run/run.c src/run/run.h
libservesim_a_SOURCES += src/run/scenario_variant.c src/run/scenario_without.c
libservesim_a_SOURCES += src/run/server.c src/run/server.h
libservesim_a_SOURCES += src/run/datahash.c src/run/datahash.h src/run/sweep.c src/run/sweep.h
libservesim_a_SOURCES += src/run/timeline.c src/run/timeline.h

## report
libservesim_a_SOURCES += src/report/axis.c src/report/axis.h
libservesim_a_SOURCES += src/report/chart.h src/report/charts.c src/report/charts.def
libservesim_a_SOURCES += src/report/chart_attribution.c src/report/chart_cdf.c src/report/chart_latency.c
libservesim_a_SOURCES += src/report/chart_passes.c src/report/chart_throughput.c src/report/chart_timeline.c src/report/chart_waterfall.c
libservesim_a_SOURCES += src/report/chart_bars.c src/report/chart_bars.h
libservesim_a_SOURCES += src/report/chart_lines.c src/report/chart_lines.h
libservesim_a_SOURCES += src/report/chart_forest.c src/report/chart_forest.h
libservesim_a_SOURCES += src/report/cliff.h src/report/cliff_text.c src/report/cliff_words.c src/report/chart_cliff.c
libservesim_a_SOURCES += src/report/compare.h src/report/compare_answer.c src/report/compare_words.c src/report/compare_why.c
libservesim_a_SOURCES += src/report/compare_text.c src/report/compare_tables.c src/report/compare_charts.c
libservesim_a_SOURCES += src/report/compare_json.c src/report/compare_csv.c src/report/compare_next.c
libservesim_a_SOURCES += src/report/csv.c src/report/csv_parts.h
libservesim_a_SOURCES += src/report/calibration.h src/report/calibration_text.c src/report/calibration_json.c
libservesim_a_SOURCES += src/report/chart_parity.c src/report/preset_file.c src/report/preset_file.h
libservesim_a_SOURCES += src/report/enginelog_report.c src/report/enginelog_report.h
libservesim_a_SOURCES += src/report/log_calibration.c src/report/log_calibration.h src/report/chart_steps.c
libservesim_a_SOURCES += src/report/explain.c src/report/explain.h
libservesim_a_SOURCES += src/report/explain_csv.c src/report/explain_json.c src/report/explain_text.c
libservesim_a_SOURCES += src/report/finding.c src/report/finding.h
libservesim_a_SOURCES += src/report/finding_saturation.c src/report/finding_saturation.h
libservesim_a_SOURCES += src/report/fmt.c src/report/fmt.h
libservesim_a_SOURCES += src/report/gain.h src/report/gain_text.c src/report/gain_words.c
libservesim_a_SOURCES += src/report/sweep_json_parts.c
libservesim_a_SOURCES += src/report/gp.c src/report/gp.h
libservesim_a_SOURCES += src/report/json.c src/report/report.h
libservesim_a_SOURCES += src/report/json_launch.c
libservesim_a_SOURCES += src/report/json_parts.c src/report/json_parts.h
libservesim_a_SOURCES += src/report/levels_shown.h
libservesim_a_SOURCES += src/report/page.c src/report/page.h
libservesim_a_SOURCES += src/report/tune.h src/report/tune_csv.c src/report/tune_json.c src/report/tune_launch.c
libservesim_a_SOURCES += src/report/sweep.h src/report/sweep_line.c src/report/sweep_csv.c
libservesim_a_SOURCES += src/report/sweep_words.c src/report/sweep_finding.c src/report/sweep_walls.c src/report/sweep_text.c src/report/sweep_json.c
libservesim_a_SOURCES += src/report/chart_sweep.c src/report/chart_sweep.h src/report/chart_sweep_plan.c src/report/chart_sweep_data.c
libservesim_a_SOURCES += src/report/chart_sweep_effects.c
libservesim_a_SOURCES += src/report/chart_pareto.c src/report/chart_tornado.c src/report/chart_capacity.c
libservesim_a_SOURCES += src/report/tune_tables.c src/report/tune_text.c src/report/tune_text.h src/report/tune_words.c
libservesim_a_SOURCES += src/report/variants_json.c src/report/variants_text.c src/report/variants_headline.c
libservesim_a_SOURCES += src/report/variants_finding.c src/report/variants.h
libservesim_a_SOURCES += src/report/variants_lines.c src/report/variants_forest.c
libservesim_a_SOURCES += src/report/variants_level.c
libservesim_a_SOURCES += src/report/text.c src/report/text_gpu.c src/report/text_level.c src/report/text_parts.h

## commands

bin_PROGRAMS += servesim
servesim_SOURCES = src/main.c src/cmd.h
servesim_SOURCES += src/cmd_cache.c
servesim_SOURCES += src/cmd_calibrate.c src/cmd_calibrate.h src/cmd_calibrate_log.c
servesim_SOURCES += src/cmd_compare.c
servesim_SOURCES += src/cmd_explain.c
servesim_SOURCES += src/cmd_files.c src/cmd_files.h
servesim_SOURCES += src/cmd_launch.c
servesim_SOURCES += src/cmd_list.c
servesim_SOURCES += src/cmd_log.c
servesim_SOURCES += src/cmd_run.c src/cmd_run.h
servesim_SOURCES += src/cmd_tune.c
servesim_SOURCES += src/cmd_variants.c
servesim_SOURCES += src/options.c src/options.h
servesim_SOURCES += src/outfile.c src/outfile.h
servesim_SOURCES += src/cmd_sweep.c src/sweepfile.c src/sweepfile.h src/lockfile.c src/lockfile.h
servesim_SOURCES += src/ranks.c src/ranks.h src/jobpool.c src/jobpool.h src/message.c src/message.h
servesim_LDADD = $(SIM_LIBS) $(MPI_LIBS)
dist_man_MANS += doc/servesim.1
