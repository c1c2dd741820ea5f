/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edge CASE: calls that move less than they ask for, nothing at all, or what others would count
 * twice.
 *
 * In: nothing but the name. Out: bytes on fd 1 and on sockets of its own, the truth; it
 * dies when a call does not go the way that the case is about.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "calls.h"
#include "ends.h"
#include "truth.h"

#define BIG (1 << 20)

static char big[BIG];

static void expect(ssize_t got, ssize_t wanted, const char *what)
{
	if (got != wanted) {
		errno = got < 0 ? (int)-got : 0;
		truth_die(what);
	}
}

static ssize_t move(enum call c, int fd, void *buffer, size_t size, int flags)
{
	struct iovec iov = { buffer, size };
	struct call_how how = { .flags = flags };

	return call_make(c, fd, &iov, 1, &how);
}

/* fd 1 becomes a pipe; returns the end to read from. */
static int pipe_on_stdout(int flags)
{
	int fds[2];

	if (pipe2(fds, flags) || dup2(fds[1], 1) != 1)
		truth_die("pipe");
	close(fds[1]);
	truth_reopened(1);
	return fds[0];
}

static void take(int fd, size_t size)
{
	static char sink[BIG];

	expect(read(fd, sink, size), (ssize_t)size, "the pipe holds less");
}

/* A pipe that is full: calls that move nothing between calls that move all or a part. */
static void eagain(void)
{
	int reader = pipe_on_stdout(O_NONBLOCK), i;
	size_t room;

	for (i = 0; i < 20; i++) {
		truth_fill(big, sizeof(big), 1, 0, (uint64_t)i * BIG);
		room = i == 0 ? 65536 : 12288;
		expect(move(CALL_WRITE, 1, big, 100000, 0), (ssize_t)room, "a short write");
		expect(move(CALL_WRITE, 1, big + room, 50000, 0), -EAGAIN, "a full pipe");
		expect(move(CALL_WRITEV, 1, big + room, 1, 0), -EAGAIN, "a full pipe");
		take(reader, 12288);
	}
}

/* The same on a socket, where the room is not known. */
static void eagain_socket(void)
{
	size_t length = sizeof(big), done;
	struct ends e;
	ssize_t r;
	int i;

	ends_make(&e, "tcp4");
	truth_fill(big, length, e.a.fd, 0, 0);
	for (i = 0; i < 2; i++) {
		for (done = 0;; done = (done + (size_t)r) % (BIG / 2)) {
			r = move(CALL_SENDTO, e.a.fd, big + done, BIG / 2, MSG_DONTWAIT);
			if (r == -EAGAIN)
				break;
			if (r < 0)
				expect(r, 0, "send");
		}
		while (move(CALL_RECVFROM, e.b.fd, big, 300000, MSG_DONTWAIT) > 0)
			;
	}
}

static void epipe(void)
{
	int reader = pipe_on_stdout(0);
	struct ends e;

	signal(SIGPIPE, SIG_IGN);
	truth_fill(big, sizeof(big), 1, 0, 0);
	expect(move(CALL_WRITE, 1, big, 5000, 0), 5000, "write");
	close(reader);
	expect(move(CALL_WRITE, 1, big, 5000, 0), -EPIPE, "no reader");
	expect(move(CALL_WRITEV, 1, big, 5000, 0), -EPIPE, "no reader");
	ends_make(&e, "unix");
	expect(move(CALL_SENDTO, e.a.fd, big, 777, 0), 777, "send");
	shutdown(e.a.fd, SHUT_WR);
	expect(move(CALL_SENDTO, e.a.fd, big, 777, MSG_NOSIGNAL), -EPIPE, "shut down");
	expect(move(CALL_SENDMSG, e.a.fd, big, 777, MSG_NOSIGNAL), -EPIPE, "shut down");
	expect(move(CALL_SENDMMSG, e.a.fd, big, 777, MSG_NOSIGNAL), -EPIPE, "shut down");
	expect(move(CALL_READ, e.b.fd, big, 1000, 0), 777, "read");
	expect(move(CALL_READ, e.b.fd, big, 1000, 0), 0, "end of file");
}

/* Two pages of which the second one is not there. */
static char *half_there(size_t page)
{
	char *memory =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || munmap(memory + page, page))
		truth_die("mmap");
	truth_fill(memory, page, 1, 3, 0);
	return memory;
}

static void efault(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int reader = pipe_on_stdout(0);
	char *memory = half_there(page);
	struct iovec iov[2] = { { memory, 100 }, { memory + page, 100 } };
	struct call_how how = { 0 };
	ssize_t r;

	expect(move(CALL_WRITE, 1, memory + page, 100, 0), -EFAULT, "nothing there");
	expect(move(CALL_WRITE, 1, (void *)-4096L, 100, 0), -EFAULT, "no user address");
	/* The kernel decides whether that is a short write or none; the truth follows it. */
	r = move(CALL_WRITE, 1, memory + page - 50, 100, 0);
	if (r >= 0)
		take(reader, (size_t)r);
	r = call_make(CALL_WRITEV, 1, iov, 2, &how);
	if (r >= 0)
		take(reader, (size_t)r);
	expect(move(CALL_WRITE, 1, memory + page - 70, 70, 0), 70, "up to the edge");
	expect(move(CALL_WRITE, 1, memory, page, 0), (ssize_t)page, "up to the edge");
}

/* The device takes bytes that nobody can read: those are a hole of 50 bytes. */
static void fault_null(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = half_there(page);
	struct iovec there = { memory + page - 50, 50 }, gone = { big, 50 };

	expect(write(1, memory + page - 50, 100), 100, "/dev/null on fd 1");
	truth_moved(1, DIRECTION_OUT, &there, 1, 50);
	truth_moved(1, DIRECTION_OUT, &gone, 1, 50);
	expect(move(CALL_WRITE, 1, memory, page, 0), (ssize_t)page, "write");
}

static void peek(void)
{
	char buffer[5000];
	struct ends e;

	ends_make(&e, "tcp4");
	truth_fill(big, 4000, e.a.fd, 0, 0);
	expect(move(CALL_WRITE, e.a.fd, big, 4000, 0), 4000, "write");
	expect(move(CALL_RECVFROM, e.b.fd, buffer, 4000, MSG_PEEK | MSG_WAITALL), 4000, "peek");
	expect(move(CALL_RECVMSG, e.b.fd, buffer, 100, MSG_PEEK), 100, "peek");
	expect(move(CALL_RECVMMSG, e.b.fd, buffer, 300, MSG_PEEK), 300, "peek");
	expect(move(CALL_RECVFROM, e.b.fd, buffer, 1000, 0), 1000, "receive");
	expect(move(CALL_RECVMSG, e.b.fd, buffer, 100, MSG_PEEK), 100, "peek");
	expect(move(CALL_RECVMSG, e.b.fd, buffer, 3000, MSG_WAITALL), 3000, "receive");
}

/* Datagrams that are longer than the buffer: only what was copied has moved. */
static void truncated(void)
{
	static const enum call in[] = { CALL_RECVFROM, CALL_RECVMSG, CALL_RECVMMSG };
	char buffer[400];
	struct ends e;
	int i, flags;

	ends_make(&e, "udp4");
	truth_fill(big, 9000, e.a.fd, 0, 0);
	for (i = 0; i < 6; i++) {
		flags = i < 3 ? MSG_TRUNC : 0;
		expect(move(CALL_WRITE, e.a.fd, big + 1000 * i, 1000, 0), 1000, "write");
		expect(move(in[i % 3], e.b.fd, buffer, 400, flags), flags ? 1000 : 400,
		       "truncated");
	}
	expect(move(CALL_WRITE, e.a.fd, big, 1000, 0), 1000, "write");
	expect(move(CALL_READ, e.b.fd, buffer, 400, 0), 400, "truncated");
}

/* On TCP the flag throws bytes away: none of them comes to the buffer. */
static void thrown_away(void)
{
	static const enum call in[] = { CALL_RECVFROM, CALL_RECVMSG, CALL_RECVMMSG };
	struct iovec iov = { big + 100000, 300 };
	struct ends e;
	int i;

	ends_make(&e, "tcp4");
	truth_fill(big, 3000, e.a.fd, 0, 0);
	expect(move(CALL_WRITE, e.a.fd, big, 3000, 0), 3000, "write");
	for (i = 0; i < 3; i++) {
		struct mmsghdr message = { .msg_hdr.msg_iov = &iov, .msg_hdr.msg_iovlen = 1 };

		expect(move(in[i], e.b.fd, big, 700, 0), 700, "receive");
		if (i == 0)
			expect(recv(e.b.fd, big, 300, MSG_TRUNC), 300, "throw away");
		else if (i == 1)
			expect(recvmsg(e.b.fd, &message.msg_hdr, MSG_TRUNC), 300, "throw away");
		else
			expect(recvmmsg(e.b.fd, &message, 1, MSG_TRUNC, NULL), 1, "throw away");
	}
}

/* What is received overwrites the iovecs that say where it goes: nobody can find it afterwards. */
static void overwritten(void)
{
	static struct iovec iov[2];
	struct iovec copy[2] = { { iov, sizeof(iov) }, { big + 5000, 1000 } };
	struct ends e;

	ends_make(&e, "pair");
	truth_fill(big, 3000, e.a.fd, 0, 0);
	expect(move(CALL_WRITE, e.a.fd, big, 900, 0), 900, "write");
	memcpy(iov, copy, sizeof(iov));
	expect(readv(e.b.fd, iov, 2), 900, "readv");
	truth_moved(e.b.fd, DIRECTION_IN, copy, 2, 900);
	expect(move(CALL_WRITE, e.a.fd, big, 2000, 0), 2000, "write");
	expect(move(CALL_READV, e.b.fd, big, 3000, 0), 2000, "readv");
}

static void dontwait(void)
{
	char buffer[1000];
	struct ends e;

	ends_make(&e, "pair");
	truth_fill(big, 500, e.a.fd, 0, 0);
	expect(move(CALL_RECVFROM, e.b.fd, buffer, 1000, MSG_DONTWAIT), -EAGAIN, "nothing there");
	expect(move(CALL_RECVMSG, e.b.fd, buffer, 1000, MSG_DONTWAIT), -EAGAIN, "nothing there");
	expect(move(CALL_RECVMMSG, e.b.fd, buffer, 1000, MSG_DONTWAIT), -EAGAIN, "nothing there");
	expect(move(CALL_SENDTO, e.a.fd, big, 500, 0), 500, "send");
	expect(move(CALL_RECVFROM, e.b.fd, buffer, 1000, MSG_DONTWAIT), 500, "receive");
	close(e.a.fd);
	expect(move(CALL_RECVFROM, e.b.fd, buffer, 1000, 0), 0, "end of file");
	expect(move(CALL_RECVMSG, e.b.fd, buffer, 1000, 0), 0, "end of file");
}

static int drain_from;

static void on_alarm(int number)
{
	static char sink[65536];

	(void)number;
	if (drain_from >= 0 && read(drain_from, sink, sizeof(sink)) < 0)
		truth_die("drain");
}

static void alarm_soon(int drain, int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval soon = { .it_value.tv_usec = 5000 };

	drain_from = drain;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
}

/* Signals: a short write, a call that moves nothing, one that the kernel starts anew. */
static void interrupted(void)
{
	int reader = pipe_on_stdout(0);
	ssize_t r;

	truth_fill(big, sizeof(big), 1, 0, 0);
	alarm_soon(-1, 0);
	expect(move(CALL_WRITE, 1, big, 100000, 0), 65536, "a short write");
	alarm_soon(-1, 0);
	expect(move(CALL_WRITE, 1, big + 65536, 1000, 0), -EINTR, "a full pipe");
	alarm_soon(reader, SA_RESTART);
	expect(move(CALL_WRITE, 1, big + 65536, 2000, 0), 2000, "started anew");
	alarm_soon(-1, 0);
	r = move(CALL_WRITEV, 1, big + 67536, 100000, 0);
	expect(r > 0 && r < 100000, true, "a short write");
}

/* Calls that move nothing, then one byte. */
static void zero(void)
{
	pipe_on_stdout(0);
	expect(move(CALL_WRITE, 1, big, 0, 0), 0, "write");
	expect(move(CALL_WRITE, 1, NULL, 0, 0), 0, "write");
	expect(move(CALL_WRITEV, 1, big, 0, 0), 0, "writev");
	expect(move(CALL_WRITE, 5, big, 10, 0), -EBADF, "no such fd");
	expect(move(CALL_WRITE, 1, "x", 1, 0), 1, "write");
	expect(move(CALL_WRITE, 1, big, 0, 0), 0, "write");
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "eagain", eagain },
	{ "eagain-socket", eagain_socket },
	{ "epipe", epipe },
	{ "efault", efault },
	{ "fault-null", fault_null },
	{ "peek", peek },
	{ "trunc", truncated },
	{ "dontwait", dontwait },
	{ "thrown-away", thrown_away },
	{ "overwritten", overwritten },
	{ "interrupted", interrupted },
	{ "zero", zero },
};

int main(int argc, char **argv)
{
	size_t i;

	truth_start();
	for (i = 0; argc == 2 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	}
	errno = EINVAL;
	truth_die("usage: edge CASE");
}
