/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writing half of the run directory: stream files, the index, run.json.
 *
 * Knows nothing of rings and kernels. Bounds its open files, whatever the number of
 * streams. Never prints. All functions return 0 or negative errno.
 */
#ifndef IOTAP_STORE_H
#define IOTAP_STORE_H

#include "model.h"

struct store;

struct store_config {
	int dirfd;		/* the run directory, empty; stays the caller's */
	uint64_t start_boot_ns; /* CLOCK_BOOTTIME at time 0 of the run */
	unsigned max_open;	/* stream files open at once; 0: by RLIMIT_NOFILE */
	/*
	 * Bytes that were handed over and that the disk did not take (error: negative
	 * errno). Called from store_flush() and whatever flushes. May be NULL.
	 */
	void (*on_lost)(void *context, uint32_t stream, uint64_t offset, uint64_t length,
			int error);
	void *context;
};

/* Makes index/ and its files, marked incomplete. */
int store_create(const struct store_config *config, struct store **ret);

/*
 * Writes a row; call it again whenever the row has changed. What the disk does to the index is not
 * told here: it is remembered, tried again, and store_finish() returns it.
 */
int store_put_process(struct store *s, const struct process *p);
int store_put_stream(struct store *s, const struct stream *st);
int store_put_hole(struct store *s, const struct hole *h);

/*
 * Adds a chunk to its stream's file (made at the first byte, named after st->pid, st->comm,
 * st->role or fd and direction) and to the time line. `data` is not copied: it must stay until
 * store_flush(). Sets st->segments and st->nsegments, which belong to st but are changed here only;
 * the segments' lengths are set by the seal. On failure the chunk was not taken.
 * A chunk that begins where a hole of more than 1 MiB in st->holes ends begins a segment.
 * Chunks of one stream may come in any order.
 */
int store_append(struct store *s, struct stream *st, const struct chunk *c, const void *data);

/* Writes all data that was handed over, then the index. Then its memory may be reused. */
int store_flush(struct store *s);

/*
 * The stream is over: flushes it, reads its files back, sets st->sha256 and st->hashed, writes the
 * row, forgets the stream. A stream of more than 4 MiB is hashed in steps by the next calls of
 * store_flush() and store_finish(), which then write its row again: st->hashed stays false.
 * A file that is gone, or longer or shorter than what was written to it, has no hash either;
 * somebody changed it, the run goes on, and store_finish() returns -EIO. -ENOMEM is the only
 * failure here.
 */
int store_seal_stream(struct store *s, struct stream *st);

/*
 * Flushes everything and marks the index finished. Returns the first trouble that is left: with the
 * index, which then stays marked incomplete, or with a seal.
 */
int store_finish(struct store *s);
void store_free(struct store *s); /* NULL is fine; does not flush */

#endif
