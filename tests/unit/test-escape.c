/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/show/escape.c: what a terminal gets to see of hostile bytes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "show/escape.h"

static void check_line(enum ansi mode, const char *in, size_t len, const char *wanted)
{
	char out[4096];
	size_t n = ansi_line(mode, in, len, out);

	out[n] = '\0';
	ck_assert_uint_eq(n, strlen(wanted));
	ck_assert_str_eq(out, wanted);
}

#define STRIP(in, wanted) check_line(ANSI_STRIP, in, sizeof(in) - 1, wanted)
#define ESCAPE(in, wanted) check_line(ANSI_ESCAPE, in, sizeof(in) - 1, wanted)

START_TEST(plain_text_is_kept)
{
	STRIP("a line\twith a tab, ~ and \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	      "a line\twith a tab, ~ and \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	ESCAPE("a line\twith a tab, ~ and \xc3\xa9\xe2\x82\xac",
	       "a line\twith a tab, ~ and \xc3\xa9\xe2\x82\xac");
	STRIP("", "");
}
END_TEST

START_TEST(sequences_go)
{
	STRIP("\x1b[31mred\x1b[0m", "red");
	STRIP("\x1b[38:2:1:2:3;4 qx", "x");
	STRIP("\x1b]0;title\x07y", "y");
	STRIP("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link");
	STRIP("\x1bPdcs\x1b\\a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d", "abcd");
	STRIP("\x1b(Ba\x1b"
	      "7b\x1b"
	      "cc\x1b#8d",
	      "abcd");
	STRIP("a\x1b[1\x18z", "az");
	STRIP("a\x1b\x1b[1mb", "ab");
	STRIP("a\x1b]x\x1b[1mb", "ab");
}
END_TEST

START_TEST(eight_bit_forms_go)
{
	STRIP("\x9b"
	      "31mred",
	      "red");
	STRIP("\xc2\x9b"
	      "31mred",
	      "red");
	STRIP("\x9d"
	      "0;t\x9cx",
	      "x");
	STRIP("\xc2\x9d"
	      "0;t\xc2\x9cx",
	      "x");
	STRIP("\x90q\x9cx\x98s\x9cy\x9ep\x9cz\x9f"
	      "a\x9c.",
	      "xyz.");
	STRIP("a\x85"
	      "b\xc2\x85"
	      "c",
	      "abc");
	/* 0x9b within a character is no control character. */
	STRIP("\xc5\x9b"
	      "31m",
	      "\xc5\x9b"
	      "31m");
	/* An overlong form of ESC is two bytes that belong to nothing. */
	STRIP("\xc0\x9b"
	      "31mx",
	      "\xc0x");
}
END_TEST

START_TEST(controls_go)
{
	char all[33], out[4 * 40];
	size_t n;

	for (int i = 0; i < 32; i++)
		all[i] = i == 0x1b ? 'e' : i;
	all[32] = 0x7f;
	n = ansi_line(ANSI_STRIP, all, sizeof(all), out);
	out[n] = '\0';
	ck_assert_str_eq(out, "\t\ne");
	STRIP("progress 1%\rprogress 2%", "progress 1%progress 2%");
	STRIP("evil\xe2\x80\xae"
	      "txt\xe2\x81\xa6.",
	      "eviltxt.");
}
END_TEST

START_TEST(an_unfinished_sequence_goes)
{
	STRIP("a\x1b", "a");
	STRIP("a\x1b[12;", "a");
	STRIP("a\x1b]0;never ended", "a");
	STRIP("a\xe2\x80", "a\xe2");
	STRIP("a\x1b]never\nended", "a\nended");
}
END_TEST

START_TEST(escapes_are_readable)
{
	ESCAPE("\x1b[1m\x07\x7f\r", "\\x1b[1m\\x07\\x7f\\x0d");
	ESCAPE("a\\x1b", "a\\\\x1b");
	ESCAPE("\xff\xe2\x82", "\\xff\\xe2\\x82");
	ESCAPE("\xc2\x9b\x9b", "\\xc2\\x9b\\x9b");
	ESCAPE("\xe2\x80\xae", "\\xe2\\x80\\xae");
}
END_TEST

START_TEST(keep_keeps)
{
	check_line(ANSI_KEEP, "\x1b[1m\xff\r", 6, "\x1b[1m\xff\r");
}
END_TEST

/* The result does not depend on where the text is cut. */
START_TEST(pieces_are_one_text)
{
	static const char text[] = "a\x1b[31mb\xe2\x82\xac\x1b]0;t\x1b\\c\xc2\x9b"
				   "1md\\\xff.";
	static const char *const wanted[] = {
		[ANSI_STRIP] = "ab\xe2\x82\xac"
			       "cd\\\xff.",
		[ANSI_ESCAPE] = "a\\x1b[31mb\xe2\x82\xac\\x1b]0;t\\x1b\\\\c\\xc2\\x9b1md\\\\\\xff.",
	};
	enum ansi mode = _i & 1 ? ANSI_STRIP : ANSI_ESCAPE;
	size_t len = sizeof(text) - 1, n = 0, cut = (size_t)_i / 2;
	struct ansi_state s = { 0 };
	char out[512];

	n += ansi_filter(&s, mode, text, cut, out + n);
	for (size_t i = cut; i < len; i++)
		n += ansi_filter(&s, mode, text + i, 1, out + n);
	out[n] = '\0';
	ck_assert_str_eq(out, wanted[mode]);
}
END_TEST

START_TEST(names_are_one_safe_line)
{
	char out[64];

	ck_assert_str_eq(escape_name("a b\n\t\x1b[1m\\\xff", 11, out, sizeof(out)),
			 "a b\\x0a\\x09\\x1b[1m\\\\\\xff");
	ck_assert_str_eq(escape_word("a b", 3, out, sizeof(out)), "a\\x20b");
	ck_assert_str_eq(escape_name("caf\xc3\xa9", 5, out, sizeof(out)), "caf\xc3\xa9");
}
END_TEST

START_TEST(names_are_cut_between_characters)
{
	char out[8];

	ck_assert_str_eq(escape_name("abcdefghij", 10, out, sizeof(out)), "abcdefg");
	ck_assert_str_eq(escape_name("abcde\n", 6, out, sizeof(out)), "abcde");
	ck_assert_str_eq(escape_name("", 0, out, 1), "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("escape");
	TCase *c = tcase_create("escape");
	SRunner *runner;

	tcase_add_test(c, plain_text_is_kept);
	tcase_add_test(c, sequences_go);
	tcase_add_test(c, eight_bit_forms_go);
	tcase_add_test(c, controls_go);
	tcase_add_test(c, an_unfinished_sequence_goes);
	tcase_add_test(c, escapes_are_readable);
	tcase_add_test(c, keep_keeps);
	tcase_add_loop_test(c, pieces_are_one_text, 0, 2 * 26);
	tcase_add_test(c, names_are_one_safe_line);
	tcase_add_test(c, names_are_cut_between_characters);
	suite_add_tcase(suite, c);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
