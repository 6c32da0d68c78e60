/* report/json_parts.h - what every JSON document is made of: keys in the order of writing, no NaN, clean
 * text. */
#ifndef REPORT_JSON_PARTS_H
#define REPORT_JSON_PARTS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"
#include "engine/launch.h"
#include "run/cliff.h"
#include "run/gain.h"
#include "run/result.h"

void json_put(json_t *object, const char *key, json_t *value); /* takes value, which is not NULL */
void json_put_number(json_t *object, const char *key, double v);	/* left out if not finite */
void json_put_count(json_t *object, const char *key, uint64_t v);
void json_put_hex(json_t *object, const char *key, uint64_t v);
void json_put_summary(json_t *object, const char *key, const struct summary *s); /* left out if empty */
json_t *json_text(const char *s);
/* A setting in scenario notation: numbers and booleans as such, strings without their quotes, the rest
 * as written. */
json_t *json_setting(const char *value);
json_t *json_mechanisms(unsigned without);		/* names of what is switched off */
json_t *json_run(const struct run_result *r);		/* a whole result: schema servesim.run/1 */
json_t *sweep_walls_json(const struct cliffs *c);	/* where they are, plateaus, advice */
json_t *sweep_gains_json(const struct gains *g);	/* differences over the first name, by point */
/* version, env (an object), argv, command (one line), notes */
json_t *json_launch(const struct launch_command *c, const struct diag *notes);
void json_write(json_t *o, FILE *out);			/* takes o */

#endif
