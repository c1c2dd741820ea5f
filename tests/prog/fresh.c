/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fresh CASE [N]: writes from memory that nobody has touched, to a fd 1 that does not look
 * at it (/dev/null): when the call returns the pages are still not there.
 *
 * Cases: constant (in N forked children), anonymous, file. Out: bytes on fd 1, the truth.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define SIZE (1 << 20)

static const char constant[3 * 4096] __attribute__((aligned(4096))) =
	"a string constant of a program is a page of its file; after a fork the child has no entry "
	"for it in its page table until it looks, and a device that does not look leaves it so: "
	"0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static void put(enum call c, const void *data, size_t size)
{
	struct iovec iov = { (void *)data, size };
	struct call_how how = { 0 };

	if (call_make(c, 1, &iov, 1, &how) != (ssize_t)size)
		truth_die("fd 1 has to take all");
}

static void constants(int n)
{
	static const enum call calls[] = { CALL_WRITE, CALL_WRITEV, CALL_PWRITE64, CALL_PWRITEV };
	int i, status;
	pid_t child;

	for (i = 0; i < n; i++) {
		child = fork();
		if (child < 0)
			truth_die("fork");
		if (child == 0) {
			/* Every third one goes across the end of a page. */
			put(calls[i % 4], constant + (i % 3 ? i % 90 : 4000), 150);
			_exit(0);
		}
		if (waitpid(child, &status, 0) != child || status)
			truth_die("a child failed");
	}
}

static void anonymous(void)
{
	void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		truth_die("mmap");
	put(CALL_WRITE, memory, SIZE);
	put(CALL_WRITEV, (char *)memory + 4095, SIZE / 2);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		truth_die("mmap");
	put(CALL_WRITE, (char *)memory + 1, SIZE - 1);
}

static void file(void)
{
	char *content = malloc(SIZE), *memory;
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (!content || fd < 0)
		truth_die("mapped");
	truth_fill(content, SIZE, fd, 0, 0);
	if (write(fd, content, SIZE) != SIZE || fsync(fd))
		truth_die("mapped");
	posix_fadvise(fd, 0, SIZE, POSIX_FADV_DONTNEED);
	memory = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED)
		truth_die("mmap");
	put(CALL_WRITE, memory + 4000, 70000);
	put(CALL_WRITEV, memory, SIZE);
	if (memcmp(memory, content, SIZE) != 0)
		truth_die("the mapping is not the file");
}

int main(int argc, char **argv)
{
	truth_start();
	if (argc == 3 && !strcmp(argv[1], "constant"))
		constants(atoi(argv[2]));
	else if (argc == 2 && !strcmp(argv[1], "anonymous"))
		anonymous();
	else if (argc == 2 && !strcmp(argv[1], "file"))
		file();
	else
		truth_die("usage: fresh CASE [N]");
	return 0;
}
