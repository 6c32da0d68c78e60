/* run/vary.c - axes read from text. */
#include "config.h"

#include "run/vary.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/scenario_axes.h"

static void release_axis(struct grid_axis *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->value[i]);
	free(a->value);
	free(a->path);
	*a = (struct grid_axis){ 0 };
}

static bool number(const char *s, double *v)
{
	char *end;

	if (!*s || isspace((unsigned char)*s))
		return false;
	errno = 0;
	*v = strtod(s, &end);
	return *end == '\0' && errno == 0 && isfinite(*v);
}

static void add_value(struct grid_axis *a, size_t *cap, char *value)
{
	ARRAY_ROOM(a->value, a->n, *cap);
	a->value[a->n++] = value;
}

/* ---- lists */

/* Where the list's item that begins at s ends: at a comma outside of brackets and quotes, or at the end. */
static const char *item_end(const char *s)
{
	int depth = 0;
	bool quoted = false;

	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (strchr("[{(", *s))
			depth++;
		else if (strchr("]})", *s))
			depth--;
		else if (*s == ',' && depth <= 0)
			break;
	}
	return s;
}

/* What is wrong with it; NULL: nothing. */
static const char *read_list(struct grid_axis *a, const char *s)
{
	size_t cap = 0;

	for (;;) {
		const char *end = item_end(s), *from = s, *to = end;

		while (from < to && isspace((unsigned char)*from))
			from++;
		while (to > from && isspace((unsigned char)to[-1]))
			to--;
		if (from == to)
			return "a value is missing";
		if (a->n == VARY_VALUES_MAX)
			return "more than 10000 values";
		add_value(a, &cap, xasprintf("%.*s", (int)(to - from), from));
		if (!*end)
			return NULL;
		s = end + 1;
	}
}

/* ---- ranges */

/* As few digits as tell v from its neighbours, `gap` away. */
static char *shortest(double v, double gap)
{
	char text[40];

	for (int digits = 1; digits <= 12; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (fabs(strtod(text, NULL) - v) <= 1e-9 * gap)
			break;
	}
	if (strpbrk(text, "eE") && fabs(v) < 1e15)	/* 1e+02 is a real number to the scenario, 100 whole */
		snprintf(text, sizeof(text), fabs(v) >= 1 ? "%.0f" : "%.12g", v);
	return xstrdup(text);
}

static size_t split(char *text, char *part[5])
{
	size_t n = 0;

	for (char *p = text; p && n < 5; n++) {
		part[n] = p;
		p = strchr(p, ':');
		if (p)
			*p++ = '\0';
	}
	return n;
}

static const char *linear_range(struct grid_axis *a, double lo, double hi, double step)
{
	double n = floor((hi - lo) / step + 1e-9) + 1;
	size_t cap = 0;

	if (!(step > 0))
		return "the step must be above 0";
	if (!(hi >= lo))
		return "a range goes upwards: LO:HI:STEP with LO <= HI";
	if (n > VARY_VALUES_MAX)
		return "more than 10000 values";
	for (size_t i = 0; i < (size_t)n; i++)
		add_value(a, &cap, shortest(lo + (double)i * step, step));
	return NULL;
}

/* Value i of n that are equal in ratio: three digits of the gap to the next are plenty. */
static double log_value(double lo, double hi, size_t i, size_t n, double *gap)
{
	double share = (double)i / (double)(n - 1), v = lo * pow(hi / lo, share), coarse;

	*gap = v * (pow(hi / lo, 1 / (double)(n - 1)) - 1);
	coarse = pow(10, floor(log10(*gap)) - 2);
	return i == 0 ? lo : i < n - 1 ? round(v / coarse) * coarse : hi;
}

static const char *log_range(struct grid_axis *a, double lo, double hi, double n, bool whole)
{
	size_t cap = 0;
	double gap;

	if (!(lo > 0) || !(hi > lo))
		return "a logarithmic range goes upwards from above 0: log:LO:HI:N with 0 < LO < HI";
	if (!(n >= 2) || n > VARY_VALUES_MAX || n > floor(n))
		return "log:LO:HI:N needs a whole number of values N, 2 to 10000";
	for (size_t i = 1; i < (size_t)n; i++)	/* all different? */
		whole = whole && round(log_value(lo, hi, i, (size_t)n, &gap)) >
				 round(log_value(lo, hi, i - 1, (size_t)n, &gap));
	for (size_t i = 0; i < (size_t)n; i++) {
		double v = log_value(lo, hi, i, (size_t)n, &gap);

		add_value(a, &cap, shortest(whole ? round(v) : v, gap));
	}
	return NULL;
}

static bool is_whole(const char *number)
{
	return !strpbrk(number, ".eE");
}

/* True if the text has the form of a range; *wrong is then what is wrong with it, or NULL. */
static bool read_range(struct grid_axis *a, const char *s, const char **wrong)
{
	char *text = xstrdup(s), *part[5];
	size_t n = split(text, part), first = n > 0 && strcmp(part[0], "log") == 0;
	double v[3] = { 0 };
	bool range = n == 3 + first;

	for (size_t i = 0; range && i < 3; i++)
		range = number(part[first + i], &v[i]);
	if (range)
		*wrong = first ? log_range(a, v[0], v[1], v[2], is_whole(part[1]) && is_whole(part[2])) :
			linear_range(a, v[0], v[1], v[2]);
	else if (first)
		*wrong = "expected log:LO:HI:N";
	free(text);
	return range || first;
}

#define BEGIN_WITH	5		/* values of a continuous axis */

char *axis_between(const struct grid_axis *a, double share)
{
	double v = a->lo + share * (a->hi - a->lo), gap = (a->hi - a->lo) / 64.0, coarse = pow(10, floor(log10(gap)) - 1);

	if (a->whole)
		return xasprintf("%.0f", round(v));
	return shortest(share > 0 && share < 1 ? round(v / coarse) * coarse : v, gap);
}

/* LO..HI: true if the text has this form; *wrong as above. */
static bool read_continuous(struct grid_axis *a, const char *s, const char **wrong)
{
	const char *dots = strstr(s, "..");
	char *lo = dots ? xasprintf("%.*s", (int)(dots - s), s) : NULL;
	size_t cap = 0;

	a->continuous = dots && number(lo, &a->lo) && number(dots + 2, &a->hi);
	free(lo);
	if (!a->continuous)
		return false;
	a->whole = !strpbrk(s, "eE") && memchr(s, '.', (size_t)(dots - s)) == NULL && !strchr(dots + 2, '.');
	*wrong = a->hi > a->lo ? NULL : "a range goes upwards: LO..HI with LO < HI";
	if (!*wrong && a->whole && a->hi - a->lo < BEGIN_WITH - 1)
		*wrong = "a continuous range of whole numbers has at least five";
	for (size_t i = 0; i < BEGIN_WITH && !*wrong; i++)
		add_value(a, &cap, axis_between(a, (double)i / (BEGIN_WITH - 1)));
	return true;
}

/* ---- an axis, a grid */

static bool same_value(const char *a, const char *b)
{
	double x, y;

	if (number(a, &x) && number(b, &y))
		return !(x < y) && !(x > y);
	return strcmp(a, b) == 0;
}

static const char *check_values(struct grid_axis *a)
{
	double v;

	a->numeric = true;
	for (size_t i = 0; i < a->n; i++) {
		a->numeric = a->numeric && number(a->value[i], &v);
		for (size_t k = 0; k < i && !a->range; k++)
			if (same_value(a->value[i], a->value[k]))
				return "a value comes twice";
	}
	return NULL;
}

static bool changes_nothing(const char *path)
{
	static const char *const such[] = { "run.replications", "run.threads", "run.step" };

	for (size_t i = 0; i < sizeof(such) / sizeof(such[0]); i++)
		if (strcmp(path, such[i]) == 0)
			return true;
	return false;
}

static const char *read_axis(struct grid_axis *a, const char *text)
{
	const char *equals = strchr(text, '='), *wrong = NULL;

	if (!equals || equals == text)
		return "not of the form PATH=A,B,C or PATH=LO:HI:STEP or PATH=log:LO:HI:N or PATH=LO..HI";
	a->path = xasprintf("%.*s", (int)(equals - text), text);
	if (!equals[1])
		return "a value is missing";
	if (changes_nothing(a->path))
		return "this says how a run is carried out: it makes no other configuration";
	a->range = read_range(a, equals + 1, &wrong) || read_continuous(a, equals + 1, &wrong);
	if (!a->range)
		wrong = read_list(a, equals + 1);
	return wrong ? wrong : check_values(a);
}

/* An axis more; `file` and `line` say where it stands, NULL: on the command line. */
static void add_axis(struct grid *g, const char *text, const char *file, int line, struct diag *errors)
{
	struct grid_axis *a = &g->axis[g->naxes++];
	const char *wrong = read_axis(a, text), *option = file ? "vary:" : "--vary";

	for (size_t k = 0; k + 1 < g->naxes && !wrong; k++)
		if (g->axis[k].path && strcmp(g->axis[k].path, a->path) == 0)
			wrong = "this path is varied already";
	if (wrong)
		diag_add(errors, file, line, "%s %s: %s", option, text, wrong);
	else if (a->n > GRID_POINTS_MAX / g->npoints)
		diag_add(errors, file, line, "%s %s: the grid has more than a million points", option, text);
	else
		g->npoints *= a->n;
}

bool grid_parse(struct grid *g, const char *const *text, size_t n, struct diag *errors)
{
	size_t before = errors->n;

	*g = (struct grid){ .axis = xcalloc(n + 1, sizeof(*g->axis)), .npoints = 1 };
	for (size_t i = 0; i < n; i++)
		add_axis(g, text[i], NULL, 0, errors);
	if (errors->n == before)
		return true;
	grid_release(g);
	return false;
}

static void add_variants(struct grid *g, char *const *label, size_t n)
{
	struct grid_axis *a = &g->axis[g->naxes++];
	size_t cap = 0;

	*a = (struct grid_axis){ .path = xstrdup("variant"), .variant = true };
	for (size_t i = 0; i < n; i++)
		add_value(a, &cap, xstrdup(label[i]));
	g->npoints = n;
}

bool grid_load(struct grid *g, const char *scenario, const struct scenario_override *set, size_t nset,
	       const char *const *vary, size_t n, struct diag *errors)
{
	size_t before = errors->n;
	struct scenario_axes own;

	scenario_axes_read(&own, scenario, set, nset, errors);
	*g = (struct grid){ .axis = xcalloc(n + own.naxes + 1, sizeof(*g->axis)), .npoints = 1 };
	if (own.nlabels > 1)
		add_variants(g, own.label, own.nlabels);
	for (size_t i = 0; i < n; i++)
		add_axis(g, vary[i], NULL, 0, errors);
	for (size_t i = 0; n == 0 && i < own.naxes; i++)
		add_axis(g, own.axis[i].text, own.axis[i].file, own.axis[i].line, errors);
	scenario_axes_release(&own);
	if (errors->n == before)
		return true;
	grid_release(g);
	return false;
}

void grid_release(struct grid *g)
{
	for (size_t i = 0; i < g->naxes; i++)
		release_axis(&g->axis[i]);
	free(g->axis);
	*g = (struct grid){ 0 };
}
