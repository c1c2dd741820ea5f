/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/model.c. */
#include <check.h>
#include <stdlib.h>

#include "model.h"

START_TEST(every_number_has_a_word)
{
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		ck_assert(i == CAUSE_UNKNOWN || cause_name(i)[0] != 'u');
	for (unsigned i = 0; i < KIND_COUNT; i++)
		ck_assert_str_ne(kind_name(i), "unknown");
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		ck_assert_str_ne(role_name(i), "unknown");
	ck_assert_str_eq(role_name(ROLE_STDERR), "stderr");
	ck_assert_str_eq(kind_name(KIND_SOCKET), "socket");
	ck_assert_str_eq(cause_name(CAUSE_STORE), "store");
}
END_TEST

START_TEST(numbers_out_of_range_are_unknown)
{
	ck_assert_str_eq(kind_name(KIND_COUNT), "unknown");
	ck_assert_str_eq(direction_name(2), "unknown");
	ck_assert_str_eq(cause_name(~0u), "unknown");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("model");
	TCase *words = tcase_create("words");
	SRunner *runner;

	tcase_add_test(words, every_number_has_a_word);
	tcase_add_test(words, numbers_out_of_range_are_unknown);
	suite_add_tcase(suite, words);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
