/* Flags of `lmdeploy serve api_server`: lmdeploy/cli/serve.py and cli/utils.py of 0.6.0 and 0.11.0.
 * Both backends share one command line; flags of the other backend are accepted and do nothing. */
#include "config.h"

#include "engine/launch_rows.h"

#define NEW	SINCE("0.11.0")

/* What both backends make of a flag alike. */
static const struct launch_flag shared[] = {
	BACKEND("--backend"),
	KEY("cache_max_entry_count", "--cache-max-entry-count", ALL),
	KEY("cache_block_seq_len", "--cache-block-seq-len", ALL),
	KEY("max_batch_size", "--max-batch-size", ALL),
	KEY("session_len", "--session-len", ALL),
	KEY("max_prefill_token_num", "--max-prefill-token-num", ALL),
	KEY("quant_policy", "--quant-policy", ALL),
	KEY("tp", "--tp", ALL),
	SWITCH("enable_prefix_caching", "--enable-prefix-caching", ALL),

	REFUSE('1', ALL, "--model-format", "hf llama", "quantized weights have another size and other "
		"kernels than models/*.cfg and hw/*.cfg describe"),
	REFUSE('1', ALL, "--device", "cuda", "only CUDA devices are simulated"),
	REFUSE('1', NEW, "--role", "Hybrid", "prefill and decode on different servers are not "
		"simulated"),
	REFUSE('1', NEW, "--speculative-algorithm", NULL, "several tokens a step, as many as the draft "
		"guesses right: not simulated"),
	REFUSE('1', NEW, "--dllm-block-length", NULL, "diffusion models do not decode token by token"),

	WARN('1', NEW, "--dp", "1", "one replica is simulated and gets the whole load: give it its "
		"share of the users"),
	WARN('1', NEW, "--cp", "1", "context parallelism is not simulated: long prompts are predicted "
		"too slow"),
	WARN('1', NEW, "--nnodes", "1", "the network between machines is not simulated: tensor "
		"parallelism is as fast as inside one"),
	WARN('1', NEW, "--max-concurrent-requests", NULL, "a full server refuses nobody in the "
		"simulation"),
	WARN('1', NEW, "--hf-overrides", "{}", "it is not read: change models/*.cfg or --set "
		"model.KEY=VALUE"),
	WARN('*', ALL, "--adapters", NULL, "adapters are not simulated: passes are predicted too "
		"short"),
	WARN('1', ALL, "--rope-scaling-factor", "0 0.0", "the model's context stays as models/*.cfg "
		"has it: --set model.max_context=N changes it"),
	WARN('1', NEW, "--logprobs-mode", "None", "log-probabilities are not simulated"),

	SILENT('1', ALL, "--server-name --server-port --log-level --model-name --chat-template "
		"--revision --download-dir --vision-max-batch-size"),
	SILENT('*', ALL, "--allow-origins --allow-methods --allow-headers --api-keys"),
	SILENT('0', ALL, "--allow-credentials --ssl"),
	SILENT('1', SINCE("0.6.1"), "--dtype --proxy-url --max-log-len"),
	SILENT('0', SINCE("0.6.1"), "--disable-fastapi-docs"),
	SILENT('1', NEW, "--tool-call-parser --reasoning-parser --dllm-unmasking-strategy "
		"--dllm-denoising-steps --dllm-confidence-threshold --distributed-executor-backend "
		"--ep"),
	SILENT('1', NEW, "--migration-backend --node-rank --communicator --speculative-draft-model "
		"--speculative-num-draft-tokens"),
	SILENT('0', NEW, "--allow-terminate-by-client --enable-abort-handling --disable-vision-encoder "
		"--enable-return-routed-experts --disable-metrics --enable-eplb"),
};

static const struct launch_flag turbomind_flags[] = {
	KEY("num_tokens_per_iter", "--num-tokens-per-iter", ALL),
	KEY("max_prefill_iters", "--max-prefill-iters", ALL),
	SILENT('0', NEW, "--eager-mode --enable-microbatch"),
};

static const struct launch_flag pytorch_flags[] = {
	SWITCH("eager_mode", "--eager-mode", NEW),
	SILENT('1', ALL, "--num-tokens-per-iter --max-prefill-iters"),
	WARN('0', NEW, "--enable-microbatch", NULL, "a batch is simulated as one"),
};

#define OURS \
	{ "version", false, "is the program that is installed" }, \
	{ "cost", false, "is the simulator's own model" }, \
	{ "host", false, "are times that follow from the machine" }, \
	{ "frontend", false, "are times that follow from the machine" }, \
	{ NULL, false, NULL }

static const struct launch_not_flag turbomind_not[] = { OURS };
static const struct launch_not_flag pytorch_not[] = {
	{ "prefill_interval", true, "is no flag of api_server" },
	{ "eager_mode", true, "is no flag of api_server before 0.11.0" },
	OURS,
};

static const char *const turbomind_fixed[] = { NULL };
static const char *const pytorch_fixed[] = { "--backend", "pytorch", NULL };

const struct launch_table launch_turbomind = {
	.engine = "turbomind", .product = "LMDeploy", .command = "lmdeploy serve api_server",
	.fixed = turbomind_fixed,
	.own = turbomind_flags, .nown = sizeof(turbomind_flags) / sizeof(turbomind_flags[0]),
	.shared = shared, .nshared = sizeof(shared) / sizeof(shared[0]), .not_flag = turbomind_not,
};

const struct launch_table launch_lmdeploy_pytorch = {
	.engine = "lmdeploy_pytorch", .product = "LMDeploy", .command = "lmdeploy serve api_server",
	.fixed = pytorch_fixed, .own = pytorch_flags,
	.nown = sizeof(pytorch_flags) / sizeof(pytorch_flags[0]),
	.shared = shared, .nshared = sizeof(shared) / sizeof(shared[0]), .not_flag = pytorch_not,
};
