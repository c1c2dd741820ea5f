/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accounts of one stream: which of its bytes came, which are lost, and what
 * is left when it is closed.
 */
#ifndef IOTAP_ACCOUNTS_H
#define IOTAP_ACCOUNTS_H

#include "model.h"

/* Ranges of a stream, in order, no two touch. Nearly always there is one: [0, end). */
struct spans {
	struct span {
		uint64_t begin, end;
	} * list;
	size_t used;
	size_t room;
};

/*
 * Adds [begin, end), which must not be empty. 0; -EEXIST: part of it is in already, nothing is
 * added; -ENOMEM.
 */
int spans_add(struct spans *s, uint64_t begin, uint64_t end);

/* The first gap at or behind *at and before `end`: true, and *at and *ret_end are its ends. */
bool spans_gap(const struct spans *s, uint64_t *at, uint64_t end, uint64_t *ret_end);

uint64_t spans_end(const struct spans *s); /* 0: empty */
void spans_release(struct spans *s);

/*
 * Enters a hole in s->holes, in order; holes that touch and have one cause become one. Adds to
 * s->lost or s->in_kernel. Returns the hole as it now stands (valid until the next one), or NULL:
 * no memory.
 */
const struct hole *stream_add_hole(struct stream *s, const struct hole *h);

#endif
