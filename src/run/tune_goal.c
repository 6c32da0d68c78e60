/* run/tune_goal.c - what is sought and what must hold, read from text. */
#include "config.h"

#include "run/tune.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/suggest.h"

/* The metric's index; -1: a message says which one may have been meant. */
static int find_metric(const char *option, const char *text, const char *word, struct diag *errors)
{
	const char *name[METRICS], *near;
	int m = metric_find(word);

	if (m >= 0)
		return m;
	for (size_t i = 0; i < METRICS; i++)
		name[i] = metric_info[i].name;
	near = suggest(word, name, METRICS);
	if (near)
		diag_add(errors, NULL, 0, "%s '%s': unknown metric '%s'; did you mean '%s'?", option,
			 text, word, near);
	else
		diag_add(errors, NULL, 0, "%s '%s': unknown metric '%s'; expected a metric of "
			 "'servesim run', such as "
			 "output_throughput or ttft_ms.p95", option, text, word);
	return -1;
}

bool tune_read_goal(struct tune_goal *g, const char *text, struct diag *errors)
{
	const char *word = text + strspn(text, " ");
	size_t verb = strcspn(word, " ");
	bool known = verb == 3 && (strncmp(word, "max", 3) == 0 || strncmp(word, "min", 3) == 0);
	int m;

	*g = (struct tune_goal){ .text = text, .maximise = strncmp(word, "max", 3) == 0 };
	word += verb + strspn(word + verb, " ");
	if (!known || !*word || strchr(word, ' ')) {
		diag_add(errors, NULL, 0, "--goal '%s': expected 'max METRIC', 'min METRIC' or 'max "
			 "workload.PATH'", text);
		return false;
	}
	if (strncmp(word, "workload.", 9) == 0) {
		g->load = word;
		if (!g->maximise)
			diag_add(errors, NULL, 0, "--goal '%s': of a load the largest is sought: 'max "
				 "%s'", text, word);
		return g->maximise;
	}
	m = find_metric("--goal", text, word, errors);
	g->metric = m < 0 ? 0 : (enum metric)m;
	return m >= 0;
}

static bool read_number(const char *s, double *v)
{
	char *end;

	s += strspn(s, " ");
	if (!*s)
		return false;
	errno = 0;
	*v = strtod(s, &end);
	end += strspn(end, " ");
	return *end == '\0' && errno == 0 && isfinite(*v);
}

bool tune_read_slo(struct tune_slo *s, const char *text, struct diag *errors)
{
	size_t at = strcspn(text, "<>"), end = at, from = strspn(text, " ");
	const char *value = text + at;
	char *word;
	int m = -1;

	*s = (struct tune_slo){ .text = text, .below = text[at] == '<' };
	while (end > from && isspace((unsigned char)text[end - 1]))
		end--;
	if (!text[at] || end == from) {
		diag_add(errors, NULL, 0, "--slo '%s': expected METRIC<VALUE, METRIC<=VALUE, "
			 "METRIC>VALUE or METRIC>=VALUE", text);
		return false;
	}
	value += 1 + (value[1] == '=');
	word = xasprintf("%.*s", (int)(end - from), text + from);
	m = find_metric("--slo", text, word, errors);
	free(word);
	if (m >= 0)
		s->metric = (enum metric)m;
	if (!read_number(value, &s->limit)) {
		diag_add(errors, NULL, 0, "--slo '%s': '%s' is not a number; expected the limit in %s",
			 text, value,
			 m >= 0 && *metric_info[m].unit ? metric_info[m].unit : "the metric's unit");
		return false;
	}
	return m >= 0;
}
