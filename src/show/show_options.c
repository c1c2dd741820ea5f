/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of iotap-show. In: argv. Out: struct show_options, or one sentence why not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/options.h"
#include "show/show_options.h"

static int set_mode(struct show_options *o, enum show_mode mode, char *error, size_t size)
{
	if (o->mode == SHOW_HELP || o->mode == SHOW_VERSION)
		return 0;
	if (o->mode != SHOW_LOG && o->mode != mode) {
		snprintf(error, size,
			 "only one of --streams, --processes, --holes, --timeline, "
			 "--summary, --raw and --verify can be shown: choose one");
		return -EINVAL;
	}
	o->mode = mode;
	return 0;
}

#define TAKE_MODE(name, value)                                                                     \
	static int take_##name(void *target, const char *v, char *error, size_t size)              \
	{                                                                                          \
		(void)v;                                                                           \
		return set_mode(target, value, error, size);                                       \
	}

TAKE_MODE(streams, SHOW_STREAMS)
TAKE_MODE(processes, SHOW_PROCESSES)
TAKE_MODE(holes, SHOW_HOLES)
TAKE_MODE(timeline, SHOW_TIMELINE)
TAKE_MODE(summary, SHOW_SUMMARY)
TAKE_MODE(raw, SHOW_RAW)
TAKE_MODE(verify, SHOW_VERIFY)

static int take_help(void *target, const char *value, char *error, size_t size)
{
	(void)value, (void)error, (void)size;
	((struct show_options *)target)->mode = SHOW_HELP;
	return 0;
}

static int take_version(void *target, const char *value, char *error, size_t size)
{
	(void)value, (void)error, (void)size;
	((struct show_options *)target)->mode = SHOW_VERSION;
	return 0;
}

/* The place of the word in a list that ends with NULL, or -1. */
static int find_word(const char *const *words, const char *word, size_t len)
{
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return i;
	return -1;
}

static int take_format(void *target, const char *value, char *error, size_t size)
{
	static const char *const words[] = { "text", "json", NULL };
	int i = find_word(words, value, strlen(value));

	if (i < 0) {
		snprintf(error, size, "--format does not know '%s': it is text or json", value);
		return -EINVAL;
	}
	((struct show_options *)target)->json = i;
	return 0;
}

static int take_json(void *target, const char *value, char *error, size_t size)
{
	(void)value;
	return take_format(target, "json", error, size);
}

static int take_prefix(void *target, const char *value, char *error, size_t size)
{
	static const char *const words[] = { "time", "pid", "comm", "stream", NULL };
	struct show_options *o = target;
	unsigned prefix = 0;

	for (const char *at = value; strcmp(value, "none") != 0;) {
		size_t len = strcspn(at, ",");
		int i = find_word(words, at, len);

		if (i < 0) {
			snprintf(error, size,
				 "--prefix does not know '%.*s': it is none or a list of time, "
				 "pid, comm, stream",
				 (int)len, at);
			return -EINVAL;
		}
		prefix |= 1u << i;
		if (!at[len])
			break;
		at += len + 1;
	}
	o->prefix = prefix;
	return 0;
}

static int take_time(void *target, const char *value, char *error, size_t size)
{
	static const char *const words[] = { "clock", "iso", "unix", "relative", NULL };
	struct show_options *o = target;
	int i = find_word(words, value, strlen(value));

	if (i < 0 && !strchr(value, '%')) {
		snprintf(error, size,
			 "--time does not know '%s': it is clock, iso, unix, relative or a "
			 "strftime format such as %%H:%%M",
			 value);
		return -EINVAL;
	}
	o->time_style = i < 0 ? WHEN_STRFTIME : (enum when_style)i;
	o->time_format = value;
	return 0;
}

static int take_ansi(void *target, const char *value, char *error, size_t size)
{
	static const char *const words[] = { "keep", "strip", "escape", NULL };
	struct show_options *o = target;
	int i = find_word(words, value, strlen(value));

	if (i < 0) {
		snprintf(error, size, "--ansi does not know '%s': it is strip, escape or keep",
			 value);
		return -EINVAL;
	}
	o->ansi = i;
	o->ansi_given = true;
	return 0;
}

static int add_words(struct words *words, const char *option, const char *value, char *error,
		     size_t size)
{
	int r = words_add(words, value);

	if (r < 0)
		snprintf(error, size, "--%s: %s", option,
			 r == -EINVAL ? "an entry of the list is empty" : strerror(-r));
	return r;
}

static int take_pid(void *target, const char *value, char *error, size_t size)
{
	struct words *pids = &((struct show_options *)target)->selection.pids;
	int r = add_words(pids, "pid", value, error, size);

	for (size_t i = 0; r >= 0 && i < pids->n; i++) {
		const char *word = pids->word[i];

		if (word[strspn(word, "0123456789")] || strlen(word) > 10) {
			snprintf(error, size, "--pid: '%s' is not a process id: see --processes",
				 word);
			return -EINVAL;
		}
	}
	return r;
}

static int take_comm(void *target, const char *value, char *error, size_t size)
{
	return add_words(&((struct show_options *)target)->selection.comms, "comm", value, error,
			 size);
}

static int take_stream(void *target, const char *value, char *error, size_t size)
{
	return add_words(&((struct show_options *)target)->selection.streams, "stream", value,
			 error, size);
}

static int take_kind(void *target, const char *value, char *error, size_t size)
{
	unsigned *kinds = &((struct show_options *)target)->selection.kinds;

	for (const char *at = value;;) {
		size_t len = strcspn(at, ",");
		unsigned i = 0;

		while (i < KIND_COUNT &&
		       (strlen(kind_name(i)) != len || memcmp(kind_name(i), at, len) != 0))
			i++;
		if (i == KIND_COUNT) {
			snprintf(error, size,
				 "--kind does not know '%.*s': it is a list of tty, pipe, file, "
				 "char, block, socket, other",
				 (int)len, at);
			return -EINVAL;
		}
		*kinds |= 1u << i;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

static const struct option_row rows[] = {
	{ .help = "What to show (default: the log, line by line in order of time):" },
	{ 0, "streams", NULL, "one line for each stream", take_streams },
	{ 0, "processes", NULL, "one line for each process", take_processes },
	{ 0, "holes", NULL, "one line for each gap of lost bytes", take_holes },
	{ 0, "timeline", NULL, "one line for each piece that was captured", take_timeline },
	{ 0, "summary", NULL, "what was run, where, when, and how it ended", take_summary },
	{ 0, "raw", NULL, "the captured bytes, nothing added", take_raw },
	{ 0, "verify", NULL, "hold everything against the index", take_verify },
	{ .help = "Of what:" },
	{ 'p', "pid", "PID", "of these processes (list)", take_pid },
	{ 'n', "comm", "GLOB", "of processes with these names (list)", take_comm },
	{ 0, "stream", "STREAM", "these streams: a number, stdout, fd5.sent, ... (list)",
	  take_stream },
	{ 0, "kind", "KIND", "tty, pipe, file, char, block, socket, other (list)", take_kind },
	{ .help = "In what form:" },
	{ 0, "format", "FORMAT", "text (default) or json: one object per line", take_format },
	{ 0, "json", NULL, "the same as --format=json", take_json },
	{ 0, "prefix", "LIST", "time,pid,comm,stream (default), fewer, or none", take_prefix },
	{ 't', "time", "FORMAT", "clock (default), iso, unix, relative, or strftime's", take_time },
	{ 0, "ansi", "HOW", "control characters: strip, escape or keep", take_ansi },
	{ 'h', "help", NULL, "show this", take_help },
	{ 'V', "version", NULL, "show the version", take_version },
	{ 0 },
};

/* Options may stand before and after the directories; behind `--` all are directories. */
static int take_words(struct show_options *o, int argc, char **argv, char *error, size_t size)
{
	int at = 0;

	while (at < argc) {
		int first = options_parse(rows, o, argc - at, argv + at, error, size);

		if (first < 0)
			return first;
		if (o->mode == SHOW_HELP || o->mode == SHOW_VERSION)
			return 0;
		at += first;
		if (first > 1 && strcmp(argv[at - 1], "--") == 0)
			while (at < argc)
				o->dirs[o->ndirs++] = argv[at++];
		else if (at < argc)
			o->dirs[o->ndirs++] = argv[at];
	}
	return 0;
}

static int check(const struct show_options *o, char *error, size_t size)
{
	bool many = o->mode != SHOW_LOG && o->mode != SHOW_RAW;

	if (o->mode == SHOW_HELP || o->mode == SHOW_VERSION)
		return 0;
	if (!o->ndirs)
		snprintf(error, size, "no run directory given: name one, or see --help");
	else if (o->ndirs > 1 && !many)
		snprintf(error, size, "%s shows one run directory at a time: name only one",
			 o->mode == SHOW_RAW ? "--raw" : "the log");
	else if (o->json && (o->mode == SHOW_RAW || o->mode == SHOW_VERIFY))
		snprintf(error, size, "--%s has no JSON form: leave out --json",
			 o->mode == SHOW_RAW ? "raw" : "verify");
	else
		return 0;
	return -EINVAL;
}

int show_options_parse(struct show_options *o, int argc, char **argv, char *ret_error,
		       size_t error_size)
{
	int r;

	*o = (struct show_options){ .prefix = PREFIX_ALL, .time_style = WHEN_CLOCK };
	o->dirs = calloc(argc + 1, sizeof(*o->dirs));
	if (!o->dirs) {
		snprintf(ret_error, error_size, "no memory left");
		return -ENOMEM;
	}
	r = take_words(o, argc, argv, ret_error, error_size);
	return r < 0 ? r : check(o, ret_error, error_size);
}

void show_options_release(struct show_options *o)
{
	selection_release(&o->selection);
	free(o->dirs);
	o->dirs = NULL;
}

void show_options_help(FILE *out)
{
	fputs("Usage: iotap-show [OPTION]... DIR...\n", out);
	options_help(rows, out);
}
