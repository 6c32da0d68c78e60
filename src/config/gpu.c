/* config/gpu.c - the keys of hw/NAME.cfg. */
#include "config.h"

#include "config/gpu.h"

#define GPU_KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct gpu, field), NULL, NULL, SIZE_MAX }
#define REAL(field, unit, lo, hi, dflt, help)	GPU_KEY(field, KEY_REAL, unit, lo, hi, dflt, help)

static const struct key keys[] = {
	GPU_KEY(name, KEY_STR, "", 0, 0, NULL, "name of the GPU, for reports"),
	REAL(vram_gib, "GiB", 1, 1024, NULL, "memory, as nvidia-smi's total / 1024"),
	GPU_KEY(smi_mib, KEY_INT, "MiB", 1024, 1048576, NULL,
		"total memory that nvidia-smi shows: decides SGLang's defaults"),
	REAL(free_gib, "GiB", 0.5, 1024, NULL, "memory free after CUDA started, before weights"),
	GPU_KEY(sms, KEY_INT, "", 1, 1024, NULL, "multiprocessors: attention tiles that run at once"),
	REAL(bandwidth_gb_s, "GB/s", 10, 20000, NULL, "memory bandwidth of the data sheet"),
	REAL(fp16_tflops, "TFLOP/s", 1, 10000, NULL, "dense FP16 tensor peak of the data sheet"),
	REAL(bandwidth_eff, "", 0.05, 1, NULL,
	     "share of the bandwidth that matrix multiplications reach at small batch"),
	REAL(matmul_eff, "", 0.05, 1, NULL, "share of the peak that large matrix multiplications reach"),
	REAL(kv_eff, "", 0.05, 1, NULL, "share of the bandwidth that decode attention reaches"),
	REAL(prefill_attention_eff, "", 0.05, 1, NULL,
	     "share of the peak that prefill attention reaches on long prompts"),
	REAL(smooth_p, "", 1, 64, NULL,
	     "exponent of the smooth maximum of memory and compute time; 1: their sum"),
	REAL(attention_floor_us, "us", 0, 1000, NULL, "fixed time of one layer's attention"),
	REAL(other_floor_us, "us", 0, 1000, NULL,
	     "least time of one layer's norms, rotary, activation and adds"),
	REAL(sampling_base_us, "us", 0, 10000, NULL, "fixed time of sampling"),
	REAL(sampling_row_us, "us", 0, 1000, NULL,
	     "sampling time of a row of 128256 logits; scales with the vocabulary"),
	GPU_KEY(linear_table, KEY_STR, "", 0, 0, "",
		"measured table of matrix multiplications, beside this file"),
	REAL(idle_w, "W", 0, 2000, NULL, "board power, model loaded and nothing running"),
	REAL(memory_bound_w, "W", 1, 2000, NULL, "board power while weights stream at small batch"),
	REAL(limit_w, "W", 1, 2000, NULL, "board power limit, reached when compute bound"),
	REAL(link_gb_s, "GB/s", 0, 10000, "0.0", "all-reduce link, one direction; 0: single GPU only"),
	REAL(link_latency_us, "us", 0, 10000, "0.0", "fixed time of one all-reduce"),
};

const struct key_table gpu_keys = { keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct gpu) };
