/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --timeline: one line for each chunk of the selected streams, in order of time. There may be
 * millions: the columns have fixed widths, and nothing is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "show/json.h"
#include "show/replay.h"
#include "show/show.h"

static void put_row(struct show *s, const struct stream *st, const struct chunk *c)
{
	char comm[4 * COMM_SIZE + 1], label[STREAM_LABEL_SIZE], time[WHEN_SIZE + 33];

	time[when_format(&s->when, c->time_ns, time)] = '\0';
	escape_word(st->comm, strnlen(st->comm, COMM_SIZE), comm, sizeof(comm));
	stream_label(st, label);
	output_printf(s->output, "%-12s  %7u  %10d  %10llu  %6u  %-15s  %s%s%s\n", time, st->id,
		      (int)c->tid, (unsigned long long)c->offset, c->length, comm, label,
		      c->flags & CHUNK_MORE ? "  more" : "",
		      c->flags & CHUNK_CONCURRENT ? "  concurrent" : "");
}

static int put_json(struct output *out, const struct stream *st, const struct chunk *c)
{
	json_t *o = json_object();

	json_add_number(o, "time_ns", c->time_ns);
	json_add_number(o, "process", st->process);
	json_add_number(o, "pid", st->pid);
	json_add_number(o, "tid", c->tid);
	json_add_string(o, "comm", st->comm);
	json_add_number(o, "stream", st->id);
	json_add_string(o, "role", role_name(st->role));
	json_add_number(o, "offset", c->offset);
	json_add_number(o, "length", c->length);
	json_add_bool(o, "more", c->flags & CHUNK_MORE);
	json_add_bool(o, "concurrent", c->flags & CHUNK_CONCURRENT);
	return json_put_line(o, out);
}

static int put_all(struct show *s, const struct replay *replay)
{
	uint64_t cursor = 0;
	struct chunk c;
	int r = 0;

	if (!s->options->json)
		output_printf(s->output, "%-12s  %7s  %10s  %10s  %6s  %-15s  %s\n", "TIME",
			      "STREAM", "TID", "OFFSET", "LENGTH", "COMM", "NAME");
	while (!r && reader_next_chunk(s->reader, &cursor, &c) > 0) {
		const struct stream *st = replay_find(replay, c.stream);

		if (st && s->options->json)
			r = put_json(s->output, st, &c);
		else if (st)
			put_row(s, st, &c);
		if (!r)
			r = output_error(s->output);
	}
	return r;
}

int show_timeline(struct show *s)
{
	struct replay replay;
	int r = replay_init(&replay, s->reader, &s->options->selection);

	if (r < 0)
		return r;
	r = put_all(s, &replay);
	replay_release(&replay);
	return r;
}
