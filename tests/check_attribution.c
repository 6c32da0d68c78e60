/* check_attribution.c - splits computed by hand, then random schedules.
 *
 * Times are plain numbers of ns.  A case lays down passes in launch order and
 * tells the account what an engine would.
 */
#include "config.h"

#include "run/attribution.h"

#include "core/rng.h"
#include "harness.h"

struct desk {				/* a ledger and how far it is */
	struct ledger ledger;
	struct pass_record pass[64];
	uint64_t n;
};

static uint64_t lay(struct desk *d, enum pass_kind kind, sim_time start, sim_time end,
		    sim_time decode_alone)
{
	struct pass_record *p = &d->pass[d->n];

	*p = (struct pass_record){ .seq = d->n, .kind = kind, .start = start, .end = end,
				   .decode_alone = decode_alone };
	ledger_launch(&d->ledger, p);
	return d->n++;
}

static uint64_t prefill_pass(struct desk *d, sim_time start, sim_time end)
{
	return lay(d, PASS_PREFILL, start, end, 0);
}

static uint64_t decode_pass(struct desk *d, sim_time start, sim_time end)
{
	return lay(d, PASS_DECODE, start, end, end - start);
}

struct split { sim_time client, queue, own, decode, stall, host, recompute; };

static void is(const sim_time c[CAUSES], struct split s)
{
	ck_assert_int_eq(c[CAUSE_CLIENT], s.client);
	ck_assert_int_eq(c[CAUSE_QUEUE], s.queue);
	ck_assert_int_eq(c[CAUSE_OWN_PREFILL], s.own);
	ck_assert_int_eq(c[CAUSE_DECODE], s.decode);
	ck_assert_int_eq(c[CAUSE_STALL], s.stall);
	ck_assert_int_eq(c[CAUSE_HOST], s.host);
	ck_assert_int_eq(c[CAUSE_RECOMPUTE], s.recompute);
}

static struct account arrived(sim_time t_send, sim_time t_arrive)
{
	struct account a;

	account_open(&a, t_send);
	account_arrive(&a, t_arrive);
	return a;
}

/* Prefill, two decode passes, gaps between, results processed 2 later. */
START_TEST(one_after_the_other)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 5);
	uint64_t p;

	p = prefill_pass(&d, 10, 40);
	account_prefill(&a, &d.ledger, p, true);
	account_token(&a, &d.ledger, p, 42);
	p = decode_pass(&d, 45, 60);
	account_token(&a, &d.ledger, p, 62);
	p = decode_pass(&d, 65, 80);
	account_token(&a, &d.ledger, p, 82);
	account_finish(&a, &d.ledger, &d.pass[p], 82);
	account_close(&a, 0, 45, 90);
	is(a.cause, (struct split){ .client = 13, .queue = 5, .own = 30, .decode = 30, .host = 5 + 5 + 2 });
	is(a.first, (struct split){ .client = 5 + 3, .queue = 5, .own = 30, .host = 2 });
}
END_TEST

/* The next pass is launched before the last one's tokens are processed. */
START_TEST(overlap)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0);
	uint64_t p0 = prefill_pass(&d, 0, 30), p1, p2;

	account_prefill(&a, &d.ledger, p0, true);
	p1 = decode_pass(&d, 30, 50);
	account_token(&a, &d.ledger, p0, 31);
	p2 = decode_pass(&d, 50, 70);
	account_token(&a, &d.ledger, p1, 51);
	account_finish(&a, &d.ledger, &d.pass[p1], 51);	/* and is a wasted row of p2 */
	account_close(&a, 0, 31, 51);
	ck_assert_int_eq(d.pass[p2].end, 70);
	is(a.cause, (struct split){ .own = 30, .decode = 20, .host = 1 });
	is(a.first, (struct split){ .own = 30, .host = 1 });
}
END_TEST

/* Somebody else's prefill pass comes between its decode passes. */
START_TEST(stalled_by_a_prefill)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(100, 100), b = arrived(100, 145);
	uint64_t p;

	p = prefill_pass(&d, 110, 140);
	account_prefill(&a, &d.ledger, p, true);
	account_token(&a, &d.ledger, p, 140);
	decode_pass(&d, 140, 150);
	p = prefill_pass(&d, 150, 200);
	account_prefill(&b, &d.ledger, p, true);
	account_token(&b, &d.ledger, p, 200);
	p = decode_pass(&d, 200, 211);
	account_finish(&a, &d.ledger, &d.pass[p], 211);
	account_finish(&b, &d.ledger, &d.pass[p], 211);
	account_close(&a, 100, 140, 211);
	account_close(&b, 100, 200, 220);
	is(a.cause, (struct split){ .queue = 10, .own = 30, .decode = 10 + 11, .stall = 50 });
	is(b.cause, (struct split){ .client = 45 + 9, .queue = 5, .own = 50, .decode = 11 });
}
END_TEST

/* Three chunks; another decodes between the second and the third. */
START_TEST(chunks)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 3);
	uint64_t p;

	p = prefill_pass(&d, 10, 30);
	account_prefill(&a, &d.ledger, p, false);
	p = prefill_pass(&d, 30, 50);
	account_prefill(&a, &d.ledger, p, false);
	decode_pass(&d, 52, 60);
	p = prefill_pass(&d, 60, 75);
	account_prefill(&a, &d.ledger, p, true);
	account_token(&a, &d.ledger, p, 75);
	p = decode_pass(&d, 75, 80);
	account_finish(&a, &d.ledger, &d.pass[p], 80);
	account_close(&a, 0, 75, 80);
	is(a.cause, (struct split){ .client = 3, .queue = 7, .own = 20 + 20 + 15, .decode = 5, .stall = 8,
				    .host = 2 });
	is(a.first, (struct split){ .client = 3, .queue = 7, .own = 20 + 20 + 15, .stall = 8, .host = 2 });
}
END_TEST

/* A mixed pass is a prefill row's own; to a decode row it is decode as far as decode needs, then stall. */
START_TEST(mixed)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0), b = arrived(0, 35);
	uint64_t p;

	p = prefill_pass(&d, 0, 40);
	account_prefill(&a, &d.ledger, p, true);
	p = lay(&d, PASS_MIXED, 40, 90, 12);
	account_prefill(&b, &d.ledger, p, false);
	p = lay(&d, PASS_MIXED, 90, 130, 13);
	account_prefill(&b, &d.ledger, p, true);
	account_token(&b, &d.ledger, p, 130);
	p = decode_pass(&d, 130, 145);
	account_finish(&a, &d.ledger, &d.pass[p], 145);
	account_finish(&b, &d.ledger, &d.pass[p], 145);
	account_close(&a, 0, -1, 145);
	account_close(&b, 0, 130, 145);
	is(a.cause, (struct split){ .own = 40, .decode = 12 + 13 + 15, .stall = 38 + 27 });
	is(b.cause, (struct split){ .client = 35, .queue = 5, .own = 50 + 40, .decode = 15 });
}
END_TEST

/* Retracted while pass 1 runs; comes back in pass 3, in the overlap loop. */
START_TEST(retraction)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0);
	uint64_t p;

	p = prefill_pass(&d, 0, 20);
	account_prefill(&a, &d.ledger, p, true);
	p = decode_pass(&d, 20, 30);
	account_token(&a, &d.ledger, 0, 21);
	account_retract(&a, &d.ledger, p, 22);		/* its row of pass 1 counts until 30 */
	decode_pass(&d, 30, 45);
	p = prefill_pass(&d, 50, 80);
	account_prefill(&a, &d.ledger, p, true);
	account_token(&a, &d.ledger, p, 81);
	p = decode_pass(&d, 80, 92);
	account_finish(&a, &d.ledger, &d.pass[p], 93);
	account_close(&a, 0, 21, 93);
	is(a.cause, (struct split){ .own = 20, .decode = 10 + 12, .host = 1, .recompute = 80 - 30 });
	is(a.first, (struct split){ .own = 20, .host = 1 });
}
END_TEST

/* Retracted after the last pass (normal loop), back in chunks, and a second time before any token. */
START_TEST(retracted_twice)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0);
	uint64_t p;

	p = prefill_pass(&d, 0, 20);
	account_prefill(&a, &d.ledger, p, true);
	account_retract(&a, &d.ledger, p, 23);
	p = prefill_pass(&d, 30, 40);
	account_prefill(&a, &d.ledger, p, false);
	p = prefill_pass(&d, 40, 50);
	account_prefill(&a, &d.ledger, p, true);
	account_retract(&a, &d.ledger, p, 45);
	p = prefill_pass(&d, 60, 70);
	account_prefill(&a, &d.ledger, p, true);
	account_token(&a, &d.ledger, p, 70);
	account_finish(&a, &d.ledger, &d.pass[p], 70);
	account_close(&a, 0, 72, 75);
	is(a.cause, (struct split){ .client = 5, .own = 20, .host = 3, .recompute = 27 + 20 });
	is(a.first, (struct split){ .client = 2, .own = 20, .host = 3, .recompute = 47 });
}
END_TEST

/* The client gives up, in every phase. */
START_TEST(given_up)
{
	struct desk d = { .n = 0 };
	struct account way_in, queued = arrived(0, 5), planned = arrived(0, 5), running = arrived(0, 5);
	struct account retracted = arrived(0, 5);
	uint64_t p;

	account_open(&way_in, 0);
	account_close(&way_in, 0, -1, 9);
	is(way_in.cause, (struct split){ .client = 9 });

	account_finish(&queued, &d.ledger, NULL, 11);
	account_close(&queued, 0, -1, 11);
	is(queued.cause, (struct split){ .client = 5, .queue = 6 });

	p = prefill_pass(&d, 20, 50);			/* launched, not begun at 12 */
	account_prefill(&planned, &d.ledger, p, true);
	account_prefill(&running, &d.ledger, p, true);
	account_prefill(&retracted, &d.ledger, p, true);
	account_finish(&planned, &d.ledger, NULL, 12);
	account_close(&planned, 0, -1, 12);
	is(planned.cause, (struct split){ .client = 5, .queue = 7 });

	p = decode_pass(&d, 50, 70);			/* at 65 in the middle of it */
	account_retract(&retracted, &d.ledger, p, 51);
	account_finish(&running, &d.ledger, NULL, 65);
	account_close(&running, 0, -1, 65);
	is(running.cause, (struct split){ .client = 5, .queue = 15, .own = 30, .decode = 15 });

	account_finish(&retracted, &d.ledger, NULL, 64);	/* before the end of its last pass */
	account_close(&retracted, 0, -1, 64);
	is(retracted.cause, (struct split){ .client = 5, .queue = 15, .own = 30, .decode = 14 });
}
END_TEST

START_TEST(given_up_while_retracted)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0);
	uint64_t p = prefill_pass(&d, 0, 20);

	account_prefill(&a, &d.ledger, p, true);
	account_retract(&a, &d.ledger, p, 20);
	account_finish(&a, &d.ledger, NULL, 33);
	account_close(&a, 0, -1, 40);
	is(a.cause, (struct split){ .client = 7, .own = 20, .recompute = 13 });
}
END_TEST

/* Between two chunks the result that ends it is older than its newest pass. */
START_TEST(given_up_between_chunks)
{
	struct desk d = { .n = 0 };
	struct account a = arrived(0, 0);
	uint64_t p0 = prefill_pass(&d, 0, 20), p1;

	account_prefill(&a, &d.ledger, p0, false);
	p1 = prefill_pass(&d, 20, 40);
	account_prefill(&a, &d.ledger, p1, false);
	account_finish(&a, &d.ledger, &d.pass[p0], 21);
	account_close(&a, 0, -1, 21);
	is(a.cause, (struct split){ .own = 21 });
}
END_TEST

START_TEST(prefill_before_arrival_is_a_bug)
{
	struct desk d = { .n = 0 };
	struct account a;

	account_open(&a, 0);
	account_prefill(&a, &d.ledger, prefill_pass(&d, 0, 1), true);
}
END_TEST

START_TEST(overlapping_passes_are_a_bug)
{
	struct desk d = { .n = 0 };

	prefill_pass(&d, 0, 10);
	prefill_pass(&d, 9, 20);
}
END_TEST

START_TEST(ledger_reads_between)
{
	struct ledger l;
	struct pass_record p[] = {
		{ .seq = 0, .kind = PASS_PREFILL, .start = 10, .end = 30, .power_w = 300 },
		{ .seq = 1, .kind = PASS_DECODE, .start = 40, .end = 60, .power_w = 200 },
	};
	static const struct { sim_time t, gap; double energy; } at[] = {
		{ 0, 0, 0 }, { 7, 7, 700 }, { 10, 10, 1000 }, { 20, 10, 4000 }, { 30, 10, 7000 },
		{ 35, 15, 7500 }, { 40, 20, 8000 }, { 50, 20, 10000 }, { 60, 20, 12000 }, { 65, 25, 12500 },
	};

	ledger_init(&l, 100);
	for (size_t i = 0; i < 2; i++)
		ledger_launch(&l, &p[i]);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		sim_time gap;
		double energy;

		ledger_read(&l, at[i].t, &gap, &energy);
		ck_assert_int_eq(gap, at[i].gap);
		ck_assert_double_eq(energy, at[i].energy);
	}
}
END_TEST

/* One request through a random life; account_close() checks the sum and that nothing is negative. */
static void random_life(struct rng *rng)
{
	static struct desk d;
	struct account a;
	sim_time t = 0, now;
	uint64_t p = 0;
	bool served = false;

	d = (struct desk){ .n = 0 };
	account_open(&a, 0);
	now = (sim_time)gsl_rng_uniform_int(&rng->gsl, 10);
	account_arrive(&a, now);
	while (d.n < 60 && gsl_rng_uniform_int(&rng->gsl, 15) > 0) {
		enum pass_kind kind = (enum pass_kind)gsl_rng_uniform_int(&rng->gsl, PASS_KINDS);
		sim_time start = (t > now ? t : now) + (sim_time)gsl_rng_uniform_int(&rng->gsl, 4);
		sim_time end = start + (sim_time)gsl_rng_uniform_int(&rng->gsl, 30);

		p = lay(&d, kind, start, end, (sim_time)gsl_rng_uniform_int(&rng->gsl, 40));
		if (!served && kind != PASS_DECODE) {
			served = gsl_rng_uniform_int(&rng->gsl, 2);
			account_prefill(&a, &d.ledger, p, served);
		} else if (served && gsl_rng_uniform_int(&rng->gsl, 8) == 0) {
			account_retract(&a, &d.ledger, p, now);
			served = false;
		}
		now = start + (sim_time)gsl_rng_uniform_int(&rng->gsl, (unsigned long)(end - start) + 5);
		t = end;
	}
	account_finish(&a, &d.ledger, d.n && now >= d.pass[p].end ? &d.pass[p] : NULL, now);
	account_close(&a, 0, -1, now + 3);
}

START_TEST(any_life_adds_up)
{
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "lives", 0);
	for (int i = 0; i < 100000; i++)
		random_life(&rng);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("attribution");
	TCase *tc = tcase_create("attribution");

	tcase_add_test(tc, one_after_the_other);
	tcase_add_test(tc, overlap);
	tcase_add_test(tc, stalled_by_a_prefill);
	tcase_add_test(tc, chunks);
	tcase_add_test(tc, mixed);
	tcase_add_test(tc, retraction);
	tcase_add_test(tc, retracted_twice);
	tcase_add_test(tc, given_up);
	tcase_add_test(tc, given_up_while_retracted);
	tcase_add_test(tc, given_up_between_chunks);
	tcase_add_test(tc, ledger_reads_between);
	tcase_add_test(tc, any_life_adds_up);
	tcase_set_timeout(tc, 60);
	harness_add_bug_test(tc, prefill_before_arrival_is_a_bug);
	harness_add_bug_test(tc, overlapping_passes_are_a_bug);
	suite_add_tcase(s, tc);
	return harness_run(s);
}
