/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading end of a BPF ring buffer, by its mmap()ed pages (layout: kernel/bpf/ringbuf.c, Linux
 * 5.8).
 *
 * libbpf's own reader gives a record's memory back as soon as its callback returns. Here the
 * records of a batch stay where they are until ring_release(), so that they can be written to disk
 * straight from the ring.
 */
#ifndef IOTAP_RING_H
#define IOTAP_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_RECORD_MAX (128u << 10) /* no record is longer, with its header */

struct ring {
	uint64_t *consumer;	  /* page shared with the kernel: what has been given back */
	const uint64_t *producer; /* page shared with the kernel: what has been reserved */
	const uint8_t *data;	  /* the ring, mapped on behind its end: records never wrap */
	size_t size;		  /* bytes, a power of two */
	uint64_t at;		  /* position of the next record to hand over */
};

/* Maps the ring behind the fd of a BPF_MAP_TYPE_RINGBUF of that size. 0 or negative errno. */
int ring_open(struct ring *r, int map_fd, size_t size);
void ring_close(struct ring *r); /* a ring that was zeroed or closed is fine */

/* The position behind the last record that has been reserved so far. */
uint64_t ring_end(const struct ring *r);

/*
 * The next record before position `end`: true with its memory, which stays until ring_release().
 * False: none, or its writer has not submitted it.
 */
bool ring_next(struct ring *r, uint64_t end, const void **ret_record, size_t *ret_size);

/* Gives the memory of all records that were handed over back to the kernel side. */
void ring_release(struct ring *r);

/* Bytes that were reserved and not given back. */
size_t ring_used(const struct ring *r);

#endif
