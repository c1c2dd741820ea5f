/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map of idmap.h: open addressing, linear probing, no tombstones. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "store/idmap.h"

#define FIRST_SIZE 16

static size_t home(const struct idmap *m, uint64_t key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15u;
	return (key >> 20) & (m->size - 1);
}

/* The slot that holds the key, or the free one where it belongs. */
static struct idmap_slot *find(const struct idmap *m, uint64_t key)
{
	size_t i = home(m, key);

	while (m->slots[i].value != 0 && m->slots[i].key != key)
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

static int grow(struct idmap *m)
{
	struct idmap bigger = { .size = m->size > 0 ? m->size * 2 : FIRST_SIZE, .used = m->used };

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value != 0)
			*find(&bigger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

void idmap_release(struct idmap *m)
{
	free(m->slots);
	*m = (struct idmap){ 0 };
}

uintptr_t idmap_get(const struct idmap *m, uint64_t key)
{
	return m->size > 0 ? find(m, key)->value : 0;
}

int idmap_set(struct idmap *m, uint64_t key, uintptr_t value)
{
	struct idmap_slot *slot = m->size > 0 ? find(m, key) : NULL;
	int r;

	if (slot == NULL || slot->value == 0) {
		if (m->used >= m->size / 4 * 3) {
			r = grow(m);
			if (r < 0)
				return r;
		}
		slot = find(m, key);
		m->used++;
	}
	*slot = (struct idmap_slot){ .key = key, .value = value };
	return 0;
}

void idmap_remove(struct idmap *m, uint64_t key)
{
	size_t mask = m->size - 1;
	size_t gap, i;

	if (m->size == 0 || find(m, key)->value == 0)
		return;
	gap = i = (size_t)(find(m, key) - m->slots);
	for (;;) {
		size_t want;

		i = (i + 1) & mask;
		if (m->slots[i].value == 0)
			break;
		/* An entry may move back into the gap unless its home lies behind the gap. */
		want = home(m, m->slots[i].key);
		if (((i - want) & mask) >= ((i - gap) & mask)) {
			m->slots[gap] = m->slots[i];
			gap = i;
		}
	}
	m->slots[gap].value = 0;
	m->used--;
}
