/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table from numbers to pointers: open addressing, grown by doubling. 0 is not a key. */
#ifndef IOTAP_TABLE_H
#define IOTAP_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	struct table_slot {
		uint32_t key;
		void *value;
	} * slots;
	size_t size; /* of slots: a power of two, or 0 */
	size_t used; /* keys in it */
};

void *table_get(const struct table *t, uint32_t key);	   /* NULL: not there */
int table_put(struct table *t, uint32_t key, void *value); /* 0 or -ENOMEM; replaces */
void *table_remove(struct table *t, uint32_t key);	   /* its value or NULL */
void table_release(struct table *t);			   /* the slots, not the values */

/*
 * The values in no order: *at is 0 at first. NULL behind the last one. Nothing may be put or
 * removed meanwhile.
 */
void *table_next(const struct table *t, size_t *at);

#endif
