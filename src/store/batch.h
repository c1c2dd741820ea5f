/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks that were handed over and not written yet: pointers into the caller's
 * memory, in order of arrival, and chained for each stream. Writing takes the
 * chunks of one stream that stand together in as few calls as possible.
 */
#ifndef IOTAP_STORE_BATCH_H
#define IOTAP_STORE_BATCH_H

#include "store/files.h"

struct waiting {
	struct chunk chunk;
	const char *data;
	int error;	  /* there is no file for it, and why */
	uint32_t written; /* bytes of it that the disk took, from its beginning */
	uint32_t next;	  /* of the same stream */
	bool done;	  /* written as far as it will ever be */
};

struct batch {
	struct waiting *waiting;
	uint32_t count, size;
	uint32_t *order; /* scratch of the writer, of the same size */
	struct iovec *iov;
	/* Bytes that the disk did not take. */
	void (*on_lost)(void *context, uint32_t stream, uint64_t offset, uint64_t length,
			int error);
	void *context;
};

int batch_init(struct batch *b);
void batch_release(struct batch *b);

/* Whether another chunk has no room: then everything is to be written first. */
bool batch_is_full(struct batch *b);
void batch_add(struct batch *b, struct stream_files *sf, const struct chunk *c, const void *data,
	       int error);

/* Writes what waits for one stream; what could not be written goes to on_lost. */
void batch_write(struct batch *b, struct files *f, struct stream_files *sf);

#endif
