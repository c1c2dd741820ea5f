/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns CASE: what stands behind fd 1 and 2 changes in mid-run.
 *
 * Out: bytes on fd 1 and 2 and in the files a and b of the current directory, the truth
 * with one generation for each open file under a number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "ends.h"
#include "truth.h"

static uint64_t position;

static void put(int fd, size_t size)
{
	char buffer[8192];
	struct iovec iov = { buffer, size };
	struct call_how how = { 0 };

	truth_fill(buffer, size, fd, 2, position);
	position += size;
	if (call_make(CALL_WRITE, fd, &iov, 1, &how) != (ssize_t)size)
		truth_die("write");
}

static int open_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fd < 0)
		truth_die(path);
	return fd;
}

static void replace(int fd, int by)
{
	if (dup2(by, fd) != fd)
		truth_die("dup2");
	truth_reopened(fd);
}

/* 2>&1: two streams, one open file. */
static void both(void)
{
	replace(2, 1);
	for (int i = 0; i < 50; i++) {
		put(1, 100);
		put(2, 37);
	}
}

static void duplicate(void)
{
	int saved = dup(1), a = open_append("a");

	put(1, 1000);
	replace(1, a);
	put(1, 2000);
	replace(1, saved);
	put(1, 3000);
	if (dup3(a, 1, 0) != 1)
		truth_die("dup3");
	truth_reopened(1);
	put(1, 4000);
}

/* The same name again and again: most likely at the same address in the kernel. */
static void again(void)
{
	for (int i = 0; i < 5; i++) {
		if (i == 4)
			syscall(SYS_close_range, 1, 1, 0);
		else
			close(1);
		if (open_append(i % 2 ? "b" : "a") != 1)
			truth_die("fd 1 was not free");
		truth_reopened(1);
		put(1, 500);
	}
	for (int i = 0; i < 5; i++) {
		close(1);
		if (open_append("a") != 1)
			truth_die("fd 1 was not free");
		truth_reopened(1);
		put(1, 500);
	}
}

/* An open file that comes over a socket and lands on fd 1. */
static void passed(void)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))), byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct ends e;

	put(1, 800);
	ends_make(&e, "pair");
	*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(head), (int[]){ open_append("a") }, sizeof(int));
	if (sendmsg(e.a.fd, &message, 0) != 1)
		truth_die("sendmsg");
	truth_moved(e.a.fd, DIRECTION_OUT, &iov, 1, 1);
	close(1);
	if (recvmsg(e.b.fd, &message, 0) != 1)
		truth_die("recvmsg");
	truth_moved(e.b.fd, DIRECTION_IN, &iov, 1, 1);
	truth_reopened(1);
	put(1, 900);
}

/* One connection after the other, of all kinds, under the same two numbers. */
static void connections(void)
{
	static const char *const kinds[] = { "tcp4", "tcp4", "udp6", "unix", "pair", "udp4-open" };
	char buffer[1000];
	struct iovec iov = { buffer, sizeof(buffer) };
	struct ends e;

	for (int i = 0; i < 60; i++) {
		struct call_how how = { 0 };

		ends_make(&e, kinds[i % 6]);
		truth_name(e.a.fd, "socket", e.a.name);
		truth_name(e.b.fd, "socket", e.b.name);
		how.to = e.connected ? NULL : (const void *)&e.b_address;
		how.to_length = e.connected ? 0 : e.b_length;
		truth_fill(buffer, sizeof(buffer), e.a.fd, 5, position += sizeof(buffer));
		if (call_make(CALL_SENDTO, e.a.fd, &iov, 1, &how) != 1000)
			truth_die("send");
		how = (struct call_how){ 0 };
		if (call_make(CALL_READ, e.b.fd, &iov, 1, &how) != 1000)
			truth_die("receive");
		close(e.a.fd);
		close(e.b.fd);
		truth_reopened(e.a.fd);
		truth_reopened(e.b.fd);
	}
}

/* Another process that has the same table of descriptors changes what fd 1 is. */
static void by_another(void)
{
	struct clone_args args = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	pid_t child;
	int status;

	for (int i = 0; i < 12; i++) {
		put(1, 500);
		child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
		if (child == 0) {
			close(1);
			_exit(open(i % 2 ? "a" : "b", O_WRONLY | O_CREAT | O_APPEND, 0600) != 1);
		}
		if (waitpid(child, &status, 0) != child || status)
			truth_die("a child failed");
		truth_reopened(1);
	}
}

/* exec does not split a stream. */
static void through_exec(char **argv)
{
	put(1, 600);
	execl("/proc/self/exe", argv[0], "after", NULL);
	truth_die("exec");
}

/* exec closes fd 1, and what is opened afterwards is another file. */
static void closed_by_exec(char **argv)
{
	put(1, 600);
	if (fcntl(1, F_SETFD, FD_CLOEXEC))
		truth_die("fcntl");
	execl("/proc/self/exe", argv[0], "open-after", NULL);
	truth_die("exec");
}

int main(int argc, char **argv)
{
	const char *name = argc == 2 ? argv[1] : "";

	truth_start();
	if (!strcmp(name, "both")) {
		both();
	} else if (!strcmp(name, "dup")) {
		duplicate();
	} else if (!strcmp(name, "again")) {
		again();
	} else if (!strcmp(name, "exec")) {
		through_exec(argv);
	} else if (!strcmp(name, "cloexec")) {
		closed_by_exec(argv);
	} else if (!strcmp(name, "passed")) {
		passed();
	} else if (!strcmp(name, "connections")) {
		connections();
	} else if (!strcmp(name, "by-another")) {
		by_another();
	} else if (!strcmp(name, "after")) {
		position = 600;
		put(1, 700);
	} else if (!strcmp(name, "open-after")) {
		if (open_append("a") != 1)
			truth_die("fd 1 was not free");
		truth_reopened(1);
		put(1, 700);
	} else {
		errno = EINVAL;
		truth_die("usage: turns CASE");
	}
	return 0;
}
