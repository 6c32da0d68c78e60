/* golden_admission FILE... - PrefillAdder against the real one (golden/README.md, admission.txt). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/sglang.h"
#include "golden_util.h"

static const char *const state_name[] = {
	[SG_CONTINUE] = "CONTINUE", [SG_NO_TOKEN] = "NO_TOKEN", [SG_OTHER] = "OTHER",
};

struct world {
	struct golden g;
	struct arena arena;
	struct radix tree;
	struct kv_pool pool;
	struct sg_params params;
	struct sg_adder adder;
	struct sg_rows running, can_run;
	struct sg matcher;		/* only counts matches */
	uint64_t mixed, offered;
	double ratio;
	bool open, begun, ended;
};

static void end_case(struct world *w)
{
	if (w->open) {
		radix_check(&w->tree);
		radix_release(&w->tree);
		arena_release(&w->arena);
	}
	w->open = false;
}

static void begin_case(struct world *w, const char *s)
{
	uint64_t capacity, page;
	long chunk, max_prefill;

	end_case(w);
	if (sscanf(s, "case %*u capacity %lu page %lu chunk %ld max_prefill %ld ratio %lf", &capacity, &page, &chunk,
		   &max_prefill, &w->ratio) != 5 || page == 0)
		golden_bad(&w->g, "expected 'case k capacity C page P chunk K max_prefill M ratio R'");
	arena_init(&w->arena, ARENA_CHUNK);
	radix_init(&w->tree, &w->arena, page);
	/* a capacity that is no multiple of the page: the rest is never free */
	kv_pool_init(&w->pool, capacity / page * page, page);
	w->params = (struct sg_params){
		.page_size = (int64_t)page, .chunked_prefill_size = chunk, .max_prefill_tokens = max_prefill,
		.clip_max_new_tokens_estimation = 4096,
	};
	w->running.n = 0;
	w->mixed = w->offered = 0;
	w->begun = w->ended = false;
	w->open = true;
}

static struct sg_req *new_req(struct world *w, uint64_t max_new)
{
	struct sg_req *r = arena_alloc(&w->arena, sizeof(*r));

	r->max_new = max_new;
	return r;
}

static void parse_spans(struct world *w, const char **s, struct sg_req *r)
{
	static struct span span[GOLDEN_SPANS];

	r->nspan = golden_spans(&w->g, s, span);
	if (r->nspan == 0)
		golden_bad(&w->g, "no spans");
	r->span = arena_alloc(&w->arena, r->nspan * sizeof(*r->span));
	memcpy(r->span, span, r->nspan * sizeof(*r->span));
	r->input_len = span_total(r->span, r->nspan);
}

static void cached(struct world *w, const char *s)
{
	struct sg_req r = { 0 };
	struct tokens key;
	uint64_t whole, there;

	parse_spans(w, &s, &r);
	key = sg_tokens(&r, r.input_len);
	whole = kv_round_down(&w->pool, key.length);
	there = radix_insert(&w->tree, &key);
	if (!kv_pool_take(&w->pool, (whole - there) / w->pool.page))
		golden_bad(&w->g, "more cached than the capacity holds");
}

static void running(struct world *w, const char *s)
{
	uint64_t max_new, out;
	struct sg_req *r;

	if (sscanf(s, "%lu %lu", &max_new, &out) != 2)
		golden_bad(&w->g, "expected 'running max_new out'");
	r = new_req(w, max_new);
	r->out = out;
	sg_rows_push(&w->running, r);
}

static void begin_adder(struct world *w)
{
	w->begun = true;
	w->adder = (struct sg_adder){
		.params = &w->params, .tree = &w->tree, .pool = &w->pool, .running = &w->running, .ratio = w->ratio,
		.can_run = &w->can_run,
	};
	sg_adder_begin(&w->adder, w->mixed);
}

static void offer(struct world *w, char *s)
{
	char *expected = strstr(s, " = "), got[128];
	const char *rest = s;
	struct sg_req *r = new_req(w, 0);
	enum sg_add res;
	bool joined;

	if (!expected)
		golden_bad(&w->g, "no result");
	*expected = '\0';
	parse_spans(w, &rest, r);
	if (sscanf(rest, "max_new %lu", &r->max_new) != 1)
		golden_bad(&w->g, "no max_new");
	if (!w->begun)
		begin_adder(w);
	sg_req_init_next_round(&w->matcher, r, &w->tree);
	r->id = w->offered++;
	res = sg_add_one(&w->adder, r);
	joined = w->can_run.n > 0 && w->can_run.row[w->can_run.n - 1] == r;
	snprintf(got, sizeof(got), "hit %lu %s extend %lu %s", r->prefix, joined ? "join" : "refuse",
		 joined ? r->extend : 0, state_name[res]);
	golden_compare(&w->g, expected + 3, got);
}

static void end_line(struct world *w, const char *s)
{
	char got[160], chunk[32] = "none", partial[32] = "none";

	if (!w->begun)
		begin_adder(w);
	if (w->adder.chunking)
		snprintf(chunk, sizeof(chunk), "%ld", w->adder.rem_chunk);
	if (w->adder.new_chunked)
		snprintf(partial, sizeof(partial), "%lu", w->adder.new_chunked->id);
	snprintf(got, sizeof(got), "rem_total %g rem_input %ld rem_chunk %s partial %s", sg_rem_total(&w->adder),
		 w->adder.rem_input, chunk, partial);
	golden_compare(&w->g, s, got);
}

static void line(struct world *w)
{
	char *s = w->g.text;

	if (s[0] == '#' || s[0] == '\0')
		return;
	if (strncmp(s, "case ", 5) == 0)
		begin_case(w, s);
	else if (!w->open)
		golden_bad(&w->g, "expected 'case k ...'");
	else if (strncmp(s, "cached ", 7) == 0)
		cached(w, s + 7);
	else if (strncmp(s, "running ", 8) == 0)
		running(w, s + 8);
	else if (strncmp(s, "mixed ", 6) == 0)
		w->mixed = strtoul(s + 6, NULL, 10);
	else if (strncmp(s, "request ", 8) == 0)
		offer(w, s + 8);
	else if (strncmp(s, "end ", 4) == 0)
		end_line(w, s + 4);
	else
		golden_bad(&w->g, "unknown line");
}

int main(int argc, char **argv)
{
	static struct world w;

	for (int i = 1; i < argc; i++) {
		golden_open(&w.g, argv[i]);
		while (golden_next(&w.g))
			line(&w);
		end_case(&w);
		golden_close(&w.g);
	}
	free(w.running.row);
	free(w.can_run.row);
	return golden_end(&w.g);
}
