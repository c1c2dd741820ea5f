/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --summary: what run.json says, as text or as one line of JSON. */
#include <string.h>

#include "show/describe.h"
#include "show/json.h"
#include "show/show.h"

static void put_name(struct output *out, const char *head, const char *text, size_t len)
{
	char safe[4096];

	output_printf(out, "%-10s %s\n", head,
		      text ? escape_name(text, len, safe, sizeof(safe)) : "-");
}

static void put_string(struct output *out, const char *head, const char *text)
{
	put_name(out, head, text, text ? strlen(text) : 0);
}

static void put_text(struct show *s, const struct runinfo *run)
{
	struct output *out = s->output;
	char text[4096];

	put_string(out, "command", run->command);
	output_printf(out, "%-10s %s\n", "argv", describe_argv(&run->argv, text, sizeof(text)));
	put_string(out, "cwd", run->cwd);
	put_string(out, "user", run->user);
	put_string(out, "host", run->host);
	put_string(out, "kernel", run->kernel);
	put_string(out, "version", run->version);
	put_string(out, "backend", run->backend);
	put_string(out, "options", run->options);
	put_string(out, "started", run->started);
	put_string(out, "ended", run->ended);
	put_string(out, "state", run->state);
	output_printf(out, "%-10s %s\n", "status", describe_end(run->exit_code, run->signal, text));
	output_printf(out, "%-10s %llu\n", "processes", (unsigned long long)run->processes);
	output_printf(out, "%-10s %llu\n", "streams", (unsigned long long)run->streams);
	output_printf(out, "%-10s %llu bytes\n", "captured", (unsigned long long)run->captured);
	output_printf(out, "%-10s %llu bytes\n", "lost", (unsigned long long)run->lost);
	output_printf(out, "%-10s %llu\n", "holes", (unsigned long long)run->holes);
	output_printf(out, "%-10s %s\n", "complete", run->complete ? "yes" : "no");
	if (run->reason)
		put_string(out, "reason", run->reason);
}

static void add_options(json_t *o, const char *text)
{
	json_t *options = text ? json_loads(text, 0, NULL) : NULL;

	json_object_set_new(o, "options", options ? options : json_null());
}

static int put_json(struct output *out, const struct runinfo *run)
{
	json_t *o = json_object();

	json_add_string(o, "version", run->version);
	json_add_string(o, "state", run->state);
	json_add_string(o, "command", run->command);
	json_add_texts(o, "argv", &run->argv);
	json_add_string(o, "cwd", run->cwd);
	json_add_string(o, "user", run->user);
	json_add_string(o, "host", run->host);
	json_add_string(o, "backend", run->backend);
	json_add_string(o, "kernel", run->kernel);
	json_add_string(o, "started", run->started);
	json_add_string(o, "ended", run->ended);
	if (run->exit_code >= 0)
		json_add_number(o, "exit_code", run->exit_code);
	else
		json_add_null(o, "exit_code");
	if (run->signal)
		json_add_number(o, "signal", run->signal);
	else
		json_add_null(o, "signal");
	json_add_bool(o, "complete", run->complete);
	json_add_number(o, "captured", run->captured);
	json_add_number(o, "lost", run->lost);
	json_add_number(o, "holes", run->holes);
	json_add_number(o, "streams", run->streams);
	json_add_number(o, "processes", run->processes);
	add_options(o, run->options);
	json_add_string(o, "reason", run->reason);
	return json_put_line(o, out);
}

/* run.json of a run that was not finished has no sums yet: the index has. */
static void add_sums(const struct reader *r, struct runinfo *run)
{
	const struct stream *st;

	run->captured = run->lost = run->holes = run->streams = run->processes = 0;
	while (reader_process(r, run->processes))
		run->processes++;
	for (; (st = reader_stream(r, run->streams)); run->streams++) {
		run->captured += st->captured;
		run->lost += st->lost;
		run->holes += st->nholes;
	}
}

int show_summary(struct show *s)
{
	struct runinfo run = *reader_run(s->reader);

	if (!reader_finished(s->reader))
		add_sums(s->reader, &run);
	if (s->options->json)
		return put_json(s->output, &run);
	put_text(s, &run);
	return 0;
}
