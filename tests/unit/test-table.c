/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of src/decode/table.c: random keys put and removed, against an array with a place for each.
 */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "decode/table.h"

#define KEYS 700
#define STEPS 300000

static uint32_t state;

/* xorshift32: the same numbers in every run. */
static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static uint32_t in_a_row(uint32_t i)
{
	return i + 1;
}

/* All of them have their home in one slot, whatever the size of the table up to 2^20. */
static uint32_t in_one_slot(uint32_t i)
{
	return (i + 1) << 20;
}

static uint32_t at_the_top(uint32_t i)
{
	return UINT32_MAX - i;
}

static void expect_same(const struct table *t, void *const *model, uint32_t (*key)(uint32_t))
{
	size_t used = 0, walked = 0;
	bool seen[KEYS] = { 0 };
	char *value;

	for (uint32_t i = 0; i < KEYS; i++) {
		used += model[i] != NULL;
		if (table_get(t, key(i)) != model[i])
			ck_abort_msg("key %u has another value", key(i));
	}
	ck_assert_uint_eq(t->used, used);
	for (size_t at = 0; (value = table_next(t, &at)); walked++) {
		uint32_t i = (uint32_t)((uintptr_t)value % KEYS);

		if (value != model[i] || seen[i])
			ck_abort_msg("key %u is met twice or should not be there", key(i));
		seen[i] = true;
	}
	ck_assert_uint_eq(walked, used);
}

static void against_model(uint32_t (*key)(uint32_t), unsigned steps)
{
	void *model[KEYS] = { NULL };
	struct table t = { 0 };

	state = 4711;
	for (unsigned step = 1; step <= steps; step++) {
		uint32_t i = next_random() % KEYS;
		/* Filled, emptied, and so on. */
		bool fills = (step / 5000) % 2 == 0;

		if (next_random() % 4 == 0 ? fills : !fills) {
			if (table_remove(&t, key(i)) != model[i])
				ck_abort_msg("key %u had another value", key(i));
			model[i] = NULL;
		} else {
			/* Tells its key, is never the same twice, and points nowhere. */
			model[i] = (void *)((uintptr_t)step * KEYS + i);
			if (table_put(&t, key(i), model[i]))
				ck_abort_msg("key %u is refused", key(i));
		}
		if (step % 1000 == 0)
			expect_same(&t, model, key);
	}
	table_release(&t);
	ck_assert_uint_eq(t.size, 0);
}

START_TEST(keys_in_a_row)
{
	against_model(in_a_row, STEPS);
}
END_TEST

START_TEST(keys_in_one_slot)
{
	against_model(in_one_slot, STEPS / 10);
}
END_TEST

START_TEST(keys_at_the_top)
{
	against_model(at_the_top, STEPS / 10);
}
END_TEST

START_TEST(zero_is_no_key)
{
	struct table t = { 0 };
	size_t at = 0;
	int x;

	ck_assert_ptr_null(table_get(&t, 1));
	ck_assert_ptr_null(table_remove(&t, 1));
	ck_assert_ptr_null(table_next(&t, &at));
	ck_assert_int_eq(table_put(&t, 0, &x), -EINVAL);
	ck_assert_int_eq(table_put(&t, 1, &x), 0);
	ck_assert_int_eq(table_put(&t, 0, &x), -EINVAL);
	ck_assert_ptr_null(table_get(&t, 0));
	ck_assert_ptr_null(table_remove(&t, 0));
	ck_assert_uint_eq(t.used, 1);
	table_release(&t);
}
END_TEST

/* As decode_finish() does it: what is removed leaves its slot to another one. */
START_TEST(emptied_while_it_is_walked)
{
	uint32_t (*const keys[])(uint32_t) = { in_a_row, in_one_slot, at_the_top };

	for (unsigned k = 0; k < 3; k++) {
		uint32_t values[KEYS], removed = 0, *value;
		struct table t = { 0 };

		for (uint32_t i = 0; i < KEYS; i++) {
			values[i] = keys[k](i);
			ck_assert_int_eq(table_put(&t, values[i], &values[i]), 0);
		}
		for (size_t at = 0; (value = table_next(&t, &at)); at--, removed++)
			ck_assert_ptr_eq(table_remove(&t, *value), value);
		ck_assert_uint_eq(removed, KEYS);
		ck_assert_uint_eq(t.used, 0);
		table_release(&t);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table");
	TCase *tc = tcase_create("table");
	SRunner *runner;

	tcase_add_test(tc, keys_in_a_row);
	tcase_add_test(tc, keys_in_one_slot);
	tcase_add_test(tc, keys_at_the_top);
	tcase_add_test(tc, zero_is_no_key);
	tcase_add_test(tc, emptied_while_it_is_walked);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
