/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file of the index while it is written: a header, then records, buffered.
 * Whatever the disk does, the file stays a header and whole records, at most with
 * the beginning of one at its end, which the next write continues.
 */
#ifndef IOTAP_STORE_OUTFILE_H
#define IOTAP_STORE_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "store/journal.h"

struct outfile {
	int fd;
	struct format_header header;
	struct blob buffer; /* records that are not on disk yet */
	off_t end;	    /* where the buffer goes */
	off_t reserved;	    /* disk space is taken up to here, best effort */
	bool stopped;	    /* a record was given up: nothing more is written */
	int error;	    /* why, or why the last write did not succeed; 0: all is well */
};

/* Makes the file with a header that says incomplete. record_size: 0 for a journal. */
int outfile_create(struct outfile *o, int dirfd, const char *path, enum format_kind kind,
		   uint32_t record_size, uint64_t start_boot_ns);

/*
 * The buffer to encode one record into, then outfile_added() with what the encoder returned.
 * NULL when the file has stopped. A record that could not be encoded stops the file.
 */
struct blob *outfile_buffer(struct outfile *o);
void outfile_added(struct outfile *o, int encoded);

/*
 * Writes the buffer. On failure what is left stays in it for the next time, as long as it is not
 * too much. Returns the file's error.
 */
int outfile_flush(struct outfile *o);

/* Flushes, and marks the file finished if it is whole. Returns the file's error. */
int outfile_finish(struct outfile *o);
void outfile_release(struct outfile *o);

#endif
