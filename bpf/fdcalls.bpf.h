/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that change what an fd number means: a number that is closed and opened again is
 * another stream.
 */
#ifndef IOTAP_FDCALLS_BPF_H
#define IOTAP_FDCALLS_BPF_H

#include "bpf/fds.bpf.h"

/* The chain of a process's entries, and which of them to close. */
struct range {
	__u32 process;
	__u32 first;
	__u32 last;
	bool if_gone; /* only those whose open file is no longer there */
	__s64 fd;
};

static int close_in_range(__u32 i, struct range *r)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fd_key key = { .process = r->process, .fd = r->fd };
	struct fd_entry *e;

	if (r->fd < 0)
		return 1;
	e = bpf_map_lookup_elem(&fds, &key);
	if (!e)
		return 1;
	if (r->fd >= r->first && r->fd <= r->last && e->file &&
	    !(r->if_gone && (__u64)file_of(task, r->fd) == e->file))
		close_entry(e);
	r->fd = e->next_fd;
	return 0;
}

static __always_inline int close_chain(struct range *r)
{
	struct process_entry *p = bpf_map_lookup_elem(&processes, &r->process);

	if (!p)
		return 0;
	r->fd = p->first_fd;
	bpf_loop(1 << 20, close_in_range, r, 0);
	return 0;
}

#define CLOSE_RANGE_CLOEXEC 0x4

static __noinline int close_range(struct task_entry *t, __u32 first, __u32 last, __u32 flags)
{
	struct range r = { .process = t->process, .first = first, .last = last };

	return flags & CLOSE_RANGE_CLOEXEC ? 0 : close_chain(&r);
}

/* exec has closed what is closed on exec; nobody can have opened anything since. */
static __noinline int close_on_exec(struct task_entry *t)
{
	struct range r = { .process = t->process, .last = ~0u, .if_gone = true };

	return close_chain(&r);
}

static __noinline int forget_pair(struct task_struct *task, __u64 address)
{
	__s32 pair[2];

	if (bpf_probe_read_user(pair, sizeof(pair), (void *)address))
		return 0;
	forget_file(task, pair[0]);
	return forget_file(task, pair[1]);
}

/* Calls that change what an fd number means. */
static __always_inline int fd_call(struct task_entry *t, struct pt_regs *regs, __u32 nr, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 first = BPF_CORE_READ(regs, di);

	switch (nr) {
	case __NR_close:
		return close_fd(t->process, first);
	case __NR_dup2:
	case __NR_dup3:
		return first == ret ? 0 : close_fd(t->process, ret);
	case __NR_close_range:
		return close_range(t, first, BPF_CORE_READ(regs, si), BPF_CORE_READ(regs, dx));
	case __NR_pipe:
	case __NR_pipe2:
		return forget_pair(task, BPF_CORE_READ(regs, di));
	case __NR_socketpair:
		return forget_pair(task, BPF_CORE_READ(regs, r10));
	}
	return forget_file(task, ret);
}

#endif
