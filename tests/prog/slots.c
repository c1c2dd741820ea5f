/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fds of soak point at: opened, closed, duplicated over, reopened at random. See soak.h.
 */
#define _GNU_SOURCE
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "ends.h"
#include "truth.h"

#define HELD_FROM 41 /* behind the slots, below what the truth uses */

struct slot slots[SLOTS];

static const char *const kind_of[WHAT_COUNT] = {
	[IGNORES] = "char",  [REGULAR] = "file",	 [PIPE_IN] = "pipe",
	[PIPE_OUT] = "pipe", [STREAM_SOCKET] = "socket", [MESSAGE_SOCKET] = "socket",
};

/* The open file behind `raw` is under the number fd from now on. */
static void settle(struct chance *c, int raw, int fd, enum what what, bool threaded)
{
	bool closes = chance_in(c, 4);

	fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK);
	if (raw == fd) {
		fcntl(fd, F_SETFD, closes ? FD_CLOEXEC : 0);
	} else {
		if (dup3(raw, fd, closes ? O_CLOEXEC : 0) != fd)
			truth_die("dup3");
		close(raw);
	}
	slots[fd] = (struct slot){ .what = (uint8_t)what, .closes = closes };
	truth_reopened(fd);
	if (!threaded && kind_of[what])
		truth_name(fd, kind_of[what], "");
}

static int open_one(struct chance *c, enum what *ret_what)
{
	static const char *const devices[] = { "/dev/null", "/dev/null", "/dev/null", "/dev/zero" };
	static const int modes[] = { 0, 0, O_APPEND, O_TRUNC };
	char path[32];
	int fd;

	*ret_what = chance_in(c, 2) ? IGNORES : REGULAR;
	snprintf(path, sizeof(path), "soak.%zu", chance_below(c, 6));
	fd = *ret_what == IGNORES ? open(devices[chance_below(c, 4)], O_RDWR)
				  : open(path, O_RDWR | O_CREAT | modes[chance_below(c, 4)], 0600);
	if (fd < 0)
		truth_die(path);
	return fd;
}

/* Two ends that are connected. Those with paths of their own are not for threads. */
static void open_two(struct chance *c, bool threaded, int fds[2], enum what whats[2])
{
	static const char *const kinds[] = {
		"pair", "tcp4", "pair-seqpacket", "pair-dgram", "tcp6",		  "udp4",
		"udp6", "unix", "unix-abstract",  "unix-dgram", "unix-seqpacket",
	};
	struct termios raw;
	struct ends e;

	switch (chance_below(c, 4)) {
	case 0:
		if (pipe(fds))
			truth_die("pipe");
		whats[0] = PIPE_IN;
		whats[1] = PIPE_OUT;
		if (chance_in(c, 4))
			fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
		return;
	case 1:
		if (threaded)
			break;
		if (openpty(&fds[0], &fds[1], NULL, NULL, NULL))
			truth_die("openpty");
		whats[0] = whats[1] = TERMINAL;
		if (chance_in(c, 2) && !tcgetattr(fds[1], &raw)) {
			cfmakeraw(&raw);
			tcsetattr(fds[1], TCSANOW, &raw);
		}
		return;
	}
	ends_make(&e, kinds[chance_below(c, threaded ? 4 : sizeof(kinds) / sizeof(*kinds))]);
	fds[0] = e.a.fd;
	fds[1] = e.b.fd;
	whats[0] = whats[1] = e.datagrams ? MESSAGE_SOCKET : STREAM_SOCKET;
}

void slot_fill(struct chance *c, int a, int b, bool threaded)
{
	enum what whats[2];
	int fds[2], clear;

	if (chance_in(c, 2)) {
		fds[0] = open_one(c, &whats[0]);
		settle(c, fds[0], a, whats[0], threaded);
		return;
	}
	open_two(c, threaded, fds, whats);
	/* Neither end may lie where the other one is to go. */
	clear = fcntl(fds[1], F_DUPFD_CLOEXEC, SLOTS);
	if (clear < 0)
		truth_die("no fd");
	close(fds[1]);
	settle(c, fds[0], a, whats[0], threaded);
	if (b < 0 || b == a)
		close(clear);
	else
		settle(c, clear, b, whats[1], threaded);
}

void slot_close(int fd)
{
	close(fd);
	slots[fd].what = NOTHING;
}

void slot_close_range(struct chance *c)
{
	unsigned first = 3 + (unsigned)chance_below(c, SLOTS - 3);
	unsigned last = first + (unsigned)chance_below(c, SLOTS - first);
	unsigned flags = chance_in(c, 3) ? CLOSE_RANGE_CLOEXEC : 0;

	if (syscall(SYS_close_range, first, last, flags))
		truth_die("close_range");
	for (; first <= last; first++) {
		if (flags)
			slots[first].closes = true;
		else
			slots[first].what = NOTHING;
	}
}

void slot_duplicate(struct chance *c, int from, int to, bool threaded)
{
	int r;

	if (slots[from].what == NOTHING || from == to)
		return;
	switch (chance_below(c, threaded ? 2 : 3)) {
	case 0:
		r = dup2(from, to);
		slots[to].closes = false;
		break;
	case 1:
		r = dup3(from, to, O_CLOEXEC);
		slots[to].closes = true;
		break;
	default:
		close(to);
		r = fcntl(from, F_DUPFD, to);
		if (r != to && r >= 0)
			close(r);
		slots[to].closes = false;
		if (r == to)
			break;
		slots[to].what = NOTHING;
		return;
	}
	if (r != to)
		truth_die("dup");
	slots[to].what = slots[from].what;
	truth_reopened(to);
}

void slot_reopen(struct chance *c, int fd)
{
	enum what what;
	int raw;

	slot_close(fd);
	raw = open_one(c, &what);
	if (raw < SLOTS)
		settle(c, raw, raw, what, false);
	else
		close(raw);
}

void slots_hold(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_PATH | O_CLOEXEC);
		if (fd < 0)
			truth_die("/dev/null");
	} while (fd < HELD_FROM);
	close(fd);
}

void slots_let_go(void)
{
	for (int fd = 0; fd <= HELD_FROM; fd++)
		if (fd >= SLOTS || slots[fd].what == NOTHING)
			close(fd);
}

void slots_to_text(char *text)
{
	for (int i = 0; i < SLOTS; i++)
		text[i] = (char)('a' + (slots[i].closes ? NOTHING : slots[i].what));
	text[SLOTS] = '\0';
}

void slots_from_text(const char *text)
{
	for (int i = 0; i < SLOTS && text[i]; i++)
		slots[i] = (struct slot){ .what = (uint8_t)(text[i] - 'a') };
}
