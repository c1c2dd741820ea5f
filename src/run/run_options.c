/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of iotap-run, one row each. In: argv. Out: struct run_config with every
 * default filled in.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memlimit.h"
#include "lib/options.h"
#include "run/capture_set.h"
#include "run/run_options.h"

#define BUFFER_LEAST (1ull << 20)
#define BUFFER_MOST (1ull << 31) /* a ring's size is a 32-bit number, a power of two */
#define BUFFER_USUAL (64ull << 20)

static int take_capture(void *target, const char *value, char *ret_error, size_t error_size)
{
	struct run_options *o = target;
	struct backend_config unused;
	char *text = NULL;
	int r = capture_set_parse(value, &unused, ret_error, error_size);

	if (r < 0)
		return r;
	/* Several sets add up. */
	if (asprintf(&text, "%s%s%s", o->capture_text ? o->capture_text : "",
		     o->capture_text ? "," : "", value) < 0) {
		snprintf(ret_error, error_size, "no memory is left");
		return -ENOMEM;
	}
	free(o->capture_text);
	o->capture_text = text;
	return 0;
}

static int take_output(void *target, const char *value, char *ret_error, size_t error_size)
{
	struct run_options *o = target;

	if (!*value) {
		snprintf(ret_error, error_size, "--output is empty: name a directory");
		return -EINVAL;
	}
	o->config.output = value;
	return 0;
}

/* One of two words: 0, 1 or -EINVAL. */
static int choose(const char *option, const char *value, const char *first, const char *second,
		  char *ret_error, size_t error_size)
{
	if (strcmp(value, first) == 0)
		return 0;
	if (strcmp(value, second) == 0)
		return 1;
	snprintf(ret_error, error_size, "'%s' is not a word of --%s: say %s or %s", value, option,
		 first, second);
	return -EINVAL;
}

static int take_wait(void *target, const char *value, char *ret_error, size_t error_size)
{
	struct run_options *o = target;
	int r = choose("wait", value, "tree", "root", ret_error, error_size);

	if (r >= 0)
		o->config.wait_for = r ? WAIT_ROOT : WAIT_TREE;
	return r;
}

static int take_on_full(void *target, const char *value, char *ret_error, size_t error_size)
{
	struct run_options *o = target;
	int r = choose("on-full", value, "wait", "drop", ret_error, error_size);

	if (r >= 0)
		o->config.backend.wait = r == 0;
	return r;
}

/* A number of bytes with K, M or G behind it, 0 if it is none. */
static unsigned long long read_size(const char *value)
{
	static const char units[] = "KMG";
	unsigned long long size;
	const char *unit;
	char *end;

	if (*value < '0' || *value > '9')
		return 0;
	errno = 0;
	size = strtoull(value, &end, 10);
	if (errno)
		return 0;
	unit = memchr(units, *end & ~0x20, strlen(units));
	if (*end && (!unit || end[1]))
		return 0;
	for (const char *u = units; unit && u <= unit; u++) {
		if (size > ~0ull >> 10)
			return 0;
		size <<= 10;
	}
	return size;
}

static int take_buffer(void *target, const char *value, char *ret_error, size_t error_size)
{
	struct run_options *o = target;
	unsigned long long size = read_size(value);

	if (size < BUFFER_LEAST || size > BUFFER_MOST) {
		snprintf(ret_error, error_size,
			 "'%s' is not a size for --buffer: say 1M to 2G, as in 256M", value);
		return -EINVAL;
	}
	o->config.backend.ring_size = BUFFER_LEAST;
	while (o->config.backend.ring_size < size)
		o->config.backend.ring_size *= 2;
	return 0;
}

#define FLAG(function, field, value_)                                                              \
	static int function(void *target, const char *value, char *ret_error, size_t error_size)   \
	{                                                                                          \
		struct run_options *o = target;                                                    \
                                                                                                   \
		(void)value, (void)ret_error, (void)error_size;                                    \
		o->field = value_;                                                                 \
		return 0;                                                                          \
	}

FLAG(take_strict, config.strict, true)
FLAG(take_quiet, config.quiet, true)
FLAG(take_verbose, config.verbose, true)
FLAG(take_help, help, true)
FLAG(take_version, version, true)

static const struct option_row rows[] = {
	{ .help = "What to capture:" },
	{ 'e', "capture", "SET",
	  "stdout, stderr, stdin, sockets, pipes, files, ttys, all, fd=N: a list with commas, !x "
	  "takes away (default: " CAPTURE_DEFAULT ")",
	  take_capture },
	{ .help = "Where it goes:" },
	{ 'o', "output", "DIR",
	  "the run directory; {date} {time} {pid} {command} {user} {host} are replaced, {{ is a "
	  "brace; an earlier run there is moved to DIR.1",
	  take_output },
	{ .help = "How to run:" },
	{ 0, "wait", "tree|root", "wait for the tree (default) or for the command alone",
	  take_wait },
	{ 0, "on-full", "wait|drop", "buffer full: the writer waits (default), or drops",
	  take_on_full },
	{ 0, "buffer", "SIZE", "of the buffer, 1M to 2G (64M, or less by memory)", take_buffer },
	{ 0, "strict", NULL, "capture incomplete: status 125 instead of 0", take_strict },
	{ 'q', "quiet", NULL, "do not say when bytes were lost", take_quiet },
	{ 'v', "verbose", NULL, "say where the run goes, and what it added up to", take_verbose },
	{ 'h', "help", NULL, "show this", take_help },
	{ 'V', "version", NULL, "show the version", take_version },
	{ 0 },
};

void run_options_help(FILE *out)
{
	fputs("Usage: iotap-run [OPTION]... [--] COMMAND [ARG]...\n"
	      "Runs COMMAND and captures what it and its descendants write, send and receive.\n",
	      out);
	options_help(rows, out);
	fputs("Exit status: COMMAND's; 125 iotap-run failed, 126 not executable, 127 not found.\n",
	      out);
}

/* The usual size, but not more than an eighth of the memory. */
static size_t default_buffer(void)
{
	unsigned long long size = BUFFER_USUAL, limit = memory_limit() / 8;

	while (size > limit && size > BUFFER_LEAST)
		size /= 2;
	return size;
}

static int fill_defaults(struct run_options *o, char *ret_error, size_t error_size)
{
	struct run_config *c = &o->config;

	if (!o->capture_text)
		o->capture_text = strdup(CAPTURE_DEFAULT);
	if (!o->capture_text) {
		snprintf(ret_error, error_size, "no memory is left");
		return -ENOMEM;
	}
	c->capture_text = o->capture_text;
	if (!c->backend.ring_size)
		c->backend.ring_size = default_buffer();
	return capture_set_parse(c->capture_text, &c->backend, ret_error, error_size);
}

int run_options_parse(int argc, char **argv, struct run_options *ret, char *ret_error,
		      size_t error_size)
{
	struct run_options o = { .config.backend.wait = true };
	int first = options_parse(rows, &o, argc, argv, ret_error, error_size);
	int r = first;

	if (r >= 0 && !o.help && !o.version) {
		r = fill_defaults(&o, ret_error, error_size);
		if (r == 0 && first >= argc) {
			snprintf(ret_error, error_size, "no command to run: see --help");
			r = -EINVAL;
		}
	}
	if (r < 0) {
		run_options_release(&o);
		return r;
	}
	o.config.command = argv + first;
	*ret = o;
	return 0;
}

void run_options_release(struct run_options *o)
{
	free(o->capture_text);
	o->capture_text = NULL;
}
