/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams. One ends when it is closed, its path has come and each of its bytes is accounted for. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/names.h"
#include "decode/tables.h"

void flow_free(struct decoder *d, struct flow *f)
{
	open_file_drop(&d->files, f->file);
	stream_release(&f->s);
	spans_release(&f->covered);
	free(f);
}

static enum role role_of(int fd, unsigned direction)
{
	if (fd == 0 && direction == DIRECTION_IN)
		return ROLE_STDIN;
	if (fd == 1 && direction == DIRECTION_OUT)
		return ROLE_STDOUT;
	if (fd == 2 && direction == DIRECTION_OUT)
		return ROLE_STDERR;
	return ROLE_OTHER;
}

int see_open(struct decoder *d, const struct wire_open *r)
{
	struct life *l = table_get(&d->lives, r->process);
	struct flow *f;

	if (!l || !r->stream || table_get(&d->flows, r->stream) || r->direction > DIRECTION_OUT ||
	    r->kind >= KIND_COUNT || r->local_length > WIRE_ADDRESS ||
	    r->peer_length > WIRE_ADDRESS)
		return bad_record(d);
	f = calloc(1, sizeof(*f));
	if (!f || table_put(&d->flows, r->stream, f)) {
		free(f);
		return -ENOMEM;
	}
	f->life = l;
	f->file = open_file_refer(&d->files, r->file_id);
	f->path_due = r->path_follows;
	f->s = (struct stream){
		.id = r->stream,
		.process = r->process,
		.pid = l->p.pid,
		.fd = r->fd,
		.generation = r->generation,
		.file_id = r->file_id,
		.role = role_of(r->fd, r->direction),
		.direction = r->direction,
		.kind = r->kind,
		.first_ns = since_start(d, r->time),
	};
	copy_comm(f->s.comm, r->comm);
	l->open_streams++;
	d->totals.streams++;
	return stream_name(r, &f->s.name);
}

static uint64_t accounted(const struct stream *s)
{
	return s->captured + s->lost + s->in_kernel + s->cut;
}

static int add_hole(struct decoder *d, struct flow *f, const struct hole *h)
{
	size_t before = f->s.nholes;

	if (!stream_add_hole(&f->s, h))
		return -ENOMEM;
	f->s.complete = false;
	if (!f->is_closing && accounted(&f->s) > f->s.length)
		f->s.length = accounted(&f->s);
	d->totals.holes += f->s.nholes - before; /* it may have joined others */
	d->totals.lost_by_cause[h->cause] += h->length;
	if (h->cause != CAUSE_IN_KERNEL)
		d->totals.lost += h->length;
	return d->sink.hole(d->sink.context, &f->s, h);
}

/* What was moved and neither came nor was reported: it is found out here. */
static int find_gaps(struct decoder *d, struct flow *f)
{
	uint64_t at = 0, end;
	int err = 0;

	while (!err && spans_gap(&f->covered, &at, f->s.length, &end)) {
		struct hole h = {
			.stream = f->s.id,
			.cause = CAUSE_UNKNOWN,
			.offset = at,
			.length = end - at,
			.time_ns = f->s.last_ns,
		};

		err = add_hole(d, f, &h);
		at = end;
	}
	return err;
}

int flow_end(struct decoder *d, struct flow *f)
{
	struct stream *s = &f->s;
	int err = 0;

	if (!f->is_closing && s->length < spans_end(&f->covered))
		s->length = spans_end(&f->covered);
	if (accounted(s) < s->length)
		err = find_gaps(d, f);
	s->closed = f->is_closing;
	s->complete = s->closed && s->captured + s->cut == s->length;
	if (s->direction == DIRECTION_OUT)
		f->life->p.bytes_out += s->length;
	else
		f->life->p.bytes_in += s->length;
	f->life->open_streams--;
	/*
	 * A thread that lost the race for the first byte leaves a stream behind that nothing is in.
	 */
	if (!s->length)
		d->totals.streams--;
	else if (!err)
		err = d->sink.close(d->sink.context, s);
	table_remove(&d->flows, s->id);
	flow_free(d, f);
	return err;
}

static int end_if_accounted(struct decoder *d, struct flow *f)
{
	return f->is_closing && !f->path_due && accounted(&f->s) >= f->s.length ? flow_end(d, f)
										: 0;
}

int see_close(struct decoder *d, const struct wire_close *r)
{
	struct flow *f = table_get(&d->flows, r->stream);

	if (!f || f->is_closing || r->length < spans_end(&f->covered))
		return bad_record(d);
	f->is_closing = true;
	f->s.length = r->length;
	return end_if_accounted(d, f);
}

/* The first and every later sign of a stream: its times, and that the sink knows it. */
static int touch_flow(struct decoder *d, struct flow *f, uint64_t time_ns)
{
	if (!f->is_known || time_ns < f->s.first_ns)
		f->s.first_ns = time_ns;
	if (time_ns > f->s.last_ns)
		f->s.last_ns = time_ns;
	if (f->is_known)
		return 0;
	f->is_known = true;
	return d->sink.stream(d->sink.context, &f->s);
}

/*
 * Enters [offset, offset + length) as covered. 1: it is; 0: the record makes no sense; or negative
 * errno.
 */
static int cover(struct decoder *d, struct flow *f, uint64_t offset, uint64_t length)
{
	uint64_t end;
	int err;

	if (!length || __builtin_add_overflow(offset, length, &end) ||
	    (f->is_closing && end > f->s.length))
		return bad_record(d);
	err = spans_add(&f->covered, offset, end);
	if (err == -EEXIST)
		return bad_record(d);
	return err ? err : 1;
}

int see_hole(struct decoder *d, const struct wire_hole *r)
{
	struct flow *f = table_get(&d->flows, r->stream);
	struct hole h;
	int err;

	if (!f || r->cause >= CAUSE_COUNT)
		return bad_record(d);
	err = cover(d, f, r->offset, r->length);
	if (err <= 0)
		return err;
	h = (struct hole){
		.stream = r->stream,
		.cause = r->cause,
		.offset = r->offset,
		.length = r->length,
		.time_ns = since_start(d, r->time),
	};
	err = touch_flow(d, f, h.time_ns);
	if (!err)
		err = add_hole(d, f, &h);
	return err ? err : end_if_accounted(d, f);
}

/*
 * A writer that was blocked returns after the reads that it fed, and one that wakes its reader may:
 * what is written to pipes and sockets stands where the call began to be seen by others.
 */
static void set_order(const struct stream *s, struct chunk *c, uint64_t entered_ns)
{
	c->entered_ns = entered_ns && entered_ns < c->time_ns ? entered_ns : c->time_ns;
	if (s->direction == DIRECTION_OUT && c->entered_ns < c->time_ns &&
	    (s->kind == KIND_PIPE || s->kind == KIND_SOCKET))
		c->flags |= CHUNK_BY_ENTRY;
}

int see_chunk(struct decoder *d, const struct wire_chunk *r)
{
	struct flow *f = table_get(&d->flows, r->stream);
	struct chunk c;
	int err;

	if (!f)
		return bad_record(d);
	err = cover(d, f, r->offset, r->head.length);
	if (err <= 0)
		return err;
	c = (struct chunk){
		.time_ns = since_start(d, r->time),
		.offset = r->offset,
		.length = r->head.length,
		.stream = r->stream,
		.tid = r->tid,
		.flags = r->head.flags & WIRE_MORE ? CHUNK_MORE : 0,
	};
	set_order(&f->s, &c, since_start(d, r->entered));
	if (f->file && open_file_overlaps(f->file, f->s.direction, &c))
		c.flags |= CHUNK_CONCURRENT;
	f->s.captured += c.length;
	d->totals.captured += c.length;
	if (!f->is_closing && accounted(&f->s) > f->s.length)
		f->s.length = accounted(&f->s);
	err = touch_flow(d, f, c.time_ns);
	if (!err)
		err = d->sink.chunk(d->sink.context, &f->s, &c, r->data);
	return err ? err : end_if_accounted(d, f);
}

int decode_lost(struct decoder *d, uint32_t stream, uint64_t offset, uint64_t length)
{
	struct flow *f = table_get(&d->flows, stream);
	struct hole h = {
		.stream = stream,
		.cause = CAUSE_STORE,
		.offset = offset,
		.length = length,
	};
	uint64_t end;

	if (!f || !length || __builtin_add_overflow(offset, length, &end) ||
	    end > spans_end(&f->covered) || length > f->s.captured)
		return -EINVAL;
	h.time_ns = f->s.last_ns;
	f->s.captured -= length;
	d->totals.captured -= length;
	return add_hole(d, f, &h);
}

static bool is_no_path(const struct bytes *path)
{
	static const char memfd[] = "/memfd:";

	return (path->len >= 2 && path->data[1] == '[') ||
	       (path->len >= strlen(memfd) && !memcmp(path->data, memfd, strlen(memfd)));
}

int see_path(struct decoder *d, const struct wire_text *r)
{
	struct flow *f = table_get(&d->flows, r->id);
	struct bytes path;
	int err;

	if (!f)
		return bad_record(d);
	err = path_from_wire(r->data, r->head.length, r->head.flags & WIRE_CUT,
			     r->head.flags & WIRE_DELETED, &path);
	if (err)
		return err;
	/* Anonymous inodes and memfds have a name that is no path: `[eventfd]`, `memfd:x`. */
	if (is_no_path(&path)) {
		path.len--;
		memmove(path.data, path.data + 1, path.len);
	}
	free(f->s.name.data);
	f->s.name = path;
	f->path_due = false;
	err = f->is_known ? d->sink.stream(d->sink.context, &f->s) : 0;
	return err ? err : end_if_accounted(d, f);
}
