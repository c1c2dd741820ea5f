/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * get CALL FD LENGTH...: reads each length from an fd that is there, in each shape of the
 * call, then goes on to the end of the file. In: the fd. Out: the truth.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

#include "calls.h"
#include "truth.h"

static ssize_t get(enum call c, int fd, size_t length, size_t shape, off_t offset)
{
	struct call_how how = { .offset = offset };
	struct vector v;
	ssize_t r;

	vector_make(&v, length, shape);
	r = call_make(c, fd, v.iov, v.n, &how);
	vector_free(&v);
	if (r < 0) {
		errno = (int)-r;
		truth_die("get");
	}
	return r;
}

int main(int argc, char **argv)
{
	const size_t *shape;
	size_t length = 1;
	off_t offset = 0;
	enum call c;
	int i, fd;

	truth_start();
	if (argc < 4)
		truth_die("usage: get CALL FD LENGTH...");
	c = call_find(argv[1]);
	fd = atoi(argv[2]);
	for (i = 3; i < argc; i++) {
		length = parse_length(argv[i]);
		for (shape = vector_shapes(c, length); *shape; shape++) {
			/* The same place twice: a stream is in order of calls. */
			if (get(c, fd, length, *shape, offset) == 0 && length)
				return 0;
			offset += get(c, fd, length, *shape, offset);
		}
	}
	while ((length = (size_t)get(c, fd, 100000, 1, offset)) > 0)
		offset += (off_t)length;
	return 0;
}
