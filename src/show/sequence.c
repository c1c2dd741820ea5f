/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of bytes. In: chunks and holes in order of time. Out: pieces, each stream's in
 * order of offset. Holds positions only, never bytes; trusts no number that it is given.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/sequence.h"

#define WAIT_CHUNKS 4096 /* ahead of a gap, per stream */
#define WAIT_NS 1000000000u

struct order {
	const struct stream *stream;
	uint64_t next;	/* where the next piece begins */
	uint64_t end;	/* where the stream ends, as far as is known */
	uint64_t shown; /* bytes of PIECE_DATA */
	uint64_t waiting_bytes;
	size_t hole;	       /* the next one of stream->holes */
	struct chunk *waiting; /* in order of offset, all beyond next */
	size_t nwaiting;
	size_t room;
	bool open; /* something came since the last PIECE_END */
};

struct sequence {
	struct sequence_sink sink;
	uint64_t now;
	size_t n;
	struct order order[];
};

int sequence_create(const struct stream *const *streams, size_t n, const struct sequence_sink *sink,
		    struct sequence **ret)
{
	struct sequence *q = calloc(1, sizeof(*q) + n * sizeof(q->order[0]));

	if (!q)
		return -ENOMEM;
	q->sink = *sink;
	q->n = n;
	for (size_t i = 0; i < n; i++) {
		q->order[i].stream = streams[i];
		q->order[i].end = streams[i]->closed ? streams[i]->length : UINT64_MAX;
	}
	*ret = q;
	return 0;
}

void sequence_free(struct sequence *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->n; i++)
		free(q->order[i].waiting);
	free(q);
}

ssize_t sequence_find(const struct sequence *q, uint32_t stream)
{
	size_t low = 0, high = q->n, guess;

	if (!q->n)
		return -1;
	/* Most often every stream is there, and ids count from 1. */
	guess = stream - q->order[0].stream->id;
	if (guess < q->n && q->order[guess].stream->id == stream)
		return guess;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t id = q->order[middle].stream->id;

		if (id == stream)
			return middle;
		if (id < stream)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

void sequence_set_end(struct sequence *q, size_t index, uint64_t end)
{
	q->order[index].end = end;
}

static int emit(struct sequence *q, struct order *o, enum piece_kind kind, uint64_t length,
		uint32_t flags, enum cause cause)
{
	struct piece p = {
		.kind = kind,
		.cause = cause,
		.index = o - q->order,
		.stream = o->stream,
		.time_ns = q->now,
		.offset = o->next,
		.length = length,
		.flags = flags,
	};

	o->next += length;
	o->open = kind != PIECE_END;
	if (kind == PIECE_DATA)
		o->shown += length;
	return q->sink.take(q->sink.context, &p);
}

/* Where the hole ends; 0 when its numbers cannot be. */
static uint64_t hole_end(const struct hole *h)
{
	return h->offset + h->length < h->offset ? 0 : h->offset + h->length;
}

/* Holes that begin where the stream stands, and were found by the time `until`. */
static int pass_holes(struct sequence *q, struct order *o, uint64_t until)
{
	int r = 0;

	while (!r && o->hole < o->stream->nholes) {
		const struct hole *h = &o->stream->holes[o->hole];

		if (hole_end(h) > o->next) {
			if (h->offset > o->next || h->time_ns > until)
				break;
			r = emit(q, o, PIECE_HOLE, hole_end(h) - o->next, 0, h->cause);
		}
		o->hole++;
	}
	return r;
}

static int pass_chunk(struct sequence *q, struct order *o, const struct chunk *c)
{
	uint64_t end = c->offset + c->length;

	if (end <= o->next)
		return 0;
	return emit(q, o, PIECE_DATA, end - o->next, c->flags, CAUSE_UNKNOWN);
}

/* Everything that follows on without a gap. */
static int go_on(struct sequence *q, struct order *o)
{
	int r = pass_holes(q, o, q->now);

	while (!r && o->nwaiting && o->waiting[0].offset <= o->next) {
		struct chunk c = o->waiting[0];

		o->nwaiting--;
		o->waiting_bytes -= c.length;
		memmove(o->waiting, o->waiting + 1, o->nwaiting * sizeof(c));
		r = pass_chunk(q, o, &c);
		if (!r)
			r = pass_holes(q, o, o->nwaiting ? UINT64_MAX : q->now);
	}
	if (!r && o->open && o->next >= o->end && !o->nwaiting)
		r = emit(q, o, PIECE_END, 0, 0, CAUSE_UNKNOWN);
	return r;
}

/*
 * Goes on to `upto` although no chunk says what is there: bytes that the stream must still
 * have are shown, the rest is missing.
 */
static int close_gap(struct sequence *q, struct order *o, uint64_t upto)
{
	int r = pass_holes(q, o, UINT64_MAX);

	while (!r && o->next < upto) {
		uint64_t accounted = o->shown + o->waiting_bytes, stop = upto, had, len;

		if (o->hole < o->stream->nholes) {
			const struct hole *h = &o->stream->holes[o->hole];

			if (h->offset > o->next && h->offset < upto)
				stop = h->offset;
		}
		len = stop - o->next;
		had = o->stream->captured > accounted ? o->stream->captured - accounted : 0;
		if (had > len)
			had = len;
		if (had)
			r = emit(q, o, PIECE_DATA, had, 0, CAUSE_UNKNOWN);
		if (!r && had < len)
			r = emit(q, o, PIECE_MISSING, len - had, 0, CAUSE_UNKNOWN);
		if (!r)
			r = pass_holes(q, o, UINT64_MAX);
	}
	return r ? r : go_on(q, o);
}

static int wait_for_gap(struct order *o, const struct chunk *c)
{
	size_t at = o->nwaiting;

	if (o->nwaiting == o->room) {
		size_t room = o->room ? 2 * o->room : 16;
		struct chunk *more = reallocarray(o->waiting, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		o->waiting = more;
		o->room = room;
	}
	while (at && o->waiting[at - 1].offset > c->offset)
		at--;
	memmove(o->waiting + at + 1, o->waiting + at, (o->nwaiting - at) * sizeof(*c));
	o->waiting[at] = *c;
	o->nwaiting++;
	o->waiting_bytes += c->length;
	return 0;
}

/* The time of the chunk that waits for the longest. */
static bool waits_too_long(const struct sequence *q, const struct order *o)
{
	if (o->nwaiting >= WAIT_CHUNKS)
		return true;
	for (size_t i = 0; i < o->nwaiting; i++)
		if (q->now - o->waiting[i].time_ns > WAIT_NS)
			return true;
	return false;
}

static void set_now(struct sequence *q, uint64_t time_ns)
{
	if (time_ns > q->now)
		q->now = time_ns;
}

int sequence_chunk(struct sequence *q, size_t index, const struct chunk *c)
{
	struct order *o = &q->order[index];
	int r = 0;

	set_now(q, chunk_order(c));
	if (c->offset + c->length < c->offset)
		return 0;
	if (c->offset > o->next)
		r = pass_holes(q, o, UINT64_MAX);
	if (!r && c->offset > o->next) {
		r = wait_for_gap(o, c);
		while (!r && waits_too_long(q, o))
			r = close_gap(q, o, o->waiting[0].offset);
		return r;
	}
	if (!r)
		r = pass_chunk(q, o, c);
	return r ? r : go_on(q, o);
}

int sequence_hole(struct sequence *q, size_t index, uint64_t time_ns)
{
	set_now(q, time_ns);
	return go_on(q, &q->order[index]);
}

static int finish_one(struct sequence *q, struct order *o)
{
	int r = 0;

	if (o->nwaiting || o->next < o->stream->length)
		set_now(q, o->stream->last_ns);
	while (!r && o->nwaiting)
		r = close_gap(q, o, o->waiting[0].offset);
	if (!r)
		r = pass_holes(q, o, UINT64_MAX);
	if (!r && o->next < o->stream->length)
		r = close_gap(q, o, o->stream->length);
	if (!r && o->open)
		r = emit(q, o, PIECE_END, 0, 0, CAUSE_UNKNOWN);
	return r;
}

int sequence_finish(struct sequence *q)
{
	int r = 0;

	for (size_t i = 0; !r && i < q->n; i++)
		r = finish_one(q, &q->order[i]);
	return r;
}
