/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that are not there: a buffer that the kernel itself did not read (/dev/null takes its bytes
 * unseen) may never have been touched. Its pages are faulted in first, outside of reserve and
 * submit, and then copied.
 *
 * Pages that somebody else would have to bring (userfaultfd, FUSE, the network) are never waited
 * for: a hole.
 */
#ifndef IOTAP_FAULTS_BPF_H
#define IOTAP_FAULTS_BPF_H

#include "bpf/calls.bpf.h"

#define TRIES 3
#define VMA_TRIES (1 << 18) /* another thread maps memory at the moment: half a second at least */

extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;

struct look {
	__u64 address;
	int foreign; /* -1: not known so far */
};

static long look_at_vma(struct task_struct *task, struct vm_area_struct *vma, struct look *l)
{
	struct file *file = BPF_CORE_READ(vma, vm_file);

	l->foreign = 1;
	if (bpf_core_field_exists(vma->vm_userfaultfd_ctx.ctx) &&
	    BPF_CORE_READ(vma, vm_userfaultfd_ctx.ctx))
		return 0;
	l->foreign = 0;
	if (!file)
		return 0;
	switch (BPF_CORE_READ(file, f_inode, i_sb, s_magic)) {
	case FUSE_MAGIC:
	case NFS_MAGIC:
	case CIFS_MAGIC:
	case SMB2_MAGIC:
	case CEPH_MAGIC:
	case V9FS_MAGIC:
	case AFS_MAGIC:
		l->foreign = 1;
	}
	return 0;
}

/* Whoever holds the lock may not be running. Reading the memory of the reader reschedules. */
static __always_inline void let_others_run(void)
{
	struct task_struct *reader = bpf_task_from_pid(reader_pid);
	__u8 byte;

	if (!reader)
		return;
	bpf_copy_from_user_task(&byte, 1, (void *)reader_word, reader, 0);
	bpf_task_release(reader);
}

static int look_once(__u32 i, struct look *l)
{
	struct task_struct *task = bpf_get_current_task_btf();

	/* -EBUSY: the lock of the address space is taken; -ENOENT: nothing is mapped there. */
	if (bpf_find_vma(task, l->address, look_at_vma, l, 0) != -EBUSY && l->foreign < 0)
		l->foreign = 0;
	if (l->foreign < 0)
		let_others_run();
	return l->foreign >= 0;
}

static __always_inline int is_foreign(__u64 address)
{
	struct look l = { .address = address, .foreign = -1 };

	bpf_loop(VMA_TRIES, look_once, &l, 0);
	return l.foreign;
}

struct touch {
	__u64 address;
	__u64 end;
	int error;
};

static int touch_page(__u32 i, struct touch *t)
{
	__u8 byte;

	if (t->address >= t->end)
		return 1;
	if (is_foreign(t->address) || bpf_copy_from_user(&byte, 1, (void *)t->address)) {
		t->error = EFAULT;
		return 1;
	}
	t->address = (t->address & ~(__u64)(PAGE - 1)) + PAGE;
	return 0;
}

/*
 * The piece could not be read: faults its pages in, or halves the trouble, or gives its bytes up.
 */
static __always_inline int mend_fault(struct call *c)
{
	__u32 length = piece_length(c);
	struct touch t = { .address = c->base, .end = c->base + length };

	if (!c->room)
		return 1; /* an iovec or a msghdr, which bpf_copy_from_user() could not read */
	bpf_loop(WIRE_CHUNK_MAX / PAGE + 2, touch_page, &t, 0);
	if (!t.error && c->tries++ < TRIES)
		return 0;
	c->tries = 0;
	if (!c->by_page) {
		c->by_page = 1;
		return 0;
	}
	if (!c->text)
		emit_hole(c->id, CAUSE_FAULT, c->offset, length);
	advance(c, length);
	return 0;
}

#endif
