/* work/draw.c - the draws of one request. */
#include "config.h"

#include "work/draw.h"

#include <math.h>

#include "core/rng.h"

/* No event of a client lies beyond this: a heavy tail (Weibull of a small shape) must not overflow
 * the clock.  Half of it, 146 years, is left to the server. */
#define HORIZON		(SIM_TIME_MAX / 2)

#define SECONDS_MAX	1e9

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct grammar_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(share, KEY_REAL, "", 0, 1, "0.0",
	    "share of the requests whose output follows a schema"),
	KEY(schemas, KEY_INT, "", 1, 1e6, "1", "number of different schemas, equally likely"),
};

const struct key_table grammar_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct grammar_params)
};

static double draw(const struct work_env *env, const char *purpose, uint64_t index, const struct dist *d)
{
	struct rng rng;

	if (d->kind == DIST_CONSTANT)		/* asks no random number */
		return dist_draw(d, NULL);
	rng_init(&rng, env->seed, env->replication, purpose, index);
	return dist_draw(d, &rng.gsl);
}

int64_t draw_int(const struct work_env *env, const char *purpose, uint64_t index,
		 const struct dist *d, int64_t lo, int64_t hi)
{
	double v = draw(env, purpose, index, d);

	if (v < (double)lo)
		return lo;
	if (v > (double)hi)
		return hi;
	return d->kind == DIST_CONSTANT && v == (double)(int64_t)v ? (int64_t)v : (int64_t)llround(v);
}

double draw_share(const struct work_env *env, const char *purpose, uint64_t index)
{
	struct rng rng;

	rng_init(&rng, env->seed, env->replication, purpose, index);
	return gsl_rng_uniform(&rng.gsl);
}

sim_time later(const struct work_env *env, double seconds)
{
	sim_time dt = sim_time_from_s(fmin(fmax(seconds, 0.0), SECONDS_MAX));
	sim_time now = env->sim->now;

	return now < HORIZON - dt ? now + dt : now > HORIZON ? now : HORIZON;
}

sim_time draw_later(const struct work_env *env, const char *purpose, uint64_t index,
		    const struct dist *seconds)
{
	return later(env, draw(env, purpose, index, seconds));
}

int32_t draw_grammar(const struct work_env *env, uint64_t index, const struct grammar_params *p)
{
	double schema;

	if (p->share <= 0 || draw_share(env, "grammar", index) >= p->share)
		return -1;
	schema = floor(draw_share(env, "schema", index) * (double)p->schemas);
	return (int32_t)fmin(schema, (double)(p->schemas - 1));
}
