/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over the bytes of a call: one step sends one piece.
 *
 * The same step serves twice: in the tracepoint, where it stops at the first thing that would need
 * to sleep, and in the task on its way to user mode, where wait.bpf.h makes room or faults the page
 * in and steps on.
 */
#ifndef IOTAP_CALLS_BPF_H
#define IOTAP_CALLS_BPF_H

#include "bpf/fds.bpf.h"
#include "bpf/path.bpf.h"

#define PAGE 4096

static __always_inline int read_user(void *to, __u32 size, __u64 from, bool may_sleep)
{
	if (!bpf_probe_read_user(to, size, (void *)from))
		return 0;
	if (may_sleep && !bpf_copy_from_user(to, size, (void *)from))
		return 0;
	return -EFAULT;
}

/* Makes base and room the next segment with bytes in it, if it can in one step. */
static __always_inline int next_segment(struct call *c, bool may_sleep)
{
	struct user_mmsghdr message;
	struct user_iovec iov;

	if (!c->message_left) {
		if (!c->message_count)
			return -EINVAL;
		if (read_user(&message, sizeof(message), c->messages, may_sleep))
			return -EFAULT;
		c->messages += sizeof(message);
		c->message_count--;
		c->message_left = message.len;
		c->iov = message.hdr.iov;
		c->iovs = message.hdr.iovlen;
		return 0;
	}
	if (!c->iovs) {
		/*
		 * A datagram that was longer than its iovecs (MSG_TRUNC): on to the next message.
		 */
		c->message_left = 0;
		return 0;
	}
	if (read_user(&iov, sizeof(iov), c->iov, may_sleep))
		return -EFAULT;
	c->iov += sizeof(iov);
	c->iovs--;
	if (iov.len > c->message_left)
		iov.len = c->message_left;
	c->message_left -= iov.len;
	c->base = iov.base;
	c->room = iov.len;
	return 0;
}

static __always_inline __u32 piece_length(const struct call *c)
{
	__u64 length = c->room;

	if (length > c->left)
		length = c->left;
	if (length > WIRE_CHUNK_MAX)
		length = WIRE_CHUNK_MAX;
	if (c->by_page && length > PAGE - (c->base & (PAGE - 1)))
		length = PAGE - (c->base & (PAGE - 1));
	return length;
}

static __always_inline void advance(struct call *c, __u32 length)
{
	c->base += length;
	c->room -= length;
	c->offset += length;
	c->left -= length;
	c->tries = 0;
}

/* Sends one of the paths that are due. */
static __always_inline int step_path(struct call *c, struct walk *w)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file;
	int err = 0;

	if (c->due & DUE_EXE) {
		file = BPF_CORE_READ(task, mm, exe_file);
		if (file)
			err = emit_path(w, (__u64)__builtin_preserve_access_index(&file->f_path),
					c->exe, WIRE_EXE, c->process);
		if (!err)
			c->due &= ~DUE_EXE;
	} else if (c->due & DUE_CWD) {
		struct fs_struct *fs = BPF_CORE_READ(task, fs);

		err = emit_path(w, (__u64)__builtin_preserve_access_index(&fs->pwd), c->cwd,
				WIRE_CWD, c->process);
		if (!err)
			c->due &= ~DUE_CWD;
	} else {
		file = file_of(task, c->fd);
		if (file)
			err = emit_path(w, (__u64)__builtin_preserve_access_index(&file->f_path),
					c->id, WIRE_PATH, c->process);
		if (!err)
			c->due = 0;
	}
	return err;
}

/* One step. 0: call again; 1: stopped, c->error says why. */
static __always_inline int step(struct call *c, struct walk *w, bool may_sleep)
{
	struct piece piece;
	__u32 length;
	int err;

	if (c->due) {
		err = step_path(c, w);
	} else if (!c->left) {
		c->error = 0;
		return 1;
	} else if (!c->room) {
		err = next_segment(c, may_sleep);
	} else {
		length = piece_length(c);
		piece.base = c->base;
		piece.flags = c->text ? (c->left == length ? WIRE_LAST : 0)
				      : (c->left == length ? 0 : WIRE_MORE);
		if (c->text)
			piece_of_text(&piece, c);
		else
			piece_of_stream(&piece, c);
		err = emit_piece(&piece, length);
		if (!err)
			advance(c, length);
	}
	c->error = -err;
	return err != 0;
}

CHECKED_ONCE int step_in_tracepoint(struct call *c)
{
	__u32 zero = 0;
	struct walk *w = bpf_map_lookup_elem(&walks, &zero);

	return !c || !w || step(c, w, false);
}

/* What is left of the call will not come. */
static __always_inline void give_up(struct call *c)
{
	__u32 cause = c->cause;

	if (!cause)
		cause = c->error == EAGAIN   ? CAUSE_RING_FULL
			: c->error == EFAULT ? CAUSE_FAULT
					     : CAUSE_ARGUMENTS;
	if (c->left && !c->text)
		emit_hole(c->id, cause, c->offset, c->left);
	c->left = 0;
	c->due = 0;
}

#endif
