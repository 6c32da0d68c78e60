/* config/keydist.c - distributions: a number, or { dist = "gamma"; mean = 300; cv = 0.5; }.
 *
 * Each kind's parameters are a key table, so they are checked like everything
 * else.  Users give moments; struct dist wants the parameters of gsl_ran_*:
 *   lognormal  sigma^2 = ln(1 + (sd / mean)^2), zeta = ln(mean) - sigma^2 / 2
 *   gamma      shape = 1 / cv^2, scale = mean * cv^2
 *   weibull    scale = mean / Gamma(1 + 1 / shape)
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sf_gamma.h>

#include "base/bug.h"
#include "config/cfgprint.h"
#include "config/keyvalue.h"
#include "stat/dist.h"

#define LARGE	1e12			/* of any parameter */

struct dist_params {
	double value, min, max, mean, sd, cv, shape;
	struct real_list values, weights;
};

#define REAL(name, lo, hi, dflt, help) \
	{ #name, KEY_REAL, "", lo, hi, dflt, help, offsetof(struct dist_params, name), NULL, NULL, \
	  SIZE_MAX }
#define REALS(name, help) \
	{ #name, KEY_REALS, "", 0, LARGE, NULL, help, offsetof(struct dist_params, name), NULL, NULL, \
	  SIZE_MAX }
#define CLAMP \
	REAL(min, 0, LARGE, "0", "smaller draws become this"), \
	REAL(max, 0, LARGE, KEY_AUTO_TEXT, "larger draws become this")
#define TABLE(k)	{ k, sizeof(k) / sizeof((k)[0]), sizeof(struct dist_params) }

static const struct key constant[] = { REAL(value, 0, LARGE, NULL, "always this"), CLAMP };
static const struct key uniform[] = { REAL(min, 0, LARGE, NULL, "from"),
				      REAL(max, 0, LARGE, NULL, "to") };
static const struct key exponential[] = { REAL(mean, 1e-9, LARGE, NULL, "mean"), CLAMP };
static const struct key lognormal[] = {
	REAL(mean, 1e-9, LARGE, NULL, "mean"), REAL(sd, 1e-9, LARGE, NULL, "standard deviation"), CLAMP
};
static const struct key gamma_keys[] = {
	REAL(mean, 1e-9, LARGE, NULL, "mean"),
	REAL(cv, 0.01, 10, NULL, "standard deviation / mean"), CLAMP
};
static const struct key weibull[] = {
	REAL(mean, 1e-9, LARGE, NULL, "mean"),
	REAL(shape, 0.2, 100, NULL, "1: exponential; less: longer tail"), CLAMP
};
static const struct key empirical[] = { REALS(values, "equally likely"), CLAMP };
static const struct key categorical[] = { REALS(values, "what"), REALS(weights, "how often, relative"),
					  CLAMP };

static const struct key_table table[] = {
	[DIST_CONSTANT] = TABLE(constant),
	[DIST_UNIFORM] = TABLE(uniform),
	[DIST_EXPONENTIAL] = TABLE(exponential),
	[DIST_LOGNORMAL] = TABLE(lognormal),
	[DIST_GAMMA] = TABLE(gamma_keys),
	[DIST_WEIBULL] = TABLE(weibull),
	[DIST_EMPIRICAL] = TABLE(empirical),
	[DIST_CATEGORICAL] = TABLE(categorical),
};

struct dist_reader {
	const struct key_reader *r;
	const struct key *k;
	const config_setting_t *s;
};

__attribute__((format(printf, 2, 3)))
static bool refuse(const struct dist_reader *d, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cfg_error(d->r->file, d->s, d->r->errors, "'%s': %s", d->k->name, text);
	return false;
}

/* Cumulative weights, ending at exactly 1. */
static bool set_weights(const struct dist_reader *d, const struct real_list *w, struct dist *out)
{
	double sum = 0.0, before = 0.0;

	if (w->n != out->n)
		return refuse(d, "%zu values, but %zu weights", out->n, w->n);
	for (size_t i = 0; i < w->n; i++)
		sum += w->v[i];
	if (!(sum > 0.0))
		return refuse(d, "all weights are zero");
	out->weight = arena_alloc(d->r->arena, w->n * sizeof(*out->weight));
	for (size_t i = 0; i < w->n; i++) {
		before += w->v[i];
		out->weight[i] = fmin(before / sum, 1.0);
	}
	/* The sum may miss 1 by rounding; values of weight zero at the end must not be drawn for that. */
	out->weight[w->n - 1] = 1.0;
	for (size_t i = w->n - 1; i > 0 && w->v[i] <= 0.0; i--)
		out->weight[i - 1] = 1.0;
	return true;
}

static void set_moments(const struct dist_params *p, struct dist *out)
{
	double ratio;

	switch (out->kind) {
	case DIST_CONSTANT:
		out->a = p->value;
		break;
	case DIST_UNIFORM:
		out->a = p->min;
		out->b = p->max;
		break;
	case DIST_EXPONENTIAL:
		out->a = p->mean;
		break;
	case DIST_LOGNORMAL:
		ratio = p->sd / p->mean;
		out->b = sqrt(log1p(ratio * ratio));
		out->a = log(p->mean) - out->b * out->b / 2.0;
		break;
	case DIST_GAMMA:
		out->a = 1.0 / (p->cv * p->cv);
		out->b = p->mean * p->cv * p->cv;
		break;
	case DIST_WEIBULL:
		out->a = p->mean / gsl_sf_gamma(1.0 + 1.0 / p->shape);
		out->b = p->shape;
		break;
	case DIST_EMPIRICAL:
	case DIST_CATEGORICAL:
		break;
	}
}

/* Smallest value a draw can have. */
static double smallest(const struct dist *d)
{
	double v = 0.0;

	if (d->kind == DIST_CONSTANT || d->kind == DIST_UNIFORM)
		v = d->a;
	for (size_t i = 0; i < d->n; i++)
		if (i == 0 || d->value[i] < v)
			v = d->value[i];
	return fmin(fmax(v, d->min), d->max);
}

static bool check_range(const struct dist_reader *d, const struct dist *out)
{
	double lo = smallest(out), mean = fmin(fmax(dist_mean(out), out->min), out->max);
	const char *unit = d->k->unit && d->k->unit[0] ? d->k->unit : "";
	const char *space = unit[0] ? " " : "";
	char a[32], b[32];

	if (out->kind == DIST_CONSTANT)
		return key_in_range(d->r, d->k, d->s, lo);
	if (lo < d->k->lo)
		return refuse(d, "can become %s%s%s, but the least is %s; give min",
			      cfgprint_short(a, lo), space, unit, cfgprint_short(b, d->k->lo));
	if (mean > d->k->hi)
		return refuse(d, "has mean %s%s%s, but the most is %s", cfgprint_short(a, mean), space,
			      unit, cfgprint_short(b, d->k->hi));
	return true;
}

static bool finish(const struct dist_reader *d, const struct dist_params *p, struct dist *out)
{
	out->min = p->min;
	out->max = key_real_is_auto(p->max) ? HUGE_VAL : p->max;
	if (out->min > out->max)
		return refuse(d, "min is larger than max");
	if (out->kind == DIST_LOGNORMAL && p->sd > 10.0 * p->mean)
		return refuse(d, "sd is more than 10 times the mean");
	out->value = p->values.v;
	out->n = p->values.n;
	if (out->kind == DIST_CATEGORICAL && !set_weights(d, &p->weights, out))
		return false;
	set_moments(p, out);
	return check_range(d, out);
}

/* The kind named by the group; false: reported. */
static bool read_kind(const struct dist_reader *d, enum dist_kind *kind)
{
	const config_setting_t *s = config_setting_get_member(d->s, "dist");
	struct key k = { .name = "dist", .type = KEY_ENUM, .choices = dist_kind_name };
	int choice;

	if (!s)
		return refuse(d, "a distribution needs dist = \"...\" (constant, uniform, exponential, ...)");
	if (!key_value(d->r, &k, s, &choice))
		return false;
	*kind = (enum dist_kind)choice;
	return true;
}

bool key_dist(const struct key_reader *r, const struct key *k, const config_setting_t *s,
	      struct dist *out)
{
	static const char *const also[] = { "dist", NULL };
	struct dist_reader d = { r, k, s };
	struct key_group g = { .setting = s, .at = s, .label = k->name, .also = also };
	struct dist_params p = { 0 };
	size_t before = r->errors->n;

	*out = (struct dist){ .kind = DIST_CONSTANT, .max = HUGE_VAL };
	if (config_setting_is_number(s)) {
		struct key real = *k;

		real.type = KEY_REAL;
		return key_value(r, &real, s, &out->a);
	}
	if (!config_setting_is_group(s)) {
		cfg_error(r->file, s, r->errors,
			  "'%s' must be a number or a distribution { dist = ...; }, not %s",
			  k->name, cfg_type_name(s));
		return false;
	}
	if (!read_kind(&d, &out->kind))
		return false;
	key_read(r, &table[out->kind], &g, &p);
	return r->errors->n == before && finish(&d, &p, out);
}
