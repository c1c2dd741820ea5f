/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/run/capture_set.c and src/run/run_options.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "run/capture_set.h"
#include "run/run_options.h"

#define DEFAULT (CAPTURE_STDOUT | CAPTURE_STDERR | CAPTURE_SOCKETS)

static char error[256];

static struct backend_config parse(const char *text)
{
	struct backend_config c = { 0 };

	ck_assert_int_eq(capture_set_parse(text, &c, error, sizeof(error)), 0);
	return c;
}

START_TEST(words_and_numbers)
{
	struct backend_config c = parse("stdin,pipes,files,ttys,fd=0,fd=63,fd=7,fd=007");

	ck_assert_uint_eq(c.capture, CAPTURE_STDIN | CAPTURE_PIPES | CAPTURE_FILES | CAPTURE_TTYS);
	ck_assert_uint_eq(c.without, 0);
	ck_assert_uint_eq(c.capture_fds, 1ull | 1ull << 63 | 1ull << 7);
	ck_assert_uint_eq(parse(CAPTURE_DEFAULT).capture, DEFAULT);
	c = parse("fd=3");
	ck_assert_uint_eq(c.capture, 0);
	ck_assert_uint_eq(c.capture_fds, 8);
}
END_TEST

START_TEST(all_is_every_bit)
{
	ck_assert_uint_eq(parse("all").capture, (CAPTURE_OTHERS << 1) - 1);
}
END_TEST

START_TEST(taken_away_wherever_it_stands)
{
	struct backend_config c = parse("!pipes,stdout");

	ck_assert_uint_eq(c.capture, CAPTURE_STDOUT);
	ck_assert_uint_eq(c.without, CAPTURE_PIPES);
	c = parse("all,!sockets,!ttys");
	ck_assert_uint_eq(c.without, CAPTURE_SOCKETS | CAPTURE_TTYS);
	ck_assert_uint_eq(c.capture, (CAPTURE_OTHERS << 1) - 1);
}
END_TEST

START_TEST(only_taken_away_begins_with_the_default)
{
	struct backend_config c = parse("!sockets");

	ck_assert_uint_eq(c.capture, DEFAULT);
	ck_assert_uint_eq(c.without, CAPTURE_SOCKETS);
	ck_assert_uint_eq(c.capture_fds, 0);
}
END_TEST

START_TEST(refused_and_untouched)
{
	static const char *const bad[] = {
		"",	   ",",
		"stdout,", "stdout,,stderr",
		"STDOUT",  "std",
		"stdouts", "!",
		"!!all",   "fd",
		"fd=",	   "fd=64",
		"fd=-1",   "fd=4294967297",
		"fd=1x",   "!fd=1",
		"!all",	   "stdout,!stdout",
		"none",	   " stdout",
	};
	struct backend_config c = { .capture = 77, .without = 78, .capture_fds = 79 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error[0] = '\0';
		ck_assert_msg(capture_set_parse(bad[i], &c, error, sizeof(error)) == -EINVAL, "%s",
			      bad[i]);
		ck_assert_msg(error[0], "%s", bad[i]);
	}
	ck_assert_uint_eq(c.capture, 77);
	ck_assert_uint_eq(c.without, 78);
	ck_assert_uint_eq(c.capture_fds, 79);
}
END_TEST

/* --buffer=text, in bytes; 0 when it is refused. */
static size_t buffer(const char *text)
{
	struct run_options o;
	char *argv[] = { "iotap-run", "--buffer", (char *)text, "true", NULL };
	size_t size;

	if (run_options_parse(4, argv, &o, error, sizeof(error)) < 0)
		return 0;
	size = o.config.backend.ring_size;
	run_options_release(&o);
	return size;
}

START_TEST(buffers_are_powers_of_two)
{
	ck_assert_uint_eq(buffer("1M"), 1 << 20);
	ck_assert_uint_eq(buffer("1m"), 1 << 20);
	ck_assert_uint_eq(buffer("1048576"), 1 << 20);
	ck_assert_uint_eq(buffer("1048577"), 2 << 20);
	ck_assert_uint_eq(buffer("1025K"), 2 << 20);
	ck_assert_uint_eq(buffer("3M"), 4 << 20);
	ck_assert_uint_eq(buffer("2G"), 2ull << 30);
	ck_assert_uint_eq(buffer("1048575"), 0);
	ck_assert_uint_eq(buffer("2147483649"), 0);
	ck_assert_uint_eq(buffer("1 "), 0);
	ck_assert_uint_eq(buffer("18014398509481985K"), 0);
}
END_TEST

START_TEST(sets_add_up)
{
	struct run_options o;
	char *argv[] = { "iotap-run", "-e", "stdin", "-efd=4,!ttys", "true", "-q", NULL };

	ck_assert_int_eq(run_options_parse(6, argv, &o, error, sizeof(error)), 0);
	ck_assert_str_eq(o.config.capture_text, "stdin,fd=4,!ttys");
	ck_assert_uint_eq(o.config.backend.capture, CAPTURE_STDIN);
	ck_assert_uint_eq(o.config.backend.without, CAPTURE_TTYS);
	ck_assert_uint_eq(o.config.backend.capture_fds, 16);
	ck_assert_ptr_eq(o.config.command, argv + 4);
	ck_assert(!o.config.quiet);
	run_options_release(&o);
}
END_TEST

START_TEST(defaults)
{
	struct run_options o;
	char *argv[] = { "iotap-run", "true", NULL };

	ck_assert_int_eq(run_options_parse(2, argv, &o, error, sizeof(error)), 0);
	ck_assert_str_eq(o.config.capture_text, CAPTURE_DEFAULT);
	ck_assert_uint_eq(o.config.backend.capture, DEFAULT);
	ck_assert(o.config.backend.wait);
	ck_assert_int_eq(o.config.wait_for, WAIT_TREE);
	ck_assert_uint_ge(o.config.backend.ring_size, 1 << 20);
	ck_assert_uint_le(o.config.backend.ring_size, 64 << 20);
	ck_assert_uint_eq(o.config.backend.ring_size & (o.config.backend.ring_size - 1), 0);
	ck_assert_ptr_null(o.config.output);
	run_options_release(&o);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capture-set");
	TCase *sets = tcase_create("sets");
	TCase *options = tcase_create("options");
	SRunner *runner;

	tcase_add_test(sets, words_and_numbers);
	tcase_add_test(sets, all_is_every_bit);
	tcase_add_test(sets, taken_away_wherever_it_stands);
	tcase_add_test(sets, only_taken_away_begins_with_the_default);
	tcase_add_test(sets, refused_and_untouched);
	suite_add_tcase(suite, sets);
	tcase_add_test(options, buffers_are_powers_of_two);
	tcase_add_test(options, sets_add_up);
	tcase_add_test(options, defaults);
	suite_add_tcase(suite, options);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
