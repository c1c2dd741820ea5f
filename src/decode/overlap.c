/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See overlap.h. */
#include <config.h>

#include <stdlib.h>

#include "decode/overlap.h"

/*
 * A call that did not block took no longer than its copy and a turn of spinning on the file's lock:
 * 20 us, and a nanosecond a byte, are more than either took on any machine that we measured.
 */
#define CALL_NS 20000

struct open_file *open_file_refer(struct table *files, uint64_t file_id)
{
	struct open_file *o = table_get(files, (uint32_t)file_id);

	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o)
			return NULL;
		o->id = (uint32_t)file_id;
		if (table_put(files, o->id, o)) {
			free(o);
			return NULL;
		}
	}
	o->references++;
	return o;
}

void open_file_drop(struct table *files, struct open_file *o)
{
	if (!o || --o->references)
		return;
	table_remove(files, o->id);
	free(o);
}

static uint64_t begin_of(const struct chunk *c)
{
	uint64_t longest = CALL_NS + (uint64_t)c->length;

	if (c->entered_ns < c->time_ns)
		return c->entered_ns;
	return c->time_ns > longest ? c->time_ns - longest : 0;
}

bool open_file_overlaps(struct open_file *o, enum direction direction, const struct chunk *c)
{
	struct last_call *last = o->last[direction];
	struct last_call now = { .tid = c->tid, .time_ns = c->time_ns };
	const struct last_call *own = NULL, *other = NULL;
	uint64_t begin = begin_of(c);
	bool overlaps;

	for (int i = 1; i >= 0; i--) {
		if (last[i].tid == c->tid)
			own = &last[i];
		else if (last[i].tid)
			other = &last[i];
	}
	/* A thread makes one call at a time. */
	if (own && own->time_ns > begin && own->time_ns < c->time_ns)
		begin = own->time_ns;
	overlaps = other && other->time_ns > begin;

	if (other && other->time_ns > now.time_ns) {
		last[0] = *other;
		last[1] = now;
	} else {
		if (other)
			last[1] = *other;
		last[0] = now;
	}
	return overlaps;
}
