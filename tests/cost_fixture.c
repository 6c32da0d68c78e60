/* tests/cost_fixture.c - see cost_fixture.h. */
#include "config.h"

#include "cost_fixture.h"

#include "base/mem.h"
#include "config/keyread.h"
#include "harness.h"

static struct arena arena;
struct gpu a40;
struct model llama;

static char *data_path(const char *name)
{
	const char *root = getenv("SERVESIM_DATA");

	return xasprintf("%s/%s", root ? root : ".", name);
}

void cost_fixture_load(const struct key_table *keys, const char *name, void *out)
{
	struct diag errors;
	struct cfgfile file;
	char *path = data_path(name);
	struct key_reader reader = { &file, &arena, &errors };

	diag_init(&errors);
	if (cfgfile_read(&file, path, &errors) == 0)
		key_read(&reader, keys, &(struct key_group){ .setting = cfgfile_root(&file),
			 .at = cfgfile_root(&file), .label = "" }, out);
	diag_print(&errors, stderr);
	ck_assert_uint_eq(errors.n, 0);
	cfgfile_release(&file);
	diag_release(&errors);
	free(path);
}

struct cost_model *cost_fixture_model(const char *kind, const struct gpu *gpu, int64_t tp,
				      const char *csv)
{
	char *error = NULL, *path = data_path(csv);
	struct cost_model *c = cost_new(kind, gpu, &llama, tp, path, &error);

	ck_assert_msg(c != NULL, "%s", error);
	free(path);
	return c;
}

void cost_fixture_setup(void)
{
	arena_init(&arena, ARENA_CHUNK);
	cost_fixture_load(&gpu_keys, "hw/a40.cfg", &a40);
	cost_fixture_load(&model_keys, "models/llama-3-8b.cfg", &llama);
}

void cost_fixture_teardown(void)
{
	arena_release(&arena);
}

struct pass_cost cost(const struct cost_model *c, struct pass_shape s)
{
	struct pass_cost out;

	cost_of(c, &s, &out);
	return out;
}

struct pass_shape decode_shape(uint32_t rows, uint64_t context_each)
{
	return (struct pass_shape){ .decode_rows = rows, .decode_context = rows * context_each,
				    .sampled_rows = rows, .padded_rows = rows };
}

struct pass_shape prefill_shape(uint64_t tokens, uint64_t cached)
{
	uint64_t end = cached + tokens;
	double q = (double)tokens;

	return (struct pass_shape){ .prefill_rows = 1, .prefill_tokens = tokens,
				    .prefill_context = end, .prefill_longest = end, .sampled_rows = 1,
				    .prefill_pairs = q * ((double)cached + 0.5 * (q + 1.0)) };
}

double cost_ms(const struct cost_model *c, struct pass_shape s)
{
	return cost(c, s).total_ns / 1e6;
}
