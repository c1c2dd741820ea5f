/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read-ahead for streams. In: positions. Out: bytes in memory. A window holds one piece of one
 * stream; when all windows together grow too large, all are dropped.
 */
#include <errno.h>
#include <stdlib.h>

#include "show/window.h"

#define WINDOWS_TOTAL (128u << 20)

struct window {
	uint64_t offset;
	size_t len;
	size_t room;
	char *data;
};

struct windows {
	struct window_source source;
	size_t total;
	size_t n;
	struct window window[];
};

int windows_create(size_t nstreams, const struct window_source *source, struct windows **ret)
{
	struct windows *w = calloc(1, sizeof(*w) + nstreams * sizeof(w->window[0]));

	if (!w)
		return -ENOMEM;
	w->source = *source;
	w->n = nstreams;
	*ret = w;
	return 0;
}

void windows_forget(struct windows *w, size_t index)
{
	struct window *one = &w->window[index];

	w->total -= one->room;
	free(one->data);
	*one = (struct window){ 0 };
}

void windows_free(struct windows *w)
{
	for (size_t i = 0; w && i < w->n; i++)
		free(w->window[i].data);
	free(w);
}

static int make_room(struct windows *w, size_t index, size_t room)
{
	struct window *one = &w->window[index];

	if (one->room >= room)
		return 0;
	if (w->total + room > WINDOWS_TOTAL)
		for (size_t i = 0; i < w->n; i++)
			windows_forget(w, i);
	else
		windows_forget(w, index);
	one->data = malloc(room);
	if (!one->data)
		return -ENOMEM;
	one->room = room;
	w->total += room;
	return 0;
}

static int fill(struct windows *w, size_t index, const struct stream *st, uint64_t offset,
		uint64_t end)
{
	struct window *one = &w->window[index];
	size_t room = WINDOW_SIZE;
	int r;

	if (end < st->length)
		end = st->length;
	if (st->closed && end - offset < room)
		room = end - offset;
	r = make_room(w, index, room);
	if (r < 0)
		return r;
	one->offset = offset;
	one->len = 0;
	while (one->len < room) {
		ssize_t n = w->source.read(w->source.context, st, offset + one->len,
					   one->data + one->len, room - one->len);

		if (n < 0 && !one->len)
			return n;
		if (n <= 0)
			break;
		one->len += n;
	}
	return 0;
}

static bool is_inside(const struct window *one, uint64_t offset)
{
	return offset >= one->offset && offset - one->offset < one->len;
}

ssize_t windows_get(struct windows *w, size_t index, const struct stream *st, uint64_t from,
		    uint64_t offset, uint64_t size, const char **ret)
{
	struct window *one = &w->window[index];
	uint64_t len;

	if (!is_inside(one, offset)) {
		bool near = from <= offset && offset - from <= WINDOW_SIZE / 2;
		int r = fill(w, index, st, near ? from : offset, offset + size);

		if (r < 0)
			return r;
		if (!is_inside(one, offset))
			return 0;
	}
	len = one->len - (offset - one->offset);
	*ret = one->data + (offset - one->offset);
	return len < size ? len : size;
}

const char *windows_peek(const struct windows *w, size_t index, uint64_t offset, size_t len)
{
	const struct window *one = &w->window[index];

	if (!is_inside(one, offset) || one->len - (offset - one->offset) < len)
		return NULL;
	return one->data + (offset - one->offset);
}
