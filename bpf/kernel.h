/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel structures that are read, each with only the fields that are
 * used: CO-RE relocates them against the running kernel's BTF when the
 * programs are loaded, so no vmlinux.h is needed. Names are the kernel's.
 */
#ifndef IOTAP_KERNEL_H
#define IOTAP_KERNEL_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/types.h>

/* <bpf/bpf_tracing.h> would take the user-space names of registers without it. */
#define __VMLINUX_H__

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long bx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long bp;
	unsigned long cx;
	unsigned long ax;
	unsigned long orig_ax;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	__u32 i_rdev;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
	void *private_data;
	struct path f_path;
	long long f_pos;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct list_head {
	struct list_head *next;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path pwd;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	struct file *exe_file;
};

struct signal_struct {
	int group_exit_code;
	unsigned int flags;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct thread_info {
	__u32 status;
};

struct callback_head;

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	unsigned int __state;
	struct mm_struct *mm;
	int exit_code;
	int prio;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	const struct cred *real_cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	struct callback_head *task_works;
	void *bpf_storage;
};

struct vm_userfaultfd_ctx {
	void *ctx;
};

struct vm_area_struct {
	struct file *vm_file;
	struct vm_userfaultfd_ctx vm_userfaultfd_ctx;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport; /* network order */
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct inet_sock {
	__u16 inet_sport; /* network order; stays when the connection is closed, skc_num does not */
};

struct socket {
	struct sock *sk;
};

struct sockaddr_un {
	unsigned short sun_family;
};

struct unix_address {
	int len;
	struct sockaddr_un name[];
};

struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};

#pragma clang attribute pop

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define S_IFIFO 0010000

#define PIPEFS_MAGIC 0x50495045

/*
 * File systems whose pages somebody else brings, or does not (<linux/magic.h> and the file systems'
 * own).
 */
#define FUSE_MAGIC 0x65735546
#define NFS_MAGIC 0x6969
#define CIFS_MAGIC 0xff534d42
#define SMB2_MAGIC 0xfe534d42
#define CEPH_MAGIC 0x00c36400
#define V9FS_MAGIC 0x01021997
#define AFS_MAGIC 0x6b414653

#define MAX_RT_PRIO 100 /* <linux/sched/prio.h>: below it are the real-time priorities */

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1

#define MSG_PEEK 0x2
#define MSG_TRUNC 0x20
#define MSG_ERRQUEUE 0x2000
#define IORING_SETUP_SQPOLL 0x2

#define SIGNAL_GROUP_EXIT 0x4 /* <linux/sched/signal.h> */
#define TS_COMPAT 0x2	      /* <asm/thread_info.h>: a 32-bit system call is under way */

/* User memory, as the system calls take it on a 64-bit machine. */
struct user_iovec {
	__u64 base;
	__u64 len;
};

struct user_msghdr {
	__u64 name;
	__u32 namelen;
	__u32 pad1;
	__u64 iov;
	__u64 iovlen;
	__u64 control;
	__u64 controllen;
	__u32 flags;
	__u32 pad2;
};

struct user_mmsghdr {
	struct user_msghdr hdr;
	__u32 len;
	__u32 pad;
};

_Static_assert(sizeof(struct user_msghdr) == 56, "struct msghdr");
_Static_assert(sizeof(struct user_mmsghdr) == 64, "struct mmsghdr");

#endif
