/* config/gpu.h - one GPU, from hw/NAME.cfg.
 *
 * Every value in the file has its source in a comment beside it.  Efficiencies
 * are fractions of the data-sheet peak that real kernels reach; they belong to
 * the GPU and are shared by all engines (never fitted per engine).
 */
#ifndef CONFIG_GPU_H
#define CONFIG_GPU_H

#include <stdint.h>

#include "config/key.h"

struct gpu {
	const char *name;		/* "NVIDIA A40" */
	double vram_gib;		/* nominal capacity, as nvidia-smi's total / 1024 */
	int64_t smi_mib;		/* total MiB that nvidia-smi shows: decides SGLang's defaults */
	double free_gib;		/* M0: free after CUDA and NCCL start, before weights */
	int64_t sms;			/* streaming multiprocessors: attention tiles that run at once */
	double bandwidth_gb_s;		/* data sheet, 10^9 bytes/s */
	double fp16_tflops;		/* dense tensor peak, 10^12 FLOP/s */
	double bandwidth_eff;		/* e_bw: matrix multiplications of a few tokens */
	double matmul_eff;		/* e_mm: large matrix multiplications */
	double kv_eff;			/* e_kv: decode attention reading the KV cache */
	double prefill_attention_eff;	/* e_fa: long prefill attention */
	double smooth_p;		/* exponent of the smooth maximum of the two limits */
	double attention_floor_us;	/* fixed time of one layer's attention */
	double other_floor_us;		/* least time of one layer's norms, rotary, activation, adds */
	double sampling_base_us;	/* s0 */
	double sampling_row_us;		/* s1, of a row of 128256 logits; scales with them */
	const char *linear_table;	/* for cost = "table": file beside the .cfg; "" if none */
	double idle_w;			/* model loaded, nothing running */
	double memory_bound_w;		/* streaming weights at small batch */
	double limit_w;			/* board limit, compute bound */
	double link_gb_s;		/* all-reduce link per direction; 0: single GPU only */
	double link_latency_us;		/* alpha of one all-reduce */
};

extern const struct key_table gpu_keys;

#endif
