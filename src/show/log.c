/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log. In: lines. Out: text with its prefixes, or one JSON object for each line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fd.h"
#include "show/json.h"
#include "show/lines.h"
#include "show/replay.h"
#include "show/show.h"

#define HEAD_SIZE 160 /* what stands between time and text */
#define SMALL_LINE 4096

struct log {
	struct show *show;
	struct output *out;
	enum ansi ansi;
	char **heads;  /* one for each stream, made when it is first needed */
	char *scratch; /* for long lines that are filtered */
};

static const char *head_of(struct log *l, const struct line *line)
{
	const struct stream *st = line->stream;
	unsigned prefix = l->show->options->prefix;
	char comm[4 * COMM_SIZE + 1], label[STREAM_LABEL_SIZE], text[HEAD_SIZE] = "", *end = text;

	if (l->heads[line->index])
		return l->heads[line->index];
	if (prefix & PREFIX_PID)
		end += sprintf(end, " %d", st->pid);
	if (prefix & PREFIX_COMM)
		end += sprintf(
			end, " %s",
			escape_word(st->comm, strnlen(st->comm, COMM_SIZE), comm, sizeof(comm)));
	if (prefix & PREFIX_STREAM)
		sprintf(end, " %s", stream_label(st, label));
	/* Without a time nothing stands before the first blank. */
	l->heads[line->index] = strdup(text[0] && !(prefix & PREFIX_TIME) ? text + 1 : text);
	return l->heads[line->index];
}

static int put_prefix(struct log *l, const struct line *line)
{
	unsigned prefix = l->show->options->prefix;
	const char *head;
	char *start, *end;
	size_t len;

	if (!prefix)
		return 0;
	head = head_of(l, line);
	if (!head)
		return -ENOMEM;
	len = strlen(head);
	start = end = output_room(l->out, WHEN_SIZE + 32 + HEAD_SIZE + 16);
	if (prefix & PREFIX_TIME)
		end += when_format(&l->show->when, line->time_ns, end);
	memcpy(end, head, len);
	end += len;
	if (line->partial && (prefix & PREFIX_STREAM)) {
		memcpy(end, "[partial]", 9);
		end += 9;
	}
	memcpy(end, ": ", 2);
	output_did(l->out, end + 2 - start);
	return 0;
}

static int put_text(struct log *l, const struct line *line)
{
	if (l->ansi == ANSI_KEEP) {
		output_write(l->out, line->text, line->text_len);
	} else if (line->text_len <= SMALL_LINE) {
		char *room = output_room(l->out, ANSI_ROOM(SMALL_LINE));

		output_did(l->out, ansi_line(l->ansi, line->text, line->text_len, room));
	} else {
		if (!l->scratch)
			l->scratch = malloc(ANSI_ROOM(LINE_MAX_BYTES));
		if (!l->scratch)
			return -ENOMEM;
		output_write(l->out, l->scratch,
			     ansi_line(l->ansi, line->text, line->text_len, l->scratch));
	}
	return 0;
}

static void put_loss(struct output *out, const struct line *line)
{
	if (line->kind == LINE_MISSING)
		output_printf(out, "[%llu bytes missing]", (unsigned long long)line->length);
	else if (line->cause == CAUSE_IN_KERNEL)
		output_printf(out, "[%llu bytes not captured: %s]",
			      (unsigned long long)line->length, cause_name(line->cause));
	else
		output_printf(out, "[%llu bytes lost: %s]", (unsigned long long)line->length,
			      cause_name(line->cause));
}

static int take_as_text(void *context, const struct line *line)
{
	struct log *l = context;
	int r = put_prefix(l, line);

	if (!r && line->kind == LINE_TEXT)
		r = put_text(l, line);
	else if (!r)
		put_loss(l->out, line);
	output_write(l->out, "\n", 1);
	return r ? r : output_error(l->out);
}

static int take_as_json(void *context, const struct line *line)
{
	struct log *l = context;
	const struct stream *st = line->stream;
	json_t *o = json_object();
	int r;

	json_add_number(o, "time_ns", line->time_ns);
	json_add_number(o, "process", st->process);
	json_add_number(o, "pid", st->pid);
	json_add_string(o, "comm", st->comm);
	json_add_number(o, "stream", st->id);
	json_add_string(o, "role", role_name(st->role));
	json_add_number(o, "offset", line->offset);
	json_add_number(o, "length", line->length);
	json_add_text(o, "text", line->text, line->text_len);
	json_add_bool(o, "partial", line->partial);
	json_add_bool(o, "concurrent", line->concurrent);
	if (line->kind != LINE_TEXT)
		json_add_string(o, "cause",
				line->kind == LINE_HOLE ? cause_name(line->cause) : "missing");
	r = json_put_line(o, l->out);
	return r ? r : output_error(l->out);
}

static int play(struct log *l, struct replay *replay)
{
	struct lines_sink sink = { l, l->show->options->json ? take_as_json : take_as_text };
	struct window_source source = replay_source(replay);
	struct lines *lines;
	int r;

	r = lines_create(replay->nstreams, &source, &sink, &lines);
	if (r < 0)
		return r;
	r = replay_run(replay, &(struct sequence_sink){ lines, lines_take });
	lines_free(lines);
	return r;
}

int show_log(struct show *s)
{
	struct log l = { .show = s, .out = s->output };
	struct replay replay;
	int r;

	l.ansi = s->options->ansi_given ? s->options->ansi
		 : s->output->terminal	? ANSI_STRIP
					: ANSI_KEEP;
	r = replay_init(&replay, s->reader, &s->options->selection);
	if (r < 0)
		return r;
	l.heads = calloc(replay.nstreams + 1, sizeof(*l.heads));
	r = l.heads ? play(&l, &replay) : -ENOMEM;
	for (size_t i = 0; l.heads && i < replay.nstreams; i++)
		free(l.heads[i]);
	free(l.heads);
	free(l.scratch);
	replay_release(&replay);
	return r;
}
