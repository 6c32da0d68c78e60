/* tests/desk.h - a scripted run: an engine's probe calls and a server's, by hand, in ms.
 *
 * picture() is two requests in the overlap loop, drawn to scale:
 *
 *        0    5   10        40        60        80   90
 *   A    send arr prefill   decode    decode
 *   B             arr 35         prefill of B at [60, 80], A stalls; then both decode [80, 90]
 */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "harness.h"
#include "run/metrics.h"

#define MS NS_PER_MS

struct desk {
	struct arena arena;
	struct metrics m;
	struct request r[8];
	struct flight f[8];
	struct pass_record pass[64];
	uint64_t n;
};

static inline struct desk *desk_new(size_t nlevels)
{
	struct desk *d = calloc(1, sizeof(*d));

	arena_init(&d->arena, ARENA_CHUNK);
	metrics_init(&d->m, &d->arena, nlevels, 100.0, 0);
	return d;
}

static inline void desk_free(struct desk *d)
{
	metrics_release(&d->m);
	arena_release(&d->arena);
	free(d);
}

static inline void sent(struct desk *d, int i, sim_time ms, uint64_t in, uint64_t out, bool stream)
{
	d->r[i] = (struct request){ .input_len = in, .output_len = out, .stream = stream, .t_send = ms * MS,
				    .t_first_client = -1, .observer = &d->f[i], .level = d->m.current };
	d->f[i] = (struct flight){ .request = &d->r[i] };
	metrics_sent(&d->m, &d->f[i], ms * MS);
}

static inline void arrives(struct desk *d, int i, sim_time ms)
{
	d->r[i].t_arrive = ms * MS;
	d->f[i].place = FLIGHT_ENGINE;
	d->m.probe.ops->arrive(&d->m, &d->r[i], ms * MS);
}

static inline const struct pass_record *launched(struct desk *d, enum pass_kind kind, sim_time from,
						 sim_time to, sim_time now, uint64_t kv_free)
{
	struct pass_record *p = &d->pass[d->n];

	*p = (struct pass_record){ .seq = d->n++, .kind = kind, .start = from * MS, .end = to * MS,
				   .power_w = 200, .kv_capacity = 1000, .kv_free = kv_free,
				   .kv_evictable = 100 };
	p->decode_alone = kind == PASS_DECODE ? p->end - p->start : 0;
	p->part_ns[PART_LINEAR] = (double)(p->end - p->start) * 0.75;
	p->part_ns[PART_OTHER] = (double)(p->end - p->start) * 0.25;
	d->m.probe.ops->launch(&d->m, p, now * MS);
	return p;
}

static inline void prefills(struct desk *d, int i, const struct pass_record *p, uint32_t hit, bool again)
{
	d->m.probe.ops->prefill(&d->m, &d->r[i], p, hit, (uint32_t)d->r[i].input_len - hit, true, again);
}

static inline void token(struct desk *d, int i, const struct pass_record *p, sim_time ms)
{
	d->m.probe.ops->token(&d->m, &d->r[i], p, ms * MS);
	d->r[i].output_done++;
	if (d->r[i].t_first_client < 0)
		d->r[i].t_first_client = (ms + 2) * MS;
}

static inline void finishes(struct desk *d, int i, const struct pass_record *p, sim_time ms)
{
	d->r[i].t_finish = ms * MS;
	d->m.probe.ops->finish(&d->m, &d->r[i], p, true, ms * MS);
	d->f[i].place = FLIGHT_WAY_BACK;
}

static inline void told(struct desk *d, int i, sim_time ms, enum request_end end)
{
	d->r[i].t_done = ms * MS;
	d->r[i].end = end;
	metrics_told(&d->m, &d->f[i], ms * MS);
}

/* The run of the picture; A gets 4 tokens, B 2. */
static inline void picture(struct desk *d, enum request_end end_of_b)
{
	const struct pass_record *p0, *p1, *p2, *p3;

	metrics_level(&d->m, 0);
	sent(d, 0, 0, 20, 4, false);
	arrives(d, 0, 5);
	p0 = launched(d, PASS_PREFILL, 10, 40, 5, 880);
	prefills(d, 0, p0, 5, false);
	sent(d, 1, 30, 60, 2, true);
	arrives(d, 1, 35);
	p1 = launched(d, PASS_DECODE, 40, 60, 35, 879);
	token(d, 0, p0, 40);
	p2 = launched(d, PASS_PREFILL, 60, 80, 40, 819);
	prefills(d, 1, p2, 15, false);
	token(d, 0, p1, 60);
	p3 = launched(d, PASS_DECODE, 80, 90, 60, 817);
	token(d, 1, p2, 80);
	token(d, 0, p3, 90);
	token(d, 0, p3, 90);		/* as if a pass could make two tokens: another gap at one moment */
	finishes(d, 0, p3, 90);
	token(d, 1, p3, 90);
	finishes(d, 1, p3, 90);
	d->m.probe.ops->idle(&d->m, 90 * MS);
	told(d, 0, 92, REQUEST_OK);
	told(d, 1, 95, end_of_b);
}

#endif
