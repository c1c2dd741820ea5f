/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chunks that wait, see batch.h. */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "store/batch.h"

#define FIRST_SIZE 1024
#define RUN_MAX 1024 /* iovecs in one call: UIO_MAXIOV of <linux/uio.h> */
#define MOST (1u << 16)

static int resize(struct batch *b, uint32_t size)
{
	struct waiting *waiting = reallocarray(b->waiting, size, sizeof(*waiting));
	uint32_t *order;

	if (waiting == NULL)
		return -ENOMEM;
	b->waiting = waiting;
	order = reallocarray(b->order, size, sizeof(*order));
	if (order == NULL)
		return -ENOMEM;
	b->order = order;
	b->size = size;
	return 0;
}

int batch_init(struct batch *b)
{
	b->iov = calloc(RUN_MAX, sizeof(*b->iov));
	return b->iov != NULL ? resize(b, FIRST_SIZE) : -ENOMEM;
}

void batch_release(struct batch *b)
{
	free(b->waiting);
	free(b->order);
	free(b->iov);
}

bool batch_is_full(struct batch *b)
{
	if (b->count < b->size)
		return false;
	return b->size >= MOST || resize(b, b->size * 2) < 0;
}

void batch_add(struct batch *b, struct stream_files *sf, const struct chunk *c, const void *data,
	       int error)
{
	uint32_t i = b->count++;

	b->waiting[i] = (struct waiting){ .chunk = *c, .data = data, .error = error };
	if (sf->nwaiting == 0) {
		sf->first = i;
		sf->unsorted = false;
	} else {
		if (c->offset < b->waiting[sf->last].chunk.offset)
			sf->unsorted = true;
		b->waiting[sf->last].next = i;
	}
	sf->last = i;
	sf->nwaiting++;
}

/* Returns how many bytes were written; fewer than size with an error. */
static uint64_t write_run(int fd, struct iovec *iov, int count, uint64_t size, off_t offset,
			  int *ret_error)
{
	uint64_t written = 0;

	while (written < size) {
		ssize_t n = pwritev(fd, iov, count, offset + (off_t)written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			*ret_error = n < 0 ? -errno : -EIO;
			break;
		}
		written += (uint64_t)n;
		for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
			n -= (ssize_t)iov->iov_len;
		if (count > 0) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= (size_t)n;
		}
	}
	return written;
}

static void mark_done(struct batch *b, const uint32_t *order, uint32_t count, uint64_t written)
{
	for (uint32_t i = 0; i < count; i++) {
		struct waiting *w = &b->waiting[order[i]];

		w->written = written < w->chunk.length ? (uint32_t)written : w->chunk.length;
		w->done = true;
		written -= w->written;
	}
}

/* Writes chunks that stand together in one segment and reports what did not go. */
static void write_group(struct batch *b, struct files *f, struct stream_files *sf,
			const uint32_t *order, uint32_t count)
{
	const struct waiting *head = &b->waiting[order[0]];
	uint64_t offset = head->chunk.offset;
	uint64_t size = 0, written = 0;
	int error = head->error;

	for (uint32_t i = 0; i < count; i++) {
		struct waiting *w = &b->waiting[order[i]];

		b->iov[i] =
			(struct iovec){ .iov_base = (void *)w->data, .iov_len = w->chunk.length };
		size += w->chunk.length;
	}
	if (error == 0 && size > 0) {
		size_t segment = (size_t)files_find(sf, offset);
		struct extent *e = &sf->extents[segment];
		uint64_t place = offset - e->offset;
		int fd = files_open(f, sf, segment);

		if (fd >= 0)
			written = write_run(fd, b->iov, (int)count, size, (off_t)place, &error);
		else
			error = fd;
		if (written > 0 && place + written > e->length)
			e->length = place + written;
		e->planned = e->length;
	}
	mark_done(b, order, count, written);
	if (written < size && b->on_lost != NULL)
		b->on_lost(b->context, sf->id, offset + written, size - written, error);
}

static int by_offset(const void *a, const void *b, void *waiting)
{
	const struct waiting *list = waiting;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	uint64_t x = list[i].chunk.offset, y = list[j].chunk.offset;

	if (x != y)
		return x < y ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* How many of the chunks can be written with one call. */
static uint32_t group(const struct batch *b, const struct stream_files *sf, const uint32_t *order,
		      uint32_t count)
{
	const struct waiting *w = &b->waiting[order[0]];
	ssize_t segment = files_find(sf, w->chunk.offset);
	uint64_t end = w->chunk.offset + w->chunk.length;
	uint64_t limit = UINT64_MAX;
	uint32_t n = 1;

	if (segment + 1 < (ssize_t)sf->nextents)
		limit = sf->extents[segment + 1].offset;
	for (; n < count && n < RUN_MAX; n++) {
		const struct waiting *next = &b->waiting[order[n]];

		if (next->chunk.offset != end || end >= limit || next->error != w->error)
			break;
		end += next->chunk.length;
	}
	return n;
}

void batch_write(struct batch *b, struct files *f, struct stream_files *sf)
{
	uint32_t count = sf->nwaiting;
	uint32_t i = sf->first;

	if (count == 0)
		return;
	for (uint32_t n = 0; n < count; n++, i = b->waiting[i].next)
		b->order[n] = i;
	sf->nwaiting = 0;
	if (sf->unsorted)
		qsort_r(b->order, count, sizeof(*b->order), by_offset, b->waiting);
	for (uint32_t n = 0; n < count;) {
		uint32_t together = group(b, sf, b->order + n, count - n);

		write_group(b, f, sf, b->order + n, together);
		n += together;
	}
}
