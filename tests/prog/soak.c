/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * soak SEED: a random tree of processes that make random calls on random fds; the same for the same
 * seed, but for what the scheduler decides.
 *
 * Out: files and sockets in the current directory, the truth; of each process but the first also
 * PID.io: what /proc/PID/io says at its end, and what that does not count (see compare-io).
 */
#define _GNU_SOURCE
#include "soak.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define DEPTH 4	   /* of the tree */
#define SHARED 2   /* slots that all threads use */
#define OWN 3	   /* slots of each thread */
#define HEADER 256 /* what the kernel reads of a program's file first */

static struct chance chance;
static unsigned depth, left, execs;

uint64_t chance_next(struct chance *c)
{
	uint64_t x = c->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

size_t chance_below(struct chance *c, size_t n)
{
	return (size_t)(chance_next(c) % n);
}

bool chance_in(struct chance *c, size_t n)
{
	return chance_below(c, n) == 0;
}

struct chance chance_fork(struct chance *c)
{
	return (struct chance){ chance_next(c) };
}

/* Becomes the same program in its middle. */
static void run_again(struct chance c, unsigned more, unsigned count, const uint64_t moved[2])
{
	char seed[24], deep[12], steps[12], times[12], table[SLOTS + 1], out[24], in[24];
	char *argv[] = { "soak", seed, deep, steps, times, table, out, in, NULL };

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)c.state);
	snprintf(deep, sizeof(deep), "%u", depth);
	snprintf(steps, sizeof(steps), "%u", more);
	snprintf(times, sizeof(times), "%u", count);
	snprintf(out, sizeof(out), "%llu", (unsigned long long)moved[0]);
	snprintf(in, sizeof(in), "%llu", (unsigned long long)moved[1]);
	slots_to_text(table);
	execv("/proc/self/exe", argv);
	_exit(98);
}

static void exec_in_place(struct chance c)
{
	uint64_t moved[] = { uncounted.out, uncounted.in };

	run_again(c, left, execs + 1, moved);
}

static void *exec_in_thread(void *context)
{
	exec_in_place(*(struct chance *)context);
	return NULL;
}

/* The last act: what the kernel has counted before this read and this note. */
static void tell_io(void)
{
	char text[4096], note[256], name[32];
	unsigned long long in = 0, out = 0;
	ssize_t size;
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC), high, length;

	if (fd < 0)
		return;				     /* built without task accounting */
	high = fcntl(fd, F_DUPFD_CLOEXEC, TRUTH_FD); /* where what we do is no part of the truth */
	close(fd);
	size = read(high, text, sizeof(text) - 1);
	close(high);
	text[size > 0 ? size : 0] = '\0';
	if (sscanf(text, "rchar: %llu wchar: %llu", &in, &out) != 2)
		truth_die("/proc/self/io");
	length = snprintf(note, sizeof(note), "%llu %llu %llu %llu %llu %zd\n", in, out,
			  (unsigned long long)uncounted.in, (unsigned long long)uncounted.out,
			  (unsigned long long)execs *
				  (HEADER + getauxval(AT_PHNUM) * sizeof(Elf64_Phdr)),
			  size);
	snprintf(name, sizeof(name), "%d.io", getpid());
	truth_note(name, note, (size_t)length);
}

/* All children that are ours: each has to be well. Its counters become ours. */
static void reap_all(void)
{
	char name[32], text[32];
	int status, length;
	pid_t child;

	while ((child = waitpid(-1, &status, 0)) > 0) {
		if (status)
			truth_die("a child failed");
		snprintf(name, sizeof(name), "%d.reaped", getpid());
		length = snprintf(text, sizeof(text), "%d\n", child);
		truth_note(name, text, (size_t)length);
	}
}

static void become_child(struct chance *c, unsigned share)
{
	chance = *c;
	left = share;
	execs = 0;
	uncounted = (struct uncounted){ 0 };
	depth++;
}

static unsigned share_of(struct chance *c)
{
	unsigned share = left / (2 + (unsigned)chance_below(c, 3));

	left -= share;
	return share;
}

/* True: in the child. */
static bool make_child(bool twice)
{
	struct chance c = chance_fork(&chance);
	unsigned share = share_of(&chance);
	pid_t child = fork();

	if (child < 0)
		truth_die("fork");
	if (child > 0)
		return false;
	if (twice) {
		uncounted = (struct uncounted){ 0 };
		execs = 0;
		child = fork();
		if (child < 0)
			truth_die("fork");
		if (child > 0) {
			tell_io();
			_exit(0);
		}
	}
	become_child(&c, share);
	return true;
}

static void vfork_and_exec(void)
{
	struct chance c = chance_fork(&chance);
	volatile unsigned share = share_of(&chance);
	static const uint64_t nothing[2];
	pid_t child = vfork();

	if (child < 0)
		truth_die("vfork");
	if (child == 0) {
		depth++;
		run_again(c, share, 1, nothing);
	}
	depth--;
}

struct worker {
	pthread_t thread;
	struct chance c;
	int own; /* the first of its slots */
	unsigned steps;
};

static void *work(void *context)
{
	struct worker *w = context;
	struct chance *c = &w->c;

	while (w->steps--) {
		if (chance_in(c, 12))
			slot_fill(c, w->own, w->own + 1, true);
		else if (chance_in(c, 20))
			slot_duplicate(c, w->own, w->own + 2, true);
		else if (chance_in(c, 2))
			move_something(c, 1 + (int)chance_below(c, SHARED));
		else
			move_something(c, w->own + (int)chance_below(c, OWN));
	}
	return NULL;
}

/* What a thread does not share with another one it may replace, but not close: see soak.h. */
static void run_threads(void)
{
	size_t count = 2 + chance_below(&chance, 5), i;
	struct worker workers[6];

	slots_hold();
	for (i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.c = chance_fork(&chance),
			.own = 1 + SHARED + (int)i * OWN,
			.steps = 10 + (unsigned)chance_below(&chance, 40),
		};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			truth_die("thread");
	}
	for (i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
	slots_let_go();
}

static void write_much(int fd)
{
	struct iovec iov = { NULL, 0 };
	struct call_how how = { .concurrent = true };
	struct chance c = chance_fork(&chance);
	struct vector v;
	ssize_t r = 0;

	for (int i = 0; i < 8 && r >= 0; i++) {
		vector_make(&v, random_length(&c), 1);
		vector_fill(&v, fd, chance_next(&c));
		iov = v.iov[0];
		while (iov.iov_len && (r = call_make(CALL_WRITE, fd, &iov, 1, &how)) > 0)
			iov = (struct iovec){ (char *)iov.iov_base + r, iov.iov_len - (size_t)r };
		vector_free(&v);
	}
}

/* Away from the numbers that are about to be given. */
static int lift(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, SLOTS);

	if (high < 0)
		truth_die("no fd");
	close(fd);
	return high;
}

static void place(int raw, int fd, enum what what)
{
	if (dup2(raw, fd) != fd)
		truth_die("dup2");
	close(raw);
	truth_reopened(fd);
	slots[fd] = (struct slot){ .what = (uint8_t)what };
}

/* A child that blocks in its writes, because the pipe is full: this process reads to the end. */
static void pump(void)
{
	struct call_how how = { .concurrent = true };
	int fds[2], in = 3 + (int)chance_below(&chance, SLOTS - 3);
	char *buffer = malloc(100000);
	struct iovec iov = { buffer, 1 + chance_below(&chance, 100000) };
	ssize_t r;

	if (!buffer || pipe(fds))
		truth_die("pipe");
	fds[0] = lift(fds[0]);
	fds[1] = lift(fds[1]);
	place(fds[0], in, PIPE_IN);
	place(fds[1], 1, PIPE_OUT);
	if (fork() == 0) {
		uncounted = (struct uncounted){ 0 };
		execs = 0;
		close(in);
		write_much(1);
		tell_io();
		_exit(0);
	}
	slot_close(1);
	while ((r = call_make(CALL_READ, in, &iov, 1, &how)) > 0)
		;
	free(buffer);
	slot_close(in);
}

static void tree_step(void)
{
	struct chance c;
	pthread_t thread;

	switch (chance_below(&chance, 9)) {
	case 0:
	case 1:
	case 2:
		if (depth < DEPTH)
			make_child(chance_in(&chance, 3));
		return;
	case 3:
		if (depth < DEPTH)
			vfork_and_exec();
		return;
	case 4:
		run_threads();
		return;
	case 5:
		pump();
		return;
	case 6:
		if (depth)
			reap_all();
		return;
	}
	if (execs > 5)
		return;
	c = chance_fork(&chance);
	if (chance_in(&chance, 2))
		exec_in_place(c);
	if (pthread_create(&thread, NULL, exec_in_thread, &c))
		truth_die("thread");
	pthread_join(thread, NULL);
}

static void step(void)
{
	int a = (int)chance_below(&chance, SLOTS), b = (int)chance_below(&chance, SLOTS);

	/* Mostly where others are, too. */
	if (chance_in(&chance, 2))
		a %= 8;
	switch (chance_below(&chance, 40)) {
	case 0:
	case 1:
		tree_step();
		return;
	case 2:
	case 3:
	case 4:
	case 5:
		slot_fill(&chance, a, b, false);
		return;
	case 6:
	case 7:
		slot_duplicate(&chance, a, b, false);
		return;
	case 8:
		slot_close(a);
		return;
	case 9:
		slot_reopen(&chance, a);
		return;
	case 10:
		if (chance_in(&chance, 3))
			slot_close_range(&chance);
		return;
	}
	for (int tries = 0; tries < 8 && slots[a].what == NOTHING; tries++)
		a = (int)chance_below(&chance, SLOTS);
	move_something(&chance, a);
}

static void begin(int argc, char **argv)
{
	chance.state = strtoull(argv[1], NULL, 10);
	if (argc == 8) {
		depth = (unsigned)atoi(argv[2]);
		left = (unsigned)atoi(argv[3]);
		execs = (unsigned)atoi(argv[4]);
		slots_from_text(argv[5]);
		uncounted.out = strtoull(argv[6], NULL, 10);
		uncounted.in = strtoull(argv[7], NULL, 10);
		return;
	}
	for (int fd = 0; fd < 6; fd++)
		slot_fill(&chance, fd, 10 + fd, false);
	left = 600;
}

int main(int argc, char **argv)
{
	truth_start();
	if (argc != 2 && argc != 8)
		truth_die("usage: soak SEED");
	signal(SIGPIPE, SIG_IGN);
	mallopt(M_ARENA_MAX, 1); /* with more it reads a file of /proc now and then */
	begin(argc, argv);
	while (left) {
		left--;
		step();
	}
	reap_all();
	if (depth)
		tell_io();
	_exit(0);
}
