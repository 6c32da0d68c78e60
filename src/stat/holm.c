/* stat/holm.c */
#include "config.h"

#include "stat/holm.h"

void holm(const double *p, size_t n, double alpha, bool *kept)
{
	for (size_t i = 0; i < n; i++)
		kept[i] = false;
	for (size_t left = n; left > 0; left--) {	/* m is some hundreds: no need to sort */
		size_t least = n;

		for (size_t i = 0; i < n; i++)
			if (!kept[i] && (least == n || p[i] < p[least]))
				least = i;
		if (p[least] > alpha / (double)left)
			return;
		kept[least] = true;
	}
}
