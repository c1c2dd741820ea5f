/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Line assembly. In: pieces. Out: lines. What stays of an unfinished line is its position alone:
 * its bytes are still in the window, or are read again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/lines.h"

struct line_state {
	uint64_t start; /* of the unfinished line */
	uint64_t end;	/* so far; end == start: there is none */
	uint32_t flags;
};

struct lines {
	struct lines_sink sink;
	struct windows *windows;
	struct window_source source;
	char *scratch; /* LINE_MAX_BYTES, for lines that no window holds whole */
	struct line_state state[];
};

int lines_create(size_t nstreams, const struct window_source *source, const struct lines_sink *sink,
		 struct lines **ret)
{
	struct lines *l = calloc(1, sizeof(*l) + nstreams * sizeof(l->state[0]));
	int r;

	if (!l)
		return -ENOMEM;
	l->sink = *sink;
	l->source = *source;
	r = windows_create(nstreams, source, &l->windows);
	if (r < 0) {
		free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void lines_free(struct lines *l)
{
	if (!l)
		return;
	windows_free(l->windows);
	free(l->scratch);
	free(l);
}

/* Fills scratch with len bytes from `offset` on; returns how many there are, or negative errno. */
static ssize_t read_again(struct lines *l, const struct stream *st, uint64_t offset, size_t len)
{
	size_t have = 0;

	if (!l->scratch)
		l->scratch = malloc(LINE_MAX_BYTES);
	if (!l->scratch)
		return -ENOMEM;
	while (have < len) {
		ssize_t n = l->source.read(l->source.context, st, offset + have, l->scratch + have,
					   len - have);

		if (n <= 0)
			break;
		have += n;
	}
	return have;
}

/* Gives out the unfinished line up to `stop`. What the window holds stays as it is. */
static int give(struct lines *l, const struct piece *p, uint64_t stop, bool newline)
{
	struct line_state *s = &l->state[p->index];
	size_t len = stop - s->start - newline;
	struct line line = {
		.kind = LINE_TEXT,
		.index = p->index,
		.stream = p->stream,
		.time_ns = p->time_ns,
		.offset = s->start,
		.length = stop - s->start,
		.text_len = len,
		.partial = !newline,
		.concurrent = s->flags & CHUNK_CONCURRENT,
	};

	line.text = len ? windows_peek(l->windows, p->index, s->start, len) : "";
	if (!line.text) {
		ssize_t n = read_again(l, p->stream, s->start, len);

		if (n < 0)
			return n;
		line.text = l->scratch;
		line.text_len = n;
	}
	s->start = stop;
	return l->sink.take(l->sink.context, &line);
}

/* Gives out what has grown too long; `stop` is where the line's text ends so far. */
static int give_parts(struct lines *l, const struct piece *p, uint64_t stop)
{
	struct line_state *s = &l->state[p->index];
	int r = 0;

	while (!r && stop - s->start > LINE_MAX_BYTES)
		r = give(l, p, s->start + LINE_MAX_BYTES, false);
	return r;
}

static int give_rest(struct lines *l, const struct piece *p)
{
	struct line_state *s = &l->state[p->index];

	return s->end > s->start ? give(l, p, s->end, false) : 0;
}

static int give_loss(struct lines *l, const struct piece *p, enum line_kind kind, uint64_t offset,
		     uint64_t length)
{
	struct line line = {
		.kind = kind,
		.cause = p->cause,
		.index = p->index,
		.stream = p->stream,
		.time_ns = p->time_ns,
		.offset = offset,
		.length = length,
	};

	return l->sink.take(l->sink.context, &line);
}

/* Newlines among bytes that are in memory; they begin at s->end. */
static int scan(struct lines *l, const struct piece *p, const char *data, size_t len)
{
	struct line_state *s = &l->state[p->index];
	const char *at = data, *end = data + len, *newline;
	uint64_t base = s->end;
	int r = 0;

	s->end += len;
	while (!r && at < end && (newline = memchr(at, '\n', end - at))) {
		uint64_t stop = base + (newline - data);

		at = newline + 1;
		r = give_parts(l, p, stop);
		if (!r)
			r = give(l, p, stop + 1, true);
		s->flags = p->flags;
	}
	return r ? r : give_parts(l, p, s->end);
}

static int take_data(struct lines *l, const struct piece *p)
{
	struct line_state *s = &l->state[p->index];
	uint64_t offset = p->offset, left = p->length;
	int r = 0;

	if (s->start == s->end)
		*s = (struct line_state){ .start = offset, .end = offset };
	s->flags |= p->flags;
	while (!r && left) {
		const char *data;
		ssize_t n =
			windows_get(l->windows, p->index, p->stream, s->start, offset, left, &data);

		if (n <= 0) {
			r = give_rest(l, p);
			return r ? r : give_loss(l, p, LINE_MISSING, offset, left);
		}
		r = scan(l, p, data, n);
		offset += n;
		left -= n;
	}
	return r;
}

int lines_take(void *context, const struct piece *p)
{
	struct lines *l = context;
	int r;

	if (p->kind == PIECE_DATA)
		return take_data(l, p);
	r = give_rest(l, p);
	if (!r && p->kind == PIECE_HOLE)
		r = give_loss(l, p, LINE_HOLE, p->offset, p->length);
	else if (!r && p->kind == PIECE_MISSING)
		r = give_loss(l, p, LINE_MISSING, p->offset, p->length);
	else if (!r)
		windows_forget(l->windows, p->index);
	return r;
}
