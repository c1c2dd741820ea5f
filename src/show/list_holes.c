/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --holes: one line for each gap in the selected streams. */
#include <string.h>

#include "show/json.h"
#include "show/show.h"
#include "show/table.h"

static void put_row(struct show *s, struct table *t, const struct stream *st, const struct hole *h)
{
	char comm[4 * COMM_SIZE + 1], label[STREAM_LABEL_SIZE], time[WHEN_SIZE + 33];

	time[when_format(&s->when, h->time_ns, time)] = '\0';
	table_cell(t, time);
	table_printf(t, "%u", st->id);
	table_printf(t, "%d", st->pid);
	table_cell(t, escape_word(st->comm, strnlen(st->comm, COMM_SIZE), comm, sizeof(comm)));
	table_cell(t, stream_label(st, label));
	table_printf(t, "%llu", (unsigned long long)h->offset);
	table_printf(t, "%llu", (unsigned long long)h->length);
	table_cell(t, cause_name(h->cause));
}

static int put_json(struct output *out, const struct hole *h)
{
	json_t *o = json_object();

	json_add_number(o, "stream", h->stream);
	json_add_number(o, "offset", h->offset);
	json_add_number(o, "length", h->length);
	json_add_string(o, "cause", cause_name(h->cause));
	json_add_number(o, "time_ns", h->time_ns);
	return json_put_line(o, out);
}

int show_holes(struct show *s)
{
	const struct stream *st;
	struct table t;
	int r = 0;

	table_init(&t, "TIME >STREAM >PID COMM NAME >OFFSET >LENGTH CAUSE");
	for (size_t i = 0; !r && (st = reader_stream(s->reader, i)); i++) {
		if (!select_stream(&s->options->selection, s->reader, st))
			continue;
		for (size_t k = 0; !r && k < st->nholes; k++) {
			if (s->options->json)
				r = put_json(s->output, &st->holes[k]);
			else
				put_row(s, &t, st, &st->holes[k]);
		}
	}
	if (s->options->json)
		t.len = 0;
	return table_put(&t, s->output) ?: r;
}
