/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader is made of: shared by the files of the reading half, seen by nobody else. */
#ifndef IOTAP_STORE_READER_PARTS_H
#define IOTAP_STORE_READER_PARTS_H

#include "store/idmap.h"
#include "store/reader.h"
#include "store/timeline.h"

#define OPEN_FILES 32

struct open_file {
	const struct stream *stream; /* NULL: the slot is free */
	size_t segment;
	int fd;
};

struct reader {
	int dirfd;
	struct runinfo run;
	bool run_read;
	bool finished;
	unsigned journals; /* how many of the two had a good header */
	char **problems;
	size_t nproblems;
	struct process *processes;
	size_t nprocesses;
	struct stream *streams;
	size_t nstreams;
	struct idmap process_ids; /* id to index + 1 */
	struct idmap stream_ids;
	struct timeline timeline;
	struct format_header timeline_header;
	struct open_file files[OPEN_FILES];
};

__attribute__((format(printf, 2, 3))) void reader_add_problem(struct reader *r, const char *format,
							      ...);

/* A regular file, never through a symbolic link. Returns an fd or negative errno. */
int reader_open_regular(int dirfd, const char *name, uint64_t *ret_size);

/* The three files of the index; what is wrong becomes a problem. -ENOMEM is the only failure. */
int load_journals(struct reader *r, int indexfd);
int load_timeline(struct reader *r, int indexfd);

/*
 * Opens a file of index/ and takes its header. A header that is damaged but can be made out is a
 * problem. Returns the fd, or -EBADMSG when the file cannot be used (a problem, too).
 */
int load_header(struct reader *r, int indexfd, const char *name, enum format_kind kind,
		struct format_header *ret, uint64_t *ret_size);

#endif
