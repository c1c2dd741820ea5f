/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading half of the run directory. Everything in it is untrusted: a
 * damaged or hostile directory gives problems, never a crash, and whatever is
 * good can be read. Never prints.
 */
#ifndef IOTAP_READER_H
#define IOTAP_READER_H

#include <sys/types.h>

#include "model.h"
#include "store/runjson.h"

struct reader;

/*
 * Opens a run directory. 0; -ENOENT, -ENOTDIR ...: not there; -EBADMSG: nothing of it can be read.
 * With problems it succeeds all the same: see reader_problem().
 */
int reader_open(const char *dir, struct reader **ret);
void reader_free(struct reader *r); /* NULL is fine */

/* What was found damaged or missing, one sentence each; NULL behind the last one. */
const char *reader_problem(const struct reader *r, size_t i);

const struct runinfo *reader_run(const struct reader *r); /* never NULL; empty if run.json is bad */
bool reader_finished(const struct reader *r);		  /* all parts are marked finished */

/* In order of id. NULL behind the last one. */
const struct process *reader_process(const struct reader *r, size_t i);
const struct stream *reader_stream(const struct reader *r, size_t i);

/* By id; NULL: there is none. */
const struct process *reader_find_process(const struct reader *r, uint32_t id);
const struct stream *reader_find_stream(const struct reader *r, uint32_t id);

/*
 * The time line in the order of chunk_order() (stable: records of equal time stay in order of
 * arrival). *cursor is 0 at the start. Returns 1 with a chunk, 0 at the end. A chunk of a stream
 * that the index does not know is skipped, and a problem.
 */
int reader_next_chunk(struct reader *r, uint64_t *cursor, struct chunk *ret);

/*
 * Bytes of a stream, from its files. Returns how many were read: fewer than asked at the end of a
 * segment or where a file is short, 0 at the end of all. A hole inside a segment reads as zeros.
 * Where a hole lies between segments it reads as zeros, too. Negative errno on trouble; -ENODATA:
 * the index has bytes here, the file has not.
 */
ssize_t reader_read(struct reader *r, const struct stream *st, uint64_t offset, void *buf,
		    size_t size);

/*
 * Holds everything against everything: sizes and SHA-256 of the stream files, the sum of the chunks
 * of the time line and holes against each stream's length, files that no stream owns, CRC of the
 * time line, the sums of run.json. Calls `found` with one printable sentence for each difference;
 * each problem is one. Returns the number of differences.
 */
int reader_verify(struct reader *r, void (*found)(void *context, const char *sentence),
		  void *context);

#endif
