/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers that mean the same in the kernel, on the ring and on disk.
 *
 * Both compilers read this file. The lists only ever grow at their end: a
 * number that was once written to a disk keeps its meaning.
 */
#ifndef IOTAP_WORDS_H
#define IOTAP_WORDS_H

/* Which way the bytes of a stream go, seen from the process. */
enum direction {
	DIRECTION_IN = 0,  /* read, received */
	DIRECTION_OUT = 1, /* written, sent */
};

/* What a stream is to its process: by fd number, whatever the fd points at. */
enum role {
	ROLE_OTHER = 0,
	ROLE_STDIN = 1,	 /* fd 0, read */
	ROLE_STDOUT = 2, /* fd 1, written */
	ROLE_STDERR = 3, /* fd 2, written */
	ROLE_COUNT
};

/* What an fd points at, read in the kernel at the call. */
enum kind {
	KIND_OTHER = 0, /* eventfd, signalfd, directories ... */
	KIND_TTY = 1,
	KIND_PIPE = 2, /* pipe or FIFO */
	KIND_FILE = 3, /* regular file */
	KIND_CHAR = 4, /* character device that is not a terminal */
	KIND_BLOCK = 5,
	KIND_SOCKET = 6,
	KIND_COUNT
};

/* Why bytes are missing. */
enum cause {
	CAUSE_UNKNOWN = 0,   /* found missing at the end */
	CAUSE_RING_FULL = 1, /* the ring was full and the writer did not wait */
	CAUSE_FAULT = 2,     /* the buffer could not be read */
	CAUSE_KILLED = 3,    /* the writer was killed while it waited */
	CAUSE_STALLED = 4,   /* the recorder made no progress for too long */
	CAUSE_STORE = 5,     /* the disk did not take it */
	CAUSE_ARGUMENTS = 6, /* iovec or msghdr changed during the call */
	CAUSE_IN_KERNEL = 7, /* moved by sendfile, splice and their like: not a loss */
	CAUSE_COUNT
};

/* What of each kind is captured; one bit for each word of --capture. */
enum capture {
	CAPTURE_STDOUT = 1 << 0,
	CAPTURE_STDERR = 1 << 1,
	CAPTURE_STDIN = 1 << 2,
	CAPTURE_SOCKETS = 1 << 3,
	CAPTURE_PIPES = 1 << 4,
	CAPTURE_FILES = 1 << 5,
	CAPTURE_TTYS = 1 << 6,
	CAPTURE_OTHERS = 1 << 7, /* every other kind; only as a part of `all` */
};

#define CAPTURE_FDS 64 /* fd=N: N below this */

#endif
