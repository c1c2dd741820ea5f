/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that move bytes, by name, each made as it is (no library
 * call between) and its result told to the truth.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

enum call {
	CALL_WRITE,
	CALL_PWRITE64,
	CALL_WRITEV,
	CALL_PWRITEV,
	CALL_PWRITEV2,
	CALL_SENDTO,
	CALL_SENDMSG,
	CALL_SENDMMSG,
	CALL_READ,
	CALL_PREAD64,
	CALL_READV,
	CALL_PREADV,
	CALL_PREADV2,
	CALL_RECVFROM,
	CALL_RECVMSG,
	CALL_RECVMMSG,
	CALL_COUNT
};

#define CALL_MESSAGES 1024 /* of one sendmmsg or recvmmsg, at most */

/* What else a call takes; all zero is fine. */
struct call_how {
	off_t offset;		   /* of pread, pwrite and their like; -1: the file's own */
	int flags;		   /* MSG_ or RWF_ */
	const struct sockaddr *to; /* of sendto and its like */
	socklen_t to_length;
	size_t messages; /* of the mmsg calls: the iovecs are dealt out evenly; 0: 1 */
	bool concurrent; /* tell whole calls */
	unsigned got;	 /* set: messages that moved */
	size_t told;	 /* grows by the bytes that the truth was told */
};

/* Dies when there is none of that name. */
enum call call_find(const char *name);

bool call_is_out(enum call c);
bool call_has_vector(enum call c);
bool call_has_messages(enum call c);

/*
 * Makes the call once; calls without a vector take iov[0]. Returns the bytes that moved or negative
 * errno. MSG_PEEK moves nothing for the truth; of a longer return than the buffer (MSG_TRUNC) only
 * the buffer counts.
 */
ssize_t call_make(enum call c, int fd, const struct iovec *iov, size_t n, struct call_how *how);

/* Memory of `length` bytes in pieces that do not stand in order in memory. */
struct vector {
	void *memory;
	struct iovec *iov;
	size_t n;
	size_t length;
};

/* With 7 pieces the first, the fourth and the last one are empty. */
void vector_make(struct vector *v, size_t length, size_t pieces);
void vector_fill(struct vector *v, int fd, uint64_t position);
void vector_free(struct vector *v);

/* The shapes that a length is tried in: 1, 7 and 1024 pieces; ends with 0. */
const size_t *vector_shapes(enum call c, size_t length);

/* Takes the first `bytes` away from iov; returns how many iovecs are left, from *iov on. */
size_t iov_skip(struct iovec **iov, size_t n, size_t bytes);

/* Moves all of v, with as many calls as it takes. */
void call_put_all(enum call c, int fd, struct vector *v, struct call_how *how);

/* "257", "64K", "33M" */
size_t parse_length(const char *text);

#endif
