/* Flags of `python3 -m sglang.launch_server`: add_cli_args() in sglang/srt/server_args.py of 0.4.9 and
 * 0.5.6; environment variables: sglang/global_config.py, managers/schedule_policy.py (0.4.9),
 * environ.py (0.5.6). */
#include "config.h"

#include "engine/launch_rows.h"

#define OLD	UNTIL("0.4.9")
#define NEW	SINCE("0.5.6")

static const struct launch_flag flags[] = {
	MODEL("--model-path --model"),
	KEY("mem_fraction_static", "--mem-fraction-static", ALL),
	KEY("context_length", "--context-length", ALL),
	KEY("max_total_tokens", "--max-total-tokens", ALL),
	KEY("max_running_requests", "--max-running-requests", ALL),
	KEY("chunked_prefill_size", "--chunked-prefill-size", ALL),
	KEY("max_prefill_tokens", "--max-prefill-tokens", ALL),
	KEY("page_size", "--page-size", ALL),
	KEY_OFFERED("schedule_policy", "--schedule-policy", OLD, "lpm random fcfs dfs-weight",
		    "the scheduler has it, the command line does not offer it: the server would not start"),
	KEY("schedule_policy", "--schedule-policy", NEW),
	KEY("schedule_conservativeness", "--schedule-conservativeness", ALL),
	SWITCH("disable_radix_cache", "--disable-radix-cache", ALL),
	SWITCH("disable_overlap_schedule", "--disable-overlap-schedule", ALL),
	SWITCH("enable_mixed_chunk", "--enable-mixed-chunk", ALL),
	SWITCH("disable_cuda_graph", "--disable-cuda-graph", ALL),
	KEY("cuda_graph_max_bs", "--cuda-graph-max-bs", ALL),
	KEY("tp_size", "--tp-size --tensor-parallel-size", ALL),
	KEY("stream_interval", "--stream-interval", ALL),
	KEY("decode_log_interval", "--decode-log-interval", ALL),
	ENV("clip_max_new_tokens_estimation", "SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION", ALL),
	ENV("init_new_token_ratio", "SGLANG_INIT_NEW_TOKEN_RATIO", ALL),
	ENV("min_new_token_ratio_factor", "SGLANG_MIN_NEW_TOKEN_RATIO_FACTOR", ALL),
	ENV("new_token_ratio_decay_steps", "SGLANG_NEW_TOKEN_RATIO_DECAY_STEPS", ALL),

	/* Another server than the one simulated. */
	REFUSE('1', ALL, "--dtype", "auto half float16 bfloat16", "weights of 32 bits are another "
		"model file (weight_bytes_per_param, weights_gib) and other kernels"),
	REFUSE('1', ALL, "--quantization", NULL, "quantized weights have another size and other "
		"kernels than models/*.cfg and hw/*.cfg describe"),
	REFUSE('1', ALL, "--torchao-config", NULL, "quantized weights have another size and other "
		"kernels than models/*.cfg and hw/*.cfg describe"),
	REFUSE('1', NEW, "--modelopt-quant", NULL, "quantized weights have another size and other "
		"kernels than models/*.cfg and hw/*.cfg describe"),
	REFUSE('0', NEW, "--quantize-and-serve", NULL, "quantized weights have another size and other "
		"kernels than models/*.cfg and hw/*.cfg describe"),
	REFUSE('1', ALL, "--device", "cuda", "only CUDA devices are simulated"),
	REFUSE('0', ALL, "--is-embedding", NULL, "an embedding server decodes nothing"),
	REFUSE('1', ALL, "--cpu-offload-gb", "0", "weights in the host's memory come over PCIe in "
		"every pass"),
	REFUSE('1', ALL, "--pp-size --pipeline-parallel-size", "1", "pipeline stages are not "
		"simulated"),
	REFUSE('1', ALL, "--speculative-algorithm", NULL, "several tokens a step, as many as the draft "
		"guesses right: not simulated"),
	REFUSE('0', ALL, "--enable-double-sparsity", NULL, "attention over a part of the context is "
		"not simulated"),
	REFUSE('0', ALL, "--enable-dp-attention", NULL, "attention in data-parallel replicas is not "
		"simulated"),
	REFUSE('1', ALL, "--disaggregation-mode", "null", "prefill and decode on different servers are "
		"not simulated"),
	REFUSE('1', NEW, "--config", NULL, "a file of flags is not read: write them into the command"),
	REFUSE('1', NEW, "--dllm-algorithm", NULL, "diffusion models do not decode token by token"),
	REFUSE('0', NEW, "--enable-pdmux", NULL, "prefill and decode side by side on one GPU are not "
		"simulated"),
	REFUSE('1', NEW, "--kt-weight-path --kt-method", NULL, "layers on the CPU are not simulated"),

	/* The server simulated, but for something. */
	WARN('1', ALL, "--dp-size --data-parallel-size", "1", "one replica is simulated and gets the "
		"whole load: give it its share of the users"),
	WARN('1', ALL, "--nnodes", "1", "the network between machines is not simulated: tensor "
		"parallelism is as fast as inside one"),
	WARN('1', ALL, "--kv-cache-dtype", "auto bf16 bfloat16", "the KV cache is simulated as the "
		"model file has it: add --set model.kv_bytes_per_value=1 for 8 bits; kernels that "
		"convert are not slower here"),
	WARN('1', ALL, "--attention-backend", "flashinfer fa3", "attention runs as fast as hw/*.cfg "
		"says, whatever the backend"),
	WARN('1', NEW, "--prefill-attention-backend --decode-attention-backend", "flashinfer fa3",
		"attention runs as fast as hw/*.cfg says, whatever the backend"),
	WARN('1', ALL, "--grammar-backend", "xgrammar none", "times of grammars are those of xgrammar"),
	WARN('1', OLD, "--impl", "auto sglang", "layers are as fast as SGLang's own"),
	WARN('1', NEW, "--model-impl", "auto sglang", "layers are as fast as SGLang's own"),
	WARN('0', ALL, "--enable-torch-compile", NULL, "compiled kernels are faster at small batches "
		"than those simulated"),
	WARN('*', ALL, "--cuda-graph-bs", NULL, "graphs are simulated for the default sizes up to "
		"--cuda-graph-max-bs"),
	WARN('0', ALL, "--disable-cuda-graph-padding", NULL, "a decode pass is simulated to run the "
		"graph of the next larger size"),
	WARN('0', NEW, "--enable-piecewise-cuda-graph", NULL, "prefill passes are simulated without "
		"graphs: their launches are predicted too long"),
	WARN('0', ALL, "--enable-hierarchical-cache", NULL, "no cache in the host's memory is "
		"simulated: hits are predicted too few"),
	WARN('0', NEW, "--enable-lmcache", NULL, "no cache outside the GPU is simulated: hits are "
		"predicted too few"),
	WARN('1', NEW, "--radix-eviction-policy", "lru", "the least recently used leaf is evicted in "
		"the simulation"),
	WARN('1', NEW, "--max-queued-requests", NULL, "a full queue refuses nobody in the simulation"),
	WARN('0', NEW, "--enable-priority-scheduling", NULL, "requests have no priorities in the "
		"simulation"),
	WARN('1', NEW, "--scheduler-recv-interval", "1", "requests are received at every turn in the "
		"simulation"),
	WARN('1', NEW, "--tokenizer-worker-num", "1", "one tokenizer process is simulated: at high "
		"request rates the front end is predicted too slow"),
	WARN('0', NEW, "--enable-dynamic-batch-tokenizer", NULL, "prompts are tokenized one by one in "
		"the simulation"),
	WARN('0', NEW, "--disable-tokenizer-batch-decode", NULL, "the detokenizer's times are those of "
		"batches"),
	WARN('0', NEW, "--enable-deterministic-inference", NULL, "batch-invariant kernels are slower "
		"than those simulated"),
	WARN('0', NEW, "--enable-fp32-lm-head", NULL, "the output layer is simulated in 16 bits"),
	WARN('1', NEW, "--offload-group-size --offload-num-in-group", "-1 1", "weights in the host's "
		"memory come over PCIe: passes are predicted too short"),
	WARN('0', ALL, "--skip-tokenizer-init", NULL, "the times of the tokenizer stay in the "
		"prediction: --set engine.frontend.in_service_ms=0 and out_service_ms=0 take them out"),
	WARN('0', ALL, "--allow-auto-truncate", NULL, "prompts over the limit are refused in the "
		"simulation, not cut"),
	WARN('0', ALL, "--enable-two-batch-overlap", NULL, "a batch is simulated as one"),
	WARN('0', OLD, "--disable-overlap-cg-plan", NULL, "metadata of graphs is planned as by default "
		"in the simulation"),
	WARN('0', ALL, "--enable-return-hidden-states", NULL, "copies of hidden states are not "
		"simulated"),
	WARN('0', ALL, "--show-time-cost --enable-nan-detection", NULL, "it makes the host wait for "
		"the GPU, which is not simulated"),
	WARN('1', ALL, "--debug-tensor-dump-output-folder", NULL, "dumping tensors is not simulated"),
	WARN('1', ALL, "--json-model-override-args", "{}", "it is not read: change models/*.cfg or "
		"--set model.KEY=VALUE"),
	WARN('*', ALL, "--lora-paths", NULL, "adapters are not simulated: passes are predicted too "
		"short"),
	WARN('0', NEW, "--enable-lora", NULL, "adapters are not simulated: passes are predicted too "
		"short"),
	WARN('?', ALL, "--hybrid-kvcache-ratio", NULL, "sliding windows are not simulated"),
	WARN('0', ALL, "--enable-nccl-nvls --enable-mscclpp --disable-custom-all-reduce "
		"--enable-flashinfer-allreduce-fusion", NULL, "tensor-parallel GPUs exchange data as "
		"by default in the simulation"),
	WARN('0', NEW, "--enable-symm-mem --enable-torch-symm-mem", NULL, "tensor-parallel GPUs "
		"exchange data as by default in the simulation"),
	WARN('1', ALL, "SGLANG_DISABLE_CONSECUTIVE_PREFILL_OVERLAP", "0 false", "prefill passes "
		"overlap in the simulation"),
	WARN('1', ALL, "IN_BATCH_PREFIX_CACHING_CHECK_THRESHOLD "
		"IN_BATCH_PREFIX_CACHING_DEPRIORITIZE_THRESHOLD", "32", "lpm is simulated with 32"),

	/* Names, places, logs, limits of time; what only other models have. */
	SILENT('1', ALL, "--host --port --nccl-port --dist-init-addr --nccl-init-addr --node-rank "
		"--base-gpu-id --gpu-id-step --dist-timeout"),
	SILENT('1', ALL, "--api-key --served-model-name --chat-template --completion-template "
		"--file-storage-path --reasoning-parser --tool-call-parser "
		"--preferred-sampling-params"),
	SILENT('1', ALL, "--tokenizer-path --tokenizer-mode --load-format --model-loader-extra-config "
		"--revision --download-dir --quantization-param-path --random-seed --warmups"),
	SILENT('0', ALL, "--trust-remote-code --skip-server-warmup --enable-multimodal "
		"--weight-loader-disable-mmap --delete-ckpt-after-loading --enable-memory-saver "
		"--enable-p2p-check"),
	SILENT('1', ALL, "--log-level --log-level-http --log-requests-level --crash-dump-folder "
		"--watchdog-timeout --kv-events-config"),
	SILENT('0', ALL, "--log-requests --enable-metrics --enable-request-time-stats-logging "
		"--enable-cache-report --collect-tokens-histogram --enable-profile-cuda-graph"),
	SILENT('*', ALL, "--bucket-time-to-first-token --bucket-inter-token-latency "
		"--bucket-e2e-request-latency --custom-weight-loader"),
	SILENT('0', ALL, "--stream-output --sleep-on-idle --enable-tokenizer-batch-encode "
		"--disable-outlines-disk-cache --enable-custom-logit-processor "
		"--disable-fast-image-processor"),
	SILENT('1', ALL, "--constrained-json-whitespace-pattern --sampling-backend "
		"--mm-attention-backend --load-balance-method --max-loras-per-batch --lora-backend "
		"--torch-compile-max-bs"),
	SILENT('1', ALL, "--speculative-draft-model-path --speculative-num-steps "
		"--speculative-eagle-topk --speculative-num-draft-tokens "
		"--speculative-accept-threshold-single"),
	SILENT('1', ALL, "--speculative-accept-threshold-acc --speculative-token-map "
		"--num-continuous-decode-steps --triton-attention-num-kv-splits"),
	SILENT('0', ALL, "--triton-attention-reduce-in-fp32 --flashinfer-mla-disable-ragged "
		"--disable-shared-experts-fusion --disable-chunked-prefix-cache --enable-dp-lm-head"),
	SILENT('1', ALL, "--ep-size --expert-parallel-size --deepep-mode --ep-num-redundant-experts "
		"--ep-dispatch-algorithm --init-expert-location --eplb-algorithm"),
	SILENT('1', ALL, "--eplb-rebalance-num-iterations --eplb-rebalance-layers-per-chunk "
		"--expert-distribution-recorder-mode --expert-distribution-recorder-buffer-size "
		"--deepep-config"),
	SILENT('1', ALL, "--moe-dense-tp-size --ds-channel-config-path --ds-heavy-channel-num "
		"--ds-heavy-token-num --ds-heavy-channel-type --ds-sparse-decode-threshold"),
	SILENT('0', ALL, "--enable-eplb --enable-expert-distribution-metrics"),
	SILENT('1', ALL, "--hicache-ratio --hicache-size --hicache-write-policy "
		"--debug-tensor-dump-input-file --debug-tensor-dump-inject"),
	SILENT('1', ALL, "--disaggregation-transfer-backend --disaggregation-bootstrap-port "
		"--disaggregation-decode-tp --disaggregation-decode-dp --disaggregation-prefill-pp"),
	SILENT('1', ALL, "--disaggregation-ib-device --num-reserved-decode-tokens"),
	SILENT('1', OLD, "--max-micro-batch-size --pdlb-url"),
	SILENT('0', OLD, "--enable-ep-moe --enable-flashinfer-moe --enable-deepep-moe "
		"--debug-tensor-dump-prefill-only"),
	SILENT('1', NEW, "--fastapi-root-path --tokenizer-metrics-custom-labels-header "
		"--gc-warning-threshold-secs --otlp-traces-endpoint --export-metrics-to-file-dir "
		"--weight-version"),
	SILENT('1', NEW, "--tool-server --sampling-defaults --load-watch-interval "
		"--modelopt-checkpoint-restore-path --modelopt-checkpoint-save-path "
		"--modelopt-export-path --mm-process-config"),
	SILENT('1', NEW, "--priority-scheduling-preemption-threshold --swa-full-tokens-ratio "
		"--pp-max-micro-batch-size --max-lora-rank --max-loaded-loras --lora-eviction-policy "
		"--max-lora-chunk-size"),
	SILENT('1', NEW, "--nsa-prefill-backend --nsa-decode-backend --speculative-draft-model "
		"--speculative-draft-model-revision --speculative-draft-load-format "
		"--speculative-attention-mode"),
	SILENT('1', NEW, "--speculative-moe-runner-backend --speculative-ngram-min-match-window-size "
		"--speculative-ngram-max-match-window-size --speculative-ngram-min-bfs-breadth"),
	SILENT('1', NEW, "--speculative-ngram-max-bfs-breadth --speculative-ngram-match-type "
		"--speculative-ngram-branch-length --speculative-ngram-capacity --ep"),
	SILENT('1', NEW, "--moe-a2a-backend --moe-runner-backend --flashinfer-mxfp4-moe-precision "
		"--eplb-min-rebalancing-utilization-threshold --elastic-ep-backend "
		"--mooncake-ib-device"),
	SILENT('1', NEW, "--max-mamba-cache-size --mamba-ssm-dtype --mamba-full-memory-ratio "
		"--hicache-io-backend --hicache-mem-layout --hicache-storage-backend"),
	SILENT('1', NEW, "--hicache-storage-prefetch-policy --hicache-storage-backend-extra-config "
		"--kt-cpuinfer --kt-threadpool-count --kt-num-gpu-experts"),
	SILENT('1', NEW, "--kt-max-deferred-experts-per-token --dllm-block-size "
		"--offload-prefetch-step --offload-mode --multi-item-scoring-delimiter"),
	SILENT('1', NEW, "--tbo-token-distribution-threshold --piecewise-cuda-graph-tokens "
		"--piecewise-cuda-graph-compiler --piecewise-cuda-graph-max-tokens "
		"--triton-attention-split-tile-size"),
	SILENT('1', NEW, "--rl-on-policy-target --dynamic-batch-tokenizer-batch-size "
		"--dynamic-batch-tokenizer-batch-timeout --disaggregation-decode-polling-interval"),
	SILENT('1', NEW, "--remote-instance-weight-loader-seed-instance-ip "
		"--remote-instance-weight-loader-seed-instance-service-port"),
	SILENT('1', NEW, "--remote-instance-weight-loader-send-weights-group-ports --pdmux-config-path "
		"--sm-group-num --mm-max-concurrent-calls --mm-per-request-timeout"),
	SILENT('1', NEW, "--decrypted-config-file --decrypted-draft-config-file --forward-hooks"),
	SILENT('*', NEW, "--tokenizer-metrics-allowed-custom-labels --prompt-tokens-buckets "
		"--generation-tokens-buckets --lora-target-modules --numa-node "
		"--debug-tensor-dump-layers"),
	SILENT('0', NEW, "--grpc-mode --checkpoint-engine-wait-weights-before-ready "
		"--abort-on-priority-when-disabled --schedule-low-priority-values-first "
		"--disable-hybrid-swa-memory"),
	SILENT('0', NEW, "--enable-metrics-for-all-schedulers --enable-trace --export-metrics-to-file "
		"--prefill-round-robin-balance --enable-flashinfer-autotune --enable-cudagraph-gc"),
	SILENT('0', NEW, "--constrained-json-disable-any-whitespace --enable-layerwise-nvtx-marker "
		"--disable-flashinfer-cutlass-moe-fp4-allgather --enable-single-batch-overlap"),
	SILENT('0', NEW, "--enable-torch-compile-debug-mode --enable-weights-cpu-backup "
		"--enable-draft-weights-cpu-backup --keep-mm-feature-on-device "
		"--enable-attn-tp-input-scattered"),
	SILENT('0', NEW, "--enable-nsa-prefill-context-parallel "
		"--disaggregation-decode-enable-offload-kvcache --enable-broadcast-mm-inputs-process "
		"--mm-enable-dp-encoder"),
};

static const struct launch_not_flag not_flags[] = {
	{ "version", false, "is the program that is installed" },
	{ "cost", false, "is the simulator's own model" },
	{ "host", false, "are times that follow from the machine" },
	{ "frontend", false, "are times that follow from the machine" },
	{ NULL, false, NULL },
};

static const char *const fixed[] = { NULL };

const struct launch_table launch_sglang = {
	.engine = "sglang", .product = "SGLang", .command = "python3 -m sglang.launch_server",
	.model_flag = "--model-path", .fixed = fixed,
	.own = flags, .nown = sizeof(flags) / sizeof(flags[0]), .not_flag = not_flags,
};
