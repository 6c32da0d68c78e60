/* run/englog.c - the engine's lines, stamped. */
#include "config.h"

#include "run/englog.h"

#include <time.h>

#include "base/units.h"

#define START_OF_2025	1735689600	/* s since 1970, UTC */
#define LINE_BYTES	512

static const struct probe_ops englog_probe_ops;

void englog_init(struct engine_log *l, FILE *out, const struct engine *engine)
{
	*l = (struct engine_log){ .out = out, .engine = engine,
				  .probe = { .ops = &englog_probe_ops, .self = l } };
}

static void write_line(struct engine_log *l, sim_time now, const char *text)
{
	time_t t = START_OF_2025 + (time_t)(now / NS_PER_S);
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", gmtime_r(&t, &tm));
	fprintf(l->out, "[%s] %s\n", stamp, text);
}

static void write_pass(struct engine_log *l, const struct pass_record *p, sim_time now)
{
	char text[LINE_BYTES];

	if (l->engine->log_line(l->self, p, now, text, sizeof(text)) > 0)
		write_line(l, now, text);
}

void englog_start(struct engine_log *l, void *self)
{
	char text[LINE_BYTES];

	l->self = self;
	if (l->engine->start_line && l->engine->start_line(self, text, sizeof(text)) > 0)
		write_line(l, 0, text);
}

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	if (p->kind != PASS_DECODE)
		write_pass(self, p, now);
}

static void on_done(void *self, const struct pass_record *p, sim_time now)
{
	if (p->kind == PASS_DECODE)
		write_pass(self, p, now);
}

static const struct probe_ops englog_probe_ops = {
	.launch = on_launch,
	.done = on_done,
};
