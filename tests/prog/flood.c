/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood PROCESSES SIZE COUNT: each process writes COUNT buffers of SIZE bytes to fd 1 as fast as it
 * can.
 *
 * The truth is told afterwards, so that nothing slows the writers down. Out: bytes on fd 1.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define BUFFERS 8 /* different contents that take turns */

static void flood(size_t size, size_t count)
{
	char *memory = malloc(BUFFERS * size);
	struct iovec iov;
	size_t i;

	if (!memory)
		truth_die("no memory");
	truth_fill(memory, BUFFERS * size, 1, 0, 0);
	for (i = 0; i < count; i++)
		if (write(1, memory + i % BUFFERS * size, size) != (ssize_t)size)
			truth_die("fd 1 has to take all");
	for (i = 0; i < count; i++) {
		iov = (struct iovec){ memory + i % BUFFERS * size, size };
		truth_moved(1, DIRECTION_OUT, &iov, 1, size);
	}
}

int main(int argc, char **argv)
{
	int i, processes, status, failed = 0;

	truth_start();
	if (argc != 4)
		truth_die("usage: flood PROCESSES SIZE COUNT");
	processes = atoi(argv[1]);
	if (processes == 1) {
		flood(parse_length(argv[2]), parse_length(argv[3]));
		return 0;
	}
	for (i = 0; i < processes; i++) {
		switch (fork()) {
		case -1:
			truth_die("fork");
		case 0:
			flood(parse_length(argv[2]), parse_length(argv[3]));
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
