/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of stream files: what comes in is a stream, what goes out is a
 * plain file name that no other stream of the run has.
 */
#ifndef IOTAP_STORE_NAMING_H
#define IOTAP_STORE_NAMING_H

#include <stdbool.h>

#include "model.h"
#include "store/idmap.h"

#define NAME_SIZE 128 /* the longest name is 11 + 11 + 1 + 45 + 24 + 21 bytes */

/* How many streams took each name: from its hash. A chance hit only skips a number. */
struct names {
	struct idmap taken;
};

void names_release(struct names *n);

/*
 * Writes the stream's name, without a segment's @OFFSET, and takes it. Call it again when the file
 * turns out to exist. 0 or -ENOMEM.
 */
int names_take(struct names *n, const struct stream *st, char ret[static NAME_SIZE]);

/* The file of the segment that begins at offset: the name itself for 0, else NAME@OFFSET. */
void name_segment(const char *name, uint64_t offset, char ret[static NAME_SIZE]);

/* Whether a name from an index may be opened: a plain name in the run directory. */
bool name_is_plain(const char *name, size_t len);

#endif
