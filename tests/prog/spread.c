/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spread FOLDER N ROUNDS SIZE: one process that writes to N files FOLDER/i in turns, SIZE bytes
 * each time.
 *
 * Out: the files, which are open all the time; their content depends on the arguments alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void die(const char *what)
{
	dprintf(2, "spread: %s: %s\n", what, strerror(errno));
	_exit(99);
}

int main(int argc, char **argv)
{
	size_t n = argc == 5 ? (size_t)atoi(argv[2]) : 0, size = n ? (size_t)atoi(argv[4]) : 0;
	int rounds = n ? atoi(argv[3]) : 0, *fds = calloc(n + 1, sizeof(*fds));
	char *buffer = malloc(size + 1), name[4096];
	struct rlimit limit;

	if (!n || !fds || !buffer)
		die("usage: spread FOLDER N ROUNDS SIZE");
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%zu", argv[1], i);
		fds[i] = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fds[i] < 0)
			die(name);
	}
	for (int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < n; i++) {
			memset(buffer, 'a' + (int)(i + (size_t)round) % 26, size);
			snprintf(buffer, size, "%zu %d", i, round);
			if (write(fds[i], buffer, size) != (ssize_t)size)
				die("a file has to take all");
		}
	}
	return 0;
}
