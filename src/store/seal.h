/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a stream: its files are read back and hashed. A long stream is hashed in
 * steps, so that nobody who waits for the recorder waits for that.
 */
#ifndef IOTAP_STORE_SEAL_H
#define IOTAP_STORE_SEAL_H

#include "store/files.h"
#include "store/hash.h"

struct seal {
	struct seal *next;
	struct stream row; /* a copy of its own, without holes */
	struct stream_files *sf;
	struct hash hash;
	size_t segment; /* up to where: the segment and the place in it */
	uint64_t at;
};

/* Takes over sf (NULL: the stream has no files), copies what it needs of st. 0 or -ENOMEM. */
int seal_create(const struct stream *st, struct stream_files *sf, struct seal **ret);
void seal_free(struct files *f, struct seal *s);

/*
 * Hashes up to *budget bytes and takes them off. Returns 1 with row.hashed when it is done, 0
 * when the budget is used up, -EIO when a file is longer or shorter than what was written to it.
 */
int seal_step(struct seal *s, struct files *f, uint64_t *budget);

#endif
