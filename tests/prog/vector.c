/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers in pieces, for calls.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "truth.h"

#define SHAPE_HOLED 7	   /* pieces; some of them empty */
#define SHAPE_LARGEST 1024 /* UIO_MAXIOV */
#define GAP 3		   /* bytes between pieces in memory: they begin at odd places */

static bool piece_is_empty(size_t pieces, size_t i)
{
	return pieces == SHAPE_HOLED && (i == 0 || i == 3 || i == 6);
}

void vector_make(struct vector *v, size_t length, size_t pieces)
{
	size_t full = pieces == SHAPE_HOLED ? pieces - 3 : pieces;
	size_t i, size, left = length, end = length + pieces * GAP;

	v->memory = malloc(end + 1);
	v->iov = calloc(pieces, sizeof(*v->iov));
	if (!v->memory || !v->iov)
		truth_die("no memory");
	memset(v->memory, 0xee, end);
	v->n = pieces;
	v->length = length;
	/* The first piece stands last in memory. */
	for (i = 0; i < pieces; i++) {
		size = 0;
		if (!piece_is_empty(pieces, i))
			size = left / full--;
		left -= size;
		end -= size + GAP;
		v->iov[i] = (struct iovec){ (char *)v->memory + end, size };
	}
}

void vector_fill(struct vector *v, int fd, uint64_t position)
{
	for (size_t i = 0; i < v->n; i++) {
		truth_fill(v->iov[i].iov_base, v->iov[i].iov_len, fd, 1, position);
		position += v->iov[i].iov_len;
	}
}

void vector_free(struct vector *v)
{
	free(v->memory);
	free(v->iov);
}

const size_t *vector_shapes(enum call c, size_t length)
{
	static const size_t one[] = { 1, 0 };
	static const size_t all[] = { 1, SHAPE_HOLED, SHAPE_LARGEST, 0 };
	static const size_t large[] = { SHAPE_LARGEST, 0 };

	if (!call_has_vector(c))
		return one;
	return length > (1 << 20) ? large : all;
}

size_t iov_skip(struct iovec **iov, size_t n, size_t bytes)
{
	while (n && bytes >= (*iov)->iov_len) {
		bytes -= (*iov)->iov_len;
		(*iov)++;
		n--;
	}
	if (bytes && n) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + bytes;
		(*iov)->iov_len -= bytes;
	}
	return n;
}

size_t parse_length(const char *text)
{
	char *end;
	size_t value = strtoul(text, &end, 10);

	if (*end == 'K')
		value <<= 10, end++;
	else if (*end == 'M')
		value <<= 20, end++;
	if (end == text || *end) {
		errno = EINVAL;
		truth_die(text);
	}
	return value;
}
