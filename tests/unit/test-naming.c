/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/naming.c. */
#include <config.h>

#include "store-kit.h"
#include "store/naming.h"

static struct names names;

static void setup(void)
{
	names = (struct names){ 0 };
}

static void teardown(void)
{
	names_release(&names);
}

static const char *take(struct stream st)
{
	static char name[NAME_SIZE];

	ck_assert_int_eq(names_take(&names, &st, name), 0);
	return name;
}

START_TEST(role_and_kind_make_the_end)
{
	struct stream st = kit_stream(1, 4711, "job.sh");

	ck_assert_str_eq(take(st), "4711-job.sh.stdout");
	st.role = ROLE_STDERR;
	ck_assert_str_eq(take(st), "4711-job.sh.stderr");
	st.role = ROLE_STDIN;
	ck_assert_str_eq(take(st), "4711-job.sh.stdin");
	st.role = ROLE_OTHER;
	st.fd = 5;
	ck_assert_str_eq(take(st), "4711-job.sh.fd5.written");
	st.direction = DIRECTION_IN;
	ck_assert_str_eq(take(st), "4711-job.sh.fd5.read");
	st.kind = KIND_SOCKET;
	ck_assert_str_eq(take(st), "4711-job.sh.fd5.received");
	st.direction = DIRECTION_OUT;
	ck_assert_str_eq(take(st), "4711-job.sh.fd5.sent");
}
END_TEST

START_TEST(later_streams_of_one_name_get_a_number)
{
	ck_assert_str_eq(take(kit_stream(1, 4711, "sh")), "4711-sh.stdout");
	ck_assert_str_eq(take(kit_stream(2, 4711, "sh")), "4711.2-sh.stdout");
	ck_assert_str_eq(take(kit_stream(3, 4711, "sh")), "4711.3-sh.stdout");
	ck_assert_str_eq(take(kit_stream(4, 4711, "bash")), "4711-bash.stdout");
	ck_assert_str_eq(take(kit_stream(5, 4712, "sh")), "4712-sh.stdout");
	ck_assert_str_eq(take(kit_stream(6, 4711, "sh")), "4711.4-sh.stdout");
}
END_TEST

START_TEST(comm_is_escaped)
{
	static const struct {
		const char *comm, *name;
	} rows[] = {
		{ "a/b", "1-a%2Fb.stdout" },
		{ "a:b", "1-a%3Ab.stdout" },
		{ "100%", "1-100%25.stdout" },
		{ "a b\tc\n", "1-a%20b%09c%0A.stdout" },
		{ "\x1b[31m\x7f", "1-%1B[31m%7F.stdout" },
		{ "\xc3\xa4\xff", "1-%C3%A4%FF.stdout" },
		{ ".hidden.", "1-%2Ehidden..stdout" },
		{ "-rf-", "1-%2Drf-.stdout" },
		{ "..", "1-%2E..stdout" },
		{ "", "1-.stdout" },
		{ "\"<>|*?\\", "1-%22%3C%3E%7C%2A%3F%5C.stdout" },
		{ "kworker/u8:1", "1-kworker%2Fu8%3A1.stdout" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(take(kit_stream(1, 1, rows[i].comm)), rows[i].name);
}
END_TEST

START_TEST(every_comm_of_one_byte_has_a_name_of_its_own)
{
	char seen[256][NAME_SIZE];

	for (int i = 1; i < 256; i++) {
		char comm[2] = { (char)i, '\0' };

		strcpy(seen[i], take(kit_stream(1, 1, comm)));
		ck_assert(name_is_plain(seen[i], strlen(seen[i])));
		for (const char *c = seen[i]; *c != '\0'; c++)
			ck_assert(*c > ' ' && *c < 0x7f && *c != '/' && *c != ':');
		for (int j = 1; j < i; j++)
			ck_assert_str_ne(seen[i], seen[j]);
	}
}
END_TEST

START_TEST(the_longest_name_fits)
{
	struct stream st = kit_stream(1, INT32_MIN, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
	char file[NAME_SIZE];

	st.role = ROLE_OTHER;
	st.fd = INT32_MIN;
	st.kind = KIND_SOCKET;
	st.direction = DIRECTION_IN;
	take(st);
	name_segment(take(st), UINT64_MAX, file);
	ck_assert_str_eq(file, "-2147483648.2-%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A%0A"
			       ".fd-2147483648.received@18446744073709551615");
}
END_TEST

START_TEST(a_segment_says_where_it_begins)
{
	char file[NAME_SIZE];

	name_segment("4711-job.sh.stdout", 0, file);
	ck_assert_str_eq(file, "4711-job.sh.stdout");
	name_segment("4711-job.sh.stdout", 73400320, file);
	ck_assert_str_eq(file, "4711-job.sh.stdout@73400320");
}
END_TEST

START_TEST(only_plain_names_are_plain)
{
	ck_assert(name_is_plain("a", 1));
	ck_assert(name_is_plain("...", 3));
	ck_assert(name_is_plain(".a", 2));
	ck_assert(!name_is_plain("", 0));
	ck_assert(!name_is_plain(".", 1));
	ck_assert(!name_is_plain("..", 2));
	ck_assert(!name_is_plain("../x", 4));
	ck_assert(!name_is_plain("/etc", 4));
	ck_assert(!name_is_plain("index/streams", 13));
	ck_assert(!name_is_plain("a\0b", 3));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("naming");
	TCase *tc = tcase_create("names");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, role_and_kind_make_the_end);
	tcase_add_test(tc, later_streams_of_one_name_get_a_number);
	tcase_add_test(tc, comm_is_escaped);
	tcase_add_test(tc, every_comm_of_one_byte_has_a_name_of_its_own);
	tcase_add_test(tc, the_longest_name_fits);
	tcase_add_test(tc, a_segment_says_where_it_begins);
	tcase_add_test(tc, only_plain_names_are_plain);
	suite_add_tcase(suite, tc);
	return kit_run(suite);
}
