/* config/cfgprint.h - values in the scenario's notation. */
#ifndef CONFIG_CFGPRINT_H
#define CONFIG_CFGPRINT_H

#include <libconfig.h>
#include <stdint.h>

#include "base/arena.h"

/* All in the arena; read back, they give the same value. */
const char *cfgprint_int(struct arena *a, int64_t v);
const char *cfgprint_real(struct arena *a, double v);	/* finite; always with a point or an exponent */
const char *cfgprint_string(struct arena *a, const char *s);	/* quoted */
const char *cfgprint_setting(struct arena *a, const config_setting_t *s);

/* For messages: the shortest text that reads back as v, without a needless point; buf[32]. */
const char *cfgprint_short(char buf[32], double v);

#endif
