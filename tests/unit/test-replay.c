/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/show/replay.c: where the bytes of the log come from. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "show/replay.h"

/* What the time line claims may be as long as it likes: zeros between files are no output. */
START_TEST(nothing_is_read_where_no_file_is)
{
	struct segment segments[] = {
		{ .offset = 10, .length = 5, .file = (char *)"a" },
		{ .offset = 1000000, .length = 5, .file = (char *)"b" },
	};
	struct stream st = { .id = 1, .length = 2000000, .segments = segments, .nsegments = 2 };
	static const uint64_t outside[] = { 0, 9, 15, 500000, 999999, 1000005, UINT64_MAX };
	struct replay replay = { .reader = NULL };
	struct window_source source = replay_source(&replay);
	char byte = 'x';

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ck_assert_int_eq(source.read(source.context, &st, outside[i], &byte, 1), -ENODATA);
	st.nsegments = 0;
	ck_assert_int_eq(source.read(source.context, &st, 10, &byte, 1), -ENODATA);
	ck_assert_int_eq(byte, 'x');
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("replay");
	TCase *tc = tcase_create("replay");
	SRunner *runner;

	tcase_add_test(tc, nothing_is_read_where_no_file_is);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
