/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See texts.h. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/texts.h"

#define TEXT_MAX (16u << 20) /* more than argv can be: a quarter of the stack, 6 MiB (execve(2)) */
#define DELETED " (deleted)" /* as /proc/PID/fd says it (proc(5)) */
#define CUT "..."

struct text *text_refer(struct table *texts, uint32_t id)
{
	struct text *t = table_get(texts, id);

	if (!t && id) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return NULL;
		t->id = id;
		if (table_put(texts, id, t)) {
			free(t);
			return NULL;
		}
	}
	if (t)
		t->references++;
	return t;
}

void text_drop(struct table *texts, struct text *t)
{
	if (!t || --t->references)
		return;
	table_remove(texts, t->id);
	free(t->bytes.data);
	free(t);
}

int text_add(struct text *t, uint64_t offset, const void *data, size_t size)
{
	char *larger;

	if (offset != t->bytes.len || size > TEXT_MAX - t->bytes.len)
		return -EINVAL;
	if (!size)
		return 0;
	larger = realloc(t->bytes.data, t->bytes.len + size);
	if (!larger)
		return -ENOMEM;
	memcpy(larger + t->bytes.len, data, size);
	t->bytes.data = larger;
	t->bytes.len += size;
	return 0;
}

int path_from_wire(const uint8_t *names, size_t size, bool is_cut, bool is_deleted,
		   struct bytes *ret)
{
	size_t room = size + sizeof(CUT) + sizeof(DELETED) + 1;
	char *path = malloc(room), *to = path;
	size_t end;

	if (!path)
		return -ENOMEM;
	while (size && !names[size - 1])
		size--;
	if (is_cut)
		to = stpcpy(to, CUT);
	if (!size)
		*to++ = '/';
	/* Name by name from the end: [begin, end) is one. */
	for (end = size; end;) {
		size_t begin = end;

		while (begin && names[begin - 1])
			begin--;
		*to++ = '/';
		to = mempcpy(to, names + begin, end - begin);
		end = begin ? begin - 1 : 0;
	}
	if (is_deleted)
		to = mempcpy(to, DELETED, strlen(DELETED));
	*ret = (struct bytes){ .data = path, .len = to - path };
	return 0;
}

int bytes_copy(struct bytes *to, const struct bytes *from)
{
	char *data = NULL;

	if (from->len) {
		data = malloc(from->len);
		if (!data)
			return -ENOMEM;
		memcpy(data, from->data, from->len);
	}
	free(to->data);
	*to = (struct bytes){ .data = data, .len = from->len };
	return 0;
}
