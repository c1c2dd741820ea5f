/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steady processes|threads FOLDER N CALLS SIZE SEED STATUS [AT PID...]: a job whose output is
 * known.
 *
 * Process i writes CALLS times SIZE bytes to fd 1, which is the file FOLDER/i; with `threads` all
 * of them are one process and write to FOLDER/0. SIZE with a ~ before it: 1 to SIZE bytes. All
 * depends on the arguments alone, so two runs can be compared. Process 0 is the caller's child; at
 * its call AT it kills the PIDs by SIGKILL. Out: the files; at the end the STATUS. 99: a write was
 * not like it should be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PERIOD (((size_t)1 << 20) + 13) /* no power of two: what is out of place differs */

static size_t count, calls, size;
static bool any_size;
static uint64_t seed;
static size_t strike_at;
static char **victims;

__attribute__((noreturn)) static void die(const char *what)
{
	dprintf(2, "steady: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* splitmix64 */
static uint64_t next(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static size_t number(const char *text)
{
	char *end;
	size_t n = strtoull(text, &end, 10);

	return *end == 'K' ? n << 10 : *end == 'M' ? n << 20 : n;
}

static void strike(void)
{
	for (char **pid = victims; *pid; pid++)
		kill(atoi(*pid), SIGKILL);
}

static void *write_all(void *argument)
{
	size_t i = (size_t)argument, at = 0, bytes = PERIOD + size;
	uint64_t state = seed ^ (i + 1) * 0xff51afd7ed558ccd;
	uint64_t *pattern = malloc(bytes + 8);

	if (!pattern)
		die("no memory");
	for (size_t k = 0; k <= bytes / 8; k++)
		pattern[k] = next(&state);
	for (size_t k = 0; k < calls; k++) {
		size_t length = any_size ? 1 + next(&state) % size : size;

		if (i == 0 && strike_at && k == strike_at)
			strike();
		if (write(1, (char *)pattern + at % PERIOD, length) != (ssize_t)length)
			die("fd 1 has to take all");
		at += length;
	}
	free(pattern);
	return NULL;
}

static void open_output(const char *folder, size_t i)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/%zu", folder, i);
	close(1);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	if (fd != 1)
		die(name);
}

static void with_threads(const char *folder)
{
	pthread_t threads[1024];

	open_output(folder, 0);
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, write_all, (void *)i))
			die("pthread_create");
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void with_processes(const char *folder)
{
	int status, failed = 0;

	for (size_t i = 1; i < count; i++) {
		switch (fork()) {
		case -1:
			die("fork");
		case 0:
			open_output(folder, i);
			write_all((void *)i);
			_exit(0);
		}
	}
	open_output(folder, 0);
	write_all(NULL);
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		_exit(99);
}

int main(int argc, char **argv)
{
	if (argc < 8) {
		dprintf(2, "usage: steady processes|threads FOLDER N CALLS SIZE SEED STATUS "
			   "[AT PID...]\n");
		return 99;
	}
	count = number(argv[3]);
	calls = number(argv[4]);
	any_size = *argv[5] == '~';
	size = number(argv[5] + any_size);
	seed = number(argv[6]);
	strike_at = argc > 8 ? number(argv[8]) : 0;
	victims = argc > 9 ? argv + 9 : argv + argc;
	if (!strcmp(argv[1], "threads") && count <= 1024)
		with_threads(argv[2]);
	else
		with_processes(argv[2]);
	return atoi(argv[7]);
}
