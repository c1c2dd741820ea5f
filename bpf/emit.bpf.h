/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only file that touches the rings.
 *
 * Life records are small and of fixed size; one that does not fit is counted in
 * lost_events. Chunks are copied from user memory straight into the data ring:
 * a record is reserved in one of eleven sizes (the verifier wants a constant),
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
#define EINVAL 22

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
	if (state == READER_NAPPING &&
	    bpf_ringbuf_query(&data_ring, BPF_RB_AVAIL_DATA) < conf_ring_mark)
		return BPF_RB_NO_WAKEUP;
	*(volatile __u32 *)&reader_state = READER_AWAKE;
	return BPF_RB_FORCE_WAKEUP;
}

/*
 * A function that the verifier checks once, by itself, and not again in each place that calls it (without this
 * the paths multiply). Its pointers may be NULL as far as the verifier knows.
 */
#define CHECKED_ONCE __attribute__((noinline))

#define life_reserve(type_)                                                                       \
	({                                                                                        \
		void *record_ = bpf_ringbuf_reserve(&life_ring, sizeof(type_), 0);                \
		if (!record_)                                                                     \
			__sync_fetch_and_add(&lost_events, 1);                                    \
		(type_ *)record_;                                                                 \
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

/* What goes into the head of a chunk or of a part of a text; see struct call. */
struct piece {
	__u64 base;		/* user address */
	__u64 offset;
	__u64 time;
	__u32 id;		/* stream, or text */
	__u32 tid;
	__u32 process;
	__u16 text;		/* 0: a chunk; else enum wire_text_kind */
	__u16 flags;
};

static __always_inline int emit_sized(const struct piece *p, __u32 length, const __u32 room)
{
	/* Both records have the same size; which one it is, its first field tells. */
	struct wire_chunk *chunk = bpf_ringbuf_reserve(&data_ring, sizeof(*chunk) + room, 0);
	struct wire_text *text = (void *)chunk;

	if (!chunk)
		return -EAGAIN;
	if (bpf_probe_read_user(chunk->data, length, (void *)p->base)) {
		bpf_ringbuf_discard(chunk, BPF_RB_NO_WAKEUP);
		return -EFAULT;
	}
	chunk->head.length = length;
	chunk->head.flags = p->flags;
	if (!p->text) {
		chunk->head.type = WIRE_CHUNK;
		chunk->time = p->time;
		chunk->offset = p->offset;
		chunk->stream = p->id;
		chunk->tid = p->tid;
	} else {
		text->head.type = WIRE_TEXT;
		text->id = p->id;
		text->kind = p->text;
		text->offset = p->offset;
		text->process = p->process;
		text->pad = 0;
	}
	bpf_ringbuf_submit(chunk, wake_flags());
	return 0;
}

/*
 * Sends `length` bytes (1 to WIRE_CHUNK_MAX) of user memory. -EAGAIN: no room on the ring; -EFAULT: not
 * all of it could be read without sleeping, nothing was sent.
 */
CHECKED_ONCE int emit_piece(const struct piece *p, __u32 length)
{
	if (!p)
		return -EINVAL;
	if (length == 0)
		return 0;
	barrier_var(length);
#define EMIT_UP_TO(room)                                                                          \
	if (length <= (room))                                                                     \
		return emit_sized(p, length, room);
	EMIT_UP_TO(64)
	EMIT_UP_TO(128)
	EMIT_UP_TO(256)
	EMIT_UP_TO(512)
	EMIT_UP_TO(1024)
	EMIT_UP_TO(2048)
	EMIT_UP_TO(4096)
	EMIT_UP_TO(8192)
	EMIT_UP_TO(16384)
	EMIT_UP_TO(32768)
	EMIT_UP_TO(65536)
#undef EMIT_UP_TO
	return -EINVAL;
}

_Static_assert(WIRE_CHUNK_MAX == 65536, "the largest class of emit_piece()");
_Static_assert(sizeof(struct wire_chunk) == sizeof(struct wire_text), "emit_sized()");

#endif
