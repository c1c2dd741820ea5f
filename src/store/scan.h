/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks through the records of a journal, from a file or from memory. After bytes
 * that are no record it goes on at the next one, and counts what it skipped.
 */
#ifndef IOTAP_STORE_SCAN_H
#define IOTAP_STORE_SCAN_H

#include <stdbool.h>

#include "store/journal.h"

struct scan {
	int fd; /* -1: all that there is is in the buffer */
	struct blob buffer;
	size_t at;	/* of the next record, in the buffer */
	uint64_t place; /* of buffer[0], in the file */
	bool eof;
	uint64_t effort; /* bytes looked at in vain */
	uint64_t records;
	uint64_t skipped;	/* bytes that are no records */
	uint64_t torn;		/* bytes of a record at the end that is not whole */
	uint64_t first_skipped; /* where the first of them is */
};

/* Begins at `offset` of the file, which is a multiple of 8. */
void scan_file(struct scan *s, int fd, uint64_t offset);
/* Copies nothing; the memory stays the caller's and must outlive the scan. */
void scan_memory(struct scan *s, const void *data, size_t len);

/* Returns 1 with a record that is good until the next call, 0 at the end, negative errno. */
int scan_next(struct scan *s, struct row *ret);
void scan_release(struct scan *s);

#endif
