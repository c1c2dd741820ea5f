/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See table.h. */
#include <errno.h>
#include <stdlib.h>

#include "decode/table.h"

/* Fibonacci hashing: the keys are small numbers in a row. */
static size_t slot_of(const struct table *t, uint32_t key)
{
	return (key * 2654435769u) & (t->size - 1);
}

static struct table_slot *find(const struct table *t, uint32_t key)
{
	if (!t->size || !key)
		return NULL;
	for (size_t i = slot_of(t, key); t->slots[i].key; i = (i + 1) & (t->size - 1))
		if (t->slots[i].key == key)
			return &t->slots[i];
	return NULL;
}

void *table_get(const struct table *t, uint32_t key)
{
	struct table_slot *slot = find(t, key);

	return slot ? slot->value : NULL;
}

static void insert(struct table *t, uint32_t key, void *value)
{
	size_t i = slot_of(t, key);

	while (t->slots[i].key)
		i = (i + 1) & (t->size - 1);
	t->slots[i] = (struct table_slot){ .key = key, .value = value };
	t->used++;
}

static int grow(struct table *t)
{
	struct table larger = { .size = t->size ? t->size * 2 : 64 };

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].key)
			insert(&larger, t->slots[i].key, t->slots[i].value);
	free(t->slots);
	*t = larger;
	return 0;
}

int table_put(struct table *t, uint32_t key, void *value)
{
	struct table_slot *slot = find(t, key);

	if (!key)
		return -EINVAL;
	if (slot) {
		slot->value = value;
		return 0;
	}
	if (t->used * 4 >= t->size * 3) {
		int err = grow(t);

		if (err)
			return err;
	}
	insert(t, key, value);
	return 0;
}

void *table_remove(struct table *t, uint32_t key)
{
	struct table_slot *slot = find(t, key);
	void *value = slot ? slot->value : NULL;
	size_t hole, i;

	if (!slot)
		return NULL;
	/* Moves back whatever a probe would no longer find behind the gap. */
	hole = slot - t->slots;
	for (i = (hole + 1) & (t->size - 1); t->slots[i].key; i = (i + 1) & (t->size - 1)) {
		size_t home = slot_of(t, t->slots[i].key);

		if (((i - home) & (t->size - 1)) < ((i - hole) & (t->size - 1)))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct table_slot){ 0 };
	t->used--;
	return value;
}

void table_release(struct table *t)
{
	free(t->slots);
	*t = (struct table){ 0 };
}

void *table_next(const struct table *t, size_t *at)
{
	while (*at < t->size) {
		struct table_slot *slot = &t->slots[(*at)++];

		if (slot->key)
			return slot->value;
	}
	return NULL;
}
