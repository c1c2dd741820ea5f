/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unseen WAY: writes a line to fd 1 in a way that iotap-run notices and does not decode. In: fd 1.
 * Out: the line; status 77 when this kernel does not know the way.
 *
 * WAY: uring, sqpoll (io_uring with a thread of the kernel), aio, int80 (a call of i386).
 */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char line[] = "unseen\n";

#define SIZE (sizeof(line) - 1)
#define NOT_HERE 77

static void *map(int fd, size_t size, off_t what)
{
	void *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (memory == MAP_FAILED)
		exit(1);
	return memory;
}

static int by_uring(unsigned flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 5000 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, &p);
	volatile unsigned *done;
	struct io_uring_sqe *request;
	char *sq, *cq;

	if (fd < 0)
		return NOT_HERE;
	sq = map(fd, p.sq_off.array + p.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
	cq = map(fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		 IORING_OFF_CQ_RING);
	request = map(fd, p.sq_entries * sizeof(*request), IORING_OFF_SQES);
	*request = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE,
		.fd = 1,
		.addr = (uintptr_t)line,
		.len = SIZE,
		.off = (uint64_t)-1,
	};
	*(unsigned *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (!(flags & IORING_SETUP_SQPOLL) &&
	    syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
		return 1;
	done = (volatile unsigned *)(cq + p.cq_off.tail);
	for (int i = 0; i < 5000 && !*done; i++)
		usleep(1000);
	/* When the thread comes to it is its own affair: on a busy machine that takes seconds. */
	return !*done && !(flags & IORING_SETUP_SQPOLL);
}

static int by_aio(void)
{
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = 1,
		.aio_buf = (uintptr_t)line,
		.aio_nbytes = SIZE,
	};
	struct iocb *list = &request;
	struct io_event event;
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 1, &context) < 0)
		return NOT_HERE;
	return syscall(SYS_io_submit, context, 1, &list) != 1 ||
	       syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1;
}

static int by_int80(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long written;

	if (low == MAP_FAILED)
		return 1;
	memcpy(low, line, SIZE);
	/* 4 is write there. Without CONFIG_IA32_EMULATION it is a fault. */
	__asm__ volatile("int $0x80"
			 : "=a"(written)
			 : "0"(4L), "b"(1L), "c"(low), "d"(SIZE)
			 : "memory", "r8", "r9", "r10", "r11");
	return written != (long)SIZE;
}

int main(int argc, char **argv)
{
	const char *way = argc == 2 ? argv[1] : "";

	if (!strcmp(way, "uring"))
		return by_uring(0);
	if (!strcmp(way, "sqpoll"))
		return by_uring(IORING_SETUP_SQPOLL);
	if (!strcmp(way, "aio"))
		return by_aio();
	if (!strcmp(way, "int80"))
		return by_int80();
	fputs("usage: unseen uring|sqpoll|aio|int80\n", stderr);
	return 2;
}
