/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random calls of soak: which call, how long, from or to what kind of memory. See soak.h.
 */
#define _GNU_SOURCE
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "truth.h"

#define PAGE 4096
#define PIECES 1000 /* the truth needs room for more in one call */

struct uncounted uncounted;

size_t random_length(struct chance *c)
{
	size_t edge;

	switch (chance_below(c, 16)) {
	case 0:
		return 0;
	case 1:
	case 2:
		return 1;
	case 3:
	case 4:
		edge = (size_t)1 << chance_below(c, 18);
		break;
	case 5:
	case 6:
		edge = PAGE * (1 + chance_below(c, 20));
		break;
	case 7:
		edge = 65536 * (1 + chance_below(c, 6));
		break;
	case 8:
		if (chance_in(c, 6))
			return chance_below(c, 3 << 20);
		return chance_below(c, 200000);
	default:
		return 1 + chance_below(c, 300);
	}
	return edge - 1 + chance_below(c, 3);
}

/* Memory that nobody has touched: zeros, or the program's own file. */
static void *fresh_memory(struct chance *c, bool out, size_t *length)
{
	static const char *const self = "/proc/self/exe";
	struct stat st;
	void *memory;
	int fd = -1;

	if (out && chance_in(c, 2)) {
		fd = open(self, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st))
			truth_die(self);
		if (*length > (size_t)st.st_size)
			*length = (size_t)st.st_size;
	}
	memory = mmap(NULL, *length + 1, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (memory == MAP_FAILED)
		truth_die("mmap");
	if (fd >= 0)
		close(fd);
	return memory;
}

/* Splits one piece of memory; some of the parts may be empty. */
static size_t split(struct chance *c, void *memory, size_t length, struct iovec *iov, size_t n)
{
	char *at = memory;
	size_t i, size;

	for (i = 0; i < n; i++) {
		size = i + 1 == n ? length : chance_below(c, length + 1);
		iov[i] = (struct iovec){ at, size };
		at += size;
		length -= size;
	}
	return n;
}

static enum call random_call(struct chance *c, enum what what)
{
	static const enum call plain[] = { CALL_WRITE, CALL_WRITEV, CALL_READ,	   CALL_READV,
					   CALL_WRITE, CALL_READ,   CALL_PWRITEV2, CALL_PREADV2 };
	static const enum call socket[] = { CALL_SENDTO,   CALL_SENDMSG, CALL_SENDMMSG,
					    CALL_RECVFROM, CALL_RECVMSG, CALL_RECVMMSG };

	if (chance_in(c, 5))
		return (enum call)chance_below(c, CALL_COUNT);
	switch (what) {
	case PIPE_IN:
		return chance_in(c, 2) ? CALL_READ : CALL_READV;
	case PIPE_OUT:
		return chance_in(c, 2) ? CALL_WRITE : CALL_WRITEV;
	case STREAM_SOCKET:
	case MESSAGE_SOCKET:
		if (!chance_in(c, 3))
			return socket[chance_below(c, 6)];
		/* fall through */
	default:
		return plain[chance_below(c, 8)];
	}
}

static void random_how(struct chance *c, enum call call, enum what what, struct call_how *how)
{
	bool at = call == CALL_PWRITE64 || call == CALL_PREAD64 || call == CALL_PWRITEV ||
		  call == CALL_PREADV;

	how->concurrent = true;
	if (call == CALL_PWRITEV2 || call == CALL_PREADV2) {
		at = chance_in(c, 2);
		how->offset = -1;
		return;
	}
	if (at)
		how->offset = (off_t)chance_below(c, 300000);
	if (call >= CALL_READ && chance_in(c, 5))
		how->flags |= MSG_PEEK;
	if (call >= CALL_READ && what == MESSAGE_SOCKET && chance_in(c, 4))
		how->flags |= MSG_TRUNC;
	how->flags |= MSG_NOSIGNAL | MSG_DONTWAIT;
	if (call_has_messages(call))
		how->messages = 1 + chance_below(c, chance_in(c, 4) ? 200 : 4);
}

static void make(struct chance *c, int fd, enum call call, const struct iovec *iov, size_t n)
{
	struct call_how how = { 0 };

	random_how(c, call, fd < SLOTS ? slots[fd].what : NOTHING, &how);
	call_make(call, fd, iov, n, &how);
	if (call >= CALL_SENDTO && call <= CALL_SENDMMSG)
		__atomic_add_fetch(&uncounted.out, how.told, __ATOMIC_RELAXED);
	if (call >= CALL_RECVFROM)
		__atomic_add_fetch(&uncounted.in, how.told, __ATOMIC_RELAXED);
}

void move_something(struct chance *c, int fd)
{
	enum what what = fd < SLOTS ? slots[fd].what : NOTHING;
	enum call call = random_call(c, what);
	size_t length = random_length(c), n = 1, gone = 0;
	struct iovec iov[8];
	struct vector v;
	char *memory;

	if (!chance_in(c, 3)) {
		if (call_has_vector(call))
			n = chance_in(c, 6) ? 1 + chance_below(c, PIECES) : 1 + chance_below(c, 9);
		vector_make(&v, length, n);
		if (call_is_out(call))
			vector_fill(&v, fd, chance_next(c));
		make(c, fd, call, v.iov, v.n);
		vector_free(&v);
		return;
	}
	memory = fresh_memory(c, call_is_out(call), &length);
	/* The end of the buffer is not there: fewer bytes move, but where nobody looks at them. */
	if (length > 2 * PAGE && what != IGNORES && what != MESSAGE_SOCKET && chance_in(c, 3)) {
		gone = (length / 2) & ~(size_t)(PAGE - 1);
		munmap(memory + gone, length + 1 - gone);
	}
	if (call_has_vector(call))
		n = 1 + chance_below(c, 8);
	make(c, fd, call, iov, split(c, memory, length, iov, n));
	munmap(memory, gone ? gone : length + 1);
}
