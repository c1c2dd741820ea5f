/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/idmap.c. */
#include <config.h>

#include "store-kit.h"
#include "store/idmap.h"

#define KEYS 600

START_TEST(an_empty_map_has_nothing)
{
	struct idmap m = { 0 };

	ck_assert_uint_eq(idmap_get(&m, 0), 0);
	idmap_remove(&m, 7);
	ck_assert_uint_eq(idmap_get(&m, 7), 0);
	idmap_release(&m);
}
END_TEST

/* A plain array says what must be in the map after each of many steps. */
START_TEST(as_an_array_would)
{
	uintptr_t wanted[KEYS] = { 0 };
	struct idmap m = { 0 };
	uint32_t random = 1;

	for (int step = 0; step < 100000; step++) {
		uint32_t key;

		random = random * 1664525 + 1013904223;
		key = (random >> 8) % KEYS;
		/* Fills at first, then empties again. */
		if ((random >> 24) % 100 < (step < 50000 ? 70u : 30u)) {
			wanted[key] = random | 1;
			ck_assert_int_eq(idmap_set(&m, key * 0x100000001u, wanted[key]), 0);
		} else {
			wanted[key] = 0;
			idmap_remove(&m, key * 0x100000001u);
		}
		for (uint32_t i = 0; step % 97 == 0 && i < KEYS; i++)
			ck_assert_uint_eq(idmap_get(&m, i * 0x100000001u), wanted[i]);
	}
	idmap_release(&m);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("idmap");
	TCase *tc = tcase_create("idmap");

	tcase_add_test(tc, an_empty_map_has_nothing);
	tcase_add_test(tc, as_an_array_would);
	suite_add_tcase(suite, tc);
	return kit_run(suite);
}
