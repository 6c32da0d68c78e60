/* work/workload.c - the workloads there are. */
#include "config.h"

#include "work/workload.h"

#include <string.h>

#define X(n) extern const struct workload workload_##n;
#include "work/workloads.def"
#undef X

const struct workload *const workloads[] = {
#define X(n) &workload_##n,
#include "work/workloads.def"
#undef X
	NULL
};

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; workloads[i]; i++)
		if (strcmp(workloads[i]->name, name) == 0)
			return workloads[i];
	return NULL;
}
