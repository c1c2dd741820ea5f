/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth directory: see truth.h. What moved comes in, files go out.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRUTH_OPEN 32  /* files that a thread keeps open */
#define GENERATIONS 64 /* fds whose generation is followed */
#define GENERATIONS_ENV "IOTAP_TRUTH_GENERATIONS"

static char directory[3000];
static uint8_t generations[GENERATIONS];

/* Each thread has its own. A vforked child leaves rows here that carry its pid. */
static __thread struct {
	pid_t pid;
	int fd;
	char name[64];
} files[TRUTH_OPEN];
static __thread size_t nfiles;

noreturn void truth_die(const char *what)
{
	static __thread int dying;
	char text[300];
	int size = snprintf(text, sizeof(text), "%d %s: %s: %s\n", getpid(),
			    program_invocation_short_name, what, strerror(errno));

	dprintf(2, "%s", strchr(text, ' ') + 1);
	/* fd 2 may be anything. */
	if (!dying++)
		truth_note("died", text,
			   size < (int)sizeof(text) ? (size_t)size : sizeof(text) - 1);
	_exit(99);
}

static int truth_open(const char *name)
{
	char path[sizeof(directory) + 80];
	int fd, high;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		truth_die(path);
	high = fcntl(fd, F_DUPFD_CLOEXEC, TRUTH_FD);
	if (high < 0)
		truth_die("no fd for the truth");
	close(fd);
	return high;
}

static void truth_append(const char *name, const struct iovec *iov, size_t n)
{
	size_t i, want = 0;
	pid_t pid = getpid();
	int fd;

	for (i = 0; i < n; i++)
		want += iov[i].iov_len;
	for (i = 0; i < nfiles; i++)
		if (files[i].pid == pid && !strcmp(files[i].name, name))
			break;
	fd = i < nfiles ? files[i].fd : truth_open(name);
	if (writev(fd, iov, (int)n) != (ssize_t)want)
		truth_die("cannot write the truth");
	if (i < nfiles)
		return;
	if (nfiles == TRUTH_OPEN) {
		close(fd);
		return;
	}
	files[nfiles].pid = pid;
	files[nfiles].fd = fd;
	snprintf(files[nfiles].name, sizeof(files[nfiles].name), "%s", name);
	nfiles++;
}

void truth_note(const char *name, const void *data, size_t size)
{
	struct iovec iov = { (void *)data, size };

	if (*directory)
		truth_append(name, &iov, 1);
}

static void truth_here(void)
{
	char name[64];

	snprintf(name, sizeof(name), "%d.here", getpid());
	truth_note(name, "", 0);
}

void truth_start(void)
{
	const char *value = getenv("IOTAP_TRUTH");
	const char *old = getenv(GENERATIONS_ENV);
	int i;

	if (value)
		snprintf(directory, sizeof(directory), "%s", value);
	for (i = 0; old && old[i] && i < GENERATIONS; i++)
		generations[i] = (uint8_t)(old[i] - '0');
	pthread_atfork(NULL, NULL, truth_here);
	truth_here();
}

void truth_reopened(int fd)
{
	char value[GENERATIONS + 1];
	int i;

	if (fd < 0 || fd >= GENERATIONS)
		truth_die("an fd that is not followed");
	generations[fd]++;
	for (i = 0; i < GENERATIONS; i++)
		value[i] = (char)('0' + generations[i]);
	value[i] = '\0';
	setenv(GENERATIONS_ENV, value, 1);
}

static int generation_of(int fd)
{
	return fd >= 0 && fd < GENERATIONS ? generations[fd] + 1 : 1;
}

static void moved(int fd, enum direction direction, const struct iovec *iov, size_t n, size_t bytes,
		  int as_call)
{
	struct iovec *part;
	uint64_t length = bytes;
	size_t i, used = 1;
	char name[64];
	int at;

	if (!*directory)
		return;
	part = calloc(n + 1, sizeof(*part));
	if (!part)
		truth_die("no memory");
	part[0] = (struct iovec){ &length, as_call ? sizeof(length) : 0 };
	for (i = 0; i < n && bytes; i++, used++) {
		part[used] = iov[i];
		if (part[used].iov_len > bytes)
			part[used].iov_len = bytes;
		bytes -= part[used].iov_len;
	}
	at = snprintf(name, sizeof(name), "%d.%d.%s.%d", getpid(), fd,
		      direction == DIRECTION_IN ? "in" : "out", generation_of(fd));
	if (as_call)
		snprintf(name + at, sizeof(name) - (size_t)at, ".calls.%d", gettid());
	/* 1,025 are one more than writev takes: the length goes with the others where it can. */
	if (used > 1024 && !as_call)
		truth_append(name, part + 1, used - 1);
	else
		truth_append(name, part, used);
	free(part);
}

void truth_moved(int fd, enum direction direction, const struct iovec *iov, size_t n, size_t bytes)
{
	moved(fd, direction, iov, n, bytes, 0);
}

void truth_moved_call(int fd, enum direction direction, const struct iovec *iov, size_t n,
		      size_t bytes)
{
	moved(fd, direction, iov, n, bytes, 1);
}

void truth_name(int fd, const char *kind, const char *name)
{
	char file[64], text[600];
	int size;

	snprintf(file, sizeof(file), "%d.%d.%d.name", getpid(), fd, generation_of(fd));
	size = snprintf(text, sizeof(text), "%s\n%s", kind, name);
	truth_note(file, text, (size_t)size);
}

/* splitmix64 */
static uint64_t scramble(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

void truth_fill(void *buffer, size_t size, int fd, uint64_t seed, uint64_t position)
{
	uint64_t key = scramble(seed ^ scramble((uint64_t)getpid() << 32 | (uint32_t)fd));
	uint8_t *at = buffer;
	uint64_t word;
	size_t skip, n;

	for (; size; at += n, size -= n, position += n) {
		word = scramble(key ^ (position / 8));
		skip = position % 8;
		n = 8 - skip < size ? 8 - skip : size;
		word >>= 8 * skip;
		memcpy(at, &word, n);
	}
}
