/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of src/decode/accounts.c: small sets of ranges, added in each of their orders, against
 * one number for each position.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/accounts.h"

#define POSITIONS 12
#define RANGES 7

/* Check's own assertions cost a system call each: too much for so many. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg(#condition);                                                  \
	} while (0)

struct range {
	unsigned begin, end;
	enum cause cause;
};

static unsigned permutations;

/* Calls `each` with every order of the set. */
static void permute(struct range *set, unsigned count, unsigned fixed,
		    void (*each)(const struct range *set, unsigned count))
{
	if (fixed == count) {
		permutations++;
		each(set, count);
		return;
	}
	for (unsigned i = fixed; i < count; i++) {
		struct range saved = set[fixed];

		set[fixed] = set[i];
		set[i] = saved;
		permute(set, count, fixed + 1, each);
		set[i] = set[fixed];
		set[fixed] = saved;
	}
}

/* --- spans --- */

static void expect_runs(const struct spans *s, const bool *in)
{
	size_t used = 0;

	for (unsigned i = 0; i < POSITIONS; i++) {
		unsigned begin = i;

		while (i < POSITIONS && in[i])
			i++;
		if (i == begin)
			continue;
		EXPECT(used < s->used);
		EXPECT(s->list[used].begin == begin);
		EXPECT(s->list[used].end == i);
		used++;
	}
	EXPECT(s->used == used);
	EXPECT(spans_end(s) == (used ? s->list[used - 1].end : 0));
}

/* From each position to each end. */
static void expect_gaps(const struct spans *s, const bool *in)
{
	for (unsigned from = 0; from <= POSITIONS; from++)
		for (unsigned to = 0; to <= POSITIONS; to++) {
			unsigned begin = from, end;
			uint64_t at = from, ret_end = 4711;

			while (begin < to && in[begin])
				begin++;
			for (end = begin; end < to && !in[end];)
				end++;
			/* So many that Check's own assertions would take minutes. */
			if (spans_gap(s, &at, to, &ret_end) != (begin < to) ||
			    (begin < to && (at != begin || ret_end != end)))
				ck_abort_msg("gap of [%u, %u) is not [%u, %u)", from, to, begin,
					     end);
		}
}

static void add_spans(const struct range *set, unsigned count)
{
	bool in[POSITIONS] = { false };
	struct spans s = { 0 };

	for (unsigned i = 0; i < count; i++) {
		bool overlaps = false;

		for (unsigned at = set[i].begin; at < set[i].end; at++)
			overlaps |= in[at];
		EXPECT(spans_add(&s, set[i].begin, set[i].end) == (overlaps ? -EEXIST : 0));
		for (unsigned at = set[i].begin; !overlaps && at < set[i].end; at++)
			in[at] = true;
		expect_runs(&s, in);
		expect_gaps(&s, in);
	}
	spans_release(&s);
	EXPECT(!s.list);
}

START_TEST(spans_come_in_any_order)
{
	struct range apart[] = { { 0, 1 }, { 1, 3 }, { 3, 4 }, { 5, 6 }, { 7, 8 }, { 8, 12 } };
	struct range all[] = { { 0, 2 }, { 2, 4 }, { 4, 6 }, { 6, 8 }, { 8, 10 }, { 10, 12 } };

	permutations = 0;
	permute(apart, 6, 0, add_spans);
	permute(all, 6, 0, add_spans);
	ck_assert_uint_eq(permutations, 2 * 720);
}
END_TEST

START_TEST(overlaps_are_refused_and_change_nothing)
{
	struct range set[RANGES] = { { 0, 3 }, { 2, 5 }, { 4, 5 }, { 3, 9 },
				     { 5, 9 }, { 4, 5 }, { 0, 12 } };

	permutations = 0;
	permute(set, RANGES, 0, add_spans);
	ck_assert_uint_eq(permutations, 5040);
}
END_TEST

START_TEST(empty_spans_are_refused)
{
	struct spans s = { 0 };

	ck_assert_int_eq(spans_add(&s, 5, 5), -EINVAL);
	ck_assert_int_eq(spans_add(&s, 6, 5), -EINVAL);
	ck_assert_int_eq(spans_add(&s, 4, 6), 0);
	ck_assert_int_eq(spans_add(&s, 6, 6), -EINVAL);
	ck_assert_uint_eq(s.used, 1);
	spans_release(&s);
}
END_TEST

START_TEST(spans_reach_the_last_position)
{
	struct spans s = { 0 };
	uint64_t at = 1, end;

	ck_assert_int_eq(spans_add(&s, UINT64_MAX - 1, UINT64_MAX), 0);
	ck_assert_int_eq(spans_add(&s, 0, 1), 0);
	ck_assert_int_eq(spans_add(&s, UINT64_MAX - 2, UINT64_MAX), -EEXIST);
	ck_assert(spans_gap(&s, &at, UINT64_MAX, &end));
	ck_assert_uint_eq(at, 1);
	ck_assert_uint_eq(end, UINT64_MAX - 1);
	ck_assert_int_eq(spans_add(&s, 1, UINT64_MAX - 1), 0);
	ck_assert_uint_eq(s.used, 1);
	ck_assert_uint_eq(spans_end(&s), UINT64_MAX);
	spans_release(&s);
}
END_TEST

/* --- holes --- */

#define NONE CAUSE_COUNT

static void expect_holes(const struct stream *s, const enum cause *causes)
{
	uint64_t lost = 0, in_kernel = 0;
	size_t used = 0;

	for (unsigned i = 0; i < POSITIONS;) {
		unsigned begin = i;

		while (i < POSITIONS && causes[i] == causes[begin])
			i++;
		if (causes[begin] == NONE)
			continue;
		EXPECT(used < s->nholes);
		EXPECT(s->holes[used].stream == s->id);
		EXPECT(s->holes[used].cause == causes[begin]);
		EXPECT(s->holes[used].offset == begin);
		EXPECT(s->holes[used].length == (i - begin));
		used++;
		if (causes[begin] == CAUSE_IN_KERNEL)
			in_kernel += i - begin;
		else
			lost += i - begin;
	}
	EXPECT(s->nholes == used);
	EXPECT(s->lost == lost);
	EXPECT(s->in_kernel == in_kernel);
}

static void add_holes(const struct range *set, unsigned count)
{
	struct stream s = { .id = 9 };
	enum cause causes[POSITIONS];

	for (unsigned i = 0; i < POSITIONS; i++)
		causes[i] = NONE;
	for (unsigned i = 0; i < count; i++) {
		struct hole h = { .cause = set[i].cause,
				  .offset = set[i].begin,
				  .length = set[i].end - set[i].begin };
		const struct hole *now = stream_add_hole(&s, &h);

		EXPECT(now);
		EXPECT(now->cause == h.cause);
		EXPECT(now->offset <= h.offset && now->offset + now->length >= h.offset + h.length);
		for (unsigned at = set[i].begin; at < set[i].end; at++)
			causes[at] = set[i].cause;
		expect_holes(&s, causes);
	}
	stream_release(&s);
}

START_TEST(holes_of_one_cause_become_one)
{
	struct range set[RANGES] = {
		{ 0, 1, CAUSE_FAULT }, { 1, 2, CAUSE_FAULT },	  { 2, 4, CAUSE_FAULT },
		{ 4, 5, CAUSE_FAULT }, { 5, 6, CAUSE_RING_FULL }, { 6, 7, CAUSE_RING_FULL },
		{ 8, 9, CAUSE_FAULT },
	};

	permutations = 0;
	permute(set, RANGES, 0, add_holes);
	ck_assert_uint_eq(permutations, 5040);
}
END_TEST

START_TEST(holes_of_other_causes_stay_apart)
{
	struct range set[RANGES] = {
		{ 0, 1, CAUSE_FAULT },	   { 1, 2, CAUSE_IN_KERNEL }, { 2, 4, CAUSE_FAULT },
		{ 4, 5, CAUSE_IN_KERNEL }, { 5, 6, CAUSE_IN_KERNEL }, { 7, 8, CAUSE_STORE },
		{ 9, 12, CAUSE_STORE },
	};

	permutations = 0;
	permute(set, RANGES, 0, add_holes);
	ck_assert_uint_eq(permutations, 5040);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("accounts");
	TCase *tc = tcase_create("accounts");
	SRunner *runner;

	tcase_add_test(tc, spans_come_in_any_order);
	tcase_add_test(tc, overlaps_are_refused_and_change_nothing);
	tcase_add_test(tc, empty_spans_are_refused);
	tcase_add_test(tc, spans_reach_the_last_position);
	tcase_add_test(tc, holes_of_one_cause_become_one);
	tcase_add_test(tc, holes_of_other_causes_stay_apart);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
