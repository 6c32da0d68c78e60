/* run/calibrate_data.c - which file the measurements are from: its hash and its date. */
#include "config.h"

#include "run/calibrate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "config/datafile.h"

/* The first YYYY-MM-DD of a comment. */
static void find_date(const char *line, char date[CALIBRATE_DATE])
{
	static const char form[] = "dddd-dd-dd";

	for (const char *p = line; *line == '#' && *p; p++) {
		size_t i = 0;

		while (form[i] && (form[i] == 'd' ? isdigit((unsigned char)p[i]) : p[i] == form[i]))
			i++;
		if (!form[i]) {
			snprintf(date, CALIBRATE_DATE, "%.10s", p);
			return;
		}
	}
}

void calibrate_data(struct calibration *c)
{
	char *path = datafile_find(c->path, NULL, c->base->measured_path, ""), *line = NULL;
	FILE *in = path ? fopen(path, "r") : NULL;
	size_t cap = 0;

	snprintf(c->data_date, sizeof(c->data_date), "unknown");
	while (in && getline(&line, &cap, in) >= 0) {
		c->data_hash = hash_join(c->data_hash, hash_string(line));
		if (c->data_date[0] == 'u')
			find_date(line, c->data_date);
	}
	if (in)
		fclose(in);
	free(line);
	free(path);
}
