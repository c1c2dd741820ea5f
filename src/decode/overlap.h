/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of several threads on one open file: which of them may have moved their bytes in another
 * order than that in which they returned.
 */
#ifndef IOTAP_OVERLAP_H
#define IOTAP_OVERLAP_H

#include "decode/table.h"
#include "model.h"

/* Open files by their file_id. A stream holds a reference to its own. */
struct open_file {
	uint32_t id;
	unsigned references;
	struct last_call {
		uint32_t tid;
		uint64_t time_ns;
	} last[2][2]; /* by direction: the latest returns of two threads, the later one first */
};

struct open_file *open_file_refer(struct table *files, uint64_t file_id); /* NULL: no memory */
void open_file_drop(struct table *files, struct open_file *o);		  /* NULL is fine */

/*
 * Enters the call that the chunk belongs to. True: a call of another thread in the same direction
 * has returned while this one was under way, or may have: when a call that neither blocked nor woke
 * anyone began is only estimated (see overlap.c).
 */
bool open_file_overlaps(struct open_file *o, enum direction direction, const struct chunk *c);

#endif
