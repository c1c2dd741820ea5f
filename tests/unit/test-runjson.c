/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/runjson.c and jsontext.c. */
#include <config.h>

#include <errno.h>
#include <jansson.h>

#include "store-kit.h"

static const struct runinfo full = {
	.version = "0.1.0",
	.state = "running",
	.command = "./job.sh",
	.argv = { "./job.sh\0-x\0\0", 13 },
	.cwd = "/tmp/\xc3\xa4",
	.user = "root",
	.host = "here",
	.backend = "bpf",
	.kernel = "6.18",
	.started = "2026-01-01T00:00:00.123456789+00:00",
	.options = "{\"capture\":\"stdout\",\"n\":1}",
	.exit_code = -1,
	.captured = 1ull << 40,
	.lost = 1,
	.holes = 2,
	.streams = 3,
	.processes = 4,
	.reason = "it goes on",
};

START_TEST(it_comes_back)
{
	struct runinfo r;

	ck_assert_int_eq(runinfo_write(&full, kit_dirfd), 0);
	ck_assert_int_eq(runinfo_read(kit_dirfd, &r), 0);
	ck_assert_str_eq(r.version, full.version);
	ck_assert_str_eq(r.state, full.state);
	ck_assert_str_eq(r.command, full.command);
	ck_assert_uint_eq(r.argv.len, 13);
	ck_assert_mem_eq(r.argv.data, full.argv.data, 13);
	ck_assert_str_eq(r.cwd, full.cwd);
	ck_assert_str_eq(r.user, full.user);
	ck_assert_str_eq(r.host, full.host);
	ck_assert_str_eq(r.backend, full.backend);
	ck_assert_str_eq(r.kernel, full.kernel);
	ck_assert_str_eq(r.started, full.started);
	ck_assert_ptr_null(r.ended);
	ck_assert_str_eq(r.reason, full.reason);
	ck_assert_int_eq(r.exit_code, -1);
	ck_assert_int_eq(r.signal, 0);
	ck_assert(!r.complete);
	ck_assert_uint_eq(r.captured, 1ull << 40);
	ck_assert_uint_eq(r.lost, 1);
	ck_assert_uint_eq(r.holes, 2);
	ck_assert_uint_eq(r.streams, 3);
	ck_assert_uint_eq(r.processes, 4);
	ck_assert_str_eq(r.options, "{\"capture\": \"stdout\", \"n\": 1}");
	runinfo_release(&r);
}
END_TEST

START_TEST(it_is_what_scripts_expect)
{
	json_t *top;
	ssize_t len;
	char *text;

	ck_assert_int_eq(runinfo_write(&full, kit_dirfd), 0);
	text = kit_read_file("run.json", &len);
	ck_assert_int_eq(text[len - 1], '\n');
	top = json_loadb(text, (size_t)len, 0, NULL);
	ck_assert_uint_eq(json_object_size(top), 21);
	ck_assert(json_is_null(json_object_get(top, "exit_code")));
	ck_assert(json_is_null(json_object_get(top, "signal")));
	ck_assert(json_is_null(json_object_get(top, "ended")));
	ck_assert(json_is_false(json_object_get(top, "complete")));
	ck_assert_int_eq(json_integer_value(json_object_get(top, "captured")), 1ll << 40);
	ck_assert_uint_eq(json_array_size(json_object_get(top, "argv")), 3);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(top, "argv"), 1)), "-x");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(top, "argv"), 2)), "");
	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(top, "options"), "capture")),
		"stdout");
	json_decref(top);
	free(text);
}
END_TEST

START_TEST(it_replaces_and_leaves_nothing_behind)
{
	struct runinfo ended = full, r;
	ssize_t len;

	ck_assert_int_eq(runinfo_write(&full, kit_dirfd), 0);
	/* A leftover of a writer that was killed is in nobody's way. */
	ck_assert_int_eq(symlinkat("/dev/null", kit_dirfd, "run.json.new"), 0);
	ended.state = "finished";
	ended.exit_code = 7;
	ended.complete = true;
	ck_assert_int_eq(runinfo_write(&ended, kit_dirfd), 0);
	ck_assert_int_eq(runinfo_read(kit_dirfd, &r), 0);
	ck_assert_str_eq(r.state, "finished");
	ck_assert_int_eq(r.exit_code, 7);
	ck_assert(r.complete);
	runinfo_release(&r);
	kit_read_file("run.json.new", &len);
	ck_assert_int_eq(len, -1);
}
END_TEST

START_TEST(bytes_that_are_not_utf8_come_back)
{
	static char every[256 * 2];
	struct runinfo odd = full, r;
	json_t *top, *v;
	ssize_t len;
	char *text;

	for (int i = 1; i < 256; i++)
		every[(i - 1) * 2] = (char)i;
	odd.argv = (struct bytes){ every, 255 * 2 };
	odd.cwd = "/a\xff/\xed\xa0\x80/\xc0\x80/\xf4\x90\x80\x80/\xe2\x82";
	ck_assert_int_eq(runinfo_write(&odd, kit_dirfd), 0);
	ck_assert_int_eq(runinfo_read(kit_dirfd, &r), 0);
	ck_assert_str_eq(r.cwd, odd.cwd);
	ck_assert_uint_eq(r.argv.len, odd.argv.len);
	ck_assert_mem_eq(r.argv.data, odd.argv.data, odd.argv.len);
	runinfo_release(&r);
	text = kit_read_file("run.json", &len);
	top = json_loadb(text, (size_t)len, 0, NULL);
	ck_assert_str_eq(
		json_string_value(json_object_get(top, "cwd")),
		"/a\xef\xbf\xbd/\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd/\xef\xbf\xbd\xef\xbf\xbd"
		"/\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd/\xef\xbf\xbd\xef\xbf\xbd");
	ck_assert_str_eq(json_string_value(json_object_get(top, "cwd_b64")),
			 "L2H/L+2ggC/AgC/0kICAL+KC");
	ck_assert_ptr_null(json_object_get(top, "command_b64"));
	v = json_object_get(top, "argv_b64");
	ck_assert_uint_eq(json_array_size(v), 255);
	ck_assert_str_eq(json_string_value(json_array_get(v, 254)), "/w==");
	json_decref(top);
	free(text);
}
END_TEST

static int read_text(const char *text)
{
	struct runinfo r;
	int e;

	kit_write_file("run.json", text, strlen(text));
	e = runinfo_read(kit_dirfd, &r);
	if (e == 0)
		runinfo_release(&r);
	return e;
}

START_TEST(bad_input_is_refused)
{
	struct runinfo r;

	ck_assert_int_eq(runinfo_read(kit_dirfd, &r), -ENOENT);
	ck_assert_int_eq(read_text(""), -EINVAL);
	ck_assert_int_eq(read_text("{"), -EINVAL);
	ck_assert_int_eq(read_text("[]"), -EINVAL);
	ck_assert_int_eq(read_text("{\"captured\": -1}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"captured\": \"1\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"captured\": null}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"exit_code\": 4294967296}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"complete\": 1}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"argv\": \"x\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"argv\": [\"x\", 1]}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"cwd\": 1}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"cwd\": \"a\\u0000b\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"cwd_b64\": \"YQBi\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"cwd_b64\": \"*\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"options\": []}"), -EINVAL);
	ck_assert_int_eq(read_text("{\"user\": \"\xff\"}"), -EINVAL);
	ck_assert_int_eq(read_text("{}"), 0);
	ck_assert_int_eq(read_text("{\"later\": [1], \"exit_code\": null}"), 0);
}
END_TEST

START_TEST(every_prefix_is_refused)
{
	struct runinfo r;
	ssize_t len;
	char *text;

	ck_assert_int_eq(runinfo_write(&full, kit_dirfd), 0);
	text = kit_read_file("run.json", &len);
	/* The last byte is the line's end. */
	for (ssize_t n = 0; n < len - 1; n++)
		ck_assert_int_eq(runinfo_parse(text, (size_t)n, &r), -EINVAL);
	ck_assert_int_eq(runinfo_parse(text, (size_t)len, &r), 0);
	runinfo_release(&r);
	free(text);
}
END_TEST

START_TEST(options_must_be_json)
{
	struct runinfo odd = full;
	ssize_t len;

	odd.options = "{";
	ck_assert_int_eq(runinfo_write(&odd, kit_dirfd), -EINVAL);
	kit_read_file("run.json", &len);
	ck_assert_int_eq(len, -1);
	odd.options = NULL;
	ck_assert_int_eq(runinfo_write(&odd, kit_dirfd), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runjson");
	TCase *tc = tcase_create("runjson");

	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_add_test(tc, it_comes_back);
	tcase_add_test(tc, it_is_what_scripts_expect);
	tcase_add_test(tc, it_replaces_and_leaves_nothing_behind);
	tcase_add_test(tc, bytes_that_are_not_utf8_come_back);
	tcase_add_test(tc, bad_input_is_refused);
	tcase_add_test(tc, every_prefix_is_refused);
	tcase_add_test(tc, options_must_be_json);
	suite_add_tcase(suite, tc);
	return kit_run(suite);
}
