/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree: who belongs to it, and the lives and ends of its processes.
 *
 * fork copies the parent's entry to the child, for threads too: an exec by a
 * thread that is not the leader then keeps it. A process is over when its last
 * task is gone, not when its leader is: its other threads may go on.
 */
#ifndef IOTAP_TREE_BPF_H
#define IOTAP_TREE_BPF_H

#include "bpf/emit.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline int begin_process(struct task_struct *child, __u32 parent,
					 const struct process_entry *from, __u32 id)
{
	struct process_entry fresh = { .threads = 1, .threads_ever = 1, .first_fd = -1 };
	struct wire_fork *record;

	fresh.texts = from->texts;
	if (bpf_map_update_elem(&processes, &id, &fresh, BPF_ANY))
		return -EAGAIN;
	record = life_reserve(struct wire_fork);
	if (!record)
		return 0;
	life_head(&record->head, WIRE_FORK);
	record->time = bpf_ktime_get_boot_ns();
	record->process = id;
	record->parent = parent;
	record->pid = child->tgid;
	record->ppid = BPF_CORE_READ(child, real_parent, tgid);
	record->uid = BPF_CORE_READ(child, real_cred, uid.val);
	record->texts = fresh.texts;
	bpf_probe_read_kernel(record->comm, sizeof(record->comm), child->comm);
	life_submit(record);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_entry *t = bpf_task_storage_get(&monitored, parent, NULL, 0);
	struct task_entry fresh = {};
	struct process_entry *p;

	if (!t)
		return 0;
	fresh.process = t->process;
	p = bpf_map_lookup_elem(&processes, &t->process);
	if (!p)
		goto lost;
	if (child->tgid != parent->tgid)
		fresh.process = __sync_fetch_and_add(&last_process, 1) + 1;
	if (!bpf_task_storage_get(&monitored, child, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE))
		goto lost;
	__sync_fetch_and_add(&tasks, 1);
	if (fresh.process == t->process) {
		__sync_fetch_and_add(&p->threads, 1);
		__sync_fetch_and_add(&p->threads_ever, 1);
		return 0;
	}
	if (!begin_process(child, t->process, p, fresh.process))
		return 0;
	bpf_task_storage_delete(&monitored, child);
	__sync_fetch_and_add(&tasks, -1);
lost:
	__sync_fetch_and_add(&lost_tasks, 1);
	return 0;
}

/*
 * When calls begin is not seen: a program at the entry of each system call would cost every other
 * process as much again as the one at the exit. What is seen is the first moment at which a call
 * blocks or wakes another task. No reader of its bytes can have run before that, which is all that
 * the order of the log needs.
 */
static __always_inline int note_entry(struct task_struct *task)
{
	struct task_entry *t;
	struct pt_regs *regs;

	if (!plain(task)->bpf_storage)
		return 0;
	t = bpf_task_storage_get(&monitored, task, NULL, 0);
	if (!t || t->entered)
		return 0;
	/* Outside of system calls, in faults and interrupts, it is negative. */
	regs = (void *)bpf_task_pt_regs(task);
	if ((long)BPF_CORE_READ(regs, orig_ax) < 0)
		return 0;
	/*
	 * The kernel sets it at the entry and puts the result there before sys_exit: a task that is
	 * scheduled away on its way to user mode, or waits there, is in no call any more.
	 */
	if ((long)BPF_CORE_READ(regs, ax) == -ENOSYS)
		t->entered = bpf_ktime_get_boot_ns();
	return 0;
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *previous)
{
	return preempt ? 0 : note_entry(previous);
}

SEC("?tp_btf/sched_waking")
int BPF_PROG(on_waking)
{
	return note_entry(bpf_get_current_task_btf());
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	struct task_entry *t = bpf_task_storage_get(&monitored, task, NULL, 0);
	struct process_entry *p;
	struct wire_exec *record;

	if (!t)
		return 0;
	t->is_held = 0;
	t->texts_due = 1;
	p = bpf_map_lookup_elem(&processes, &t->process);
	if (!p)
		return 0;
	p->texts.exe = __sync_fetch_and_add(&last_text, 1) + 1;
	p->texts.argv = __sync_fetch_and_add(&last_text, 1) + 1;
	record = life_reserve(struct wire_exec);
	if (!record)
		return 0;
	life_head(&record->head, WIRE_EXEC);
	record->time = bpf_ktime_get_boot_ns();
	record->process = t->process;
	record->uid = BPF_CORE_READ(task, real_cred, uid.val);
	record->pid = task->tgid;
	record->texts = p->texts;
	bpf_probe_read_kernel(record->comm, sizeof(record->comm), task->comm);
	life_submit(record);
	return 0;
}

/* What wait(2) will report of the process. */
static __always_inline __u32 wait_status(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT)
		return BPF_CORE_READ(signal, group_exit_code);
	return BPF_CORE_READ(task, group_leader, exit_code);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct task_entry *t = bpf_task_storage_get(&monitored, task, NULL, 0);
	__u32 tid = task->pid;
	struct process_entry *p;
	struct wire_exit *record;

	if (!t)
		return 0;
	bpf_map_delete_elem(&works, &tid);
	bpf_map_delete_elem(&acks, &tid);
	p = bpf_map_lookup_elem(&processes, &t->process);
	if (p && __sync_fetch_and_add(&p->threads, -1) == 1) {
		record = life_reserve(struct wire_exit);
		if (record) {
			life_head(&record->head, WIRE_EXIT);
			record->time = bpf_ktime_get_boot_ns();
			record->process = t->process;
			record->status = wait_status(task);
			record->threads = p->threads_ever;
			record->pad = 0;
			record->waited_ns = p->waited_ns;
			bpf_probe_read_kernel(record->comm, sizeof(record->comm),
					      BPF_CORE_READ(task, group_leader, comm));
			life_submit(record);
		}
	}
	if (__sync_fetch_and_add(&tasks, -1) == 1)
		kick_reader();
	return 0;
}

#endif
