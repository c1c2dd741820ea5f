/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/show/when.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "show/when.h"

START_TEST(rfc3339_is_read)
{
	int64_t s;
	uint32_t ns;

	ck_assert_int_eq(when_parse("2024-05-01T14:32:01.042000007+02:00", &s, &ns), 0);
	ck_assert_int_eq(s, 1714566721);
	ck_assert_uint_eq(ns, 42000007);
	ck_assert_int_eq(when_parse("1970-01-01T00:00:00Z", &s, &ns), 0);
	ck_assert_int_eq(s, 0);
	ck_assert_uint_eq(ns, 0);
	ck_assert_int_eq(when_parse("1969-12-31T16:30:00.5-07:30", &s, &ns), 0);
	ck_assert_int_eq(s, 0);
	ck_assert_uint_eq(ns, 500000000);
}
END_TEST

START_TEST(other_texts_are_refused)
{
	static const char *const bad[] = {
		"",
		"yesterday",
		"2024-05-01",
		"2024-05-01T14:32:01",
		"2024-05-01T14:32:01Zx",
		"2024-05-01T14:32:01+2:00",
		"2024-5-1T14:32:01Z",
		"-024-05-01T14:32:01Z",
	};
	int64_t s;
	uint32_t ns;

	ck_assert_int_eq(when_parse(bad[_i], &s, &ns), -EINVAL);
}
END_TEST

static void check_time(enum when_style style, const char *format, uint64_t ns, const char *wanted)
{
	char out[WHEN_SIZE + 33];
	struct when w;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	ck_assert_int_eq(when_init(&w, style, format, "2024-05-01T12:32:00.999999999Z"), 0);
	for (int again = 0; again < 2; again++) {
		out[when_format(&w, ns, out)] = '\0';
		ck_assert_str_eq(out, wanted);
	}
}

START_TEST(each_style_writes_its_form)
{
	check_time(WHEN_CLOCK, NULL, 0, "14:32:00.999");
	check_time(WHEN_CLOCK, NULL, 42000001, "14:32:01.042");
	check_time(WHEN_ISO, NULL, 1, "2024-05-01T14:32:01.000000+02:00");
	check_time(WHEN_UNIX, NULL, 42001001, "1714566721.042001");
	check_time(WHEN_RELATIVE, NULL, 61042001999, "61.042001");
	check_time(WHEN_STRFTIME, "%d.%m. %H", 36000000000000, "02.05. 00");
}
END_TEST

START_TEST(without_a_start_times_are_relative)
{
	char out[WHEN_SIZE + 33];
	struct when w;

	ck_assert_int_eq(when_init(&w, WHEN_ISO, NULL, NULL), -EINVAL);
	out[when_format(&w, 1500000000, out)] = '\0';
	ck_assert_str_eq(out, "1.500000");
	ck_assert_int_eq(when_init(&w, WHEN_ISO, NULL, "soon"), -EINVAL);
}
END_TEST

START_TEST(seconds_go_on)
{
	char out[WHEN_SIZE + 33];
	struct when w;

	ck_assert_int_eq(when_init(&w, WHEN_RELATIVE, NULL, "1970-01-01T00:00:00Z"), 0);
	for (unsigned i = 0; i < 3; i++) {
		char wanted[16] = "0.000001";

		wanted[0] += i;
		out[when_format(&w, i * 1000000000ull + 1000, out)] = '\0';
		ck_assert_str_eq(out, wanted);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("when");
	TCase *c = tcase_create("when");
	SRunner *runner;

	tcase_add_test(c, rfc3339_is_read);
	tcase_add_loop_test(c, other_texts_are_refused, 0, 8);
	tcase_add_test(c, each_style_writes_its_form);
	tcase_add_test(c, without_a_start_times_are_relative);
	tcase_add_test(c, seconds_go_on);
	suite_add_tcase(suite, c);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
