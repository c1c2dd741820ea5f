/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only file that touches the rings.
 *
 * Life records are small and of fixed size; one that does not fit is counted in
 * lost_events. Chunks are copied from user memory straight into the data ring:
 * a record is reserved in one of eight sizes (the verifier wants a constant),
 * filled without sleeping, and submitted. Nothing sleeps between reserve and submit.
 */
#ifndef IOTAP_EMIT_BPF_H
#define IOTAP_EMIT_BPF_H

#include "bpf/config.bpf.h"
#include "bpf/kernel.h"
#include "bpf/maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define EAGAIN 11
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define ENOSYS 38

/*
 * From Linux 6.2 an address can be read through as if it were a typed pointer: a plain load, where
 * bpf_probe_read_kernel() is a call.
 */
extern void *bpf_rdonly_cast(const void *address, __u32 type_id) __ksym __weak;

#define typed(address, type)                                                                       \
	((type *)bpf_rdonly_cast((void *)(address), bpf_core_type_id_kernel(type)))

/*
 * The task for plain loads. Through the trusted pointer itself each load of a pointer makes the
 * verifier look four names up in the kernel's BTF, which is not sorted: that was a quarter of the
 * time to start.
 */
static __always_inline struct task_struct *plain(struct task_struct *task)
{
	return conf_typed ? typed(task, struct task_struct) : task;
}

/*
 * The flags of a submit: whether the reader is to be woken. It sets reader_state before it
 * naps or sleeps; the first one who sees that resets it and wakes, so a wake-up (2 us) is paid
 * once and not at every record.
 */
static __always_inline __u64 wake_flags(void)
{
	__u32 state = *(volatile __u32 *)&reader_state;

	if (state == READER_AWAKE)
		return BPF_RB_NO_WAKEUP;
	if (state == READER_NAPPING && !*(volatile __u32 *)&life_pressed &&
	    bpf_ringbuf_query(&data_ring, BPF_RB_AVAIL_DATA) < conf_ring_mark)
		return BPF_RB_NO_WAKEUP;
	*(volatile __u32 *)&reader_state = READER_AWAKE;
	return BPF_RB_FORCE_WAKEUP;
}

/*
 * A function that the verifier checks once, by itself, and not again in each place that calls it
 * (without this the paths multiply). Its pointers may be NULL as far as the verifier knows.
 */
#define CHECKED_ONCE __attribute__((noinline))

/*
 * An exit cannot wait, so room is kept for it: from LIFE_MARK on every tapped task waits at the end
 * of its next system call (wait.bpf.h) until the reader has caught up.
 */
#define life_reserve(type_)                                                                        \
	({                                                                                         \
		void *record_;                                                                     \
		if (bpf_ringbuf_query(&life_ring, BPF_RB_AVAIL_DATA) > LIFE_MARK)                  \
			*(volatile __u32 *)&life_pressed = 1;                                      \
		record_ = bpf_ringbuf_reserve(&life_ring, sizeof(type_), 0);                       \
		if (!record_)                                                                      \
			__sync_fetch_and_add(&lost_events, 1);                                     \
		(type_ *)record_;                                                                  \
	})

static __always_inline void life_head(struct wire_head *head, __u16 type)
{
	head->type = type;
	head->flags = 0;
	head->length = 0;
}

static __always_inline void life_submit(void *record)
{
	bpf_ringbuf_submit(record, wake_flags());
}

/* Wakes the reader without a record: a writer needs room. */
static __always_inline void kick_reader(void)
{
	__u64 *record;

	if (*(volatile __u32 *)&reader_state == READER_AWAKE)
		return;
	record = bpf_ringbuf_reserve(&life_ring, sizeof(*record), 0);
	if (!record)
		return;
	*(volatile __u32 *)&reader_state = READER_AWAKE;
	bpf_ringbuf_discard(record, BPF_RB_FORCE_WAKEUP);
}

/* The record that was to carry the wake-up did not fit. */
static __always_inline void wake_all_the_same(__u64 flags)
{
	if (flags != BPF_RB_FORCE_WAKEUP)
		return;
	*(volatile __u32 *)&reader_state = READER_SLEEPING;
	kick_reader();
}

CHECKED_ONCE int emit_hole(__u32 stream, __u32 cause, __u64 offset, __u64 length)
{
	struct wire_hole *hole = life_reserve(struct wire_hole);

	if (!hole)
		return -EAGAIN;
	life_head(&hole->head, WIRE_HOLE);
	hole->time = bpf_ktime_get_boot_ns();
	hole->offset = offset;
	hole->length = length;
	hole->stream = stream;
	hole->cause = cause;
	life_submit(hole);
	return 0;
}

CHECKED_ONCE int emit_close(__u32 stream, __u64 length)
{
	struct wire_close *record = life_reserve(struct wire_close);

	if (!record)
		return -EAGAIN;
	life_head(&record->head, WIRE_CLOSE);
	record->time = bpf_ktime_get_boot_ns();
	record->length = length;
	record->stream = stream;
	record->pad = 0;
	life_submit(record);
	return 0;
}

/*
 * A chunk or a part of a text on its way to the ring. Both have the same size and the data at the
 * same place, so the four words behind the head are all that differs.
 */
struct piece {
	__u64 base; /* user address */
	__u64 words[4];
	__u16 type;
	__u16 flags;
	__u32 pad;
};

static __always_inline void piece_of_stream(struct piece *p, const struct call *c)
{
	p->type = WIRE_CHUNK;
	p->words[0] = c->time;
	p->words[1] = c->offset;
	p->words[2] = c->id | (__u64)c->tid << 32;
	p->words[3] = c->entered;
}

static __always_inline void piece_of_text(struct piece *p, const struct call *c)
{
	p->type = WIRE_TEXT;
	p->words[0] = c->id | (__u64)c->text << 32;
	p->words[1] = c->offset;
	p->words[2] = c->process;
	p->words[3] = 0;
}

struct record {
	struct wire_head head;
	__u64 words[4];
	__u8 data[];
};

_Static_assert(sizeof(struct record) == sizeof(struct wire_chunk), "piece_of_stream()");
_Static_assert(__builtin_offsetof(struct wire_chunk, time) == 8, "piece_of_stream()");
_Static_assert(__builtin_offsetof(struct wire_chunk, offset) == 16, "piece_of_stream()");
_Static_assert(__builtin_offsetof(struct wire_chunk, stream) == 24, "piece_of_stream()");
_Static_assert(__builtin_offsetof(struct wire_chunk, entered) == 32, "piece_of_stream()");
_Static_assert(sizeof(struct record) == sizeof(struct wire_text), "piece_of_text()");
_Static_assert(__builtin_offsetof(struct wire_text, id) == 8, "piece_of_text()");
_Static_assert(__builtin_offsetof(struct wire_text, offset) == 16, "piece_of_text()");
_Static_assert(__builtin_offsetof(struct wire_text, process) == 24, "piece_of_text()");

static __always_inline int emit_sized(const struct piece *p, __u32 length, __u64 wake,
				      const __u32 room)
{
	struct record *r = bpf_ringbuf_reserve(&data_ring, sizeof(*r) + room, 0);

	if (!r)
		return -EAGAIN;
	if (bpf_probe_read_user(r->data, length, (void *)p->base)) {
		bpf_ringbuf_discard(r, wake);
		return -EFAULT;
	}
	r->head.type = p->type;
	r->head.flags = p->flags;
	r->head.length = length;
	r->words[0] = p->words[0];
	r->words[1] = p->words[1];
	r->words[2] = p->words[2];
	r->words[3] = p->words[3];
	bpf_ringbuf_submit(r, wake);
	return 0;
}

/*
 * Sends `length` bytes (1 to WIRE_CHUNK_MAX) of user memory. -EAGAIN: no room on the ring; -EFAULT:
 * not all of it could be read without sleeping, nothing was sent.
 */
CHECKED_ONCE int emit_piece(const struct piece *p, __u32 length)
{
	__u64 wake;
	int err = -EINVAL;

	if (!p)
		return -EINVAL;
	if (length == 0)
		return 0;
	/* The tree drops until the ring is empty: it never would be if some went on filling it. */
	if (conf_wait && *(volatile __u32 *)&stalled)
		return -EAGAIN;
	wake = wake_flags();
	barrier_var(length);
#define EMIT_UP_TO(room)                                                                           \
	if (length <= (room)) {                                                                    \
		err = emit_sized(p, length, wake, room);                                           \
		goto done;                                                                         \
	}
	EMIT_UP_TO(64)
	EMIT_UP_TO(256)
	EMIT_UP_TO(1024)
	EMIT_UP_TO(4096)
	EMIT_UP_TO(8192)
	EMIT_UP_TO(16384)
	EMIT_UP_TO(32768)
	EMIT_UP_TO(65536)
#undef EMIT_UP_TO
done:
	if (err == -EAGAIN)
		wake_all_the_same(wake);
	return err;
}

_Static_assert(WIRE_CHUNK_MAX == 65536, "the largest class of emit_piece()");

#endif
