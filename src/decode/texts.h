/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of the run (argv, paths) by their ids: named by some records, filled by
 * others that may come later, shared by processes, freed when nobody needs them.
 */
#ifndef IOTAP_TEXTS_H
#define IOTAP_TEXTS_H

#include <stdbool.h>

#include "decode/table.h"
#include "model.h"

struct text {
	uint32_t id;
	unsigned references;
	bool whole; /* all of it has come */
	struct bytes bytes;
};

/*
 * The text of that id with a reference more; made empty where there is none. NULL: id 0, or no
 * memory.
 */
struct text *text_refer(struct table *texts, uint32_t id);

/* Gives a reference back; the last one frees the text. NULL is fine. */
void text_drop(struct table *texts, struct text *t);

/* Adds bytes that stand at `offset`. What does not join on is refused. 0 or negative errno. */
int text_add(struct text *t, uint64_t offset, const void *data, size_t size);

/*
 * Turns a path of the wire (names from the last to the first) into one that people write. 0 or
 * -ENOMEM.
 */
int path_from_wire(const uint8_t *names, size_t size, bool is_cut, bool is_deleted,
		   struct bytes *ret);

int bytes_copy(struct bytes *to, const struct bytes *from); /* 0 or -ENOMEM; frees what was there */

#endif
