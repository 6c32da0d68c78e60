/* work/tracecsv.c - a line of a trace in Azure's form or our own. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "work/tracerow.h"

#define COLUMNS_MAX	5
#define SECONDS_MAX	1000000000	/* of arrival_s: 31 years */
#define NS_DIGITS	9

/* Cut the line at its commas; false: not `want` fields. */
static bool split(struct trace_file *f, char *text, char *field[COLUMNS_MAX], size_t want)
{
	size_t n = 0;
	char *comma;

	for (;; text = comma + 1) {
		comma = strchr(text, ',');
		if (n < COLUMNS_MAX)
			field[n] = text;
		n++;
		if (!comma)
			break;
		*comma = '\0';
	}
	if (n != want)
		ROW_BAD(f, "%zu fields; expected %zu", n, want);
	return n == want;
}

/* At most `most` digits at *s, at least one. */
static bool digits(const char **s, int most, int64_t *out)
{
	const char *p = *s;

	*out = 0;
	for (; isdigit((unsigned char)*p) && p - *s < most; p++)
		*out = *out * 10 + (*p - '0');
	if (p == *s)
		return false;
	*s = p;
	return true;
}

static bool exactly(const char **s, int n, int64_t *out)
{
	const char *from = *s;

	return digits(s, n, out) && *s - from == n;
}

static bool skip(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

/* ".25" -> 250000000 ns; nothing is 0.  What is smaller than a nanosecond is dropped. */
static bool fraction(const char **s, int64_t *ns)
{
	int n = 0;

	*ns = 0;
	if (!skip(s, '.'))
		return true;
	for (; isdigit((unsigned char)**s); ++*s, n++)
		if (n < NS_DIGITS)
			*ns = *ns * 10 + (**s - '0');
	for (int i = n; i < NS_DIGITS; i++)
		*ns *= 10;
	return n > 0;
}

static bool tokens(struct trace_file *f, const char *name, const char *text, int64_t least,
		   uint64_t *out)
{
	const char *s = text;
	int64_t v;

	if (digits(&s, 10, &v) && *s == '\0' && v >= least && v <= TRACE_TOKENS_MAX) {
		*out = (uint64_t)v;
		return true;
	}
	ROW_BAD(f, "%s '%.40s' is not a number of tokens; expected an integer in [%d, %d]", name, text,
		(int)least, TRACE_TOKENS_MAX);
	return false;
}

/*
 * Azure
 */

/* Days from 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", days_from_civil); years from 0 on. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, of_era, of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_of_month(int64_t y, int64_t m)
{
	return days_from_civil(m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, 1) - days_from_civil(y, m, 1);
}

static bool date(const char **s, int64_t *days)
{
	int64_t y, m, d;

	if (!exactly(s, 4, &y) || !skip(s, '-') || !exactly(s, 2, &m) || !skip(s, '-') ||
	    !exactly(s, 2, &d))
		return false;
	if (y < 1970 || y > 2200 || m < 1 || m > 12 || d < 1 || d > days_of_month(y, m))
		return false;
	*days = days_from_civil(y, m, d);
	return true;
}

static bool clock_time(const char **s, int64_t *seconds)
{
	int64_t h, m, sec;

	if (!exactly(s, 2, &h) || !skip(s, ':') || !exactly(s, 2, &m) || !skip(s, ':') ||
	    !exactly(s, 2, &sec))
		return false;
	*seconds = (h * 60 + m) * 60 + sec;
	return h < 24 && m < 60 && sec < 60;
}

/* "+00:00", as the trace of 2024 has it; no other, since a mixture has no order that a reader sees. */
static bool zone(const char **s)
{
	if (strcmp(*s, "+00:00") == 0)
		*s += 6;
	return **s == '\0';
}

static bool timestamp(const char *s, sim_time *t)
{
	int64_t days, seconds, ns;

	if (!date(&s, &days) || !(skip(&s, ' ') || skip(&s, 'T')) || !clock_time(&s, &seconds) ||
	    !fraction(&s, &ns) || !zone(&s))
		return false;
	*t = (days * 86400 + seconds) * (sim_time)NS_PER_S + ns;
	return true;
}

bool azure_row(struct trace_file *f, char *text, struct trace_row *row)
{
	char *field[COLUMNS_MAX];
	bool good;

	if (!split(f, text, field, 3))
		return false;
	good = timestamp(field[0], &row->t);
	if (!good)
		ROW_BAD(f, "TIMESTAMP '%.40s' is not a time; expected one like 2023-11-16 "
			"18:15:46.6805900", field[0]);
	good &= tokens(f, "ContextTokens", field[1], 1, &row->input);
	good &= tokens(f, "GeneratedTokens", field[2], 0, &row->output);
	return good;
}

/*
 * Our own
 */

static bool arrival(struct trace_file *f, const char *text, sim_time *t)
{
	const char *s = text;
	int64_t seconds, ns;

	if (digits(&s, 10, &seconds) && fraction(&s, &ns) && *s == '\0' && seconds <= SECONDS_MAX) {
		*t = seconds * (sim_time)NS_PER_S + ns;
		return true;
	}
	ROW_BAD(f, "arrival_s '%.40s' is not a time; expected seconds in [0, %d] such as 12.5", text,
		SECONDS_MAX);
	return false;
}

bool csv_row(struct trace_file *f, char *text, struct trace_row *row)
{
	char *field[COLUMNS_MAX];
	uint64_t shared = 0;
	bool good;

	if (!split(f, text, field, f->prefixes ? 5 : 3))
		return false;
	good = arrival(f, field[0], &row->t);
	good &= tokens(f, "input_tokens", field[1], 1, &row->input);
	good &= tokens(f, "output_tokens", field[2], 0, &row->output);
	if (!f->prefixes)
		return good;
	good &= tokens(f, "prefix_tokens", field[4], 0, &shared);
	if (good && shared > row->input) {
		ROW_BAD(f, "prefix_tokens %lu are more than the %lu of the prompt",
			(unsigned long)shared, (unsigned long)row->input);
		return false;
	}
	if (*field[3] && shared > 0)
		trace_share(f, (struct span){ .length = shared, .stream = hash_join(hash_string("prefix"),
										    hash_string(field[3])) });
	return good;
}
