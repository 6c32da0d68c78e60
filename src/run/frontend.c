/* run/frontend.c - two queues in closed form. */
#include "config.h"

#include "run/frontend.h"

void frontend_init(struct frontend *f, const struct frontend_params *p)
{
	*f = (struct frontend){
		.in_latency = sim_time_from_ms(p->in_latency_ms),
		.out_latency = sim_time_from_ms(p->out_latency_ms),
		.out_service = sim_time_from_ms(p->out_service_ms),
		.out_chunk = sim_time_from_ns(p->out_chunk_us * NS_PER_US),
		.in_service_ns = p->in_service_ms * NS_PER_MS,
		.in_token_ns = p->in_token_us * NS_PER_US,
		.chunk_tokens = p->chunk_tokens > 1 ? (uint64_t)p->chunk_tokens : 1,
	};
}

/* One turn at a process that is free from *free_at on; returns when the turn ends. */
static sim_time serve(sim_time *free_at, sim_time arrival, sim_time service)
{
	sim_time start = arrival > *free_at ? arrival : *free_at;

	return *free_at = start + service;
}

sim_time frontend_in(struct frontend *f, sim_time now, uint64_t prompt_tokens)
{
	sim_time service = sim_time_from_ns(f->in_service_ns + f->in_token_ns * (double)prompt_tokens);

	return serve(&f->in_free, now + f->in_latency, service);
}

sim_time frontend_answer(struct frontend *f, sim_time now)
{
	return serve(&f->out_free, now, f->out_service) + f->out_latency;
}

sim_time frontend_first_chunk(struct frontend *f, sim_time now)
{
	return serve(&f->out_free, now, f->out_chunk) + f->out_latency;
}

sim_time frontend_first_alone(const struct frontend *f, sim_time now)
{
	return now + f->out_service + f->out_latency;
}

/* SGLang: len(output_ids) % stream_interval == 1, every token if that is 1. */
bool frontend_sends(const struct frontend *f, uint64_t n)
{
	return n % f->chunk_tokens == 1 % f->chunk_tokens;
}

void frontend_chunks(struct frontend *f, sim_time now, uint64_t n)
{
	if (n > 0)
		serve(&f->out_free, now, f->out_chunk * (sim_time)n);
}
