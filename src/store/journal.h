/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the index to bytes and back: the one place that knows how format.h is
 * laid out in a journal. Pure: buffers in, values out. What is decoded is
 * hostile: every length is checked before it is believed.
 */
#ifndef IOTAP_STORE_JOURNAL_H
#define IOTAP_STORE_JOURNAL_H

#include "format.h"
#include "model.h"

#define ROW_MAX (64u << 20) /* payload of one record, at most */

/* Bytes that grow; release with free(data). */
struct blob {
	char *data;
	size_t len;
	size_t size;
};

/* Makes room for n more bytes. 0 or -ENOMEM. */
int blob_reserve(struct blob *b, size_t n);

/* A record as it stands in a buffer. */
struct row {
	uint32_t type;
	uint32_t fixed; /* at most length */
	uint32_t length;
	const char *payload;
};

/* A row FORMAT_SEGMENT. */
struct segment_row {
	uint32_t stream;
	uint64_t offset;
	char *file;
};

/* Append one record to the buffer. 0, -ENOMEM or -E2BIG; the buffer is untouched on failure. */
int encode_process(struct blob *b, const struct process *p);
int encode_stream(struct blob *b, const struct stream *st);
int encode_hole(struct blob *b, const struct hole *h);
int encode_segment(struct blob *b, uint32_t stream, uint64_t offset, const char *file);

/*
 * Takes the record at the buffer's start. Returns its size with padding; 0: the buffer ends
 * before the record does; -EBADMSG: this is no record.
 */
ssize_t row_parse(const void *buf, size_t len, struct row *ret);

/* Values of a record of the right type. 0, -EBADMSG, -ENOMEM. Release what comes back. */
int decode_process(const struct row *row, struct process *ret);
int decode_stream(const struct row *row, struct stream *ret);
int decode_hole(const struct row *row, struct hole *ret);
int decode_segment(const struct row *row, struct segment_row *ret);

#endif
