/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm CASE N ...: very many of something, each with a content of its own.
 *
 *   alive N         N processes alive at once, two texts and a status each; tells their lives
 *   streams N PAIRS [THERE GONE]
 *                   N processes with PAIRS pairs of sockets each, all open at once. The FIFO
 *                   THERE is read to its end when all is open, GONE when all processes are gone
 *   threads N TURNS N threads that open /dev/null, write `thread I turn J` in three calls, close
 *   execs N         execs itself N times; writes `exec I` to fd 1 and to an fd that exec closes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "lives.h"
#include "truth.h"

/* Children say that they are there by closing `there`, and end when nobody holds `on` any more. */
static int there[2], on[2];

static void make_gates(void)
{
	if (pipe2(there, O_CLOEXEC) || pipe2(on, O_CLOEXEC))
		truth_die("pipe");
}

static void meet(void)
{
	char byte;

	close(there[0]);
	close(on[1]);
	close(there[1]);
	if (read(on[0], &byte, 1))
		truth_die("the gate");
}

static void await_all(void)
{
	char byte;

	close(there[1]);
	close(on[0]);
	if (read(there[0], &byte, 1))
		truth_die("the gate");
}

static void put_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		truth_die("write");
}

static void alive(int n)
{
	struct life life = { 0 };
	pid_t *pids = calloc((size_t)n, sizeof(*pids));
	uint64_t begin = life_now();
	char text[80];
	int i, status;

	make_gates();
	for (i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			truth_die("fork");
		if (pids[i] > 0)
			continue;
		snprintf(text, sizeof(text), "I am number %d\n", i);
		put_text(1, text);
		meet();
		put_text(1, "the end\n");
		_exit(i % 251);
	}
	await_all();
	close(on[1]);
	for (i = 0; i < n; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i])
			truth_die("wait");
		snprintf(text, sizeof(text), "I am number %d\nthe end\n", i);
		life.text = text;
		life_tell(&life, pids[i], status, begin, life_now());
	}
	free(pids);
}

static void move(enum call call, int fd, int i)
{
	char buffer[40];
	struct iovec iov = { buffer, 1 + (size_t)i % sizeof(buffer) };
	struct call_how how = { 0 };

	if (call_is_out(call))
		truth_fill(buffer, sizeof(buffer), fd, 0, 0);
	if (call_make(call, fd, &iov, 1, &how) != (ssize_t)iov.iov_len)
		truth_die("a socket");
}

static void hold_pairs(int pairs)
{
	int(*fds)[2] = calloc((size_t)pairs, sizeof(*fds)), i;
	struct rlimit limit = { (rlim_t)pairs * 2 + 400, (rlim_t)pairs * 2 + 400 };

	if (!fds || setrlimit(RLIMIT_NOFILE, &limit))
		truth_die("setrlimit");
	for (i = 0; i < pairs; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds[i]))
			truth_die("socketpair");
	for (i = 0; i < pairs; i++) {
		move(CALL_SENDTO, fds[i][0], i);
		move(CALL_READ, fds[i][1], i);
	}
	meet();
	free(fds);
}

static void show_up(const char *fifo)
{
	char byte;
	int fd = fifo ? open(fifo, O_RDONLY | O_CLOEXEC) : -1;

	if (fifo && (fd < 0 || read(fd, &byte, 1)))
		truth_die(fifo);
	close(fd);
}

static void streams(int n, int pairs, const char *there_fifo, const char *gone_fifo)
{
	int status;

	make_gates();
	while (n--) {
		switch (fork()) {
		case -1:
			truth_die("fork");
		case 0:
			hold_pairs(pairs);
			_exit(0);
		}
	}
	await_all();
	show_up(there_fifo);
	close(on[1]);
	while (wait(&status) > 0)
		if (status)
			truth_die("a child failed");
	show_up(gone_fifo);
}

static int turns;

static void *open_and_close(void *context)
{
	char text[40];
	int turn, fd;

	for (turn = 0; turn < turns; turn++) {
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			truth_die("/dev/null");
		snprintf(text, sizeof(text), "thread %zu ", (size_t)context);
		put_text(fd, text);
		snprintf(text, sizeof(text), "turn %d", turn);
		put_text(fd, text);
		put_text(fd, "\n");
		close(fd);
	}
	return NULL;
}

static void threads(size_t n)
{
	pthread_t *list = calloc(n, sizeof(*list));
	pthread_attr_t attr;
	size_t i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < n; i++)
		if (pthread_create(&list[i], &attr, open_and_close, (void *)i))
			truth_die("thread");
	for (i = 0; i < n; i++)
		pthread_join(list[i], NULL);
	free(list);
}

static void execs(char **argv)
{
	int n = atoi(argv[2]), i = argv[3] ? atoi(argv[3]) : 0, fd;
	char text[40], next[20];

	snprintf(text, sizeof(text), "exec %d\n", i);
	put_text(1, text);
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	put_text(fd, text);
	if (i == n)
		return;
	snprintf(next, sizeof(next), "%d", i + 1);
	execl("/proc/self/exe", "storm", "execs", argv[2], next, NULL);
	truth_die("exec");
}

int main(int argc, char **argv)
{
	const char *name = argc > 2 ? argv[1] : "";

	if (strcmp(name, "execs") != 0)
		truth_start();
	if (!strcmp(name, "alive"))
		alive(atoi(argv[2]));
	else if (!strcmp(name, "streams") && argc > 3)
		streams(atoi(argv[2]), atoi(argv[3]), argv[4], argv[4] ? argv[5] : NULL);
	else if (!strcmp(name, "threads") && argc > 3)
		turns = atoi(argv[3]), threads((size_t)atoi(argv[2]));
	else if (!strcmp(name, "execs"))
		execs(argv);
	else
		truth_die("usage: storm CASE N ...");
	return 0;
}
