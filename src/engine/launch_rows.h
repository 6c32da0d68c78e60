/* engine/launch_rows.h - the words that tables of flags are written in, for engine/launch_*.c only. */
#ifndef ENGINE_LAUNCH_ROWS_H
#define ENGINE_LAUNCH_ROWS_H

#include "engine/launch.h"

#define ALL		NULL, NULL		/* versions */
#define SINCE(v)	v, NULL
#define UNTIL(v)	NULL, v

#define KEY(key, names, versions)	{ names, LAUNCH_KEY, '1', key, versions, NULL, NULL }
/* The command line of these versions offers some values only; the program knows others, too. */
#define KEY_OFFERED(key, names, versions, offered, text) \
	{ names, LAUNCH_KEY, '1', key, versions, offered, text }
#define SWITCH(key, names, versions)	{ names, LAUNCH_SWITCH, '0', key, versions, NULL, NULL }
#define ENV(key, names, versions)	{ names, LAUNCH_ENV, '1', key, versions, NULL, NULL }
#define MODEL(names)			{ names, LAUNCH_MODEL, '1', NULL, ALL, NULL, NULL }
#define BACKEND(names)			{ names, LAUNCH_BACKEND, '1', NULL, ALL, NULL, NULL }
#define SILENT(takes, versions, names)	{ names, LAUNCH_SILENT, takes, NULL, versions, NULL, NULL }
#define WARN(takes, versions, names, harmless, text) \
	{ names, LAUNCH_WARN, takes, NULL, versions, harmless, text }
#define REFUSE(takes, versions, names, harmless, text) \
	{ names, LAUNCH_REFUSE, takes, NULL, versions, harmless, text }

#endif
