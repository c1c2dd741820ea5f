/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writes SIZE COUNT FILE: writes COUNT times SIZE bytes to fd 1, with a clock around the loop.
 *
 * Out: nanoseconds per write, appended to FILE as one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	size_t size, count, i;
	double begin, end;
	char *buffer;
	FILE *out;

	if (argc != 4) {
		fprintf(stderr, "usage: writes SIZE COUNT FILE\n");
		return 2;
	}
	size = strtoul(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	buffer = malloc(size);
	if (!buffer)
		return 1;
	memset(buffer, 'x', size);
	begin = now();
	for (i = 0; i < count; i++)
		if (write(1, buffer, size) != (ssize_t)size)
			return 1;
	end = now();
	out = fopen(argv[3], "a");
	if (!out || fprintf(out, "%.1f\n", (end - begin) / (double)count) < 0 || fclose(out))
		return 1;
	return 0;
}
