/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the decoder. In: wire records, each behind its length (16 bits, little-endian). A length
 * of 0x8000 and more is an order of its own: settle, lose bytes, fail. What the sink is given is
 * held against an account of our own.
 */
#include <config.h>

#include <errno.h>

#include "decode/decode.h"
#include "fuzz.h"
#include "wire.h"

#define ORDER_SETTLE 0x8000
#define ORDER_LOSE 0x8001
#define ORDER_FAIL 0x8002

#define CHUNKS 4096

/* What was handed over of the streams that are open. */
struct given {
	uint32_t stream;
	uint64_t offset, length;
	bool is_hole;
};

struct open_stream {
	struct open_stream *next;
	uint32_t id;
	uint64_t captured, lost, in_kernel;
};

struct account {
	struct decoder *decoder;
	struct given given[CHUNKS];
	size_t ngiven;
	struct open_stream *open;
	struct decode_totals totals; /* of what the sink has seen */
	uint64_t closed, closed_holes;
	bool finishing;
	bool losing;	  /* inside of decode_lost() */
	unsigned fail_in; /* calls of the sink until one fails; 0: none does */
	bool failed;
	bool overflow; /* more than we keep: no account */
};

static int answer(struct account *a)
{
	if (a->fail_in && --a->fail_in == 0) {
		a->failed = true;
		return -ENOSPC;
	}
	return 0;
}

static struct open_stream *find_open(struct account *a, uint32_t id)
{
	struct open_stream *o = a->open;

	while (o && o->id != id)
		o = o->next;
	return o;
}

/* A stream that nothing came of is closed without having been told before. */
static struct open_stream *find_or_make(struct account *a, uint32_t id)
{
	struct open_stream *o = find_open(a, id);

	if (!o) {
		o = calloc(1, sizeof(*o));
		EXPECT(o);
		o->id = id;
		o->next = a->open;
		a->open = o;
	}
	return o;
}

/* No byte is handed over twice. */
static void give(struct account *a, uint32_t stream, uint64_t offset, uint64_t length, bool is_hole)
{
	EXPECT(length > 0);
	EXPECT(offset + length > offset);
	if (a->ngiven == CHUNKS) {
		a->overflow = true;
		return;
	}
	for (size_t i = 0; i < a->ngiven; i++) {
		const struct given *g = &a->given[i];

		if (g->stream == stream)
			EXPECT(g->offset + g->length <= offset || offset + length <= g->offset);
	}
	a->given[a->ngiven++] = (struct given){ stream, offset, length, is_hole };
}

static int take_process(void *context, const struct process *p)
{
	EXPECT(p->id);
	EXPECT(memchr(p->comm, 0, sizeof(p->comm)));
	touch_bytes(p->exe.data, p->exe.len);
	touch_bytes(p->argv.data, p->argv.len);
	touch_bytes(p->cwd.data, p->cwd.len);
	return answer(context);
}

static void check_numbers(const struct stream *s)
{
	EXPECT(s->id && s->process);
	EXPECT(s->direction <= DIRECTION_OUT);
	EXPECT(s->kind < KIND_COUNT);
	EXPECT(s->role < ROLE_COUNT);
	EXPECT(memchr(s->comm, 0, sizeof(s->comm)));
	EXPECT(s->name.len);
	touch_bytes(s->name.data, s->name.len);
}

static int take_stream(void *context, struct stream *s)
{
	find_or_make(context, s->id);
	check_numbers(s);
	return answer(context);
}

static int take_chunk(void *context, struct stream *s, const struct chunk *c, const void *data)
{
	struct account *a = context;
	struct open_stream *o = find_open(a, s->id);

	EXPECT(o);
	EXPECT(c->stream == s->id);
	give(a, s->id, c->offset, c->length, false);
	touch_bytes(data, c->length);
	o->captured += c->length;
	a->totals.captured += c->length;
	EXPECT(s->captured == o->captured);
	return answer(a);
}

static int take_hole(void *context, struct stream *s, const struct hole *h)
{
	struct account *a = context;
	struct open_stream *o = find_open(a, s->id);

	EXPECT(h->stream == s->id);
	EXPECT(h->cause < CAUSE_COUNT);
	EXPECT(o || h->cause == CAUSE_UNKNOWN);
	EXPECT(!a->losing || h->cause == CAUSE_STORE);
	o = find_or_make(a, s->id);
	if (a->losing)
		o->captured -= h->length, a->totals.captured -= h->length;
	else
		give(a, s->id, h->offset, h->length, true);
	*(h->cause == CAUSE_IN_KERNEL ? &o->in_kernel : &o->lost) += h->length;
	a->totals.lost += h->cause == CAUSE_IN_KERNEL ? 0 : h->length;
	a->totals.lost_by_cause[h->cause] += h->length;
	return answer(a);
}

static void check_holes(const struct stream *s)
{
	uint64_t lost = 0, in_kernel = 0;

	for (size_t i = 0; i < s->nholes; i++) {
		const struct hole *h = &s->holes[i];

		EXPECT(h->length && h->cause < CAUSE_COUNT && h->stream == s->id);
		EXPECT(h->offset < s->length && h->length <= s->length - h->offset);
		*(h->cause == CAUSE_IN_KERNEL ? &in_kernel : &lost) += h->length;
		if (!i)
			continue;
		EXPECT(h[-1].offset + h[-1].length <= h->offset);
		EXPECT(h[-1].cause != h->cause || h[-1].offset + h[-1].length < h->offset);
	}
	EXPECT(lost == s->lost);
	EXPECT(in_kernel == s->in_kernel);
}

static void forget(struct account *a, uint32_t stream)
{
	struct open_stream **at = &a->open, *gone;
	size_t kept = 0;

	while (*at && (*at)->id != stream)
		at = &(*at)->next;
	gone = *at;
	EXPECT(gone);
	*at = gone->next;
	free(gone);
	for (size_t i = 0; i < a->ngiven; i++)
		if (a->given[i].stream != stream)
			a->given[kept++] = a->given[i];
	a->ngiven = kept;
}

/* Every byte that moved is accounted for, and in one way only. */
static int take_close(void *context, struct stream *s)
{
	struct account *a = context;
	struct open_stream *o = find_open(a, s->id);

	EXPECT(o);
	check_numbers(s);
	EXPECT(s->length > 0);
	/* A chunk that the sink refused counts, but we were not given it. */
	if (!a->failed) {
		EXPECT(s->captured == o->captured);
		EXPECT(s->lost == o->lost);
		EXPECT(s->in_kernel == o->in_kernel);
	}
	EXPECT(s->captured + s->lost + s->in_kernel + s->cut == s->length);
	EXPECT(s->complete == (s->closed && s->captured + s->cut == s->length));
	EXPECT(s->closed || a->finishing);
	EXPECT(s->first_ns <= s->last_ns || !s->captured);
	check_holes(s);
	for (size_t i = 0; i < a->ngiven; i++)
		if (a->given[i].stream == s->id)
			EXPECT(a->given[i].offset + a->given[i].length <= s->length);
	forget(a, s->id);
	a->closed++;
	a->closed_holes += s->nholes;
	return answer(a);
}

/* The disk did not take a chunk that was handed over. */
static void lose(struct account *a, unsigned which)
{
	struct given *g;
	int err;

	if (!a->ngiven)
		return;
	g = &a->given[which % a->ngiven];
	if (g->is_hole)
		return;
	g->is_hole = true;
	a->losing = true;
	err = decode_lost(a->decoder, g->stream, g->offset, g->length);
	a->losing = false;
	EXPECT(!err || a->failed);
}

static int follow_order(struct account *a, struct input *in, uint16_t order)
{
	unsigned value;

	if (order == ORDER_SETTLE)
		return decode_settle(a->decoder);
	value = input_byte(in);
	if (order == ORDER_LOSE)
		lose(a, value);
	else if (order == ORDER_FAIL && !a->fail_in)
		a->fail_in = value;
	return 0;
}

static int feed(struct account *a, struct input *in)
{
	int err = 0;

	while (in->left >= 2 && !err && !a->failed) {
		uint16_t length = input_u16(in);
		uint64_t bad = decode_totals(a->decoder)->bad_records;
		size_t size;
		void *record;

		if (length >= ORDER_SETTLE) {
			err = follow_order(a, in, length);
			continue;
		}
		record = input_copy(in, length, &size);
		err = decode_record(a->decoder, record, size);
		EXPECT(decode_totals(a->decoder)->bad_records - bad <= 1);
		free(record);
	}
	return err;
}

static void check_totals(const struct account *a)
{
	const struct decode_totals *t = decode_totals(a->decoder);

	EXPECT(t->captured == a->totals.captured);
	EXPECT(t->lost == a->totals.lost);
	EXPECT(memcmp(t->lost_by_cause, a->totals.lost_by_cause, sizeof(t->lost_by_cause)) == 0);
	EXPECT(t->processes_alive <= t->processes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct account a;
	struct decode_sink sink = {
		.context = &a,
		.process = take_process,
		.stream = take_stream,
		.chunk = take_chunk,
		.hole = take_hole,
		.close = take_close,
	};
	struct input in = { data, size };
	int err;

	memset(&a, 0, sizeof(a));
	EXPECT(decode_create(&sink, 1000, &a.decoder) == 0);
	err = feed(&a, &in);
	EXPECT(!err || a.failed);
	if (!a.failed && !a.overflow)
		check_totals(&a);
	a.finishing = true;
	err = decode_finish(a.decoder);
	EXPECT(!err || a.failed);
	if (!a.failed && !a.overflow) {
		check_totals(&a);
		EXPECT(!a.open);
		EXPECT(!a.ngiven);
		EXPECT(decode_totals(a.decoder)->streams == a.closed);
		EXPECT(decode_totals(a.decoder)->holes == a.closed_holes);
	}
	decode_free(a.decoder);
	while (a.open)
		forget(&a, a.open->id);
	return 0;
}
