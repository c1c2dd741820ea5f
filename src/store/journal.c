/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the journals: bytes out, and what frames them in both directions. See journal.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>

#include "store/journal.h"

int blob_reserve(struct blob *b, size_t n)
{
	size_t size = b->size > 0 ? b->size : 4096;
	char *data;

	if (b->size - b->len >= n)
		return 0;
	while (size - b->len < n)
		size *= 2;
	data = realloc(b->data, size);
	if (data == NULL)
		return -ENOMEM;
	b->data = data;
	b->size = size;
	return 0;
}

static void put(struct blob *b, const void *data, size_t len)
{
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put_string(struct blob *b, const char *text, size_t len)
{
	uint32_t length = (uint32_t)len;

	put(b, &length, sizeof(length));
	put(b, text, len);
}

static uint32_t row_crc(const struct format_record *head, const char *payload)
{
	uLong crc = crc32(0, (const Bytef *)head, 8);

	crc = crc32(crc, (const Bytef *)&head->fixed, sizeof(head->fixed));
	return (uint32_t)crc32(crc, (const Bytef *)payload, head->length);
}

/* Begins a record whose payload will have `length` bytes, of which `fixed` are given. */
static int begin(struct blob *b, uint32_t type, size_t length, const void *fixed, size_t nfixed)
{
	struct format_record head = { .type = type, .length = (uint32_t)length };
	int r;

	if (length > ROW_MAX)
		return -E2BIG;
	r = blob_reserve(b, sizeof(head) + length + 8);
	if (r < 0)
		return r;
	head.fixed = (uint32_t)nfixed;
	put(b, &head, sizeof(head));
	put(b, fixed, nfixed);
	return 0;
}

/* Ends the record that began at `start`: CRC and padding. */
static void end(struct blob *b, size_t start)
{
	struct format_record head;

	memcpy(&head, b->data + start, sizeof(head));
	head.crc = row_crc(&head, b->data + start + sizeof(head));
	memcpy(b->data + start, &head, sizeof(head));
	while ((b->len - start) % 8 != 0)
		b->data[b->len++] = '\0';
}

int encode_process(struct blob *b, const struct process *p)
{
	struct format_process row = {
		.id = p->id,
		.parent = p->parent,
		.pid = p->pid,
		.ppid = p->ppid,
		.uid = p->uid,
		.threads = p->threads,
		.exit_code = p->exit_code,
		.signal = p->signal,
		.start_ns = p->start_ns,
		.end_ns = p->end_ns,
		.waited_ns = p->waited_ns,
		.bytes_out = p->bytes_out,
		.bytes_in = p->bytes_in,
		.flags = p->ended ? FORMAT_PROCESS_ENDED : 0,
	};
	size_t ncomm = strnlen(p->comm, COMM_SIZE - 1);
	size_t start = b->len;
	int r;

	r = begin(b, FORMAT_PROCESS,
		  sizeof(row) + 4 * 4 + ncomm + p->exe.len + p->argv.len + p->cwd.len, &row,
		  sizeof(row));
	if (r < 0)
		return r;
	put_string(b, p->comm, ncomm);
	put_string(b, p->exe.data, p->exe.len);
	put_string(b, p->argv.data, p->argv.len);
	put_string(b, p->cwd.data, p->cwd.len);
	end(b, start);
	return 0;
}

static void fill_stream(struct format_stream *row, const struct stream *st)
{
	*row = (struct format_stream){
		.id = st->id,
		.process = st->process,
		.pid = st->pid,
		.fd = st->fd,
		.generation = st->generation,
		.role = (uint8_t)st->role,
		.direction = (uint8_t)st->direction,
		.kind = (uint8_t)st->kind,
		.file_id = st->file_id,
		.length = st->length,
		.captured = st->captured,
		.lost = st->lost,
		.in_kernel = st->in_kernel,
		.cut = st->cut,
		.first_ns = st->first_ns,
		.last_ns = st->last_ns,
		.flags = (st->closed ? FORMAT_STREAM_CLOSED : 0) |
			 (st->complete ? FORMAT_STREAM_COMPLETE : 0) |
			 (st->hashed ? FORMAT_STREAM_HASHED : 0),
		.segments = (uint32_t)st->nsegments,
	};
	if (st->hashed)
		memcpy(row->sha256, st->sha256, SHA256_SIZE);
}

int encode_stream(struct blob *b, const struct stream *st)
{
	size_t ncomm = strnlen(st->comm, COMM_SIZE - 1);
	size_t start = b->len;
	struct format_stream row;
	size_t length;
	int r;

	fill_stream(&row, st);
	length = sizeof(row) + 4 + ncomm + 4 + st->name.len;
	for (size_t i = 0; i < st->nsegments; i++)
		length += 8 + 8 + 4 + strlen(st->segments[i].file);
	r = begin(b, FORMAT_STREAM, length, &row, sizeof(row));
	if (r < 0)
		return r;
	put_string(b, st->comm, ncomm);
	put_string(b, st->name.data, st->name.len);
	for (size_t i = 0; i < st->nsegments; i++) {
		const struct segment *seg = &st->segments[i];

		put(b, &seg->offset, 8);
		put(b, &seg->length, 8);
		put_string(b, seg->file, strlen(seg->file));
	}
	end(b, start);
	return 0;
}

int encode_hole(struct blob *b, const struct hole *h)
{
	struct format_hole row = {
		.stream = h->stream,
		.cause = h->cause,
		.offset = h->offset,
		.length = h->length,
		.time_ns = h->time_ns,
	};
	size_t start = b->len;
	int r;

	r = begin(b, FORMAT_HOLE, sizeof(row), &row, sizeof(row));
	if (r < 0)
		return r;
	end(b, start);
	return 0;
}

int encode_segment(struct blob *b, uint32_t stream, uint64_t offset, const char *file)
{
	struct format_segment row = { .stream = stream, .offset = offset };
	size_t start = b->len;
	int r;

	r = begin(b, FORMAT_SEGMENT, sizeof(row) + 4 + strlen(file), &row, sizeof(row));
	if (r < 0)
		return r;
	put_string(b, file, strlen(file));
	end(b, start);
	return 0;
}

ssize_t row_parse(const void *buf, size_t len, struct row *ret)
{
	struct format_record head;
	const char *payload = (const char *)buf + sizeof(head);
	size_t size;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, buf, sizeof(head));
	if (head.type == 0 || head.length > ROW_MAX || head.fixed > head.length)
		return -EBADMSG;
	size = sizeof(head) + (((size_t)head.length + 7) & ~(size_t)7);
	if (len < size)
		return 0;
	if (row_crc(&head, payload) != head.crc)
		return -EBADMSG;
	*ret = (struct row){
		.type = head.type, .fixed = head.fixed, .length = head.length, .payload = payload
	};
	return (ssize_t)size;
}
