/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree CASE [ARG]: writes to fd 1 from every sort of task that a process tree can have.
 *
 * Out: bytes on fd 1, the truth of every process; it dies when a task cannot be made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define THREADS 4
#define CALLS 500

extern char **environ;

/* An iovec of the process, so that nothing is allocated in a vforked child. */
static void put(size_t size, bool concurrent, uint64_t seed)
{
	static __thread char buffer[70000];
	struct iovec iov = { buffer, size };
	struct call_how how = { .concurrent = concurrent };
	ssize_t r;

	truth_fill(buffer, size, 1, seed, 0);
	r = call_make(CALL_WRITE, 1, &iov, 1, &how);
	if (r != (ssize_t)size)
		truth_die("fd 1 has to take all");
}

static void run_put(void)
{
	execlp("put", "put", "write", "1", "1", "4097", "100000", NULL);
	truth_die("put");
}

/* For reap(fork()), too: the child ends at once. */
static void reap(pid_t child)
{
	int status;

	if (child == 0)
		_exit(0);
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		truth_die("a child failed");
}

static void do_fork(void)
{
	pid_t child;

	put(100, false, 0);
	for (int i = 0; i < 3; i++) {
		child = fork();
		if (child == 0) {
			put(5000, false, 1);
			if (i == 1)
				run_put();
			if (i == 2 && (child = fork()) == 0) {
				put(7000, false, 1);
				_exit(0);
			}
			reap(child);
			_exit(0);
		}
		reap(child);
	}
	put(100, false, 2);
}

static void do_vfork(void)
{
	volatile int i;
	pid_t child;

	for (i = 0; i < 10; i++) {
		child = vfork();
		if (child == 0) {
			put(3000, false, 1);
			if (i % 2)
				run_put();
			_exit(0);
		}
		reap(child);
		put(10, false, 2);
	}
}

static void do_clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t child;

	for (int i = 0; i < 3; i++) {
		args.flags = i == 1 ? CLONE_VFORK : i == 2 ? CLONE_FILES : 0;
		child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
		if (child == 0) {
			put(2000, false, 1);
			_exit(0);
		}
		reap(child);
		put(20, false, 3);
	}
}

static void do_spawn(void)
{
	char *argv[] = { "put", "writev", "1", "257", "65537", NULL };
	pid_t child;

	for (int i = 0; i < 5; i++) {
		if (posix_spawnp(&child, "put", NULL, NULL, argv, environ))
			truth_die("put");
		reap(child);
	}
}

static void *many_calls(void *context)
{
	size_t thread = (size_t)context;

	for (size_t i = 0; i < CALLS; i++)
		put(16 + (i * 7919 + thread * 104729) % (i % 50 ? 3000 : 69000), true,
		    thread * CALLS + i);
	return NULL;
}

static void do_threads(void)
{
	pthread_t threads[THREADS];
	size_t i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, many_calls, (void *)i))
			truth_die("thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Two processes that share the open file, not the number's stream. */
static void do_shared(void)
{
	pid_t child = fork();

	for (int i = 0; i < CALLS; i++)
		put(64 + (size_t)i, false, (uint64_t)i);
	if (child == 0)
		_exit(0);
	reap(child);
}

static void *exec_in_thread(void *context)
{
	put(100, false, 7);
	run_put();
	return context;
}

static void do_thread_exec(void)
{
	pthread_t thread;

	put(50, false, 8);
	if (pthread_create(&thread, NULL, exec_in_thread, NULL))
		truth_die("thread");
	pthread_join(thread, NULL);
}

/* Until the leader has become a zombie that waits for its threads. */
static void wait_for_leader(void)
{
	char path[64], stat[512], *end;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	do {
		sched_yield();
		fd = open(path, O_RDONLY | O_CLOEXEC);
		size = read(fd, stat, sizeof(stat) - 1);
		close(fd);
		stat[size > 0 ? size : 0] = '\0';
		end = strrchr(stat, ')');
	} while (!end || end[2] != 'Z');
}

static void *after_leader(void *context)
{
	put(1000, false, 1);
	wait_for_leader();
	for (int i = 0; i < 20; i++)
		put(2000, false, 2);
	reap(fork());
	put(1, false, 3);
	exit(0);
	return context;
}

static void do_leader_gone(void)
{
	pthread_t thread;

	put(10, false, 9);
	if (pthread_create(&thread, NULL, after_leader, NULL))
		truth_die("thread");
	pthread_exit(NULL);
}

/*
 * A daemon that writes when the command has ended: it hears of that from a pipe whose last
 * writer was the command. With a FIFO as argument it waits until somebody has opened that, too.
 * It makes the file daemon-end at its end.
 */
static void do_daemon(const char *fifo)
{
	int gone[2], fd;
	char byte;

	if (pipe2(gone, O_CLOEXEC))
		truth_die("pipe");
	put(100, false, 0);
	if (fork() != 0)
		_exit(0);
	setsid();
	if (fork() != 0)
		_exit(0);
	close(gone[1]);
	if (read(gone[0], &byte, 1) != 0)
		truth_die("the command is still there");
	if (fifo && open(fifo, O_RDONLY | O_CLOEXEC) < 0)
		truth_die(fifo);
	for (int i = 0; i < 100; i++)
		put(6000, false, (uint64_t)i);
	fd = open("daemon-end", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		truth_die("daemon-end");
	close(fd);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	truth_start();
	if (!strcmp(name, "fork"))
		do_fork();
	else if (!strcmp(name, "vfork"))
		do_vfork();
	else if (!strcmp(name, "clone3"))
		do_clone3();
	else if (!strcmp(name, "spawn"))
		do_spawn();
	else if (!strcmp(name, "threads"))
		do_threads();
	else if (!strcmp(name, "shared"))
		do_shared();
	else if (!strcmp(name, "exec"))
		put(50, false, 4), run_put();
	else if (!strcmp(name, "thread-exec"))
		do_thread_exec();
	else if (!strcmp(name, "leader-gone"))
		do_leader_gone();
	else if (!strcmp(name, "daemon"))
		do_daemon(argv[2]);
	else
		truth_die("usage: tree CASE [ARG]");
	return 0;
}
