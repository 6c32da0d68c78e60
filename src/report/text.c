/* report/text.c - the report for people: the answer first, then the numbers behind it. */
#include "config.h"

#include "report/report.h"

#include "base/bug.h"
#include "report/finding.h"
#include "report/finding_saturation.h"
#include "report/fmt.h"
#include "report/text_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void text_heading(FILE *out, const char *heading, const char *note)
{
	fputc('\n', out);
	if (*note) {
		fmt_left(out, heading, 33);
		fputs(note, out);
	} else {
		fputs(heading, out);
	}
	fputc('\n', out);
}

static void paragraph(FILE *out, const char *text)
{
	if (*text) {
		fputs("  ", out);
		fmt_wrap(out, text, 2, 2, TEXT_WIDTH - 6);
	}
}

static void head(const struct run_result *r, FILE *out)
{
	char name[200], system[FINDING], line[FINDING + 100];
	long n = (long)r->replications;

	fmt_wrap(out, fmt_clean(name, sizeof(name), r->scenario->name), 0, 0, TEXT_WIDTH);
	finding_system(r, system);
	snprintf(line, sizeof(line), "%s · %s workload · %ld replication%s, seed %ld", system,
		 r->scenario->workload->name, n, n == 1 ? "" : "s", (long)r->scenario->run.seed);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	fputc('\n', out);
}

static void answer(const struct run_result *r, FILE *out)
{
	char text[FINDING], clean[FINDING], pct[FMT], flat[3 * FINDING];

	if (r->memory.verdict == MEMORY_DOES_NOT_FIT) {
		snprintf(text, sizeof(text), "This configuration cannot run. %s", r->memory.sentence);
		paragraph(out, fmt_clean(clean, sizeof(clean), text));
		return;
	}
	if (r->hang) {
		paragraph(out, "The engine hangs for ever in this configuration:");
		paragraph(out, fmt_clean(clean, sizeof(clean), r->hang_text));
	}
	*flat = '\0';
	if (r->nlevels >= SATURATION_LEVELS)
		finding_saturation_words(r, flat);
	finding_limit(r, text);
	if (!strstr(flat, text))		/* it says the same of the same level */
		paragraph(out, text);
	finding_scaling(r, text);
	if (*text)
		strncat(text, ".", sizeof(text) - strlen(text) - 1);
	paragraph(out, text);
	paragraph(out, flat);
	if (r->nmeasured > 0 && isfinite(r->mean_abs_error_pct)) {
		snprintf(text, sizeof(text), "Mean absolute error against %zu measured values: %s.",
			 r->nmeasured, fmt_pct1(pct, r->mean_abs_error_pct / 100.0));
		paragraph(out, text);
	}
	if (r->memory.verdict == MEMORY_AT_RISK)
		paragraph(out, "Memory is at risk: see below.");
}

static void warnings(const struct run_result *r, FILE *out)
{
	char clean[1000];

	if (r->nwarnings == 0)
		return;
	text_heading(out, "Warnings", "");
	for (size_t i = 0; i < r->nwarnings; i++) {
		fputs("  ! ", out);
		fmt_wrap(out, fmt_clean(clean, sizeof(clean), r->warning[i]), 4, 4, TEXT_WIDTH);
	}
}

static void tail(const struct run_result *r, FILE *out)
{
	char file[300], num[FMT];
	const char *slash = strrchr(r->scenario->path, '/');

	fmt_clean(file, sizeof(file), slash ? slash + 1 : r->scenario->path);
	fprintf(out, "\n%s @ %016" PRIx64 " · digest %016" PRIx64 " of %s events · servesim %s\n", file,
		r->scenario->config_hash, r->digest, fmt_fixed(num, (double)r->events, 0), PACKAGE_VERSION);
}

static void page(const struct run_result *r, FILE *out)
{
	head(r, out);
	answer(r, out);
	if (r->nlevels > 0) {
		text_overview(r, out);
		for (size_t i = 0; i < r->nlevels; i++)
			text_level(&r->level[i], out);
		text_client(r, out);
		text_measured(r, out);
		text_causes(r, out);
		text_passes(r, out);
	}
	text_memory(&r->memory, out);
	text_checks(r, out);
	warnings(r, out);
	tail(r, out);
}

void text_print_trimmed(char *text, FILE *out)
{
	for (char *line = text, *end; *line; line = end + 1) {
		size_t n;

		end = strchr(line, '\n');	/* the page ends with one */
		n = (size_t)(end - line);
		while (n > 0 && line[n - 1] == ' ')
			n--;
		fwrite(line, 1, n, out);
		fputc('\n', out);
	}
}

void report_text(const struct run_result *r, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	BUG_ON(!mem);
	page(r, mem);
	BUG_ON(fclose(mem) != 0);
	text_print_trimmed(text, out);
	free(text);
}
