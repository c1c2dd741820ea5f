/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the order and the lines of the log. In: streams with their bytes and holes, then chunks in
 * the order of time. No byte may be given out twice, or left out, or be another than it was.
 */
#include <config.h>

#include <errno.h>

#include "fuzz.h"
#include "show/lines.h"

#define STREAMS 3
#define HOLES 4

static struct stream streams[STREAMS];
static struct hole holes[STREAMS][HOLES];
static uint8_t *contents[STREAMS];
static size_t sizes[STREAMS];
static uint64_t piece_next[STREAMS], line_next[STREAMS];
static uint64_t now;
static size_t step;
static struct lines *lines;

static int take_line(void *context, const struct line *l)
{
	size_t i = l->index;

	(void)context;
	EXPECT(i < STREAMS && l->stream == &streams[i]);
	EXPECT(l->offset == line_next[i]);
	EXPECT(l->length > 0);
	line_next[i] += l->length;
	EXPECT(line_next[i] <= piece_next[i]);
	if (l->kind != LINE_TEXT)
		return 0;
	EXPECT(l->text_len + !l->partial == l->length);
	EXPECT(l->text_len <= LINE_MAX_BYTES);
	EXPECT(l->offset + l->length <= sizes[i]);
	EXPECT(memcmp(l->text, contents[i] + l->offset, l->text_len) == 0);
	EXPECT(!memchr(l->text, '\n', l->text_len));
	if (!l->partial)
		EXPECT(contents[i][l->offset + l->text_len] == '\n');
	return 0;
}

static int take_piece(void *context, const struct piece *p)
{
	(void)context;
	EXPECT(p->index < STREAMS && p->stream == &streams[p->index]);
	EXPECT(p->offset == piece_next[p->index]);
	EXPECT((p->kind == PIECE_END) == (p->length == 0));
	EXPECT(p->offset + p->length >= p->offset);
	EXPECT(p->time_ns >= now);
	now = p->time_ns;
	piece_next[p->index] += p->length;
	return lines_take(lines, p);
}

static ssize_t read_memory(void *context, const struct stream *st, uint64_t offset, void *buf,
			   size_t size)
{
	size_t i = (size_t)(st - streams), n;

	(void)context;
	if (offset >= sizes[i])
		return i == 1 ? -ENODATA : 0;
	n = sizes[i] - offset < size ? sizes[i] - offset : size;
	n = step && n > step ? step : n;
	memcpy(buf, contents[i] + offset, n);
	return (ssize_t)n;
}

/* Mostly small, now and then near one of the ends of what can be. */
static uint64_t input_offset(struct input *in)
{
	uint16_t value = input_u16(in);

	switch (value >> 12) {
	case 15:
		return UINT64_MAX - (value & 0xfff);
	case 14:
		return (uint64_t)INT64_MAX - (value & 0xfff);
	case 13:
		return (uint64_t)(value & 0xfff) << 32;
	}
	return value & 0x3ff;
}

static void make_stream(struct input *in, size_t i)
{
	struct stream *st = &streams[i];
	uint8_t flags = input_byte(in);

	*st = (struct stream){ .id = (uint32_t)(10 + 7 * i),
			       .closed = flags & 1,
			       .holes = holes[i] };
	contents[i] = input_copy(in, input_u16(in) & 0x3ff, &sizes[i]);
	st->length = st->captured = sizes[i];
	if (flags & 2)
		st->length = input_offset(in);
	if (flags & 4)
		st->captured = input_offset(in);
	st->nholes = (flags >> 3) % (HOLES + 1);
	for (size_t k = 0; k < st->nholes; k++)
		holes[i][k] = (struct hole){ .stream = st->id,
					     .cause = input_byte(in) % CAUSE_COUNT,
					     .offset = input_offset(in),
					     .length = input_offset(in),
					     .time_ns = input_byte(in) };
}

static void feed(struct sequence *q, struct input *in)
{
	uint64_t time = 0;
	int r = 0;

	while (in->left && !r) {
		uint8_t what = input_byte(in);
		size_t i = what % STREAMS;
		struct chunk c = { .stream = streams[i].id };

		time += what & 0x80 ? 2000000000u : input_byte(in);
		if (what & 0x40) {
			r = sequence_hole(q, i, time);
			continue;
		}
		c.time_ns = c.entered_ns = time;
		c.offset = input_offset(in);
		c.length = input_u16(in) & 0x1fff;
		c.flags = what >> 3 & 3;
		r = sequence_chunk(q, i, &c);
	}
	EXPECT(r == 0);
	EXPECT(sequence_finish(q) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct stream *list[STREAMS] = { &streams[0], &streams[1], &streams[2] };
	struct window_source source = { NULL, read_memory };
	struct lines_sink sink = { NULL, take_line };
	struct input in = { data, size };
	struct sequence *q;

	memset(piece_next, 0, sizeof(piece_next));
	memset(line_next, 0, sizeof(line_next));
	now = 0;
	step = input_byte(&in);
	for (size_t i = 0; i < STREAMS; i++)
		make_stream(&in, i);
	EXPECT(lines_create(STREAMS, &source, &sink, &lines) == 0);
	EXPECT(sequence_create(list, STREAMS, &(struct sequence_sink){ NULL, take_piece }, &q) ==
	       0);
	for (size_t i = 0; i < STREAMS; i++)
		if (!streams[i].closed)
			sequence_set_end(q, i, streams[i].length);
	feed(q, &in);
	for (size_t i = 0; i < STREAMS; i++) {
		EXPECT(line_next[i] == piece_next[i]);
		free(contents[i]);
	}
	sequence_free(q);
	lines_free(lines);
	return 0;
}
