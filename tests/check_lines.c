/* check_lines.c - lines out of plain and packed files, and what is wrong with those that are damaged. */
#include "config.h"

#include "base/lines.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "core/rng.h"
#include "harness.h"

static char path[] = "check_lines.XXXXXX";

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
}

static void write_file(const void *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

enum { PLAIN, GZIP, ZSTD, KINDS };

/* Packed as `kind`; malloc'd, *n bytes. */
static unsigned char *packed(int kind, const char *text, size_t size, size_t *n)
{
	size_t cap = size + size / 2 + 1024;
	unsigned char *out = xcalloc(cap, 1);

	if (kind == PLAIN) {
		memcpy(out, text, size);
		*n = size;
	} else if (kind == ZSTD) {
		*n = ZSTD_compress(out, cap, text, size, 1);
		ck_assert(!ZSTD_isError(*n));
	} else {
		z_stream z = { .next_in = (unsigned char *)(uintptr_t)text, .avail_in = (uInt)size,
			       .next_out = out, .avail_out = (uInt)cap };

		ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
		ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
		*n = z.total_out;
		deflateEnd(&z);
	}
	return out;
}

/* All lines of the file, '|' behind each, then what is wrong, if anything; malloc'd. */
static char *all_lines(void)
{
	struct lines l;
	enum lines_status s = lines_open(&l, path);
	char *text, *all = xstrdup(""), *more;
	size_t n;
	int number = 0;

	while (s == LINES_OK && (s = lines_next(&l, &text, &n)) == LINES_OK) {
		ck_assert_uint_eq(strlen(text), n);
		ck_assert_int_eq(l.number, ++number);
		more = xasprintf("%s%s|", all, text);
		free(all);
		all = more;
	}
	if (s == LINES_BAD) {
		more = xasprintf("%s!%s", all, l.why);
		free(all);
		all = more;
	}
	lines_close(&l);
	return all;
}

static void assert_told(const char *part)
{
	char *all = all_lines();

	ck_assert_ptr_nonnull(strstr(all, part));
	free(all);
}

static void assert_lines(const char *expected)
{
	char *all = all_lines();

	ck_assert_str_eq(all, expected);
	free(all);
}

static const struct {
	const char *text, *lines;
} sample[] = {
	{ "", "" }, { "\n", "|" }, { "a", "a|" }, { "a\n", "a|" }, { "a\nb\n", "a|b|" }, { "a\r\nb\r\n", "a|b|" },
	{ "a\r\n\r\nb", "a||b|" }, { "a\rb\n", "a\rb|" }, { "\xef\xbb\xbfhead\n1\n", "head|1|" }, { "a\r", "a|" },
};

START_TEST(ends_of_lines)
{
	for (int kind = PLAIN; kind < KINDS; kind++) {
		size_t n;
		unsigned char *data = packed(kind, sample[_i].text, strlen(sample[_i].text), &n);

		write_file(data, n);
		assert_lines(sample[_i].lines);
		free(data);
	}
}
END_TEST

/* Lines of up to three buffers, in pieces packed one by one: what comes out is what went in. */
START_TEST(any_text_comes_back)
{
	size_t cap = 4 << 20, size = 0, n[3], at = 0;
	char *text = xcalloc(cap, 1), *line;
	unsigned char *data = xcalloc(2 * cap, 1);
	struct rng rng;
	struct lines l;
	size_t length;

	rng_init(&rng, harness_seed(), 0, "check_lines", (uint64_t)_i);
	while (size + 200001 < cap) {
		uint64_t most = rng_u64(&rng) % 20 ? 100 : 200000, k = rng_u64(&rng) % (most + 1);

		for (uint64_t i = 0; i < k; i++)
			text[size++] = (char)('a' + rng_u64(&rng) % 26);
		text[size++] = '\n';
	}
	for (int part = 0; part < 3; part++) {
		size_t from = size * (size_t)part / 3, to = size * (size_t)(part + 1) / 3;
		unsigned char *p = packed(_i, text + from, to - from, &n[part]);

		memcpy(data + at, p, n[part]);
		at += n[part];
		free(p);
	}
	write_file(data, at);
	ck_assert_int_eq(lines_open(&l, path), LINES_OK);
	at = 0;
	while (lines_next(&l, &line, &length) == LINES_OK) {
		ck_assert_mem_eq(text + at, line, length);
		at += length + 1;
		ck_assert_int_eq(text[at - 1], '\n');
	}
	ck_assert_str_eq(l.why, "");
	ck_assert_uint_eq(at, size);
	lines_close(&l);
	free(text);
	free(data);
}
END_TEST

/* Cut anywhere, a packed file is never just shorter. */
START_TEST(cut_off_files_are_told)
{
	static const char *const why[] = { "", "!the gzip data end in the middle; is the file cut off?",
					   "!the Zstandard data end in the middle; is the file cut off?" };
	char text[20000];
	size_t n;
	unsigned char *data;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 50 == 49 ? '\n' : (char)('a' + i * i % 23);
	data = packed(_i, text, sizeof(text), &n);
	for (size_t cut = 5; cut < n; cut += 7) {
		char *all;

		write_file(data, cut);
		all = all_lines();
		ck_assert_ptr_nonnull(strchr(all, '!'));
		ck_assert_str_eq(strchr(all, '!'), why[_i]);
		free(all);
	}
	free(data);
}
END_TEST

START_TEST(damaged_files_are_told)
{
	char text[20000];
	size_t n;
	unsigned char *data;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 50 == 49 ? '\n' : (char)('a' + i * i % 23);
	data = packed(GZIP, text, sizeof(text), &n);
	data[n - 6] ^= 1;			/* the checksum */
	write_file(data, n);
	assert_told("!the gzip data are damaged");
	free(data);
	data = packed(ZSTD, text, sizeof(text), &n);
	memset(data + 6, 0xff, 6);		/* a block of the kind that is reserved */
	write_file(data, n);
	assert_told("!the Zstandard data are damaged");
	free(data);
	data = packed(GZIP, "a\n", 2, &n);
	memcpy(data + n, "more", 4);
	write_file(data, n + 4);
	assert_told("!the gzip data are damaged");
	free(data);
}
END_TEST

START_TEST(too_long_a_line)
{
	char *text = xcalloc(LINES_LONGEST + 2, 1);

	memset(text, 'x', LINES_LONGEST + 1);
	text[1] = '\n';
	write_file(text, LINES_LONGEST + 1);
	free(text);
	text = all_lines();
	ck_assert_uint_gt(strlen(text), 1000);		/* the last line is just short enough */
	free(text);
	text = xcalloc(LINES_LONGEST + 1, 1);
	memset(text, 'x', LINES_LONGEST + 1);
	write_file(text, LINES_LONGEST + 1);
	assert_lines("!the line is longer than 16 MiB");
	free(text);
}
END_TEST

START_TEST(what_is_no_file)
{
	struct lines l;

	ck_assert_int_eq(lines_open(&l, "check_lines.there-is-none"), LINES_BAD);
	ck_assert_str_eq(l.why, "No such file or directory");
	ck_assert_int_eq(lines_open(&l, "/dev/null"), LINES_BAD);
	ck_assert_str_eq(l.why, "not a regular file");
	lines_close(&l);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lines");
	TCase *tc = tcase_create("lines");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, ends_of_lines, 0, (int)(sizeof(sample) / sizeof(sample[0])));
	tcase_add_loop_test(tc, any_text_comes_back, PLAIN, KINDS);
	tcase_add_loop_test(tc, cut_off_files_are_told, GZIP, KINDS);
	tcase_add_test(tc, damaged_files_are_told);
	tcase_add_test(tc, too_long_a_line);
	tcase_add_test(tc, what_is_no_file);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}
