/* run/checks.c - the texts and verdicts of the self-checks. */
#include "config.h"

#include "run/checks.h"

#include <inttypes.h>
#include <math.h>

#include "base/arena.h"

#define LITTLE_TOLERANCE	1e-9	/* relative; both sides are integers, so 0 is expected */

struct check_input {
	struct replication *const *r;
	size_t n, level;
	struct arena *arena;
};

static const struct level_audit *audit_of(const struct check_input *in, size_t k)
{
	return &in->r[k]->level[in->level].audit;
}

static struct check_result check_little(const struct check_input *in)
{
	double integral = 0.0, stays = 0.0, worst = 0.0;

	for (size_t k = 0; k < in->n; k++) {
		const struct level_audit *a = audit_of(in, k);
		double off = fabs((double)(a->in_server_ns - a->sojourn_ns));

		if (in->r[k]->hang)	/* some never leave */
			continue;
		integral += (double)a->in_server_ns / NS_PER_S;
		stays += (double)a->sojourn_ns / NS_PER_S;
		worst = fmax(worst, off / fmax((double)a->sojourn_ns, 1.0));
	}
	return (struct check_result){
		.name = "little", .pass = worst < LITTLE_TOLERANCE,
		.text = arena_printf(in->arena,
			"requests in the server add up to %.6g request s, their stays to %.6g request s; "
			"largest deviation %.2g", integral, stays, worst),
	};
}

static struct check_result check_tokens(const struct check_input *in)
{
	uint64_t sampled = 0, delivered = 0, asked = 0, got = 0, cut = 0;
	bool pass = true;

	for (size_t k = 0; k < in->n; k++) {
		const struct level_audit *a = audit_of(in, k);

		pass = pass && (in->r[k]->hang || a->sampled == a->delivered);
		pass = pass && a->asked == a->received + a->cut;
		sampled += a->sampled;
		delivered += a->delivered;
		asked += a->asked;
		got += a->received;
		cut += a->cut;
	}
	return (struct check_result){
		.name = "tokens", .pass = pass,
		.text = arena_printf(in->arena,
			"%" PRIu64 " tokens made, %" PRIu64 " delivered; completed requests "
			"were to get %" PRIu64 ", got %" PRIu64 ", lost %" PRIu64
			" to the context limit", sampled, delivered, asked, got, cut),
	};
}

static struct check_result check_kv(const struct check_input *in)
{
	uint64_t passes = 0, wrong = 0;
	size_t unbalanced = 0;

	for (size_t k = 0; k < in->n; k++) {
		passes += audit_of(in, k)->passes;
		wrong += audit_of(in, k)->kv_wrong;
		unbalanced += !in->r[k]->balanced;
	}
	return (struct check_result){
		.name = "kv", .pass = wrong == 0 && unbalanced == 0,
		.text = arena_printf(in->arena,
			"free + cached never above the pool in %" PRIu64 " of %" PRIu64 " passes; at "
			"the end every token was given back in %zu of %zu replications", passes - wrong,
			passes, in->n - unbalanced, in->n),
	};
}

static struct check_result check_busy_idle(const struct check_input *in)
{
	double busy = 0.0, idle = 0.0, elapsed = 0.0;
	sim_time worst = 0;

	for (size_t k = 0; k < in->n; k++) {
		const struct level_numbers *l = &in->r[k]->level[in->level];
		sim_time off = l->busy + l->idle - l->elapsed;

		busy += s_of(l->busy);
		idle += s_of(l->idle);
		elapsed += s_of(l->elapsed);
		if (off < 0)
			off = -off;
		worst = off > worst ? off : worst;
	}
	return (struct check_result){
		.name = "busy_idle", .pass = worst == 0,
		.text = arena_printf(in->arena,
			"%.6f s busy + %.6f s idle = %.6f s elapsed; largest deviation %" PRId64
			" ns", busy, idle, elapsed, worst),
	};
}

static struct check_result check_attribution(const struct check_input *in)
{
	uint64_t ended = 0;
	double latency = 0.0, explained = 0.0;
	bool pass = true;

	for (size_t k = 0; k < in->n; k++) {
		const struct level_audit *a = audit_of(in, k);

		pass = pass && a->explained_ns == a->latency_ns;
		ended += a->ended;
		latency += s_of(a->latency_ns);
		explained += s_of(a->explained_ns);
	}
	return (struct check_result){
		.name = "attribution", .pass = pass,
		.text = arena_printf(in->arena,
			"%" PRIu64 " requests: the causes of each add up to its latency, "
			"%.6f s of %.6f s", ended, explained, latency),
	};
}

void checks_fill(struct level_result *out, struct replication *const *r, size_t n, size_t i,
		 struct arena *arena)
{
	const struct check_input in = { .r = r, .n = n, .level = i, .arena = arena };

	out->check[0] = check_little(&in);
	out->check[1] = check_tokens(&in);
	out->check[2] = check_kv(&in);
	out->check[3] = check_busy_idle(&in);
	out->check[4] = check_attribution(&in);
	out->nchecks = 5;
}
