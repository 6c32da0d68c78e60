/* report/calibration_text.c - the fit for people: verdict, parameters, what cannot be told, every number. */
#include "config.h"

#include "report/calibration.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/fmt.h"
#include "report/text_parts.h"

#define NAME_COLS	30

static const char *last_of(const char *path)
{
	const char *dot = strchr(path, '.');

	return dot && strncmp(path, "engine.", 7) == 0 ? dot + 1 : path;
}

/* "+8.2%", "−0.4%" */
static char *signed_pct(char buf[FMT], double pct)
{
	snprintf(buf, FMT, "%s%.1f%%", pct < 0 ? "−" : "+", fabs(pct));
	return buf;
}

static void head(const struct calibration *c, FILE *out)
{
	const struct scenario *s = c->base;
	char name[200], line[400];

	snprintf(line, sizeof(line), "%s: fitted to %zu measured numbers at %zu load%s",
		 fmt_clean(name, sizeof(name), s->name), c->ntargets, c->nusers, c->nusers == 1 ? "" : "s");
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	fprintf(out, "engine %s, %s, %s; data %s of %s\nfitted with %ld replications, errors of %ld, seed %ld\n\n",
		s->engine->name, s->gpu.name, s->model.name, fmt_clean(name, sizeof(name), s->measured_path), c->data_date,
		(long)s->run.replications, (long)c->judged, (long)s->run.seed);
}

static void verdict(const struct calibration *c, FILE *out)
{
	const struct calibrate_target *w = &c->target[c->worst];
	char line[500], pct[FMT], held[80] = "";

	if (c->left_out == 0)
		snprintf(held, sizeof(held), " No load can be left out: too few numbers in the others.");
	else if (isfinite(c->held_out_mean_pct))
		snprintf(held, sizeof(held), " A load left out of the fit is predicted to %.1f%%.", c->held_out_mean_pct);
	snprintf(line, sizeof(line), "Mean absolute error %.2f%% (before the fit %.2f%%), worst %s (%s at %ld users).%s",
		 c->mean_abs_pct, c->start_abs_pct, signed_pct(pct, c->worst_pct), metric_info[w->metric].name, (long)w->users, held);
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH - 6);
}

/* Why a parameter is not to be believed; NULL: nothing against it. */
static const char *doubt(const struct calibration *c, size_t i)
{
	const struct calibrate_param *p = &c->param[i];

	for (size_t k = 0; k < c->nparams; k++)
		if (k != i && fabs(c->correlation[i][k]) > CALIBRATE_ALIKE)
			return "moves with another";
	if (!p->identifiable)
		return "the data hardly see it";
	return p->at_bound ? "at the end of its range" : NULL;
}

static void parameters(const struct calibration *c, FILE *out)
{
	text_heading(out, "Parameters", "fitted, with 95% interval");
	for (size_t i = 0; i < c->nparams; i++) {
		const struct calibrate_param *p = &c->param[i];
		const char *why = doubt(c, i);
		char text[120], span[120];

		fputs("  ", out);
		fmt_left(out, last_of(p->path), NAME_COLS);
		snprintf(text, sizeof(text), "%.4g", p->value);
		fmt_right(out, text, 9);
		snprintf(span, sizeof(span), " %s  [%.3g, %.3g]", p->unit, p->ci_lo, p->ci_hi);
		fmt_left(out, span, 26);
		snprintf(text, sizeof(text), "before %.4g", p->start);
		fmt_left(out, text, 16);
		fprintf(out, "%s\n", why ? why : "");
	}
}

static void warn_alike(const struct calibration *c, size_t i, size_t k, FILE *out)
{
	char line[400];

	snprintf(line, sizeof(line), "warning: %s and %s cannot be told apart (correlation %.2f): only a combination of them is "
		 "known. Fit one of them, or measure what moves only one.", last_of(c->param[i].path), last_of(c->param[k].path),
		 c->correlation[i][k]);
	fputs("  ", out);
	fmt_wrap(out, line, 2, 4, TEXT_WIDTH);
}

static void correlations(const struct calibration *c, FILE *out)
{
	if (c->nparams < 2)
		return;
	text_heading(out, "Correlations", "");
	for (size_t i = 1; i < c->nparams; i++) {
		fputs("  ", out);
		fmt_left(out, last_of(c->param[i].path), NAME_COLS);
		for (size_t k = 0; k < i; k++)
			fprintf(out, "  %+.2f %s", c->correlation[i][k], last_of(c->param[k].path));
		fputc('\n', out);
	}
	for (size_t i = 1; i < c->nparams; i++)
		for (size_t k = 0; k < i; k++)
			if (fabs(c->correlation[i][k]) > CALIBRATE_ALIKE)
				warn_alike(c, k, i, out);
	if (c->condition > 1e4)
		fprintf(out, "  warning: a combination of the parameters has no effect on these data (condition %.1g)\n",
			c->condition);
}

static void numbers(const struct calibration *c, FILE *out)
{
	bool held = isfinite(c->held_out_mean_pct);

	text_heading(out, "Every number", "z: measured − simulated, in spreads of a single run (at least 1%)");
	fprintf(out, "  %-34s%11s%11s%9s%7s%s\n", "", "measured", "simulated", "error", "z", held ? "  left out" : "");
	for (size_t i = 0; i < c->ntargets; i++) {
		const struct calibrate_target *t = &c->target[i];
		char text[100], a[FMT];

		snprintf(text, sizeof(text), "%4ld users  %s", (long)t->users, metric_info[t->metric].name);
		fputs("  ", out);
		fmt_left(out, text, 34);
		fmt_right(out, fmt_num(a, t->measured), 11);
		fmt_right(out, fmt_num(a, t->simulated), 11);
		fmt_right(out, signed_pct(a, t->error_pct), 9);
		snprintf(text, sizeof(text), "%s%.1f", t->z < 0 ? "−" : "+", fabs(t->z));
		fmt_right(out, text, 7);
		if (held && isfinite(t->held_out_pct))
			fmt_right(out, signed_pct(a, t->held_out_pct), 10);
		fputc('\n', out);
	}
}

/* "10 to 100 users" */
static char *users(char buf[80], const struct coverage *v)
{
	if (v->users_min == v->users_max)
		snprintf(buf, 80, "%" PRId64 " user%s", v->users_max, v->users_max == 1 ? "" : "s");
	else
		snprintf(buf, 80, "%" PRId64 " to %" PRId64 " users", v->users_min, v->users_max);
	return buf;
}

static void validity(const struct calibration *c, FILE *out)
{
	char line[400], load[80];

	text_heading(out, "What the data covered", "");
	snprintf(line, sizeof(line), "batches up to %" PRId64 ", mean contexts up to %.0f tokens, prefill passes up to %" PRId64
		 " tokens, %s. A run beyond this is an extrapolation.", c->coverage.batch, c->coverage.context_tokens,
		 c->coverage.prefill_tokens, users(load, &c->coverage));
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH);
	snprintf(line, sizeof(line), "chi² %.1f with %zu degrees of freedom%s.", c->chi2, c->ntargets - c->nparams,
		 c->chi2 > (double)(c->ntargets - c->nparams) ? ": more than noise, intervals are widened by its root" : "");
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH);
}

void report_calibration_text(const struct calibration *c, FILE *out)
{
	char *text = NULL, file[300];
	const char *slash = strrchr(c->path, '/');
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	BUG_ON(!mem);
	head(c, mem);
	verdict(c, mem);
	parameters(c, mem);
	correlations(c, mem);
	numbers(c, mem);
	validity(c, mem);
	fprintf(mem, "\n%s @ %016" PRIx64 " · %ld runs, digest of the last %016" PRIx64 " · servesim %s\n",
		fmt_clean(file, sizeof(file), slash ? slash + 1 : c->path), c->base->config_hash, (long)c->runs, c->digest,
		PACKAGE_VERSION);
	BUG_ON(fclose(mem) != 0);
	text_print_trimmed(text, out);
	free(text);
}
