/* run/timeline.c - equal steps that double. */
#include "config.h"

#include "run/timeline.h"

#include <math.h>

#include "base/mem.h"
#include "run/flight.h"

static const struct probe_ops timeline_probe_ops;

void timeline_init(struct timeline_recorder *t, struct arena *arena, const struct meter *meter)
{
	*t = (struct timeline_recorder){
		.step = arena_alloc(arena, TIMELINE_STEPS * sizeof(*t->step)),
		.width = TIMELINE_STEP_NS,
		.meter = meter,
		.probe = { .ops = &timeline_probe_ops, .self = t },
	};
}

static void add_gauges(struct timeline_step *a, const struct timeline_step *b, double weight)
{
	a->running += b->running * weight;
	a->queued += b->queued * weight;
	a->kv_used += b->kv_used * weight;
	a->kv_cached += b->kv_cached * weight;
}

static void double_width(struct timeline_recorder *t)
{
	for (size_t i = 0; i < TIMELINE_STEPS / 2; i++) {
		struct timeline_step sum = t->step[2 * i];

		add_gauges(&sum, &t->step[2 * i + 1], 1.0);
		sum.prompt_tokens += t->step[2 * i + 1].prompt_tokens;
		sum.hit_tokens += t->step[2 * i + 1].hit_tokens;
		t->step[i] = sum;
	}
	for (size_t i = TIMELINE_STEPS / 2; i < TIMELINE_STEPS; i++)
		t->step[i] = (struct timeline_step){ 0 };
	t->width *= 2;
}

static struct timeline_step *step_at(struct timeline_recorder *t, sim_time now)
{
	while (now / t->width >= TIMELINE_STEPS)
		double_width(t);
	return &t->step[now / t->width];
}

/* Beyond the present step. */
static void cross(struct timeline_recorder *t, sim_time now)
{
	(void)step_at(t, now);			/* the width that holds for all steps below */
	while (t->t < now) {
		sim_time end = (t->t / t->width + 1) * t->width;

		if (end > now)
			end = now;
		add_gauges(step_at(t, t->t), &t->now, (double)(end - t->t));
		t->t = end;
	}
	t->cell = (size_t)(now / t->width);
	t->cell_end = (now / t->width + 1) * t->width;
}

static void advance(struct timeline_recorder *t, sim_time now)
{
	if (now >= t->cell_end) {
		cross(t, now);
		return;
	}
	add_gauges(&t->step[t->cell], &t->now, (double)(now - t->t));
	t->t = now;
}

static void gauges(struct timeline_recorder *t)
{
	t->now.running = (double)t->meter->running;
	t->now.queued = (double)t->meter->queued;
	t->now.kv_used = t->meter->kv;
}

static void on_request(void *self, const struct request *r, sim_time now)
{
	(void)r;
	advance(self, now);
	gauges(self);
}

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	struct timeline_recorder *t = self;

	advance(t, now);
	gauges(t);
	if (p->kv_capacity > 0)
		t->now.kv_cached = (double)p->kv_evictable / (double)p->kv_capacity;
}

static void on_prefill(void *self, const struct request *r, const struct pass_record *p,
		       uint32_t hit, uint32_t extend, bool last, bool again)
{
	struct timeline_recorder *t = self;
	struct timeline_step *s = &t->step[t->cell];	/* the launch of p was now */

	(void)r, (void)p, (void)last;
	gauges(t);
	if (again)
		return;
	s->prompt_tokens += (uint64_t)hit + extend;
	s->hit_tokens += hit;
}

static void on_finish(void *self, const struct request *r, const struct pass_record *p, bool ok,
		      sim_time now)
{
	(void)p, (void)ok;
	on_request(self, r, now);
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	(void)last;
	on_request(self, r, now);
}

/* What was in use is cached now, or free. */
static void on_idle(void *self, sim_time now)
{
	struct timeline_recorder *t = self;

	advance(t, now);
	t->now.kv_cached += t->now.kv_used;
	gauges(t);
}

static const struct probe_ops timeline_probe_ops = {
	.arrive = on_request,
	.launch = on_launch,
	.prefill = on_prefill,
	.finish = on_finish,
	.retract = on_retract,
	.idle = on_idle,
};

void timeline_finish(struct timeline_recorder *t, sim_time end, struct timeline *out)
{
	size_t n;

	if (end < t->t)
		end = t->t;
	advance(t, end);
	n = (size_t)((end + t->width - 1) / t->width);
	out->point = xcalloc(n ? n : 1, sizeof(*out->point));
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		const struct timeline_step *s = &t->step[i];
		sim_time begin = (sim_time)i * t->width;
		double dt = (double)((end - begin < t->width) ? end - begin : t->width);

		out->point[i] = (struct timeline_point){
			.t_s = s_of(begin),
			.running = s->running / dt, .queued = s->queued / dt,
			.kv_used = s->kv_used / dt, .kv_cached = s->kv_cached / dt,
			.hit_rate = s->prompt_tokens ? (double)s->hit_tokens / (double)s->prompt_tokens
						     : (double)NAN,
		};
	}
}
