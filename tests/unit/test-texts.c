/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/decode/texts.c: texts shared by their ids, and paths as they travel. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/texts.h"

/* In memory of exactly its size, so that a sanitizer sees each byte read beyond it. */
static void expect_path(const char *names, size_t size, bool is_cut, bool is_deleted,
			const char *wanted)
{
	uint8_t *exact = malloc(size ? size : 1);
	struct bytes path;

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, names, size);
	ck_assert_int_eq(path_from_wire(exact, size, is_cut, is_deleted, &path), 0);
	ck_assert_msg(path.len == strlen(wanted) && !memcmp(path.data, wanted, path.len),
		      "'%.*s' instead of '%s'", (int)path.len, path.data, wanted);
	free(path.data);
	free(exact);
}

#define PATH(names, wanted) expect_path(names, sizeof(names) - 1, false, false, wanted)
#define CUT_PATH(names, wanted) expect_path(names, sizeof(names) - 1, true, false, wanted)
#define DELETED_PATH(names, wanted) expect_path(names, sizeof(names) - 1, false, true, wanted)

START_TEST(paths_are_turned_round)
{
	PATH("log\0var\0", "/var/log");
	PATH("log\0var", "/var/log");
	PATH("a\0", "/a");
	PATH("a", "/a");
	PATH("e\0d\0c\0b\0a\0", "/a/b/c/d/e");
	PATH("with blank\0new\nline\0", "/new\nline/with blank");
}
END_TEST

START_TEST(the_root_is_a_slash)
{
	PATH("", "/");
	PATH("\0", "/");
	PATH("\0\0\0", "/");
}
END_TEST

START_TEST(deleted_and_cut_paths_say_so)
{
	DELETED_PATH("x\0tmp\0", "/tmp/x (deleted)");
	DELETED_PATH("", "/ (deleted)");
	CUT_PATH("x\0tmp\0", ".../tmp/x");
	CUT_PATH("", ".../");
	expect_path("x\0tmp\0", 6, true, true, ".../tmp/x (deleted)");
}
END_TEST

START_TEST(empty_names_do_no_harm)
{
	PATH("b\0\0a\0", "/a//b");
	PATH("\0a\0", "/a");
	PATH("\0\0a", "/a/");
}
END_TEST

/* Room for the most that can come of any names: only slashes. */
START_TEST(the_longest_path_fits)
{
	char names[4096];
	struct bytes path;

	memset(names, 0, sizeof(names));
	names[sizeof(names) - 1] = 'a';
	ck_assert_int_eq(path_from_wire((uint8_t *)names, sizeof(names), true, true, &path), 0);
	ck_assert_uint_le(path.len, sizeof(names) + 14);
	free(path.data);
	memset(names, 'a', sizeof(names));
	ck_assert_int_eq(path_from_wire((uint8_t *)names, sizeof(names), true, true, &path), 0);
	ck_assert_uint_eq(path.len, sizeof(names) + 14);
	free(path.data);
}
END_TEST

START_TEST(texts_are_shared_until_nobody_needs_them)
{
	struct table texts = { 0 };
	struct text *a = text_refer(&texts, 7), *b = text_refer(&texts, 7),
		    *other = text_refer(&texts, 8);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_eq(a, b);
	ck_assert_ptr_ne(a, other);
	ck_assert(!a->whole);
	ck_assert_uint_eq(a->bytes.len, 0);
	ck_assert_ptr_null(text_refer(&texts, 0));
	text_drop(&texts, a);
	ck_assert_ptr_eq(table_get(&texts, 7), b);
	text_drop(&texts, b);
	ck_assert_ptr_null(table_get(&texts, 7));
	text_drop(&texts, NULL);
	text_drop(&texts, other);
	ck_assert_uint_eq(texts.used, 0);
	table_release(&texts);
}
END_TEST

START_TEST(parts_join_on_or_are_refused)
{
	struct text t = { .id = 1 };

	ck_assert_int_eq(text_add(&t, 1, "x", 1), -EINVAL);
	ck_assert_int_eq(text_add(&t, 0, "", 0), 0);
	ck_assert_int_eq(text_add(&t, 0, "ab", 2), 0);
	ck_assert_int_eq(text_add(&t, 0, "ab", 2), -EINVAL);
	ck_assert_int_eq(text_add(&t, 1, "b", 1), -EINVAL);
	ck_assert_int_eq(text_add(&t, 3, "d", 1), -EINVAL);
	ck_assert_int_eq(text_add(&t, UINT64_MAX, "d", 1), -EINVAL);
	ck_assert_int_eq(text_add(&t, 2, "cd", 2), 0);
	ck_assert_uint_eq(t.bytes.len, 4);
	ck_assert_mem_eq(t.bytes.data, "abcd", 4);
	free(t.bytes.data);
}
END_TEST

/* Nothing on the ring makes the recorder take all the memory. */
START_TEST(a_text_has_a_limit)
{
	const size_t limit = 16 << 20, part = 1 << 20;
	char *data = calloc(1, part);
	struct text t = { .id = 1 };

	for (size_t at = 0; at < limit; at += part)
		ck_assert_int_eq(text_add(&t, at, data, part), 0);
	ck_assert_int_eq(text_add(&t, limit, data, 1), -EINVAL);
	ck_assert_uint_eq(t.bytes.len, limit);
	free(t.bytes.data);
	free(data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("texts");
	TCase *tc = tcase_create("texts");
	SRunner *runner;

	tcase_add_test(tc, paths_are_turned_round);
	tcase_add_test(tc, the_root_is_a_slash);
	tcase_add_test(tc, deleted_and_cut_paths_say_so);
	tcase_add_test(tc, empty_names_do_no_harm);
	tcase_add_test(tc, the_longest_path_fits);
	tcase_add_test(tc, texts_are_shared_until_nobody_needs_them);
	tcase_add_test(tc, parts_join_on_or_are_refused);
	tcase_add_test(tc, a_text_has_a_limit);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
