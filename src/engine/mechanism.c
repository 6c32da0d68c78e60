#include "config.h"

#include "engine/mechanism.h"

#include <string.h>

const struct mechanism_info mechanism_info[MECHANISMS] = {
#define X(id, name, label, help) { name, label, help },
#include "engine/mechanisms.def"
#undef X
};

const char *const mechanism_names[] = {
#define X(id, name, label, help) name,
#include "engine/mechanisms.def"
#undef X
	NULL
};

static bool add(const char *word, size_t n, unsigned *set)
{
	for (unsigned i = 0; i < MECHANISMS; i++) {
		if (strlen(mechanism_info[i].name) == n && strncmp(mechanism_info[i].name, word, n) == 0) {
			*set |= 1u << i;
			return true;
		}
	}
	return false;
}

bool mechanism_set(const char *text, unsigned *set, const char **bad)
{
	*set = 0;
	while (*text) {
		size_t n = strcspn(text, ", ");

		if (n > 0 && !add(text, n, set)) {
			*bad = text;
			return false;
		}
		text += n;
		text += strspn(text, ", ");
	}
	return true;
}
