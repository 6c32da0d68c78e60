/* sweepfile.h - the files of a sweep, which may be killed at any moment.
 *
 *   DIR/sweep.jsonl.part	a head that says whose it is, then a record (report/sweep.h) a finished point, in order
 *				of completion.  The only file that is trusted when a sweep goes on.
 *   DIR/sweep.csv.part		the same as a table, for looking at; made again from the records when a sweep goes on
 *   DIR/sweep.jsonl, .csv	all points in the grid's order: renamed into place when the last point is there
 *   DIR/sweep.lock		held (flock) while a sweep works in DIR; what a killed one leaves does not lock
 *
 * A record is one write() to a file opened for appending, so a killed process leaves whole lines and at
 * most one torn one at the end, which is dropped.  The system keeps what a dead process wrote; against
 * the death of the system the records are also sent to the disk, once a second at most, since a point
 * that takes less than that is not worth the wait.  Before the last rename they are all on disk.
 */
#ifndef SWEEPFILE_H
#define SWEEPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/sweep.h"

struct sweepfile {
	struct sweep *sweep;		/* not owned */
	char *dir;			/* owned; NULL: no files, records are in a temporary one */
	int lock, records, table;	/* descriptors; -1: not open */
	bool finished;			/* `records` is a whole sweep.jsonl, or became one */
	bool replaces;			/* there is another one, which goes when this one is finished */
	long *at;			/* by point: offset of its record */
	size_t *bytes;			/* and its length with the newline; 0: not there */
	long end;			/* of the records */
	size_t there;			/* finished points */
	size_t dropped;			/* lines of an earlier run that were not whole */
	long synced_s;			/* when records were last sent to the disk */
};

/* Locks the folder and reads what an earlier sweep left; the points that are there are marked in *s.  An
 * exit code other than EXIT_DONE with a message on stderr; close in any case.  dir NULL: no folder. */
int sweepfile_open(struct sweepfile *f, struct sweep *s, const char *dir, bool restart);
/* Adds the record of a finished point: report_sweep_line()'s.  False: said on stderr. */
bool sweepfile_add(struct sweepfile *f, const char *line, size_t bytes);
bool sweepfile_finish(struct sweepfile *f);	/* all points are there */
/* All records, in the grid's order, each behind `between` but the first. */
bool sweepfile_records(const struct sweepfile *f, const char *between, FILE *out);
void sweepfile_close(struct sweepfile *f);

#endif
