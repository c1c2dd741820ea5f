/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * onto FD KIND COMMAND...: runs COMMAND with FD on something new of that kind, read to
 * its end by a child where somebody has to read.
 *
 * KIND: null, file=PATH, append=PATH, pipe, pty, or a kind of ends.h. The child tells the truth
 * of what it receives from a socket; pipes and terminals are read in silence.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "ends.h"
#include "truth.h"

struct target {
	int fd, reader; /* reader: -1 when nobody has to */
	enum call call; /* how it is read; CALL_COUNT: in silence */
	const char *kind;
	char name[4096];
};

static void open_file(struct target *t, const char *path, int flags)
{
	t->fd = open(path, O_RDWR | O_CREAT | flags, 0666);
	if (t->fd < 0 || !realpath(path, t->name))
		truth_die(path);
	t->kind = strcmp(path, "/dev/null") != 0 ? "file" : "char";
}

static void open_target(struct target *t, const char *kind)
{
	struct ends e;
	struct stat st;
	int fds[2];

	if (!strcmp(kind, "null")) {
		open_file(t, "/dev/null", 0);
	} else if (!strncmp(kind, "file=", 5)) {
		open_file(t, kind + 5, O_TRUNC);
	} else if (!strncmp(kind, "append=", 7)) {
		open_file(t, kind + 7, O_APPEND);
	} else if (!strcmp(kind, "pipe")) {
		if (pipe(fds))
			truth_die("pipe");
		t->fd = fds[1];
		t->reader = fds[0];
		t->kind = "pipe";
		if (fstat(t->fd, &st))
			truth_die("fstat");
		snprintf(t->name, sizeof(t->name), "pipe:[%lu]", (unsigned long)st.st_ino);
	} else if (!strcmp(kind, "pty")) {
		if (openpty(&t->reader, &t->fd, NULL, NULL, NULL))
			truth_die("openpty");
		if (ttyname_r(t->fd, t->name, sizeof(t->name)))
			truth_die("ttyname");
		t->kind = "tty";
	} else {
		ends_make(&e, kind);
		t->fd = e.a.fd;
		t->reader = e.b.fd;
		t->call = CALL_READ;
		t->kind = "socket";
		strcpy(t->name, e.a.name);
	}
}

static void drain(const struct target *t)
{
	struct call_how how = { 0 };
	char buffer[65536];
	struct iovec iov = { buffer, sizeof(buffer) };

	if (t->call == CALL_COUNT)
		while (read(t->reader, buffer, sizeof(buffer)) > 0)
			;
	else
		while (call_make(t->call, t->reader, &iov, 1, &how) > 0)
			;
}

int main(int argc, char **argv)
{
	struct target t = { .fd = -1, .reader = -1, .call = CALL_COUNT };
	int fd;

	truth_start();
	if (argc < 4)
		truth_die("usage: onto FD KIND COMMAND...");
	fd = atoi(argv[1]);
	open_target(&t, argv[2]);
	if (t.reader >= 0) {
		switch (fork()) {
		case -1:
			truth_die("fork");
		case 0:
			close(t.fd);
			drain(&t);
			_exit(0);
		}
		close(t.reader);
	}
	if (dup2(t.fd, fd) != fd)
		truth_die("dup2");
	if (t.fd != fd)
		close(t.fd);
	truth_reopened(fd);
	truth_name(fd, t.kind, t.name);
	execvp(argv[3], argv + 3);
	truth_die(argv[3]);
}
