/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of the index while it is written. See outfile.h. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/fd.h"
#include "store/outfile.h"

#define BUFFER_FULL (64u << 10) /* journals write at this size without being asked */
#define BACKLOG_MAX (16u << 20) /* rows kept in memory while the disk takes none */
#define RESERVE (64 << 10)	/* taken ahead: a full disk still takes the rows of what it holds */

static int write_all(int fd, const char *data, size_t len, off_t offset, size_t *ret_done)
{
	*ret_done = 0;
	while (*ret_done < len) {
		ssize_t n =
			pwrite(fd, data + *ret_done, len - *ret_done, offset + (off_t)*ret_done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		*ret_done += (size_t)n;
	}
	return 0;
}

static int write_header(struct outfile *o)
{
	size_t done;

	return write_all(o->fd, (const char *)&o->header, sizeof(o->header), 0, &done);
}

static void reserve(struct outfile *o)
{
	if (o->end + RESERVE / 2 <= o->reserved)
		return;
	if (fallocate(o->fd, FALLOC_FL_KEEP_SIZE, o->end, RESERVE) == 0)
		o->reserved = o->end + RESERVE;
}

int outfile_create(struct outfile *o, int dirfd, const char *path, enum format_kind kind,
		   uint32_t record_size, uint64_t start_boot_ns)
{
	*o = (struct outfile){
		.fd = openat(dirfd, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
		.header = {
			.version = FORMAT_VERSION,
			.kind = (uint16_t)kind,
			.header_size = sizeof(o->header),
			.record_size = record_size,
			.state = FORMAT_INCOMPLETE,
			.start_boot_ns = start_boot_ns,
		},
		.end = sizeof(o->header),
	};
	if (o->fd < 0)
		return -errno;
	memcpy(o->header.magic, FORMAT_MAGIC, sizeof(o->header.magic));
	reserve(o);
	return write_header(o);
}

static void stop(struct outfile *o, int error)
{
	o->stopped = true;
	if (o->error == 0)
		o->error = error;
}

struct blob *outfile_buffer(struct outfile *o)
{
	return o->stopped ? NULL : &o->buffer;
}

void outfile_added(struct outfile *o, int encoded)
{
	if (encoded < 0) {
		stop(o, encoded);
		return;
	}
	o->header.records++;
	/* The time line speaks of data that must be on disk before it: it waits for the flush. */
	if (o->header.record_size == 0 && o->buffer.len >= BUFFER_FULL && o->error == 0)
		outfile_flush(o);
}

int outfile_flush(struct outfile *o)
{
	struct blob *b = &o->buffer;
	size_t done;
	int r;

	if (o->stopped || b->len == 0)
		return o->error;
	r = write_all(o->fd, b->data, b->len, o->end, &done);
	if (o->header.record_size > 0)
		o->header.crc = (uint32_t)crc32(o->header.crc, (const Bytef *)b->data, (uInt)done);
	o->end += (off_t)done;
	b->len -= done;
	if (b->len > 0)
		memmove(b->data, b->data + done, b->len);
	o->error = r;
	if (r == 0)
		reserve(o);
	else if (b->len > BACKLOG_MAX)
		stop(o, r);
	return r;
}

int outfile_finish(struct outfile *o)
{
	struct format_header unfinished = o->header;
	int r;

	r = outfile_flush(o);
	/* Gives back what was reserved and not used. */
	if (ftruncate(o->fd, o->end) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		return r;
	o->header.state = FORMAT_FINISHED;
	r = write_header(o);
	if (r < 0)
		o->header = unfinished;
	return r;
}

void outfile_release(struct outfile *o)
{
	fd_close(o->fd);
	free(o->buffer.data);
	*o = (struct outfile){ .fd = -1 };
}
