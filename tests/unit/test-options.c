/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/lib/options.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/options.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* Every call of take, written one behind the other: `out=DIR;` or `quiet;`. */
static char seen[256];
static char error[256];

static void note(const char *name, const char *value)
{
	size_t used = strlen(seen);

	snprintf(seen + used, sizeof(seen) - used, value ? "%s=%s;" : "%s;", name, value);
}

static int take_output(void *target, const char *value, char *ret_error, size_t size)
{
	ck_assert_ptr_eq(target, seen);
	if (strcmp(value, "bad") == 0) {
		snprintf(ret_error, size, "bad is bad: use good");
		return -ENOTDIR;
	}
	note("output", value);
	return 0;
}

static int take_quiet(void *target, const char *value, char *ret_error, size_t size)
{
	(void)target, (void)ret_error, (void)size;
	note("quiet", value);
	return 0;
}

static int take_wait(void *target, const char *value, char *ret_error, size_t size)
{
	(void)target, (void)ret_error, (void)size;
	note("wait", value);
	return 0;
}

static int take_timeout(void *target, const char *value, char *ret_error, size_t size)
{
	(void)target, (void)ret_error, (void)size;
	note("timeout", value);
	return 0;
}

static const struct option_row rows[] = {
	{ .help = "First heading:" },
	{ 'o', "output", "DIR", "where it goes", take_output },
	{ 'q', "quiet", NULL, "say nothing", take_quiet },
	{ .help = "Second heading:" },
	{ 0, "wait-timeout", "SECONDS",
	  "this text is long and has to be broken between two of its words, whichever those are",
	  take_timeout },
	{ 0, "wait", "WHAT", "for what", take_wait },
	{ 0 },
};

static int parse(int argc, char **argv)
{
	seen[0] = error[0] = '\0';
	return options_parse(rows, seen, argc, argv, error, sizeof(error));
}

#define PARSE(...)                                                                                 \
	({                                                                                         \
		char *argv_[] = { "prog", __VA_ARGS__, NULL };                                     \
		parse(COUNT(argv_) - 1, argv_);                                                    \
	})

START_TEST(forms_of_an_argument)
{
	ck_assert_int_eq(PARSE("-o", "a", "-ob", "--output", "c", "--output=d", "x"), 7);
	ck_assert_str_eq(seen, "output=a;output=b;output=c;output=d;");
	ck_assert_int_eq(PARSE("-qo", "a", "-qob", "-qq"), 5);
	ck_assert_str_eq(seen, "quiet;output=a;quiet;output=b;quiet;quiet;");
	ck_assert_int_eq(PARSE("--output=", "-o", ""), 4);
	ck_assert_str_eq(seen, "output=;output=;");
	ck_assert_int_eq(PARSE("-o", "-q", "--output", "--"), 5);
	ck_assert_str_eq(seen, "output=-q;output=--;");
	ck_assert_int_eq(PARSE("--output=a=b"), 2);
	ck_assert_str_eq(seen, "output=a=b;");
}
END_TEST

START_TEST(options_end_at_the_first_word)
{
	ck_assert_int_eq(PARSE("-q", "ls", "-q"), 2);
	ck_assert_str_eq(seen, "quiet;");
	ck_assert_int_eq(PARSE("-q", "--", "-q"), 3);
	ck_assert_str_eq(seen, "quiet;");
	ck_assert_int_eq(PARSE("-", "-q"), 1);
	ck_assert_str_eq(seen, "");
	ck_assert_int_eq(PARSE("", "-q"), 1);
	ck_assert_int_eq(PARSE("--"), 2);
	ck_assert_int_eq(PARSE("-q"), 2);
}
END_TEST

START_TEST(no_words_at_all)
{
	char *argv[] = { "prog", NULL };

	ck_assert_int_eq(parse(1, argv), 1);
	ck_assert_int_eq(parse(0, argv + 1), 0);
}
END_TEST

START_TEST(long_names_may_be_cut_short)
{
	ck_assert_int_eq(PARSE("--out=a", "--q"), 3);
	ck_assert_str_eq(seen, "output=a;quiet;");
	ck_assert_int_eq(PARSE("--wait=a", "--wait-t", "b"), 4);
	ck_assert_str_eq(seen, "wait=a;timeout=b;");
	ck_assert_int_eq(PARSE("--wai=a"), -EINVAL);
	ck_assert_str_eq(error, "option --wai is short for --wait-timeout and for --wait: "
				"write more of it");
	ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(errors_name_the_next_step)
{
	ck_assert_int_eq(PARSE("--nothing=x"), -EINVAL);
	ck_assert_str_eq(error, "unknown option --nothing: see --help");
	ck_assert_int_eq(PARSE("-qz"), -EINVAL);
	ck_assert_str_eq(error, "unknown option -z: see --help");
	ck_assert_int_eq(PARSE("-q", "--output"), -EINVAL);
	ck_assert_str_eq(error, "option --output needs a DIR: see --help");
	ck_assert_int_eq(PARSE("-qo"), -EINVAL);
	ck_assert_str_eq(error, "option --output needs a DIR: see --help");
	ck_assert_int_eq(PARSE("--quiet=yes"), -EINVAL);
	ck_assert_str_eq(error, "option --quiet takes no value: see --help");
	ck_assert_int_eq(PARSE("-o", "bad"), -EINVAL);
	ck_assert_str_eq(error, "bad is bad: use good");
	ck_assert_int_eq(PARSE("--=x"), -EINVAL);
}
END_TEST

START_TEST(help_shows_every_row_within_the_screen)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	options_help(rows, out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(
		text,
		"First heading:\n"
		"  -o, --output=DIR        where it goes\n"
		"  -q, --quiet             say nothing\n"
		"Second heading:\n"
		"      --wait-timeout=SECONDS\n"
		"                          this text is long and has to be broken between two of\n"
		"                          its words, whichever those are\n"
		"      --wait=WHAT         for what\n");
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("options");
	TCase *parsing = tcase_create("parsing");
	TCase *help = tcase_create("help");
	SRunner *runner;

	tcase_add_test(parsing, forms_of_an_argument);
	tcase_add_test(parsing, options_end_at_the_first_word);
	tcase_add_test(parsing, no_words_at_all);
	tcase_add_test(parsing, long_names_may_be_cut_short);
	tcase_add_test(parsing, errors_name_the_next_step);
	suite_add_tcase(suite, parsing);
	tcase_add_test(help, help_shows_every_row_within_the_screen);
	suite_add_tcase(suite, help);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
