/* engine/mechanism.h - mechanisms of a server that a run can do without, one by one (--without NAME).
 *
 * A prediction is explained by switching its causes off: what each costs is the
 * difference.  The list is mechanisms.def; a set is a mask of 1u << enum.
 * Engines look at engine_env.without, the front end and the cost model are
 * replaced by their owners in run/.
 */
#ifndef ENGINE_MECHANISM_H
#define ENGINE_MECHANISM_H

#include <stdbool.h>
#include <stddef.h>

enum mechanism {
#define X(id, name, label, help) MECHANISM_##id,
#include "engine/mechanisms.def"
#undef X
	MECHANISMS
};

struct mechanism_info {
	const char *name, *label, *help;
};

extern const struct mechanism_info mechanism_info[MECHANISMS];
extern const char *const mechanism_names[];	/* NULL-terminated */

static inline bool is_without(unsigned set, enum mechanism m) { return set >> m & 1u; }

/* Parse "name,name"; "" is the empty set.  On an unknown name returns false and points *bad at it. */
bool mechanism_set(const char *text, unsigned *set, const char **bad);

#endif
