/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts each stream into the order of its offsets, while all streams together stay in the order of
 * time. Chunks of one stream can come in another order than their offsets (calls that
 * overlap): what is ahead waits until the gap before it is filled, a second of the run
 * at most.
 */
#ifndef IOTAP_SEQUENCE_H
#define IOTAP_SEQUENCE_H

#include <sys/types.h>

#include "model.h"

enum piece_kind {
	PIECE_DATA,    /* bytes that can be read */
	PIECE_HOLE,    /* known to be missing: cause */
	PIECE_MISSING, /* neither the time line nor the index accounts for them */
	PIECE_END,     /* the stream's last byte has come; length is 0 */
};

/* Pieces of one stream follow each other without gap or overlap. */
struct piece {
	enum piece_kind kind;
	enum cause cause;
	size_t index; /* of the stream in the sequence */
	const struct stream *stream;
	uint64_t time_ns; /* never less than that of the piece before */
	uint64_t offset;
	uint64_t length;
	uint32_t flags; /* CHUNK_ */
};

struct sequence_sink {
	void *context;
	int (*take)(void *context, const struct piece *p); /* not 0: stop, and return it */
};

struct sequence;

/* The streams, in order of id, stay the caller's. -ENOMEM. */
int sequence_create(const struct stream *const *streams, size_t n, const struct sequence_sink *sink,
		    struct sequence **ret);
void sequence_free(struct sequence *q); /* NULL is fine */

/* The index of a stream; -1: it is not among them. */
ssize_t sequence_find(const struct sequence *q, uint32_t stream);

/* Where the stream ends when it was not closed, so that its PIECE_END comes in time. */
void sequence_set_end(struct sequence *q, size_t index, uint64_t end);

/* To be called in order of time. */
int sequence_chunk(struct sequence *q, size_t index, const struct chunk *c);
int sequence_hole(struct sequence *q, size_t index, uint64_t time_ns);

/* Everything that still waits, and what the index knows but the time line did not. */
int sequence_finish(struct sequence *q);

#endif
