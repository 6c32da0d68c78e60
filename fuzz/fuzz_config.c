/* fuzz_config.c - any bytes as a configuration: an error or a struct, never a crash, a hang or a leak.
 *
 * The bytes are read as an engine's settings, a workload's, and a GPU's, and what was valid is dumped; the first
 * line, if it begins with '!', is an option PATH=VALUE laid over the rest.  With libFuzzer, from a configured build:
 *
 *   clang -g -O1 -std=c11 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -DPKGDATADIR='"/nowhere"' \
 *         -I. -I../src ../fuzz/fuzz_config.c $(find ../src -mindepth 2 -name '*.c') \
 *         -lconfig -lgsl -lgslcblas -ljansson -lm -pthread -o fuzz_config
 *   mkdir corpus && cp ../tests/bad-input/[0-9]*.cfg ../scenarios/*.cfg ../hw/*.cfg corpus
 *   ./fuzz_config -max_len=6000 -dict=../fuzz/config.dict -max_total_time=60 corpus
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/gpu.h"
#include "config/keydump.h"
#include "config/keyread.h"
#include "engine/engine.h"
#include "work/workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(const struct cfgfile *f, const struct key_table *t, struct arena *a)
{
	static const char *const also[] = { "type", NULL };
	struct diag errors;
	struct key_reader r = { f, a, &errors };
	struct key_group g = { .setting = cfgfile_root(f), .at = cfgfile_root(f), .label = "", .also = also };
	struct key_dump d = { .arena = a };
	void *out = arena_alloc(a, t->struct_size);

	diag_init(&errors);
	key_read(&r, t, &g, out);
	if (errors.n == 0)
		key_dump_table(&d, t, f, &g, out);
	diag_sort(&errors);
	free(d.entry);
	diag_release(&errors);
}

/* The option in the first line, if there is one; *text moves behind the line. */
static void lay_over(struct cfgfile *f, const char *line, size_t n, struct arena *a, struct diag *errors)
{
	char *path = arena_printf(a, "%.*s", (int)n, line), *equals = strchr(path, '=');
	struct cfg_option *o = arena_alloc(a, sizeof(*o));

	if (!equals)
		return;
	*equals = '\0';
	*o = (struct cfg_option){ "--set", "--set", path, equals + 1 };
	(void)cfgfile_set(f, o, errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct cfgfile f;
	struct diag errors;
	struct arena a;
	size_t line = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0 && text[0] == '!')
		line = strcspn(text, "\n");
	arena_init(&a, ARENA_CHUNK);
	diag_init(&errors);
	if (cfgfile_parse(&f, "fuzz.cfg", text + line, size - line, &errors) == 0) {
		if (line > 0)
			lay_over(&f, text + 1, line - 1, &a, &errors);
		for (size_t i = 0; engines[i]; i++)
			read_as(&f, engines[i]->keys, &a);
		for (size_t i = 0; workloads[i]; i++)
			read_as(&f, workloads[i]->keys, &a);
		read_as(&f, &gpu_keys, &a);
	}
	cfgfile_release(&f);
	diag_release(&errors);
	arena_release(&a);
	free(text);
	return 0;
}
