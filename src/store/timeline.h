/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time line as it is read: chunks by number, and the order of their times.
 * Reads through a small cache of blocks and maps nothing: a file that shrinks
 * while it is read is an error, not a signal.
 */
#ifndef IOTAP_STORE_TIMELINE_H
#define IOTAP_STORE_TIMELINE_H

#include "format.h"
#include "model.h"

#define TIMELINE_BLOCKS 8

struct timeline {
	int fd;		/* -1: there is none */
	uint64_t first; /* where records begin */
	uint32_t record_size;
	uint32_t count;
	uint32_t *order; /* record numbers by time; NULL: as they stand */
	char *blocks;
	uint64_t cached[TIMELINE_BLOCKS]; /* number of the block + 1; 0: none */
	uint32_t filled[TIMELINE_BLOCKS]; /* bytes of it */
};

void timeline_release(struct timeline *t);

/* Record number i as it stands in the file. 0 or negative errno. */
int timeline_get(struct timeline *t, uint32_t i, struct chunk *ret);

/* Sorts by time, stable. Called when the records are known not to be in order. */
int timeline_sort(struct timeline *t);

#endif
