/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks through a journal, see scan.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/scan.h"

#define BLOCK (256u << 10)
/* A file made to look like a record at every step is given up after this much of it. */
#define EFFORT_MAX (512u << 20)

void scan_file(struct scan *s, int fd, uint64_t offset)
{
	*s = (struct scan){ .fd = fd, .place = offset };
}

void scan_memory(struct scan *s, const void *data, size_t len)
{
	*s = (struct scan){ .fd = -1, .buffer = { .data = (char *)data, .len = len }, .eof = true };
}

void scan_release(struct scan *s)
{
	if (s->fd >= 0)
		free(s->buffer.data);
	*s = (struct scan){ .fd = -1 };
}

/* Gets more of the file: as much again as there is, or large records would be read piecemeal. */
static int fill(struct scan *s)
{
	struct blob *b = &s->buffer;
	size_t want;
	ssize_t n;
	int r;

	if (s->at > 0) {
		memmove(b->data, b->data + s->at, b->len - s->at);
		b->len -= s->at;
		s->place += s->at;
		s->at = 0;
	}
	want = b->len > BLOCK ? b->len : BLOCK;
	r = blob_reserve(b, want);
	if (r < 0)
		return r;
	do
		n = pread(s->fd, b->data + b->len, want, (off_t)(s->place + b->len));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	s->eof = n == 0;
	b->len += (size_t)n;
	return 0;
}

static void skip(struct scan *s, size_t n)
{
	if (s->skipped == 0)
		s->first_skipped = s->place + s->at;
	s->skipped += n;
	s->at += n;
}

/* Bytes that a failed look at the record here has cost. */
static uint64_t effort(const struct scan *s)
{
	struct format_record head;

	memcpy(&head, s->buffer.data + s->at, sizeof(head));
	return sizeof(head) + (head.length <= ROW_MAX ? head.length : 0);
}

int scan_next(struct scan *s, struct row *ret)
{
	for (;;) {
		size_t left = s->buffer.len - s->at;
		ssize_t size = 0;
		int r;

		if (left > 0)
			size = row_parse(s->buffer.data + s->at, left, ret);
		if (size > 0) {
			s->at += (size_t)size;
			s->records++;
			return 1;
		}
		if (size == 0 && !s->eof) {
			r = fill(s);
			if (r < 0)
				return r;
			continue;
		}
		if (left == 0)
			return 0;
		if (size < 0)
			s->effort += effort(s);
		else if (s->skipped == 0)
			s->torn = left;
		/* Records are 8-byte aligned: the next one can only be there. */
		skip(s, s->effort > EFFORT_MAX || left < 8 ? left : 8);
	}
}
