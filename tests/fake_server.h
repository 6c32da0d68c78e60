/* tests/fake_server.h - a server with one fixed latency, which writes down what a workload does to it.
 *
 * It checks on the way what no workload may break: sends happen now, one is out
 * per user, levels begin and end in order with all their requests between.
 */
#ifndef TESTS_FAKE_SERVER_H
#define TESTS_FAKE_SERVER_H

#include <stdint.h>

#include "base/arena.h"
#include "core/sim.h"
#include "stat/dist.h"
#include "work/workload.h"

struct sent {				/* one request, as it was handed over */
	struct request r;
	struct span *prompt;		/* copy, owned */
	sim_time t_done;
};

struct level_seen {
	sim_time begin, end;
	size_t first, last;		/* requests [first, last) of the log */
};

struct fake {
	sim_time latency;		/* of every answer; set before fake_run() */
	uint64_t fail_every;		/* > 0: requests whose index % it == 1 end with an error */
	bool keep_prompts;
	struct sim sim;
	struct arena arena;
	const struct workload *w;
	const void *params;
	void *self;
	bool *out;			/* user -> has a request out; owned */
	struct sent *sent;		/* owned */
	size_t n, cap;
	struct level_seen level[16];
	size_t nlevels;
	bool in_level;
};

/* Run the whole workload; params as its key table says. */
void fake_run(struct fake *f, const struct workload *w, const void *params, uint64_t seed,
	      uint32_t replication);
void fake_release(struct fake *f);

/* Position in the log of the request with this index; aborts the test if there is none. */
const struct sent *fake_find(const struct fake *f, uint64_t index);

/* Zeroed parameters of w (malloc'd), and the place of one of them by its name. */
void *params_new(const struct workload *w);
void *param_at(const struct key_table *t, void *params, const char *name, enum key_type type);
void set_int(const struct workload *w, void *params, const char *name, int64_t v);
void set_real(const struct workload *w, void *params, const char *name, double v);
void set_dist(const struct workload *w, void *params, const char *name, struct dist d);
void set_users(const struct workload *w, void *params, size_t n, const int64_t *v);

struct dist constant(double v);
struct dist uniform(double lo, double hi);
struct dist exponential(double mean);

#endif
