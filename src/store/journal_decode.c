/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads of records back to values. See journal.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/naming.h"

/* What is left of a payload. */
struct cursor {
	const char *at;
	size_t left;
};

/* A fixed part that is longer than ours is of a later version: the rest is skipped. */
static int take_fixed(const struct row *row, void *ret, size_t size, struct cursor *c)
{
	if (row->fixed < size)
		return -EBADMSG;
	memcpy(ret, row->payload, size);
	*c = (struct cursor){ .at = row->payload + row->fixed, .left = row->length - row->fixed };
	return 0;
}

static int take(struct cursor *c, void *ret, size_t size)
{
	if (c->left < size)
		return -EBADMSG;
	memcpy(ret, c->at, size);
	c->at += size;
	c->left -= size;
	return 0;
}

/* A view of a string; nothing is copied. */
static int take_view(struct cursor *c, const char **ret, size_t *ret_len)
{
	uint32_t len;

	if (take(c, &len, sizeof(len)) < 0 || len > c->left)
		return -EBADMSG;
	*ret = c->at;
	*ret_len = len;
	c->at += len;
	c->left -= len;
	return 0;
}

static int take_comm(struct cursor *c, char ret[static COMM_SIZE])
{
	const char *text;
	size_t len;

	if (take_view(c, &text, &len) < 0 || len >= COMM_SIZE || memchr(text, '\0', len) != NULL)
		return -EBADMSG;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return 0;
}

/* A NUL is put behind the bytes, for the convenience of whoever prints them. */
static int take_bytes(struct cursor *c, struct bytes *ret)
{
	const char *text;
	size_t len;
	int r;

	r = take_view(c, &text, &len);
	if (r < 0 || len == 0)
		return r;
	ret->data = malloc(len + 1);
	if (ret->data == NULL)
		return -ENOMEM;
	memcpy(ret->data, text, len);
	ret->data[len] = '\0';
	ret->len = len;
	return 0;
}

static int take_file(struct cursor *c, char **ret)
{
	const char *text;
	size_t len;

	if (take_view(c, &text, &len) < 0 || !name_is_plain(text, len))
		return -EBADMSG;
	*ret = strndup(text, len);
	return *ret != NULL ? 0 : -ENOMEM;
}

int decode_process(const struct row *row, struct process *ret)
{
	struct format_process f;
	struct process p;
	struct cursor c;
	int r;

	r = take_fixed(row, &f, sizeof(f), &c);
	if (r < 0)
		return r;
	if (f.id == 0)
		return -EBADMSG;
	p = (struct process){
		.id = f.id,
		.parent = f.parent,
		.pid = f.pid,
		.ppid = f.ppid,
		.uid = f.uid,
		.threads = f.threads,
		.start_ns = f.start_ns,
		.end_ns = f.end_ns,
		.ended = f.flags & FORMAT_PROCESS_ENDED,
		.exit_code = f.exit_code,
		.signal = f.signal,
		.waited_ns = f.waited_ns,
		.bytes_out = f.bytes_out,
		.bytes_in = f.bytes_in,
	};
	r = take_comm(&c, p.comm);
	if (r == 0)
		r = take_bytes(&c, &p.exe);
	if (r == 0)
		r = take_bytes(&c, &p.argv);
	if (r == 0)
		r = take_bytes(&c, &p.cwd);
	if (r < 0) {
		process_release(&p);
		return r;
	}
	*ret = p;
	return 0;
}

static int take_segments(struct cursor *c, uint32_t count, struct stream *st)
{
	uint64_t end = 0;
	int r;

	/* A segment takes 20 bytes and a name: a count that cannot be true allocates nothing. */
	if (count > c->left / 21)
		return -EBADMSG;
	if (count == 0)
		return 0;
	st->segments = calloc(count, sizeof(*st->segments));
	if (st->segments == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct segment *seg = &st->segments[i];

		if (take(c, &seg->offset, 8) < 0 || take(c, &seg->length, 8) < 0 ||
		    seg->offset < end || seg->offset > INT64_MAX ||
		    seg->length > INT64_MAX - seg->offset)
			return -EBADMSG;
		r = take_file(c, &seg->file);
		if (r < 0)
			return r;
		st->nsegments++;
		end = seg->offset + seg->length;
	}
	return 0;
}

int decode_stream(const struct row *row, struct stream *ret)
{
	struct format_stream f;
	struct stream st;
	struct cursor c;
	int r;

	r = take_fixed(row, &f, sizeof(f), &c);
	if (r < 0)
		return r;
	if (f.id == 0 || f.direction > DIRECTION_OUT)
		return -EBADMSG;
	st = (struct stream){
		.id = f.id,
		.process = f.process,
		.pid = f.pid,
		.fd = f.fd,
		.generation = f.generation,
		.file_id = f.file_id,
		.role = f.role,
		.direction = f.direction,
		.kind = f.kind,
		.length = f.length,
		.captured = f.captured,
		.lost = f.lost,
		.in_kernel = f.in_kernel,
		.cut = f.cut,
		.first_ns = f.first_ns,
		.last_ns = f.last_ns,
		.closed = f.flags & FORMAT_STREAM_CLOSED,
		.complete = f.flags & FORMAT_STREAM_COMPLETE,
		.hashed = f.flags & FORMAT_STREAM_HASHED,
	};
	memcpy(st.sha256, f.sha256, SHA256_SIZE);
	r = take_comm(&c, st.comm);
	if (r == 0)
		r = take_bytes(&c, &st.name);
	if (r == 0)
		r = take_segments(&c, f.segments, &st);
	if (r < 0) {
		stream_release(&st);
		return r;
	}
	*ret = st;
	return 0;
}

int decode_hole(const struct row *row, struct hole *ret)
{
	struct format_hole f;
	struct cursor c;
	int r;

	r = take_fixed(row, &f, sizeof(f), &c);
	if (r < 0)
		return r;
	if (f.stream == 0 || f.offset > INT64_MAX || f.length > INT64_MAX - f.offset)
		return -EBADMSG;
	*ret = (struct hole){
		.stream = f.stream,
		.cause = f.cause,
		.offset = f.offset,
		.length = f.length,
		.time_ns = f.time_ns,
	};
	return 0;
}

int decode_segment(const struct row *row, struct segment_row *ret)
{
	struct format_segment f;
	struct cursor c;
	char *file;
	int r;

	r = take_fixed(row, &f, sizeof(f), &c);
	if (r < 0)
		return r;
	if (f.stream == 0 || f.offset > INT64_MAX)
		return -EBADMSG;
	r = take_file(&c, &file);
	if (r < 0)
		return r;
	*ret = (struct segment_row){ .stream = f.stream, .offset = f.offset, .file = file };
	return 0;
}
