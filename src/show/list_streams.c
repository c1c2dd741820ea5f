/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --streams: one line for each selected stream. */
#include <string.h>

#include "show/json.h"
#include "show/show.h"
#include "show/table.h"
#include "store/jsontext.h"

static const char *state_of(const struct stream *st)
{
	return st->complete ? "complete" : st->closed ? "incomplete" : "open";
}

static void put_row(struct table *t, const struct stream *st)
{
	char comm[4 * COMM_SIZE + 1], label[STREAM_LABEL_SIZE], text[4096];

	table_printf(t, "%u", st->id);
	table_printf(t, "%d", st->pid);
	table_cell(t, escape_word(st->comm, strnlen(st->comm, COMM_SIZE), comm, sizeof(comm)));
	table_cell(t, stream_label(st, label));
	table_cell(t, kind_name(st->kind));
	table_printf(t, "%llu", (unsigned long long)st->length);
	table_printf(t, "%llu", (unsigned long long)st->captured);
	table_printf(t, "%llu", (unsigned long long)st->lost);
	table_cell(t, state_of(st));
	if (st->nsegments)
		escape_word(st->segments[0].file, strlen(st->segments[0].file), text, sizeof(text));
	else
		text[0] = '\0';
	table_cell(t, text);
	table_cell(t, escape_name(st->name.data, st->name.len, text, sizeof(text)));
}

static json_t *segments_of(const struct stream *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->nsegments; i++) {
		const struct segment *s = &st->segments[i];
		json_t *one = json_array();

		json_array_append_new(one, json_integer((json_int_t)s->offset));
		json_array_append_new(one, json_integer((json_int_t)s->length));
		json_array_append_new(one, jsontext_lossy(s->file, strlen(s->file)));
		json_array_append_new(list, one);
	}
	return list;
}

static void add_sha256(json_t *o, const struct stream *st)
{
	char text[2 * SHA256_SIZE + 1];

	for (int i = 0; i < SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", st->sha256[i]);
	json_add_string(o, "sha256", st->hashed ? text : NULL);
}

static int put_json(struct output *out, const struct stream *st)
{
	json_t *o = json_object();

	json_add_number(o, "stream", st->id);
	json_add_number(o, "process", st->process);
	json_add_number(o, "pid", st->pid);
	json_add_string(o, "comm", st->comm);
	json_add_number(o, "fd", st->fd);
	json_add_number(o, "generation", st->generation);
	json_add_number(o, "file_id", st->file_id);
	json_add_string(o, "role", role_name(st->role));
	json_add_string(o, "direction", direction_name(st->direction));
	json_add_string(o, "kind", kind_name(st->kind));
	json_add_text(o, "name", st->name.data, st->name.len);
	json_add_string(o, "file", st->nsegments ? st->segments[0].file : NULL);
	json_object_set_new(o, "segments", segments_of(st));
	json_add_number(o, "length", st->length);
	json_add_number(o, "captured", st->captured);
	json_add_number(o, "lost", st->lost);
	json_add_number(o, "in_kernel", st->in_kernel);
	json_add_number(o, "cut", st->cut);
	json_add_number(o, "first_ns", st->first_ns);
	json_add_number(o, "last_ns", st->last_ns);
	json_add_bool(o, "complete", st->complete);
	add_sha256(o, st);
	return json_put_line(o, out);
}

int show_streams(struct show *s)
{
	const struct selection *sel = &s->options->selection;
	const struct stream *st;
	struct table t;
	int r = 0;

	table_init(&t, ">STREAM >PID COMM NAME KIND >LENGTH >CAPTURED >LOST STATE FILE TARGET");
	for (size_t i = 0; !r && (st = reader_stream(s->reader, i)); i++) {
		if (!select_stream(sel, s->reader, st))
			continue;
		if (s->options->json)
			r = put_json(s->output, st);
		else
			put_row(&t, st);
	}
	if (s->options->json)
		t.len = 0;
	return table_put(&t, s->output) ?: r;
}
