/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges the time line and the holes of the selected streams. In: a reader. Out: what
 * struct sequence makes of them.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/fd.h"
#include "show/replay.h"

/* A hole and the time when it was found. */
struct event {
	uint64_t time_ns;
	size_t index;
};

int replay_init(struct replay *p, struct reader *r, const struct selection *sel)
{
	const struct stream *st;
	size_t n = 0;

	*p = (struct replay){ .reader = r };
	while (reader_stream(r, n))
		n++;
	p->streams = calloc(n + 1, sizeof(*p->streams));
	if (!p->streams)
		return -ENOMEM;
	for (size_t i = 0; (st = reader_stream(r, i)); i++)
		if (select_stream(sel, r, st))
			p->streams[p->nstreams++] = st;
	return 0;
}

void replay_release(struct replay *p)
{
	free(p->streams);
	*p = (struct replay){ 0 };
}

const struct stream *replay_find(const struct replay *p, uint32_t id)
{
	size_t low = 0, high = p->nstreams;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->streams[middle]->id == id)
			return p->streams[middle];
		if (p->streams[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int compare_events(const void *a, const void *b)
{
	const struct event *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static int collect_holes(const struct replay *p, struct event **ret, size_t *ret_n)
{
	struct event *events;
	size_t n = 0;

	for (size_t i = 0; i < p->nstreams; i++)
		n += p->streams[i]->nholes;
	events = calloc(n + 1, sizeof(*events));
	if (!events)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < p->nstreams; i++)
		for (size_t k = 0; k < p->streams[i]->nholes; k++)
			events[n++] = (struct event){ p->streams[i]->holes[k].time_ns, i };
	qsort(events, n, sizeof(*events), compare_events);
	*ret = events;
	*ret_n = n;
	return 0;
}

/* For streams that were never closed: their last byte is what the time line says. */
static int find_ends(struct replay *p, struct sequence *q)
{
	CLEANUP_FREE uint64_t *end = calloc(p->nstreams + 1, sizeof(*end));
	uint64_t cursor = 0;
	struct chunk c;
	bool open = false;

	if (!end)
		return -ENOMEM;
	for (size_t i = 0; i < p->nstreams; i++) {
		const struct stream *st = p->streams[i];

		open = open || !st->closed;
		if (st->nholes)
			end[i] =
				st->holes[st->nholes - 1].offset + st->holes[st->nholes - 1].length;
	}
	if (!open)
		return 0;
	while (reader_next_chunk(p->reader, &cursor, &c) > 0) {
		ssize_t i = sequence_find(q, c.stream);

		if (i >= 0 && c.offset + c.length > end[i])
			end[i] = c.offset + c.length;
	}
	for (size_t i = 0; i < p->nstreams; i++)
		if (!p->streams[i]->closed)
			sequence_set_end(q, i, end[i]);
	return 0;
}

static int play(struct replay *p, struct sequence *q, const struct event *holes, size_t nholes)
{
	uint64_t cursor = 0;
	struct chunk c;
	size_t hole = 0;
	int r = 0;

	while (!r && reader_next_chunk(p->reader, &cursor, &c) > 0) {
		ssize_t i = sequence_find(q, c.stream);

		for (; !r && hole < nholes && holes[hole].time_ns <= chunk_order(&c); hole++)
			r = sequence_hole(q, holes[hole].index, holes[hole].time_ns);
		if (!r && i >= 0)
			r = sequence_chunk(q, i, &c);
	}
	for (; !r && hole < nholes; hole++)
		r = sequence_hole(q, holes[hole].index, holes[hole].time_ns);
	return r ? r : sequence_finish(q);
}

int replay_run(struct replay *p, const struct sequence_sink *sink)
{
	CLEANUP_FREE struct event *holes = NULL;
	struct sequence *q = NULL;
	size_t nholes = 0;
	int r;

	r = sequence_create(p->streams, p->nstreams, sink, &q);
	if (r < 0)
		return r;
	r = collect_holes(p, &holes, &nholes);
	if (!r)
		r = find_ends(p, q);
	if (!r)
		r = play(p, q, holes, nholes);
	sequence_free(q);
	return r;
}

static bool is_in_a_file(const struct stream *st, uint64_t offset)
{
	size_t low = 0, high = st->nsegments;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (st->segments[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low && offset - st->segments[low - 1].offset < st->segments[low - 1].length;
}

/*
 * A time line that has bytes where no file has any is damaged, or made to be read for ever: what
 * reader_read() gives there, zeros, costs nobody anything.
 */
static ssize_t read_stream(void *context, const struct stream *st, uint64_t offset, void *buf,
			   size_t size)
{
	return is_in_a_file(st, offset) ? reader_read(context, st, offset, buf, size) : -ENODATA;
}

struct window_source replay_source(struct replay *p)
{
	return (struct window_source){ .context = p->reader, .read = read_stream };
}
