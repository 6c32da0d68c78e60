/* cmd_list.c - what there is: data files and plug-ins, with the tables of their settings. */
#include "config.h"

#include "cmd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "config/cfgfile.h"
#include "config/cfgprint.h"
#include "config/datafile.h"
#include "config/gpu.h"
#include "config/keyread.h"
#include "config/model.h"
#include "engine/engine.h"
#include "policy/policy.h"
#include "run/scenario.h"
#include "work/workload.h"

static void print_name(const char *name, const char *help)
{
	printf("  %-16s %s\n", name, help);
}

static const char *type_name(const struct key *k)
{
	switch (k->type) {
	case KEY_INT:
		return "integer";
	case KEY_REAL:
		return "number";
	case KEY_BOOL:
		return "bool";
	case KEY_STR:
		return "string";
	case KEY_ENUM:
		return "choice";
	case KEY_DIST:
		return "distribution";
	case KEY_INTS:
		return "integers";
	case KEY_REALS:
		return "numbers";
	case KEY_SUB:
		return "group";
	case KEY_LIST:
		return "groups";
	}
	return "";
}

/* "[0.05, 0.99] GiB", or the choices. */
static void print_range(const struct key *k)
{
	char lo[32], hi[32];

	if (k->type == KEY_ENUM) {
		for (size_t i = 0; k->choices[i]; i++)
			printf("%s%s", i ? "|" : "", k->choices[i]);
		return;
	}
	if (k->type == KEY_BOOL || k->type == KEY_STR || k->type == KEY_SUB || k->type == KEY_LIST)
		return;
	cfgprint_short(lo, k->lo);
	if (isfinite(k->hi))
		printf("[%s, %s]", lo, cfgprint_short(hi, k->hi));
	else
		printf("from %s", lo);
	if (k->unit && *k->unit)
		printf(" %s", k->unit);
}

static void print_table(const struct key_table *t, const char *prefix)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct key *k = &t->key[i];
		char name[120];

		snprintf(name, sizeof(name), "%s%s", prefix, k->name);
		printf("  %-34s %-12s ", name, type_name(k));
		print_range(k);
		if (!k->dflt)
			fputs("; required", stdout);
		else if (*k->dflt)
			printf("; default %s", k->dflt);
		printf("\n      %s\n", k->help);
		if (k->sub) {
			snprintf(name, sizeof(name), "%s%s%s.", prefix, k->name,
				 k->type == KEY_LIST ? "[]" : "");
			print_table(k->sub, name);
		}
	}
}

static void list_engines(void)
{
	for (size_t i = 0; engines[i]; i++)
		print_name(engines[i]->name, engines[i]->help);
	for (size_t i = 0; engines[i]; i++) {
		printf("\nSettings of engine = { type = \"%s\"; ... }\n", engines[i]->name);
		print_table(engines[i]->keys, "");
	}
}

static void list_workloads(void)
{
	for (size_t i = 0; workloads[i]; i++)
		print_name(workloads[i]->name, workloads[i]->help);
	for (size_t i = 0; workloads[i]; i++) {
		printf("\nSettings of workload = { type = \"%s\"; ... }\n", workloads[i]->name);
		print_table(workloads[i]->keys, "");
	}
}

static void list_policies(void)
{
	for (size_t i = 0; policies[i]; i++)
		print_name(policies[i]->name, policies[i]->help);
}

/* One line for a data file: `describe` says what its struct is, or the file is not valid. */
static void print_file(const char *folder, const char *name, const struct key_table *t,
		       void (*describe)(const void *in, char *text, size_t size))
{
	char *path = datafile_find(NULL, folder, name, ".cfg"), text[200] = "(not valid)";
	struct cfgfile f;
	struct diag errors;
	struct arena arena;
	struct key_reader r = { &f, &arena, &errors };

	diag_init(&errors);
	arena_init(&arena, ARENA_CHUNK);
	if (path && cfgfile_read(&f, path, &errors) == 0) {
		struct key_group g = { .setting = cfgfile_root(&f), .at = cfgfile_root(&f),
				       .label = "" };
		void *in = arena_alloc(&arena, t->struct_size);

		key_read(&r, t, &g, in);
		if (errors.n == 0)
			describe(in, text, sizeof(text));
	}
	print_name(name, text);
	if (path)
		cfgfile_release(&f);
	arena_release(&arena);
	diag_release(&errors);
	free(path);
}

static void describe_gpu(const void *in, char *text, size_t size)
{
	const struct gpu *g = in;

	snprintf(text, size, "%s: %.4g GiB, %.4g GB/s, %.4g FP16 TFLOP/s, %.4g W", g->name, g->vram_gib,
		 g->bandwidth_gb_s, g->fp16_tflops, g->limit_w);
}

static void describe_model(const void *in, char *text, size_t size)
{
	const struct model *m = in;

	snprintf(text, size, "%s: %.4g GiB of weights, context %lld, %.4g KiB of KV cache a token",
		 m->name,
		 m->weights_gib, (long long)m->max_context, model_kv_bytes_per_token(m, 1) / 1024.0);
}

static void list_files(const char *folder, const struct key_table *t,
		       void (*describe)(const void *, char *, size_t))
{
	size_t n;
	char **name = datafile_list(NULL, folder, ".cfg", &n);

	for (size_t i = 0; i < n; i++)
		print_file(folder, name[i], t, describe);
	if (n == 0)
		printf("  none found: neither ./%s nor the data folders have any\n", folder);
	datafile_list_free(name, n);
}

static void list_gpus(void)
{
	list_files("hw", &gpu_keys, describe_gpu);
}

static void list_models(void)
{
	list_files("models", &model_keys, describe_model);
}

static void list_mechanisms(void)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		print_name(mechanism_info[i].name, mechanism_info[i].help);
}

static void list_charts(void)
{
#define CHART(name, kind, help)			print_name(#name, help);
#define VARIANTS_CHART(name, kind, help)	print_name(#name, help);
#define LADDER_CHART(name, kind, help)		print_name(#name, help);
#define FIT_CHART(name, kind, help)		print_name(#name, help);
#define COMPARE_CHART(name, kind, help)		print_name(#name, help);
#define TUNE_CHART(name, kind, help)		print_name(#name, help);
#define SWEEP_CHART(name, kind, help)		print_name(#name, help);
#define LOG_CHART(name, script, help)		print_name(#name, help);
#include "report/charts.def"
}

static const struct kind {
	const char *name;
	void (*list)(void);
} kinds[] = {
	{ "gpus", list_gpus },
	{ "models", list_models },
	{ "engines", list_engines },
	{ "policies", list_policies },
	{ "workloads", list_workloads },
	{ "mechanisms", list_mechanisms },
	{ "charts", list_charts },
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static void list_all(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		printf("%s%s\n", i ? "\n" : "", kinds[i].name);
		if (kinds[i].list == list_engines)
			for (size_t k = 0; engines[k]; k++)
				print_name(engines[k]->name, engines[k]->help);
		else if (kinds[i].list == list_workloads)
			for (size_t k = 0; workloads[k]; k++)
				print_name(workloads[k]->name, workloads[k]->help);
		else
			kinds[i].list();
	}
	puts("\n'servesim list engines' and 'servesim list workloads' show their settings, too.");
}

int cmd_list(int argc, char **argv)
{
	const char *name[KINDS];
	char *hint;

	if (argc == 1) {
		list_all();
		return EXIT_DONE;
	}
	for (size_t i = 0; i < KINDS; i++) {
		name[i] = kinds[i].name;
		if (argc == 2 && strcmp(argv[1], name[i]) == 0) {
			kinds[i].list();
			return EXIT_DONE;
		}
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		puts("usage: servesim list [gpus|models|engines|policies|workloads|mechanisms|charts]\n"
		     "What there is to name in a scenario; engines and workloads with all their settings.");
		return EXIT_DONE;
	}
	hint = key_choices(argv[argc > 2 ? 2 : 1], name, KINDS);
	fprintf(stderr, "servesim: list: '%s' is not one of %s\n", argv[argc > 2 ? 2 : 1], hint);
	free(hint);
	return EXIT_BAD_INPUT;
}
