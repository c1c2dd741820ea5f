/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes what a user types: both command lines, capture sets, names of run directories, times. In:
 * words, each ended by a NUL.
 */
#include <config.h>

#include <limits.h>

#include "fuzz.h"
#include "run/capture_set.h"
#include "run/run_options.h"
#include "run/rundir.h"
#include "show/show_options.h"

#define WORDS 16

static char error[256];

static void clear_error(void)
{
	memset(error, 0x55, sizeof(error));
}

/* Whoever fails says why, in one sentence on one line. */
static void expect_sentence(void)
{
	EXPECT(memchr(error, 0, sizeof(error)));
	EXPECT(error[0]);
}

static void try_run(int argc, char **argv)
{
	struct run_options o = { 0 };

	clear_error();
	if (run_options_parse(argc, argv, &o, error, sizeof(error)) < 0)
		expect_sentence();
	else if (!o.help && !o.version)
		EXPECT(o.config.command && o.config.command[0] && o.config.capture_text);
	run_options_release(&o);
}

static void try_show(int argc, char **argv)
{
	struct show_options o;

	clear_error();
	if (show_options_parse(&o, argc, argv, error, sizeof(error)) < 0)
		expect_sentence();
	else if (o.mode != SHOW_HELP && o.mode != SHOW_VERSION)
		EXPECT(o.ndirs > 0 && o.dirs[0]);
	show_options_release(&o);
}

static void try_capture(const char *text)
{
	struct backend_config c = { 0 };

	clear_error();
	if (capture_set_parse(text, &c, error, sizeof(error)) < 0)
		expect_sentence();
}

static void try_directory(const char *template, const char *command)
{
	char *path;

	clear_error();
	if (rundir_expand(template, command, &path, error, sizeof(error)) < 0) {
		expect_sentence();
		return;
	}
	EXPECT(path[0] && strlen(path) < PATH_MAX);
	EXPECT(!path[1] || path[strlen(path) - 1] != '/');
	free(path);
}

static void try_time(const char *text)
{
	static const uint64_t times[] = { 0, 1, 999999999, 1000000000, UINT64_MAX };
	char out[WHEN_SIZE + 32];
	int64_t seconds;
	uint32_t ns;

	if (when_parse(text, &seconds, &ns) == 0)
		EXPECT(ns < 1000000000);
	for (int style = WHEN_CLOCK; style <= WHEN_STRFTIME; style++) {
		struct when w;

		when_init(&w, (enum when_style)style, text,
			  style % 2 ? text : "2024-05-01T14:32:01.042+02:00");
		for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
			EXPECT(when_format(&w, times[i], out) <= sizeof(out));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *words[WORDS + 2] = { (char *)"iotap" }, *argv[WORDS + 2];
	int n = 1;

	while (in.left && n <= WORDS) {
		const uint8_t *end = memchr(in.at, 0, in.left);

		words[n++] = input_string(&in, end ? (size_t)(end - in.at) : in.left);
		if (end)
			input_byte(&in);
	}
	memcpy(argv, words, sizeof(argv));
	try_run(n, argv);
	memcpy(argv, words, sizeof(argv));
	try_show(n, argv);
	for (int i = 1; i < n; i++) {
		try_capture(words[i]);
		try_directory(words[i], words[n - i]);
		try_time(words[i]);
	}
	for (int i = 1; i < n; i++)
		free(words[i]);
	return 0;
}
