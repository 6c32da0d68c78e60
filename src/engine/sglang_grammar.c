/* Constrained generation as a cost (rules 13): schemas compile once, in a thread
 * pool; requests of a schema that is not compiled yet wait outside the queue.
 * While the first of them compiles, every admission attempt waits up to 30 ms for
 * it and stops at the first that is not ready.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/sglang.h"

#define POLL_NS (30 * (sim_time)NS_PER_MS)

struct schema {
	int32_t id;
	sim_time ready;
};

struct sg_grammars {
	struct schema *schema;
	size_t nschema, capschema;
	struct sg_req **queue;		/* grammar_queue, in order of arrival */
	size_t n, cap;
};

struct sg_grammars *sg_grammars_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct sg_grammars));
}

void sg_grammars_release(struct sg_grammars *g)
{
	free(g->schema);
	free(g->queue);
}

static const struct schema *schema_of(struct sg *e, int32_t id)
{
	struct sg_grammars *g = e->grammars;

	for (size_t i = 0; i < g->nschema; i++)
		if (g->schema[i].id == id)
			return &g->schema[i];
	ARRAY_ROOM(g->schema, g->nschema, g->capschema);
	g->schema[g->nschema] = (struct schema){
		id, e->env.sim->now + sim_time_from_ms(e->params->host.grammar_compile_ms),
	};
	return &g->schema[g->nschema++];
}

bool sg_grammar_hold(struct sg *e, struct sg_req *r)
{
	struct sg_grammars *g = e->grammars;

	if (r->grammar < 0 || schema_of(e, r->grammar)->ready <= e->env.sim->now)
		return false;
	ARRAY_ROOM(g->queue, g->n, g->cap);
	g->queue[g->n++] = r;
	return true;
}

static void drop_first(struct sg_grammars *g, size_t n)
{
	g->n -= n;
	memmove(g->queue, g->queue + n, g->n * sizeof(struct sg_req *));
}

void sg_grammar_move_ready(struct sg *e)
{
	struct sg_grammars *g = e->grammars;
	size_t moved = 0;

	for (; moved < g->n; moved++) {
		sim_time t = e->env.sim->now + e->grammar_wait;
		sim_time ready = schema_of(e, g->queue[moved]->grammar)->ready;

		if (ready > t + POLL_NS) {
			e->grammar_wait += POLL_NS;
			break;
		}
		if (ready > t)
			e->grammar_wait += ready - t;
		sg_queue_push(e, g->queue[moved]);
	}
	if (moved > 0)
		drop_first(g, moved);
}

bool sg_grammar_waiting(const struct sg *e)
{
	return e->grammars->n > 0;
}

sim_time sg_grammar_next(const struct sg *e)
{
	struct sg_grammars *g = e->grammars;

	for (size_t i = 0; g->n > 0 && i < g->nschema; i++)
		if (g->schema[i].id == g->queue[0]->grammar)
			return g->schema[i].ready;
	return SIM_TIME_MAX;
}

bool sg_grammar_cancel(struct sg *e, struct sg_req *r)
{
	struct sg_grammars *g = e->grammars;

	for (size_t i = 0; i < g->n; i++) {
		if (g->queue[i] != r)
			continue;
		g->n--;
		memmove(g->queue + i, g->queue + i + 1, (g->n - i) * sizeof(struct sg_req *));
		return true;
	}
	return false;
}
