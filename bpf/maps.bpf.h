/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All maps. Each says who writes it, who reads it, and what happens when it is full. */
#ifndef IOTAP_MAPS_BPF_H
#define IOTAP_MAPS_BPF_H

#include "bpf/kernel.h"
#include <bpf/bpf_helpers.h>
#include "src/capture/shared.h"
#include "src/wire.h"

/*
 * The tree: a task is tapped when it has an entry. The loader enters the first
 * one, fork copies the parent's. Freed with the task. Full: never, it is memory
 * of the task; when memory is short the task is counted in lost_tasks.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_entry);
} monitored SEC(".maps");

/*
 * What is common to the tasks of a process, by process number. Entered at fork;
 * deleted by the reader when it has seen the exit. Full: lost_tasks.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 16);
	__type(key, __u32);
	__type(value, struct process_entry);
} processes SEC(".maps");

/*
 * What is known of an fd that bytes were captured from. Entered at its first
 * byte; deleted by the reader after the exit of the process. Full: a hole
 * cannot even be told apart, so it counts as unseen_calls.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 17);
	__type(key, struct fd_key);
	__type(value, struct fd_entry);
} fds SEC(".maps");

/* Numbers of open files, by address. Full: the oldest goes, and would get a new number. */
struct file_entry {
	__u64 inode;
	__u64 number;
	__u64 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct file_entry);
} files SEC(".maps");

/* The rings; sizes are set by the loader. Full: see emit.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 20);
} data_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, LIFE_RING_SIZE);
} life_ring SEC(".maps");

/*
 * A path on its way up the tree, and the record that it becomes: names from the last to the first.
 * One name more than PATH_MAX fits, so that no check is needed inside of a name.
 */
#define PATH_BYTES 4096
#define NAME_BYTES 256

struct walk {
	__u64 dentry;
	__u64 mount;
	__u32 used;
	__u32 steps;
	struct wire_text record; /* its data[] is names[] */
	char names[PATH_BYTES + NAME_BYTES];
};

/* Scratch for programs that cannot be preempted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/*
 * A call whose bytes are on their way to the data ring: single buffers, iovecs and messages alike.
 * Walked in steps (calls.bpf.h), so that it can stop where there is no room and go on later
 * (wait.bpf.h).
 */
#define DUE_EXE 0x1 /* paths that are sent before the bytes */
#define DUE_CWD 0x2
#define DUE_PATH 0x4

struct call {
	__u64 time;    /* of its return */
	__u64 entered; /* see task_entry */
	__u64 offset;  /* in the stream or text: of the next byte */
	__u64 left;    /* bytes of the call that have not been sent */
	__u64 base;    /* what is left of the segment under way */
	__u64 room;
	__u64 iov;	     /* the next iovec */
	__u64 iovs;	     /* how many are left of this message */
	__u64 message_left;  /* bytes */
	__u64 messages;	     /* the next mmsghdr */
	__u64 message_count; /* how many are left */
	__u64 waiting_since; /* the reader has made no progress since then */
	__u64 reader_at;     /* its position in the ring */
	__u64 waited_ns;
	__u32 id; /* stream, or text */
	__u32 process;
	__u32 tid;
	__s32 fd;
	__u32 cwd; /* ids of texts that are due */
	__u32 exe;
	__u16 text;   /* 0: bytes of a stream; else enum wire_text_kind */
	__u8 due;     /* DUE_ */
	__u8 error;   /* why the walk stopped: EAGAIN, EFAULT, EINVAL; 0: all was sent */
	__u8 cause;   /* enum cause: why waiting was given up; 0: it was not */
	__u8 by_page; /* a page could not be read: smaller pieces from now on */
	__u8 tries;
	__u8 pad;
};

/*
 * Calls that go on in their own task before it returns to user mode, by thread. struct
 * bpf_task_work must sit in a hash (6.18 refuses it in task storage). Entered when a call must
 * wait; deleted at the task's exit. Full: the call cannot wait, a hole.
 */
struct bpf_task_work {
	__u64 __opaque;
} __attribute__((aligned(8)));

/* What wire_fetch says, on its way there. */
struct fetch {
	__u64 time;
	__u64 entered;
	__u64 position;
	__u64 length; /* 0: nothing is to be fetched */
	__u64 inode;
	__u64 offset[2];
	__u32 stream[2];
	__s32 fd;
	__u32 pad;
};

struct work {
	struct bpf_task_work task_work;
	struct call call;
	struct fetch fetch; /* after the call */
	__u32 for_life;	    /* wait for room on the life ring, after all */
	struct walk walk;
	__u32 busy;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 15);
	__type(key, __u32);
	__type(value, struct work);
} works SEC(".maps");

/*
 * What became of a fetch, by thread: the ticket, written by the reader when the content is read;
 * its complement, written by a task that could not wait. Deleted at the task's exit. Full: the
 * content is not had.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} acks SEC(".maps");

#endif
