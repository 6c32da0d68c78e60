#include "config.h"

#include "engine/engine.h"

#include <string.h>

#define X(id) extern const struct engine engine_##id;
#include "engine/engines.def"
#undef X

const struct engine *const engines[] = {
#define X(id) &engine_##id,
#include "engine/engines.def"
#undef X
	NULL
};

const struct engine *engine_find(const char *name)
{
	for (const struct engine *const *e = engines; *e; e++)
		if (strcmp((*e)->name, name) == 0)
			return *e;
	return NULL;
}
