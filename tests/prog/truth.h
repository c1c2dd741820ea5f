/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test program really moved, told by itself: return values and contents
 * go into files of the directory $IOTAP_TRUTH, for tests/capture/compare.
 *
 * Without that variable nothing is told and the program works all the same. The
 * files have descriptors of 200 and above, close-on-exec, and are no sockets: a
 * capture of stdout, stderr, stdin and sockets does not see them. Works in threads,
 * forked and vforked children. What it is told of a call stands in one write(2).
 *
 *   PID.here                    a process that tells the truth: it has no other streams
 *   PID.FD.in.GENERATION        the bytes that moved, in order; or ...
 *   PID.FD.in.GENERATION.calls.TID   ... whole calls: uint64_t length, bytes
 *   died                        why a program gave up: a sentence that begins with its pid
 *   PID.FD.GENERATION.name      kind, newline, name of what the fd points at
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/uio.h>

#include "words.h"

#define TRUTH_FD 200 /* from there on fds are the truth's own */

/* Call it first. */
void truth_start(void);

/* A call moved `bytes` bytes from or to iov, in order. */
void truth_moved(int fd, enum direction direction, const struct iovec *iov, size_t n, size_t bytes);

/* The same for calls that may overlap with others on the same open file. */
void truth_moved_call(int fd, enum direction direction, const struct iovec *iov, size_t n,
		      size_t bytes);

/* From now on another open file is under that number. Lives on after exec. */
void truth_reopened(int fd);

/* What the recorder must say about the fd. */
void truth_name(int fd, const char *kind, const char *name);

/* A file of that name in the truth directory with that content; for truths of other kinds. */
void truth_note(const char *name, const void *data, size_t size);

/*
 * Bytes that look different at each position, for each process, fd and seed: what is
 * shifted, doubled, swapped or zeroed does not go unnoticed.
 */
void truth_fill(void *buffer, size_t size, int fd, uint64_t seed, uint64_t position);

/* One sentence on stderr, status 99. */
noreturn void truth_die(const char *what);

#endif
