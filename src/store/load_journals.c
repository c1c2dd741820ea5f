/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the journals of the index into sorted tables of processes and streams. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/fd.h"
#include "store/reader_parts.h"
#include "store/scan.h"

/* Rows that belong to a stream, until all streams are known. */
struct loose {
	struct hole *holes;
	size_t nholes, hole_room;
	struct segment_row *segments;
	size_t nsegments, segment_room;
	size_t process_room, stream_room;
	uint64_t senseless; /* records of this journal with contents that cannot be */
};

/* Makes room for one more in an array; sizes double. */
static int room(void *array, size_t used, size_t *size, size_t element)
{
	void **p = array;
	size_t bigger = *size > 0 ? *size * 2 : 16;
	void *q;

	if (used < *size)
		return 0;
	q = reallocarray(*p, bigger, element);
	if (q == NULL)
		return -ENOMEM;
	*p = q;
	*size = bigger;
	return 0;
}

static int take_process(struct reader *r, struct loose *l, const struct row *row)
{
	struct process p;
	uintptr_t at;
	int e;

	e = decode_process(row, &p);
	if (e < 0)
		return e;
	at = idmap_get(&r->process_ids, p.id);
	if (at > 0) {
		process_release(&r->processes[at - 1]);
		r->processes[at - 1] = p;
		return 0;
	}
	e = room(&r->processes, r->nprocesses, &l->process_room, sizeof(p));
	if (e == 0)
		e = idmap_set(&r->process_ids, p.id, r->nprocesses + 1);
	if (e < 0)
		process_release(&p);
	else
		r->processes[r->nprocesses++] = p;
	return e;
}

static int take_stream(struct reader *r, struct loose *l, const struct row *row)
{
	struct stream st;
	uintptr_t at;
	int e;

	e = decode_stream(row, &st);
	if (e < 0)
		return e;
	at = idmap_get(&r->stream_ids, st.id);
	if (at > 0) {
		stream_release(&r->streams[at - 1]);
		r->streams[at - 1] = st;
		return 0;
	}
	e = room(&r->streams, r->nstreams, &l->stream_room, sizeof(st));
	if (e == 0)
		e = idmap_set(&r->stream_ids, st.id, r->nstreams + 1);
	if (e < 0)
		stream_release(&st);
	else
		r->streams[r->nstreams++] = st;
	return e;
}

static int take_row(struct reader *r, struct loose *l, const struct row *row)
{
	int e = 0;

	switch (row->type) {
	case FORMAT_PROCESS:
		return take_process(r, l, row);
	case FORMAT_STREAM:
		return take_stream(r, l, row);
	case FORMAT_HOLE:
		e = room(&l->holes, l->nholes, &l->hole_room, sizeof(*l->holes));
		if (e == 0)
			e = decode_hole(row, &l->holes[l->nholes]);
		l->nholes += e == 0;
		return e;
	case FORMAT_SEGMENT:
		e = room(&l->segments, l->nsegments, &l->segment_room, sizeof(*l->segments));
		if (e == 0)
			e = decode_segment(row, &l->segments[l->nsegments]);
		l->nsegments += e == 0;
		return e;
	default: /* of a later version */
		return 0;
	}
}

static void report(struct reader *r, const char *name, const struct scan *scan,
		   const struct format_header *header, uint64_t senseless)
{
	bool finished = header->state == FORMAT_FINISHED;

	/* A run that goes on, or whose recorder was killed, may end in the middle of a record. */
	if (scan->skipped > 0 && (finished || scan->skipped != scan->torn))
		reader_add_problem(r,
				   "index/%s is damaged at byte %" PRIu64 ": %" PRIu64
				   " bytes were skipped",
				   name, scan->first_skipped, scan->skipped);
	if (senseless > 0)
		reader_add_problem(
			r, "index/%s has %" PRIu64 " records that make no sense: they are left out",
			name, senseless);
	if (finished && header->records != scan->records)
		reader_add_problem(r,
				   "index/%s has %" PRIu64 " records where its header says %" PRIu64
				   ": some are missing",
				   name, scan->records, header->records);
}

static int load_journal(struct reader *r, struct loose *l, int indexfd, const char *name,
			enum format_kind kind)
{
	struct format_header header;
	CLEANUP_CLOSE int fd = -1;
	uint64_t senseless = 0, size;
	struct scan scan;
	struct row row;
	int e;

	fd = load_header(r, indexfd, name, kind, &header, &size);
	if (fd < 0) {
		r->finished = false;
		return 0;
	}
	if (header.state != FORMAT_FINISHED)
		r->finished = false;
	scan_file(&scan, fd, header.header_size);
	while ((e = scan_next(&scan, &row)) > 0) {
		e = take_row(r, l, &row);
		if (e == -ENOMEM)
			break;
		senseless += e < 0;
	}
	if (e == 0 || e == -EBADMSG)
		report(r, name, &scan, &header, senseless);
	else if (e != -ENOMEM)
		reader_add_problem(r, "index/%s cannot be read: %s", name, strerror(-e));
	if (scan.records > 0 || memcmp(header.magic, FORMAT_MAGIC, sizeof(header.magic)) == 0)
		r->journals++;
	scan_release(&scan);
	return e == -ENOMEM ? e : 0;
}

static int compare_ids(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int by_process_id(const void *a, const void *b)
{
	return compare_ids(((const struct process *)a)->id, ((const struct process *)b)->id);
}

static int by_stream_id(const void *a, const void *b)
{
	return compare_ids(((const struct stream *)a)->id, ((const struct stream *)b)->id);
}

static int by_hole_place(const void *a, const void *b)
{
	const struct hole *x = a, *y = b;

	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->length > y->length ? -1 : x->length < y->length;
}

static int by_segment_place(const void *a, const void *b)
{
	const struct segment_row *x = a, *y = b;

	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void sort_tables(struct reader *r)
{
	if (r->nprocesses > 0)
		qsort(r->processes, r->nprocesses, sizeof(*r->processes), by_process_id);
	for (size_t i = 0; i < r->nprocesses; i++)
		idmap_set(&r->process_ids, r->processes[i].id, i + 1);
	if (r->nstreams > 0)
		qsort(r->streams, r->nstreams, sizeof(*r->streams), by_stream_id);
	for (size_t i = 0; i < r->nstreams; i++)
		idmap_set(&r->stream_ids, r->streams[i].id, i + 1);
}

/* A hole that grew has more than one row: what overlaps or touches with one cause is one. */
static size_t join_holes(struct hole *holes, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		struct hole *last = &holes[out - (out > 0)];
		uint64_t end = holes[i].offset + holes[i].length;

		if (holes[i].length == 0)
			continue;
		if (out > 0 && last->cause == holes[i].cause &&
		    holes[i].offset <= last->offset + last->length) {
			if (end > last->offset + last->length)
				last->length = end - last->offset;
		} else {
			holes[out++] = holes[i];
		}
	}
	return out;
}

static void sum_holes(struct stream *st)
{
	st->lost = st->in_kernel = 0;
	for (size_t i = 0; i < st->nholes; i++) {
		const struct hole *h = &st->holes[i];

		*(h->cause == CAUSE_IN_KERNEL ? &st->in_kernel : &st->lost) += h->length;
		if (h->time_ns > st->last_ns)
			st->last_ns = h->time_ns;
	}
}

static int attach_holes(struct reader *r, struct loose *l)
{
	uint64_t unknown = 0;

	if (l->nholes > 0)
		qsort(l->holes, l->nholes, sizeof(*l->holes), by_hole_place);
	for (size_t i = 0, n; i < l->nholes; i += n) {
		struct hole *first = &l->holes[i];
		struct stream *st = (struct stream *)reader_find_stream(r, first->stream);

		for (n = 1; i + n < l->nholes && first[n].stream == first->stream; n++)
			;
		if (st == NULL) {
			unknown += n;
			continue;
		}
		st->nholes = join_holes(first, n);
		st->holes = reallocarray(NULL, st->nholes + 1, sizeof(*first));
		if (st->holes == NULL) {
			st->nholes = 0;
			return -ENOMEM;
		}
		memcpy(st->holes, first, st->nholes * sizeof(*first));
	}
	if (unknown > 0)
		reader_add_problem(
			r, "index/streams has %" PRIu64 " holes of streams that it does not have",
			unknown);
	return 0;
}

/* Adds the segments that a stream's row does not have. Their lengths come from the time line. */
static int add_segments(struct stream *st, struct segment_row *rows, size_t n)
{
	struct segment *all = reallocarray(NULL, st->nsegments + n, sizeof(*all));
	size_t i = 0, j = 0, out = 0;

	if (all == NULL)
		return -ENOMEM;
	while (i < st->nsegments || j < n) {
		struct segment next;

		if (i < st->nsegments && (j == n || st->segments[i].offset <= rows[j].offset)) {
			next = st->segments[i++];
		} else {
			next = (struct segment){ .offset = rows[j].offset, .file = rows[j].file };
			rows[j++].file = NULL;
		}
		if (out > 0 && (next.offset == all[out - 1].offset ||
				next.offset < all[out - 1].offset + all[out - 1].length))
			free(next.file);
		else
			all[out++] = next;
	}
	free(st->segments);
	st->segments = all;
	st->nsegments = out;
	return 0;
}

static int attach_segments(struct reader *r, struct loose *l)
{
	int e = 0;

	if (l->nsegments > 0)
		qsort(l->segments, l->nsegments, sizeof(*l->segments), by_segment_place);
	for (size_t i = 0, n; i < l->nsegments && e == 0; i += n) {
		struct segment_row *first = &l->segments[i];
		struct stream *st = (struct stream *)reader_find_stream(r, first->stream);

		for (n = 1; i + n < l->nsegments && first[n].stream == first->stream; n++)
			;
		if (st != NULL && !st->hashed)
			e = add_segments(st, first, n);
	}
	return e;
}

/* What only the seal knows for sure is counted again, from the time line, where there is none. */
static void reset_open_streams(struct reader *r)
{
	for (size_t i = 0; i < r->nstreams; i++) {
		struct stream *st = &r->streams[i];

		if (st->hashed)
			continue;
		st->captured = 0;
		st->complete = st->complete && st->closed;
		for (size_t k = 0; k < st->nsegments; k++)
			st->segments[k].length = 0;
		if (!st->closed)
			sum_holes(st);
	}
}

int load_journals(struct reader *r, int indexfd)
{
	struct loose l = { 0 };
	int e;

	e = load_journal(r, &l, indexfd, "processes", FORMAT_KIND_PROCESSES);
	if (e == 0)
		e = load_journal(r, &l, indexfd, "streams", FORMAT_KIND_STREAMS);
	sort_tables(r);
	if (e == 0)
		e = attach_holes(r, &l);
	if (e == 0)
		e = attach_segments(r, &l);
	reset_open_streams(r);
	for (size_t i = 0; i < l.nsegments; i++)
		free(l.segments[i].file);
	free(l.segments);
	free(l.holes);
	return e;
}
