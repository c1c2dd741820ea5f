/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One table of calls and the three ways to make them: with one buffer, with a
 * vector, with messages. See calls.h.
 */
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "truth.h"

enum shape { BUFFER, BUFFER_AT, VECTOR, VECTOR_AT, VECTOR_AT_FLAGS, BUFFER_TO, MESSAGE, MESSAGES };

static const struct {
	const char *name;
	long number;
	bool out;
	enum shape shape;
} calls[CALL_COUNT] = {
	[CALL_WRITE] = { "write", SYS_write, true, BUFFER },
	[CALL_PWRITE64] = { "pwrite64", SYS_pwrite64, true, BUFFER_AT },
	[CALL_WRITEV] = { "writev", SYS_writev, true, VECTOR },
	[CALL_PWRITEV] = { "pwritev", SYS_pwritev, true, VECTOR_AT },
	[CALL_PWRITEV2] = { "pwritev2", SYS_pwritev2, true, VECTOR_AT_FLAGS },
	[CALL_SENDTO] = { "sendto", SYS_sendto, true, BUFFER_TO },
	[CALL_SENDMSG] = { "sendmsg", SYS_sendmsg, true, MESSAGE },
	[CALL_SENDMMSG] = { "sendmmsg", SYS_sendmmsg, true, MESSAGES },
	[CALL_READ] = { "read", SYS_read, false, BUFFER },
	[CALL_PREAD64] = { "pread64", SYS_pread64, false, BUFFER_AT },
	[CALL_READV] = { "readv", SYS_readv, false, VECTOR },
	[CALL_PREADV] = { "preadv", SYS_preadv, false, VECTOR_AT },
	[CALL_PREADV2] = { "preadv2", SYS_preadv2, false, VECTOR_AT_FLAGS },
	[CALL_RECVFROM] = { "recvfrom", SYS_recvfrom, false, BUFFER_TO },
	[CALL_RECVMSG] = { "recvmsg", SYS_recvmsg, false, MESSAGE },
	[CALL_RECVMMSG] = { "recvmmsg", SYS_recvmmsg, false, MESSAGES },
};

enum call call_find(const char *name)
{
	for (int c = 0; c < CALL_COUNT; c++)
		if (!strcmp(calls[c].name, name))
			return c;
	errno = EINVAL;
	truth_die(name);
}

bool call_is_out(enum call c)
{
	return calls[c].out;
}

bool call_has_vector(enum call c)
{
	return calls[c].shape != BUFFER && calls[c].shape != BUFFER_AT &&
	       calls[c].shape != BUFFER_TO;
}

bool call_has_messages(enum call c)
{
	return calls[c].shape == MESSAGES;
}

static void tell(enum call c, int fd, const struct iovec *iov, size_t n, size_t bytes,
		 struct call_how *how)
{
	enum direction direction = calls[c].out ? DIRECTION_OUT : DIRECTION_IN;
	size_t room = 0;

	if (how->flags & MSG_PEEK && calls[c].shape >= BUFFER_TO)
		return;
	for (size_t i = 0; i < n && room < bytes; i++)
		room += iov[i].iov_len;
	if (bytes > room)
		bytes = room; /* MSG_TRUNC */
	how->told += bytes;
	if (how->concurrent)
		truth_moved_call(fd, direction, iov, n, bytes);
	else
		truth_moved(fd, direction, iov, n, bytes);
}

static ssize_t make_messages(enum call c, int fd, const struct iovec *iov, size_t n,
			     struct call_how *how)
{
	size_t count = how->messages ? how->messages : 1;
	struct mmsghdr messages[CALL_MESSAGES] = { 0 };
	size_t i, begin, end;
	ssize_t sum = 0;
	long r;

	for (i = 0; i < count; i++) {
		begin = n * i / count;
		end = n * (i + 1) / count;
		messages[i].msg_hdr.msg_iov = (struct iovec *)iov + begin;
		messages[i].msg_hdr.msg_iovlen = end - begin;
		messages[i].msg_hdr.msg_name = (void *)how->to;
		messages[i].msg_hdr.msg_namelen = how->to_length;
	}
	r = syscall(calls[c].number, fd, messages, count, how->flags, NULL);
	if (r < 0)
		return -errno;
	for (i = 0; i < (size_t)r; i++) {
		begin = n * i / count;
		end = n * (i + 1) / count;
		tell(c, fd, iov + begin, end - begin, messages[i].msg_len, how);
		sum += messages[i].msg_len;
	}
	how->got = (unsigned)r;
	return sum;
}

ssize_t call_make(enum call c, int fd, const struct iovec *iov, size_t n, struct call_how *how)
{
	struct msghdr message = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = n,
		.msg_name = (void *)how->to,
		.msg_namelen = how->to_length,
	};
	long nr = calls[c].number, r = 0;

	switch (calls[c].shape) {
	case BUFFER:
		r = syscall(nr, fd, iov->iov_base, iov->iov_len);
		break;
	case BUFFER_AT:
		r = syscall(nr, fd, iov->iov_base, iov->iov_len, how->offset);
		break;
	case BUFFER_TO:
		r = syscall(nr, fd, iov->iov_base, iov->iov_len, how->flags, how->to,
			    calls[c].out ? how->to_length : 0);
		break;
	case VECTOR:
		r = syscall(nr, fd, iov, n);
		break;
	case VECTOR_AT:
		r = syscall(nr, fd, iov, n, how->offset, 0L);
		break;
	case VECTOR_AT_FLAGS:
		r = syscall(nr, fd, iov, n, how->offset, 0L, how->flags);
		break;
	case MESSAGE:
		r = syscall(nr, fd, &message, how->flags);
		break;
	case MESSAGES:
		return make_messages(c, fd, iov, n, how);
	}
	if (r < 0)
		return -errno;
	how->got = 1;
	tell(c, fd, iov, call_has_vector(c) ? n : 1, (size_t)r, how);
	return r;
}

void call_put_all(enum call c, int fd, struct vector *v, struct call_how *how)
{
	struct iovec *iov = v->iov;
	size_t n = v->n, left = v->length;
	ssize_t r;

	do {
		r = call_make(c, fd, iov, n, how);
		if (r < 0) {
			errno = (int)-r;
			truth_die(calls[c].name);
		}
		left -= (size_t)r;
		n = iov_skip(&iov, n, (size_t)r);
		if (how->offset >= 0)
			how->offset += r;
		if (how->messages > n)
			how->messages = n;
	} while (left);
}
