/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream files while they are written: makes them, opens them again, bounds how
 * many are open. Knows where each segment of a stream begins and ends.
 */
#ifndef IOTAP_STORE_FILES_H
#define IOTAP_STORE_FILES_H

#include "model.h"
#include "store/naming.h"

struct extent {
	uint64_t offset;  /* of the segment's first byte, in the stream */
	uint64_t planned; /* bytes from there that were handed over, with holes */
	uint64_t length;  /* of the file: what of it is on disk */
	uint64_t inode;	  /* a file that was swapped under us is not written to */
	bool listed;	  /* the index knows of it: once there are bytes in it */
};

/* What the store remembers of a stream from its first byte to its seal. */
struct stream_files {
	uint32_t id;
	uint32_t nextents;
	struct extent *extents; /* by offset, none overlap */
	char *name;		/* NULL before the first file */
	int fd;			/* of extents[open], or -1 */
	uint32_t open;
	uint32_t first, last; /* batch: its chunks, when nwaiting > 0 */
	uint32_t nwaiting;
	bool unsorted;
	bool unlisted;			    /* one of the extents is not in the index */
	struct stream_files *newer, *older; /* while fd is open: by last use */
};

struct files {
	int dirfd;
	unsigned max_open;
	unsigned nopen;
	struct stream_files *newest, *oldest;
	struct names names;
};

/* max_open: 0 for what RLIMIT_NOFILE allows. */
void files_init(struct files *f, int dirfd, unsigned max_open);
void files_release(struct files *f); /* all streams are closed */

/* Makes the file of a segment that begins at offset and adds it to both lists, or to none. */
int files_add_segment(struct files *f, struct stream_files *sf, struct stream *st, uint64_t offset);

/*
 * Lets the last segment, in which there is nothing and for which nothing waits, begin at another
 * offset: a disk that is full must not fill up with empty files.
 */
int files_move_segment(struct files *f, struct stream_files *sf, struct stream *st,
		       uint64_t offset);

/* The index of the segment where offset belongs; -1: it lies before all of them. */
ssize_t files_find(const struct stream_files *sf, uint64_t offset);

/* An fd of a segment's file, for reading and writing; it stays the store's. Or negative errno. */
int files_open(struct files *f, struct stream_files *sf, size_t segment);
void files_close(struct files *f, struct stream_files *sf);

void stream_files_free(struct files *f, struct stream_files *sf); /* NULL is fine */

#endif
