/* report/fmt.c */
#include "config.h"

#include "report/fmt.h"

#include "config/utf8.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

int fmt_decimals(double v)
{
	double a = fabs(v);

	if (a >= 999.5 || a < 5e-13)
		return 0;
	if (a >= 9.995)
		return 1;
	if (a >= 0.0995)
		return 2;
	return a >= 1e-5 ? 1 - (int)floor(log10(a)) : 6;
}

char *fmt_fixed(char buf[FMT], double v, int decimals)
{
	char raw[FMT], *at = buf;
	size_t len, whole;

	if (!isfinite(v) || fabs(v) >= 1e15) {
		snprintf(buf, FMT, "%.4g", v);
		return buf;
	}
	snprintf(raw, sizeof(raw), "%.*f", decimals, fabs(v));
	len = strlen(raw);
	whole = strcspn(raw, ".");
	if (v < 0 && strspn(raw, "0.") != len)
		*at++ = '-';
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			*at++ = ',';
		*at++ = raw[i];
	}
	*at = '\0';
	return buf;
}

char *fmt_num(char buf[FMT], double v)
{
	return fmt_fixed(buf, v, fmt_decimals(v));
}

char *fmt_count(char buf[FMT], double v)
{
	return fmt_fixed(buf, v, fabs(v) >= 9.95 || v == floor(v) ? 0 : 1);
}

static char *with_unit(char buf[FMT], double v, const char *unit)
{
	char num[FMT];
	int decimals = fabs(v) >= 99.95 ? 0 : fabs(v) >= 9.995 ? 1 : 2;

	snprintf(buf, FMT, "%.32s %s", fmt_fixed(num, v, v == 0.0 ? 0 : decimals), unit);
	return buf;
}

char *fmt_ms(char buf[FMT], double ms)
{
	return fabs(ms) < 999.5 ? with_unit(buf, ms, "ms") : fmt_s(buf, ms / 1e3);
}

char *fmt_s(char buf[FMT], double s)
{
	if (fabs(s) < 600.0)
		return with_unit(buf, s, "s");
	return fabs(s) < 36000.0 ? with_unit(buf, s / 60.0, "min") : with_unit(buf, s / 3600.0, "h");
}

char *fmt_pct(char buf[FMT], double share)
{
	double p = 100.0 * share;

	snprintf(buf, FMT, "%.*f%%", fabs(p) >= 9.95 || fabs(p) < 0.05 ? 0 : 1, p);
	return buf;
}

char *fmt_pct1(char buf[FMT], double share)
{
	snprintf(buf, FMT, "%.1f%%", 100.0 * share);
	return buf;
}

char *fmt_times(char buf[FMT], double ratio)
{
	char num[FMT];

	snprintf(buf, FMT, "%.32s×", fmt_fixed(num, ratio, fabs(ratio) >= 9.95 ? 0 : 1));
	return buf;
}

char *fmt_pm(char buf[FMT], const struct summary *s)
{
	char mean[FMT], half[FMT];
	double h;
	int d;

	if (s->n == 0) {
		snprintf(buf, FMT, "–");
		return buf;
	}
	d = fmt_decimals(s->mean);
	h = (s->hi - s->lo) / 2.0;
	if (h < 0.5 * pow(10.0, -d) && h >= 0.05 * pow(10.0, -d))
		d++;				/* "1,638.0 ± 0.4" rather than "1,638 ± 0" */
	fmt_fixed(mean, s->mean, d);
	if (summary_has_interval(s) && h >= 0.5 * pow(10.0, -d))
		snprintf(buf, FMT, "%.20s ± %.20s", mean, fmt_fixed(half, h, d));
	else
		snprintf(buf, FMT, "%.32s", mean);
	return buf;
}

size_t fmt_cols(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void spaces(FILE *out, size_t n)
{
	for (; n > 0; n--)
		fputc(' ', out);
}

char *fmt_short(char *out, size_t size, const char *s, size_t cols)
{
	size_t n = 0, bytes = 0;

	if (fmt_cols(s) <= cols) {
		snprintf(out, size, "%s", s);
		return out;
	}
	for (; s[bytes] && n + 1 < cols + (((unsigned char)s[bytes] & 0xc0) == 0x80); bytes++)
		n += ((unsigned char)s[bytes] & 0xc0) != 0x80;
	snprintf(out, size, "%.*s…", (int)bytes, s);
	return out;
}

void fmt_left(FILE *out, const char *s, size_t width)
{
	size_t n = fmt_cols(s);

	fputs(s, out);
	spaces(out, n < width ? width - n : 0);
}

void fmt_right(FILE *out, const char *s, size_t width)
{
	size_t n = fmt_cols(s);

	spaces(out, n < width ? width - n : 0);
	fputs(s, out);
}

void fmt_wrap(FILE *out, const char *text, size_t first, size_t indent, size_t width)
{
	size_t col = first;
	bool fresh = true;

	while (*(text += strspn(text, " ")) != '\0') {
		size_t bytes = strcspn(text, " ");
		size_t n = fmt_cols(text) - fmt_cols(text + bytes);

		if (!fresh && col + 1 + n > width) {
			fputc('\n', out);
			spaces(out, indent);
			col = indent;
			fresh = true;
		}
		fprintf(out, "%s%.*s", fresh ? "" : " ", (int)bytes, text);
		col += n + !fresh;
		fresh = false;
		text += bytes;
	}
	fputc('\n', out);
}

char *fmt_clean(char *out, size_t size, const char *in)
{
	size_t n = strlen(in), good = utf8_check(in, n), o = 0;

	for (size_t i = 0; i < n && o + 1 < size; i++) {
		bool bad = i == good;

		if (bad)			/* '?' for one byte, and on from the next */
			good = i + 1 + utf8_check(in + i + 1, n - i - 1);
		if ((unsigned char)in[i] < 0x20 || in[i] == 0x7f)
			out[o++] = ' ';
		else
			out[o++] = bad ? '?' : in[i];
	}
	if (o + 1 == size && o < n) {
		while (o > 0 && ((unsigned char)in[o] & 0xc0) == 0x80)
			o--;			/* the cut fell inside a character */
	}
	out[o] = '\0';
	return out;
}
