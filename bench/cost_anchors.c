/* bench/cost_anchors.c - the cost model against measured kernels: the tables of doc/cost-model.md.
 *
 *	bench/cost_anchors [SOURCE-FOLDER]
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/keyread.h"
#include "cost/parts.h"

#define OP_MIN		16e6		/* matrices below 32 MB are no part of a single-GPU model */
#define COLUMNS_MAX	8

static struct arena arena;
static const char *root = ".";

/*
 * Input
 */

static void load(const struct key_table *table, const char *name, void *out)
{
	struct diag errors;
	struct cfgfile file;
	char *path = xasprintf("%s/%s", root, name);
	struct key_reader reader = { &file, &arena, &errors };

	diag_init(&errors);
	if (cfgfile_read(&file, path, &errors) == 0)
		key_read(&reader, table, &(struct key_group){ .setting = cfgfile_root(&file),
			 .at = cfgfile_root(&file), .label = "" }, out);
	if (errors.n) {
		diag_print(&errors, stderr);
		exit(EXIT_FAILURE);
	}
	cfgfile_release(&file);
	diag_release(&errors);
	free(path);
}

struct rows {
	double (*row)[COLUMNS_MAX];
	size_t n, cap;
};

static struct rows read_csv(const char *name)
{
	struct rows r = { 0 };
	char *path = xasprintf("%s/%s", root, name), line[512];
	FILE *in = fopen(path, "r");

	if (!in) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	while (fgets(line, sizeof(line), in)) {
		char *at = line, *end;

		if (*line < '0' || *line > '9')
			continue;
		ARRAY_ROOM(r.row, r.n, r.cap);
		for (int i = 0; i < COLUMNS_MAX; i++) {
			r.row[r.n][i] = strtod(at, &end);
			at = *end == ',' ? end + 1 : end;
		}
		r.n++;
	}
	fclose(in);
	free(path);
	return r;
}

/*
 * Residuals: logarithms of model over data
 */

struct residual {
	double sum, squares, worst;
	size_t n;
};

static void residual_add(struct residual *r, double model, double data)
{
	double x = log(model / data);

	r->sum += x;
	r->squares += x * x;
	r->n++;
	if (fabs(x) > fabs(r->worst))
		r->worst = x;
}

static void residual_print(const struct residual *r)
{
	double n = r->n ? (double)r->n : 1.0;

	printf(" %5.1f%% (%+5.1f%%)", 100.0 * sqrt(r->squares / n), 100.0 * r->sum / n);
}

#define BANDS	4

static size_t band_of(double tokens)
{
	return tokens <= 16.0 ? 0 : tokens <= 128.0 ? 1 : tokens < 512.0 ? 2 : 3;
}

static void bands_print(const char *what, const struct residual *r)
{
	printf("  %-34s", what);
	for (size_t i = 0; i < BANDS; i++)
		residual_print(&r[i]);
	putchar('\n');
}

static void gemm_residuals(const char *gpu_name)
{
	struct gpu gpu;
	struct roofline roofline;
	struct residual r[BANDS] = { { 0 } };
	char *cfg = xasprintf("hw/%s.cfg", gpu_name);
	char *csv = xasprintf("bench/data/%s-gemm.csv", gpu_name);
	struct rows rows;

	load(&gpu_keys, cfg, &gpu);
	rows = read_csv(csv);
	roofline_init(&roofline, &gpu);
	for (size_t i = 0; i < rows.n; i++) {
		const double *x = rows.row[i];
		struct linear_shape shape = { x[0], x[1], 2.0 * x[0] * x[1] };

		if (x[0] * x[1] >= OP_MIN)
			residual_add(&r[band_of(x[2])], 1e-6 * roofline_op_ns(&roofline, &shape, x[2]),
				     x[3]);
	}
	bands_print(csv, r);
	free(rows.row);
	free(cfg);
	free(csv);
}

static void layer_residuals(const char *what, const struct cost_model *model,
			    const struct cost_model *data)
{
	static const size_t tokens[] = { 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512,
					 768, 1024, 1536, 2048 };
	struct residual r[BANDS] = { { 0 } };

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		size_t t = tokens[i];

		residual_add(&r[band_of((double)t)], model->layers_ns[t], data->layers_ns[t]);
	}
	bands_print(what, r);
}

static void small_kernels(const struct gpu *gpu)
{
	struct model llama2 = { .layers = 1, .hidden = 4096, .heads = 32, .kv_heads = 32,
				.head_dim = 128, .ffn = 11008, .vocab = 32000,
				.weight_bytes_per_param = 2, .kv_bytes_per_value = 2 };
	char *error = NULL;
	struct cost_model *c = cost_new("roofline", gpu, &llama2, 1, NULL, &error);
	struct rows rows = read_csv("bench/data/a40-small-kernels.csv");
	struct residual r[BANDS] = { { 0 } };

	for (size_t i = 0; i < rows.n; i++) {
		const double *x = rows.row[i];
		double ms = x[1] + x[2] + x[3] + x[4] + 2.0 * x[5];

		residual_add(&r[band_of(x[0])],
			     1e-6 * fmax(x[0] * c->other_token_ns, c->other_floor_ns), ms);
	}
	bands_print("bench/data/a40-small-kernels.csv", r);
	free(rows.row);
	cost_free(c);
}

static void prefill_attention(const struct model *model)
{
	static const char *const name[3] = { "all", "128 new tokens or more", "512 new tokens or more" };
	struct gpu gpu;
	struct attention a;
	struct rows rows = read_csv("bench/data/rtx-a6000-prefill-attention.csv");
	struct residual r[3] = { { 0 } };

	load(&gpu_keys, "hw/rtx-a6000.cfg", &gpu);
	gpu.attention_floor_us = 4.0;	/* one kernel, measured bare */
	attention_init(&a, &gpu, model, 1.0);
	for (size_t i = 0; i < rows.n; i++) {
		const double *x = rows.row[i];
		struct pass_shape s = { .prefill_rows = 1, .prefill_context = (uint64_t)x[1],
					.prefill_pairs = x[0] * x[1] };
		double ms = 1e-6 * attention_ns(&a, &s) / (double)model->layers;

		residual_add(&r[0], ms, x[2]);
		if (x[0] >= 128.0)
			residual_add(&r[1], ms, x[2]);
		if (x[0] >= 512.0)
			residual_add(&r[2], ms, x[2]);
	}
	puts("\nPrefill attention, RTX A6000: root mean square (mean) residual, worst");
	for (size_t i = 0; i < 3; i++) {
		printf("  %-24s %3zu points", name[i], r[i].n);
		residual_print(&r[i]);
		printf("  %+.0f%%\n", 100.0 * r[i].worst);
	}
	free(rows.row);
}

/*
 * Anchors
 */

static double decode_ms(const struct cost_model *c, uint32_t rows)
{
	struct pass_shape s = { .decode_rows = rows, .decode_context = 80 * (uint64_t)rows,
				.sampled_rows = rows, .padded_rows = rows };
	struct pass_cost cost;

	cost_of(c, &s, &cost);
	return 1e-6 * cost.total_ns;
}

static double prefill_ms(const struct cost_model *c, uint64_t tokens, double *linear_tflops)
{
	struct pass_shape s = { .prefill_rows = 1, .prefill_tokens = tokens,
				.prefill_context = tokens, .sampled_rows = 1,
				.prefill_pairs = 0.5 * (double)tokens * (double)(tokens + 1) };
	struct pass_cost cost;

	cost_of(c, &s, &cost);
	*linear_tflops = 2e-3 * c->layer_params * (double)tokens / cost.part_ns[PART_LINEAR];
	return 1e-6 * cost.total_ns;
}

static void anchors(struct cost_model *const *c, size_t n)
{
	/* Requests that LMDeploy had in flight (Little's law) and ms a token (1000 / tokens/s of a
	 * request), v5 benchmark with 10, 50 and 100 users. */
	static const struct { uint32_t rows; double lmdeploy; } decode[] = {
		{ 1, 0 }, { 7, 29.0 }, { 8, 0 }, { 16, 0 }, { 36, 31.7 }, { 48, 0 }, { 64, 0 },
		{ 74, 35.3 }, { 80, 0 }, { 96, 0 }, { 128, 0 }, { 160, 0 }
	};
	static const uint64_t prefill[] = { 2, 17, 128, 512, 2048, 4096, 8192 };
	double tflops;

	puts("\nDecode, 80 tokens of context each, CUDA graph: ms (last column: LMDeploy, end to end)");
	for (size_t i = 0; i < sizeof(decode) / sizeof(decode[0]); i++) {
		printf("  %4u rows ", decode[i].rows);
		for (size_t j = 0; j < n; j++)
			printf(" %8.2f", decode_ms(c[j], decode[i].rows));
		if (decode[i].lmdeploy > 0.0)
			printf(" %8.1f", decode[i].lmdeploy);
		putchar('\n');
	}
	puts("\nPrefill of one prompt: ms (TFLOP/s of the layers' matrices)");
	for (size_t i = 0; i < sizeof(prefill) / sizeof(prefill[0]); i++) {
		printf("  %4u tokens", (unsigned)prefill[i]);
		for (size_t j = 0; j < n; j++) {
			double ms = prefill_ms(c[j], prefill[i], &tflops);

			printf(" %8.2f (%5.1f)", ms, tflops);
		}
		putchar('\n');
	}
}

static struct cost_model *make(const char *kind, const struct gpu *gpu, const struct model *model,
			       const char *table)
{
	char *error = NULL, *path = xasprintf("%s/hw/%s", root, table);
	struct cost_model *c = cost_new(kind, gpu, model, 1, path, &error);

	if (!c) {
		fprintf(stderr, "%s\n", error);
		exit(EXIT_FAILURE);
	}
	printf("  %s\n", cost_describe(c));
	free(path);
	return c;
}

int main(int argc, char **argv)
{
	struct gpu gpu;
	struct model model;
	struct cost_model *c[3];

	if (argc > 1)
		root = argv[1];
	arena_init(&arena, ARENA_CHUNK);
	load(&gpu_keys, "hw/a40.cfg", &gpu);
	load(&model_keys, "models/llama-3-8b.cfg", &model);
	puts("Three models of Llama-3-8B on an A40:");
	c[0] = make("roofline", &gpu, &model, "");
	c[1] = make("table", &gpu, &model, "a40-linear.csv");
	c[2] = make("table", &gpu, &model, "a40-linear-nearest.csv");
	anchors(c, 3);

	puts("\nRoot mean square (mean) residual, by tokens");
	printf("  %-34s%15s%15s%15s%15s\n", "", "1-16", "17-128", "129-511", "512 up");
	layer_residuals("roofline - a40-linear.csv", c[0], c[1]);
	layer_residuals("roofline - a40-linear-nearest.csv", c[0], c[2]);
	layer_residuals("a40-linear.csv - nearest", c[1], c[2]);
	gemm_residuals("a40");
	gemm_residuals("rtx-a6000");
	gemm_residuals("a100-80");
	gemm_residuals("h100-sxm");
	small_kernels(&gpu);
	prefill_attention(&model);

	for (size_t i = 0; i < 3; i++)
		cost_free(c[i]);
	arena_release(&arena);
	return EXIT_SUCCESS;
}
