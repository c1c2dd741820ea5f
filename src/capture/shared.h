/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BPF programs and their loader share besides the rings: the values of maps that both
 * touch. Both compilers read this file; who writes and reads what stands in bpf/maps.bpf.h.
 */
#ifndef IOTAP_SHARED_H
#define IOTAP_SHARED_H

#include <linux/types.h>

#include "wire.h"

struct task_entry {
	__u32 process;	 /* number of its process */
	__u32 is_held;	 /* our own code is still running in it: nothing counts before its exec */
	__u32 texts_due; /* exec has happened, its texts have not been sent */
	__u32 pad;
	__u64 entered; /* when the system call under way first blocked or woke a task; 0: not yet */
};

struct process_entry {
	__u32 threads; /* alive */
	__u32 threads_ever;
	__s64 first_fd; /* head of the chain of its fd entries; -1: none */
	__u64 waited_ns;
	struct wire_texts texts;
	__u32 pad;
};

struct fd_key {
	__u32 process;
	__s32 fd;
};

struct fd_entry {
	__u64 file; /* struct file *, struct inode *: the open file; 0: closed */
	__u64 inode;
	__u64 number; /* of the inode: the addresses above are reused at once */
	__u64 file_id;
	__u64 length[2]; /* by direction: bytes that moved */
	__u32 stream[2]; /* by direction; 0: none so far */
	__u32 generation;
	__s64 next_fd; /* chain of the process; -1: end */
	__u32 kind;
	__u32 lock; /* held while the fields above change */
	__u32 pad;
};

#define LIFE_RING_SIZE (8u << 20)
#define LIFE_MARK (LIFE_RING_SIZE / 4) /* fuller than this: tasks wait */

/* What the reader does. Written by the reader, and by whoever wakes it. */
enum reader_state {
	READER_AWAKE = 0,    /* draining: needs no wake-up */
	READER_NAPPING = 1,  /* comes back in milliseconds: wake it when the ring fills */
	READER_SLEEPING = 2, /* wake it at the first record */
};

#endif
