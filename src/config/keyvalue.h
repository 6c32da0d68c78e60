/* config/keyvalue.h - one setting into one field (part of keyread). */
#ifndef CONFIG_KEYVALUE_H
#define CONFIG_KEYVALUE_H

#include <stdbool.h>

#include "config/keyread.h"
#include "stat/dist.h"

/* The value of a key that is not a group or a list of groups. false: reported. */
bool key_value(const struct key_reader *r, const struct key *k, const config_setting_t *s, void *field);
/* Is v inside the key's range? If not, it is reported. */
bool key_in_range(const struct key_reader *r, const struct key *k, const config_setting_t *s, double v);
/* KEY_DIST (keydist.c). */
bool key_dist(const struct key_reader *r, const struct key *k, const config_setting_t *s,
	      struct dist *out);

#endif
