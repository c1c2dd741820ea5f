/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside CALL FD LENGTH...: moves each length from a file without a name to fd inside the kernel,
 * twice: from a given offset, and from the file's own position. Right after each call the file
 * holds other bytes. In: the fd, which somebody reads if it is a pipe or a socket. Out: the truth.
 *
 * CALL: sendfile, copy_file_range, splice. `thread:CALL`: by a thread, after the leader has left.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define BEFORE 4711 /* bytes of the file that are not moved */

static ssize_t move(const char *call, int from, off_t *offset, int to, size_t length)
{
	if (!strcmp(call, "sendfile"))
		return sendfile(to, from, offset, length);
	if (!strcmp(call, "copy_file_range"))
		return copy_file_range(from, offset, to, NULL, length, 0);
	return splice(from, offset, to, NULL, length, 0);
}

static void fill(int fd, const unsigned char *bytes, size_t size)
{
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, BEFORE) != (ssize_t)size)
		truth_die("source");
}

/* All of it, in as many calls as the kernel takes for that. */
static void move_all(const char *call, int from, int to, const unsigned char *bytes, size_t length,
		     unsigned char *other, int by_offset)
{
	off_t offset = BEFORE;
	size_t done = 0;

	if (lseek(from, BEFORE, SEEK_SET) < 0)
		truth_die("lseek");
	while (done < length) {
		ssize_t n;

		fill(from, bytes, length);
		n = move(call, from, by_offset ? &offset : NULL, to, length - done);
		fill(from, other, length);
		if (n <= 0)
			truth_die(call);
		truth_moved(to, DIRECTION_OUT, &(struct iovec){ (void *)(bytes + done), (size_t)n },
			    1, (size_t)n);
		done += (size_t)n;
	}
}

static void move_lengths(char **argv)
{
	const char *colon = strchr(argv[1], ':'), *call = colon ? colon + 1 : argv[1];
	int from = open(".", O_TMPFILE | O_RDWR, 0600), to = atoi(argv[2]);
	uint64_t seed = 0;

	if (from < 0)
		truth_die("source");
	for (int i = 3; argv[i]; i++) {
		size_t length = parse_length(argv[i]);
		unsigned char *bytes = malloc(length + 1), *other = malloc(length + 1);

		for (int by_offset = 0; by_offset < 2; by_offset++) {
			truth_fill(bytes, length, to, ++seed, 0);
			truth_fill(other, length, to, ++seed, 0);
			move_all(call, from, to, bytes, length, other, by_offset);
		}
		free(bytes);
		free(other);
	}
}

/* In a thread: the leader, which waits for nobody, is long gone. */
static void *move_alone(void *argv)
{
	usleep(100000);
	move_lengths(argv);
	exit(0);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	truth_start();
	if (argc < 4)
		truth_die("usage: inside CALL FD LENGTH...");
	if (!strchr(argv[1], ':')) {
		move_lengths(argv);
		return 0;
	}
	if (pthread_create(&thread, NULL, move_alone, argv))
		truth_die("pthread_create");
	pthread_exit(NULL);
}
