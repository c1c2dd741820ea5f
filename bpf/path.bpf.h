/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths: from a (mount, dentry) up to the root of the mount tree, name by name, into a WIRE_TEXT.
 *
 * bpf_d_path() is not allowed in these hooks. The walk takes no lock: a rename in the very moment
 * may give a mixture of the old and the new path, as it may in the kernel's own rcu walk before its
 * retry.
 */
#ifndef IOTAP_PATH_BPF_H
#define IOTAP_PATH_BPF_H

#include "bpf/emit.bpf.h"

#define MAX_STEPS 2048 /* names and mounts: a path of 4,096 bytes has at most 2,048 names */

static int walk_step(__u32 i, struct walk **context)
{
	struct walk *w = *context;
	struct dentry *dentry = (void *)w->dentry, *parent;
	struct mount *mount = (void *)w->mount;
	const unsigned char *name;
	struct dentry *root;
	__u32 length, used = w->used;

	root = BPF_CORE_READ(mount, mnt.mnt_root);
	parent = BPF_CORE_READ(dentry, d_parent);
	if (dentry == root || (dentry == parent && used)) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount || dentry != root)
			return 1;
		w->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		w->mount = (__u64)above;
		return 0;
	}
	name = BPF_CORE_READ(dentry, d_name.name);
	length = BPF_CORE_READ(dentry, d_name.len);
	if (length >= NAME_BYTES)
		length = NAME_BYTES - 1;
	if (used >= PATH_BYTES) {
		w->record.head.flags |= WIRE_CUT;
		return 1;
	}
	barrier_var(used);
	if (used >= PATH_BYTES)
		return 1;
	barrier_var(length);
	if (length >= NAME_BYTES)
		return 1;
	if (length && bpf_probe_read_kernel(w->names + used, length, name))
		return 1;
	used += length;
	if (used >= PATH_BYTES + NAME_BYTES)
		return 1;
	w->names[used] = 0;
	w->used = used + 1;
	/* Pseudo files (memfd, anonymous inodes) are their own parents and have one name. */
	if (dentry == parent)
		return 1;
	w->dentry = (__u64)parent;
	return 0;
}

/*
 * Sends the struct path at `address` as text `id` of kind `kind`. 0, or -EAGAIN: no room on the
 * ring.
 */
CHECKED_ONCE int emit_path(struct walk *w, __u64 address, __u32 id, __u32 kind, __u32 process)
{
	const struct path *path = (void *)address;
	struct dentry *dentry = BPF_CORE_READ(path, dentry);
	struct vfsmount *mnt = BPF_CORE_READ(path, mnt);
	__u64 wake;
	__u32 size;

	if (!w)
		return -EINVAL;
	w->dentry = (__u64)dentry;
	w->mount = (__u64)mnt - bpf_core_field_offset(struct mount, mnt);
	w->used = 0;
	w->record.head.type = WIRE_TEXT;
	w->record.head.flags = WIRE_LAST;
	w->record.id = id;
	w->record.kind = kind;
	w->record.offset = 0;
	w->record.process = process;
	w->record.pad = 0;
	w->record.pad2 = 0;
	if (dentry && mnt) {
		if (!BPF_CORE_READ(dentry, d_hash.pprev) &&
		    dentry != BPF_CORE_READ(dentry, d_parent))
			w->record.head.flags |= WIRE_DELETED;
		bpf_loop(MAX_STEPS, walk_step, &w, 0);
	}
	w->record.head.length = w->used;
	size = sizeof(w->record) + w->used;
	barrier_var(size);
	if (size > sizeof(w->record) + sizeof(w->names))
		return -EINVAL;
	wake = wake_flags();
	if (!bpf_ringbuf_output(&data_ring, &w->record, size, wake))
		return 0;
	wake_all_the_same(wake);
	return -EAGAIN;
}

#endif
