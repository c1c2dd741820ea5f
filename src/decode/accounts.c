/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See accounts.h. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/accounts.h"

/* The index of the first span that ends at or behind `at`. */
static size_t span_from(const struct spans *s, uint64_t at)
{
	size_t low = 0, high = s->used;

	if (s->used && s->list[s->used - 1].end < at)
		return s->used;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->list[middle].end < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert_span(struct spans *s, size_t i, uint64_t begin, uint64_t end)
{
	if (s->used == s->room) {
		size_t room = s->room ? s->room * 2 : 1;
		struct span *larger = reallocarray(s->list, room, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		s->list = larger;
		s->room = room;
	}
	memmove(s->list + i + 1, s->list + i, (s->used - i) * sizeof(*s->list));
	s->list[i] = (struct span){ begin, end };
	s->used++;
	return 0;
}

int spans_add(struct spans *s, uint64_t begin, uint64_t end)
{
	size_t i = span_from(s, begin);
	bool joins_left = i < s->used && s->list[i].end == begin;
	size_t right = joins_left ? i + 1 : i;
	bool joins_right = right < s->used && s->list[right].begin == end;

	if (begin >= end)
		return -EINVAL;
	if (right < s->used && s->list[right].begin < end)
		return -EEXIST;
	if (joins_left && joins_right) {
		s->list[i].end = s->list[right].end;
		s->used--;
		memmove(s->list + right, s->list + right + 1, (s->used - right) * sizeof(*s->list));
	} else if (joins_left) {
		s->list[i].end = end;
	} else if (joins_right) {
		s->list[right].begin = begin;
	} else {
		return insert_span(s, right, begin, end);
	}
	return 0;
}

bool spans_gap(const struct spans *s, uint64_t *at, uint64_t end, uint64_t *ret_end)
{
	size_t i = span_from(s, *at);

	/* Out of the span that *at is in, or that ends there. */
	while (i < s->used && s->list[i].begin <= *at) {
		if (s->list[i].end > *at)
			*at = s->list[i].end;
		i++;
	}
	if (*at >= end)
		return false;
	*ret_end = i < s->used && s->list[i].begin < end ? s->list[i].begin : end;
	return true;
}

uint64_t spans_end(const struct spans *s)
{
	return s->used ? s->list[s->used - 1].end : 0;
}

void spans_release(struct spans *s)
{
	free(s->list);
	*s = (struct spans){ 0 };
}

static bool touch(const struct hole *left, const struct hole *right)
{
	return left->cause == right->cause && left->offset + left->length == right->offset;
}

const struct hole *stream_add_hole(struct stream *s, const struct hole *h)
{
	struct hole *larger;
	size_t i = s->nholes;

	while (i && s->holes[i - 1].offset > h->offset)
		i--;
	if (h->cause == CAUSE_IN_KERNEL)
		s->in_kernel += h->length;
	else
		s->lost += h->length;
	if (i && touch(&s->holes[i - 1], h)) {
		s->holes[i - 1].length += h->length;
		if (i < s->nholes && touch(&s->holes[i - 1], &s->holes[i])) {
			s->holes[i - 1].length += s->holes[i].length;
			s->nholes--;
			memmove(s->holes + i, s->holes + i + 1, (s->nholes - i) * sizeof(*h));
		}
		return &s->holes[i - 1];
	}
	if (i < s->nholes && touch(h, &s->holes[i])) {
		s->holes[i].offset = h->offset;
		s->holes[i].length += h->length;
		return &s->holes[i];
	}
	/* Powers of two: grown when it is full. */
	if (!(s->nholes & (s->nholes - 1))) {
		larger = reallocarray(s->holes, s->nholes ? s->nholes * 2 : 1, sizeof(*larger));
		if (!larger)
			return NULL;
		s->holes = larger;
	}
	memmove(s->holes + i + 1, s->holes + i, (s->nholes - i) * sizeof(*h));
	s->holes[i] = *h;
	s->holes[i].stream = s->id;
	s->nholes++;
	return &s->holes[i];
}
