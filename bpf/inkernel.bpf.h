/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that went from file to file inside the kernel: sendfile, copy_file_range, splice, tee,
 * vmsplice.
 *
 * Their place in the streams is always exact. Their content is had where they come from a regular
 * file: the task waits while the reader reads them there. Else they are a hole with the cause
 * `in-kernel`.
 */
#ifndef IOTAP_INKERNEL_BPF_H
#define IOTAP_INKERNEL_BPF_H

#include <asm/unistd_64.h>

#include "bpf/wait.bpf.h"

/* Gives `length` bytes of fd their place. True: c is set for them, all but where they are. */
static __always_inline bool begin_call(struct call *c, const struct task_entry *t, __s32 fd,
				       __u32 direction, __u64 length)
{
	struct place place = {};

	take(t, fd, direction, length, &place);
	if (!place.stream)
		return false;
	c->time = bpf_ktime_get_boot_ns();
	c->offset = place.offset;
	c->left = length;
	c->id = place.stream;
	c->process = t->process;
	c->tid = bpf_get_current_pid_tgid();
	c->fd = fd;
	c->due = place.has_path ? DUE_PATH : 0;
	return true;
}

/*
 * Where in the file the bytes began: by the offset that the call was given and has moved on, or the
 * file's own.
 */
static __always_inline bool begin_of(struct file *file, __u64 offset_address, __u64 length,
				     __u64 *ret)
{
	if (!offset_address)
		*ret = BPF_CORE_READ(file, f_pos);
	else if (bpf_probe_read_user(ret, sizeof(*ret), (void *)offset_address))
		return false;
	*ret -= length;
	return true;
}

/* Lets the reader fetch the content. 0, or negative: it cannot be had, nothing has been done. */
static __noinline int fetch_later(const struct task_entry *t, struct pt_regs *regs, __u64 length,
				  __u64 entered)
{
	struct task_struct *task = bpf_get_current_task_btf();
	bool is_sendfile = regs->orig_ax == __NR_sendfile;
	__s32 from = is_sendfile ? regs->si : regs->di;
	__s32 to = is_sendfile ? regs->di : regs->dx;
	struct file *file = file_of(task, from);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u64 position;
	struct work *w;
	bool wanted;

	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG ||
	    !begin_of(file, is_sendfile ? regs->dx : regs->si, length, &position))
		return -EINVAL;
	w = idle_work();
	if (!w)
		return -EAGAIN;
	__builtin_memset(&w->call, 0, sizeof(w->call));
	__builtin_memset(&w->fetch, 0, sizeof(w->fetch));
	w->for_life = 0;
	wanted = begin_call(&w->call, t, from, DIRECTION_IN, length);
	if (wanted) {
		w->fetch.stream[DIRECTION_IN] = w->call.id;
		w->fetch.offset[DIRECTION_IN] = w->call.offset;
		w->call.left = 0;
		if (w->call.due)
			step_in_tracepoint(&w->call);
	}
	if (begin_call(&w->call, t, to, DIRECTION_OUT, length)) {
		w->fetch.stream[DIRECTION_OUT] = w->call.id;
		w->fetch.offset[DIRECTION_OUT] = w->call.offset;
		w->call.left = 0;
	} else if (!wanted) {
		return 0;
	}
	w->fetch.time = w->call.time;
	w->fetch.entered = entered;
	w->fetch.position = position;
	w->fetch.length = length;
	w->fetch.inode = BPF_CORE_READ(inode, i_ino);
	w->fetch.fd = from;
	__sync_fetch_and_add(&calls_in_flight, 1);
	if (queue_work(w)) {
		__sync_fetch_and_add(&calls_in_flight, -1);
		mark_fetch(&w->fetch);
	}
	return 0;
}

static __always_inline void mark_moved(struct call *c)
{
	emit_hole(c->id, CAUSE_IN_KERNEL, c->offset, c->left);
	c->left = 0;
}

#endif
