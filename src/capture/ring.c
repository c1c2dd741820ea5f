/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ring.h. */
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/ring.h"

#define RECORD_ALIGN 8

/*
 * The kernel maps the data twice in a row. Of the second time only as much is needed as a record
 * that begins at the very end can reach into: each page costs time, at the start and at the end.
 */
static size_t mapped_size(size_t size)
{
	return sysconf(_SC_PAGESIZE) + size + (size < RING_RECORD_MAX ? size : RING_RECORD_MAX);
}

int ring_open(struct ring *r, int map_fd, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint8_t *shared;

	*r = (struct ring){ .size = size };
	r->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (r->consumer == MAP_FAILED) {
		r->consumer = NULL;
		return -errno;
	}
	shared = mmap(NULL, mapped_size(size), PROT_READ, MAP_SHARED, map_fd, page);
	if (shared == MAP_FAILED) {
		int err = -errno;

		ring_close(r);
		return err;
	}
	r->producer = (const uint64_t *)shared;
	r->data = shared + page;
	r->at = __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE);
	return 0;
}

void ring_close(struct ring *r)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (r->producer)
		munmap((void *)r->producer, mapped_size(r->size));
	if (r->consumer)
		munmap(r->consumer, page);
	*r = (struct ring){ 0 };
}

uint64_t ring_end(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
}

bool ring_next(struct ring *r, uint64_t end, const void **ret_record, size_t *ret_size)
{
	while (r->at < end) {
		const uint8_t *slot = r->data + (r->at & (r->size - 1));
		uint32_t head = __atomic_load_n((const uint32_t *)slot, __ATOMIC_ACQUIRE);
		uint32_t length = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (head & BPF_RINGBUF_BUSY_BIT)
			return false;
		r->at += (length + BPF_RINGBUF_HDR_SZ + RECORD_ALIGN - 1) & ~(RECORD_ALIGN - 1ull);
		if (head & BPF_RINGBUF_DISCARD_BIT)
			continue;
		*ret_record = slot + BPF_RINGBUF_HDR_SZ;
		*ret_size = length;
		return true;
	}
	return false;
}

void ring_release(struct ring *r)
{
	__atomic_store_n(r->consumer, r->at, __ATOMIC_RELEASE);
}

size_t ring_used(const struct ring *r)
{
	return ring_end(r) - __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE);
}
