/* servesim cache - how many prompt tokens of a trace a prefix cache of a given size finds. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd.h"
#include "run/replay.h"
#include "work/tracefile.h"

#define CAPACITIES 64
#define MOST_BLOCKS 1000000000000.0

struct cache_options {
	const char *trace;
	uint64_t page;
	uint64_t capacity[CAPACITIES];
	size_t n;
	bool csv;
	enum trace_form form;
};

static void help(void)
{
	puts("usage: servesim cache TRACE --capacity-blocks N[,N...] [options]\n"
	     "Replay a trace through a prefix cache, one request at a time, and count the prompt blocks it finds.\n"
	     "\n"
	     "  --rules radix          SGLang's radix tree with whole-leaf LRU eviction (default)\n"
	     "  --page N               tokens of a block (default 512)\n"
	     "  --capacity-blocks N,.. cache sizes in blocks\n"
	     "  --trace-format F       mooncake, azure, csv, or auto: what the first line shows (default)\n"
	     "  --format text|csv      (default text)\n"
	     "  --help\n"
	     "\nThe trace may be packed (.gz, .zst); it is read row by row, so memory is what the caches hold.\n"
	     "\nExit: 0 done, 1 failed while writing, 2 bad input or usage.");
}

static bool wrong(const char *text, const char *value)
{
	fprintf(stderr, "servesim: cache: %s%s%s%s\nTry 'servesim cache --help'.\n", text, value ? " '" : "",
		value ? value : "", value ? "'" : "");
	return false;
}

static bool parse_count(const char **s, uint64_t *out)
{
	char *end;

	errno = 0;
	if (**s < '0' || **s > '9')
		return false;
	*out = strtoull(*s, &end, 10);
	*s = end;
	return errno == 0 && *out >= 1 && (double)*out <= MOST_BLOCKS;
}

static bool parse_page(struct cache_options *o, const char *s)
{
	const char *rest = s;

	if (parse_count(&rest, &o->page) && *rest == '\0' && o->page <= 1 << 20)
		return true;
	return wrong("--page must be an integer in [1, 1048576], not", s);
}

static bool parse_capacities(struct cache_options *o, const char *s)
{
	const char *rest = s;

	o->n = 0;
	do {
		if (o->n == CAPACITIES)
			return wrong("--capacity-blocks takes at most 64 sizes", NULL);
		if (!parse_count(&rest, &o->capacity[o->n++]))
			return wrong("--capacity-blocks must be integers >= 1 with commas between, not", s);
	} while (*rest == ',' && rest++);
	return *rest == '\0' || wrong("--capacity-blocks must be integers >= 1 with commas between, not", s);
}

static bool one_of(const char *what, const char *value, const char *a)
{
	if (strcmp(value, a) == 0)
		return true;
	fprintf(stderr, "servesim: cache: %s '%s' is not known; expected %s\n", what, value, a);
	return false;
}

static bool parse_form(struct cache_options *o, const char *s)
{
	for (int i = 0; trace_form_name[i]; i++)
		if (strcmp(s, trace_form_name[i]) == 0) {
			o->form = (enum trace_form)i;
			return true;
		}
	return one_of("--trace-format", s, "auto, mooncake, azure, csv");
}

enum { OPT_RULES = 256, OPT_PAGE, OPT_CAPACITY, OPT_TRACE_FORMAT, OPT_FORMAT, OPT_HELP };

static const struct option known[] = {
	{ "rules", required_argument, NULL, OPT_RULES },
	{ "page", required_argument, NULL, OPT_PAGE },
	{ "capacity-blocks", required_argument, NULL, OPT_CAPACITY },
	{ "trace-format", required_argument, NULL, OPT_TRACE_FORMAT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static bool parse_option(struct cache_options *o, int option)
{
	switch (option) {
	case OPT_RULES:
		return one_of("--rules", optarg, "radix");
	case OPT_PAGE:
		return parse_page(o, optarg);
	case OPT_CAPACITY:
		return parse_capacities(o, optarg);
	case OPT_TRACE_FORMAT:
		return parse_form(o, optarg);
	case OPT_FORMAT:
		o->csv = strcmp(optarg, "csv") == 0;
		return o->csv || one_of("--format", optarg, "text");
	default:
		fputs("Try 'servesim cache --help'.\n", stderr);	/* getopt has said what is wrong */
		return false;
	}
}

/* 0: go on; else the exit code, as 1 + code. */
static int parse(struct cache_options *o, int argc, char **argv)
{
	int option;

	*o = (struct cache_options){ .page = MOONCAKE_BLOCK };
	optind = 1;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == OPT_HELP) {
			help();
			return 1 + EXIT_DONE;
		}
		if (!parse_option(o, option))
			return 1 + EXIT_BAD_INPUT;
	}
	if (optind + 1 != argc)
		wrong(optind == argc ? "which trace?" : "one trace only, but also", optind == argc ? NULL : argv[optind + 1]);
	else if (o->n == 0)
		wrong("--capacity-blocks is missing", NULL);
	else
		o->trace = argv[optind];
	return o->trace ? 0 : 1 + EXIT_BAD_INPUT;
}

/* "traces/mooncake_conversation_trace.jsonl" -> "conversation"; other names lose folder and extension only. */
static void trace_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *dot = strchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);

	if (n > 9 && strncmp(base, "mooncake_", 9) == 0) {
		base += 9;
		n -= 9;
	}
	if (n > 6 && strncmp(base + n - 6, "_trace", 6) == 0)
		n -= 6;
	snprintf(name, size, "%.*s", (int)n, base);
	for (char *c = name; *c; c++)
		if (*c == ',' || *c == '"' || (unsigned char)*c < ' ')
			*c = '_';
}

static void print_row(const struct cache_options *o, const char *name, uint64_t capacity, const struct replay_result *r)
{
	double rate = r->total_blocks ? (double)r->hit_blocks / (double)r->total_blocks : 0;

	if (o->csv)
		printf("%s,radix,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.6f,%" PRIu64 "\n", name, o->page, capacity,
		       r->hit_blocks, r->total_blocks, rate, r->refused);
	else
		printf("%16" PRIu64 "  %12" PRIu64 "  %12" PRIu64 "  %8.2f %%  %8" PRIu64 "\n", capacity, r->hit_blocks,
		       r->total_blocks, 100 * rate, r->refused);
}

/* First look: how many requests there are, and everything that is wrong. */
static uint64_t count_requests(const struct cache_options *o, struct diag *errors)
{
	struct trace_file f;
	struct trace_row row;
	uint64_t n;

	trace_open(&f, o->trace, o->form, errors);
	while (trace_next(&f, &row))
		;
	n = f.rows;
	trace_close(&f);
	if (n == 0 && errors->n == 0)
		diag_add(errors, o->trace, 0, "no request in the trace");
	return n;
}

/* Second look: each row through the caches of all sizes. */
static void serve_all(const struct cache_options *o, struct replay *cache, struct diag *errors)
{
	struct trace_file f;
	struct trace_row row;

	trace_open(&f, o->trace, o->form, errors);
	while (trace_next(&f, &row))
		for (size_t i = 0; i < o->n; i++)
			replay_serve(&cache[i], &(struct tokens){ row.prompt, row.nprompt, row.input });
	trace_close(&f);
}

static void print_head(const struct cache_options *o, const char *name, uint64_t requests)
{
	if (o->csv)
		puts("trace,rules,page,capacity_blocks,hit_blocks,total_blocks,hit_rate,refused");
	else
		printf("%s: %" PRIu64 " requests, SGLang's radix tree, blocks of %" PRIu64 " tokens\n\n"
		       "%16s  %12s  %12s  %10s  %8s\n", name, requests, o->page, "capacity, blocks", "hit blocks",
		       "all blocks", "hit rate", "refused");
}

static int replay_all(const struct cache_options *o, uint64_t requests, struct diag *errors)
{
	struct replay *cache = xcalloc(o->n, sizeof(*cache));
	char name[128];
	int status = EXIT_DONE;

	trace_name(o->trace, name, sizeof(name));
	for (size_t i = 0; i < o->n; i++)
		replay_init(&cache[i], o->page, o->capacity[i]);
	serve_all(o, cache, errors);
	if (errors->n == 0)
		print_head(o, name, requests);
	for (size_t i = 0; i < o->n; i++) {
		if (errors->n == 0)
			print_row(o, name, o->capacity[i], &cache[i].result);
		replay_release(&cache[i]);
	}
	free(cache);
	if (errors->n > 0) {
		diag_print(errors, stderr);
		fprintf(stderr, "servesim: %s has changed since it was checked\n", o->trace);
		status = EXIT_FAILED;
	} else if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "servesim: cannot write the result: %s\n", strerror(errno));
		status = EXIT_FAILED;
	}
	return status;
}

int cmd_cache(int argc, char **argv)
{
	struct cache_options o;
	struct diag errors;
	uint64_t requests;
	int code = parse(&o, argc, argv);

	if (code > 0)
		return code - 1;
	diag_init(&errors);
	requests = count_requests(&o, &errors);
	if (errors.n > 0) {
		diag_print(&errors, stderr);
		code = EXIT_BAD_INPUT;
	} else {
		code = replay_all(&o, requests, &errors);
	}
	diag_release(&errors);
	return code;
}
