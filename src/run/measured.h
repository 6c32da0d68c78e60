/* run/measured.h - measured values of a CSV file.
 *
 * The first line that is neither empty nor a comment (#) names the columns:
 * `users`, `engine` (optional), and metrics by our names or by those of the v5
 * benchmark client (throughput_tok_s, latency_p95_ms, ...).  Rows of other
 * engines are skipped, but must be well formed; the engine is one of the
 * program's, "lmdeploy" (either of its two), or the one asked for.
 */
#ifndef RUN_MEASURED_H
#define RUN_MEASURED_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "run/scenario.h"

/* Values of the rows of `engine` into *out (in the arena), in file order. */
void measured_read(const char *path, const char *engine, struct arena *a, struct diag *errors,
		   struct measured_value **out, size_t *n);

#endif
