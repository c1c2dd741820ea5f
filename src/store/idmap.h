/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map from 64-bit numbers to words: 16 bytes a slot, no allocation per entry.
 * A value of 0 means that there is none.
 */
#ifndef IOTAP_STORE_IDMAP_H
#define IOTAP_STORE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	uint64_t key;
	uintptr_t value; /* 0: the slot is free */
};

struct idmap {
	struct idmap_slot *slots; /* NULL while empty */
	size_t size;		  /* a power of two */
	size_t used;
};

void idmap_release(struct idmap *m);
uintptr_t idmap_get(const struct idmap *m, uint64_t key);

/* value is not 0. Returns 0 or -ENOMEM; replacing an entry cannot fail. */
int idmap_set(struct idmap *m, uint64_t key, uintptr_t value);
void idmap_remove(struct idmap *m, uint64_t key);

#endif
