/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iotap-show: reads run directories. In: a command line and directories that nobody vouches
 * for. Out: what was asked for on standard output, sentences about trouble on standard error,
 * and the status. Changes nothing.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/show.h"

enum status {
	STATUS_GOOD = 0,
	STATUS_DIFFERENCE = 1,
	STATUS_FAILED = 2,
};

static int (*const modes[])(struct show *) = {
	[SHOW_LOG] = show_log,
	[SHOW_STREAMS] = show_streams,
	[SHOW_PROCESSES] = show_processes,
	[SHOW_HOLES] = show_holes,
	[SHOW_TIMELINE] = show_timeline,
	[SHOW_SUMMARY] = show_summary,
	[SHOW_RAW] = show_raw,
	[SHOW_VERIFY] = show_verify,
};

/* One line on standard error; what it names is made safe for a terminal. */
static void complain(const char *dir, const char *sentence)
{
	char safe[4096], text[1024];

	if (dir)
		fprintf(stderr, "iotap-show: %s: %s\n",
			escape_name(dir, strlen(dir), safe, sizeof(safe)),
			escape_name(sentence, strlen(sentence), text, sizeof(text)));
	else
		fprintf(stderr, "iotap-show: %s\n",
			escape_name(sentence, strlen(sentence), text, sizeof(text)));
}

static void complain_of_open(const char *dir, int error)
{
	char text[256];

	switch (error) {
	case -ENOENT:
		complain(dir, "there is no such directory: name one that iotap-run has made");
		break;
	case -ENOTDIR:
		complain(dir, "is not a directory: name one that iotap-run has made");
		break;
	case -EBADMSG:
		complain(dir, "is not a run directory, or nothing of it can be read: "
			      "name one that iotap-run has made");
		break;
	default:
		snprintf(text, sizeof(text), "cannot be read: %s", strerror(-error));
		complain(dir, text);
	}
}

static void complain_of_problems(const struct show *s, size_t *done)
{
	const char *problem;

	for (; (problem = reader_problem(s->reader, *done)); (*done)++)
		complain(s->dir, problem);
}

static bool needs_clock(const struct show_options *o)
{
	bool listed = o->mode == SHOW_PROCESSES || o->mode == SHOW_HOLES ||
		      o->mode == SHOW_TIMELINE ||
		      (o->mode == SHOW_LOG && (o->prefix & PREFIX_TIME));

	return listed && !o->json && o->time_style != WHEN_RELATIVE;
}

static int show_open(struct show *s)
{
	const struct show_options *o = s->options;
	size_t problems = 0;
	int r;

	r = when_init(&s->when, o->time_style, o->time_format, reader_run(s->reader)->started);
	complain_of_problems(s, &problems);
	if (r < 0 && needs_clock(o))
		complain(s->dir, "run.json does not say when the run started: "
				 "times are seconds since its start");
	if (o->ndirs > 1 && !o->json) {
		char safe[1024];

		output_printf(s->output, "%s%s:\n", s->dir == o->dirs[0] ? "" : "\n",
			      escape_name(s->dir, strlen(s->dir), safe, sizeof(safe) - 8));
	}
	r = modes[o->mode](s);
	output_flush(s->output);
	complain_of_problems(s, &problems);
	return r;
}

/* Returns the status for this directory. */
static enum status show_dir(struct show *s)
{
	int r = reader_open(s->dir, &s->reader);

	if (r < 0) {
		complain_of_open(s->dir, r);
		return STATUS_FAILED;
	}
	r = show_open(s);
	reader_free(s->reader);
	if (r < 0 && !output_error(s->output)) {
		complain(s->dir, strerror(-r));
		return STATUS_FAILED;
	}
	return s->differences ? STATUS_DIFFERENCE : STATUS_GOOD;
}

static enum status finish_output(struct output *out, enum status status)
{
	char text[256];

	output_flush(out);
	/* The reader has what it wanted: no message, as when SIGPIPE ends a program. */
	if (!output_error(out) || output_error(out) == -EPIPE)
		return status;
	snprintf(text, sizeof(text), "standard output does not take any more: %s",
		 strerror(-output_error(out)));
	complain(NULL, text);
	return STATUS_FAILED;
}

static enum status show_all(const struct show_options *o)
{
	static struct output out;
	enum status status = STATUS_GOOD;

	output_init(&out, STDOUT_FILENO);
	for (int i = 0; i < o->ndirs && !output_error(&out); i++) {
		struct show s = { .options = o, .output = &out, .dir = o->dirs[i] };
		enum status one = show_dir(&s);

		if (one > status)
			status = one;
	}
	return finish_output(&out, status);
}

static enum status say(const struct show_options *o)
{
	if (o->mode == SHOW_HELP)
		show_options_help(stdout);
	else
		puts("iotap-show " PACKAGE_VERSION);
	if (fflush(stdout) == 0)
		return STATUS_GOOD;
	complain(NULL, "standard output does not take any more");
	return STATUS_FAILED;
}

int main(int argc, char **argv)
{
	struct show_options options;
	enum status status;
	char error[512];

	if (show_options_parse(&options, argc, argv, error, sizeof(error)) < 0) {
		complain(NULL, error);
		status = STATUS_FAILED;
	} else if (options.mode == SHOW_HELP || options.mode == SHOW_VERSION) {
		status = say(&options);
	} else {
		status = show_all(&options);
	}
	show_options_release(&options);
	return status;
}
