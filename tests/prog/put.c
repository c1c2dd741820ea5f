/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * put CALL FD LENGTH...: writes each length to an fd that is there, in each shape of the
 * call. In: the fd. Out: bytes on it, the truth.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

int main(int argc, char **argv)
{
	uint64_t position = 0;
	const size_t *shape;
	struct vector v;
	size_t length;
	enum call c;
	int i, fd;

	truth_start();
	if (argc < 4)
		truth_die("usage: put CALL FD LENGTH...");
	c = call_find(argv[1]);
	fd = atoi(argv[2]);
	for (i = 3; i < argc; i++) {
		length = parse_length(argv[i]);
		for (shape = vector_shapes(c, length); *shape; shape++) {
			/* Positions that jump back and forth: a stream is in order of calls. */
			struct call_how how = { .offset = 70000 - 7919 * (i % 8) };

			if (c == CALL_PWRITEV2 && (i % 2 || lseek(fd, 0, SEEK_CUR) < 0))
				how.offset = -1;
			if (call_has_messages(c))
				how.messages = *shape > 64 && i % 2 ? 64 : *shape;
			vector_make(&v, length, *shape);
			vector_fill(&v, fd, position);
			call_put_all(c, fd, &v, &how);
			vector_free(&v);
			position += length;
		}
	}
	return 0;
}
