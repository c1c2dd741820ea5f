/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an fd is, whether it is captured, and which stream its bytes belong to: read in the kernel
 * at the call. A stream's length is owned here: take() gives out positions.
 */
#ifndef IOTAP_FDS_BPF_H
#define IOTAP_FDS_BPF_H

#include "bpf/sockets.bpf.h"

/* Terminals by their major numbers (Documentation/admin-guide/devices.txt). */
static __always_inline bool is_tty(__u32 rdev)
{
	__u32 major = rdev >> 20;

	switch (major) {
	case 4:				      /* virtual consoles, ttyS */
	case 5:				      /* /dev/tty, /dev/console */
	case 166:			      /* ttyACM */
	case 188:			      /* ttyUSB */
	case 204:			      /* ttyAMA and other small serial ports */
	case 229:			      /* hvc */
		return rdev != (5 << 20 | 2); /* /dev/ptmx is the other end */
	}
	return major >= 136 && major <= 143; /* pts */
}

CHECKED_ONCE int kind_of(__u16 mode, __u64 address)
{
	struct inode *inode = (void *)address;

	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return KIND_SOCKET;
	case S_IFREG:
		return KIND_FILE;
	case S_IFIFO:
		return KIND_PIPE;
	case S_IFCHR:
		return is_tty(BPF_CORE_READ(inode, i_rdev)) ? KIND_TTY : KIND_CHAR;
	case S_IFBLK:
		return KIND_BLOCK;
	}
	return KIND_OTHER;
}

/* The CAPTURE_ bits that a stream answers to. */
static __always_inline __u32 capture_bits(__s32 fd, __u32 direction, __u8 kind)
{
	__u32 bits = 0;

	if (direction == DIRECTION_OUT && fd == 1)
		bits |= CAPTURE_STDOUT;
	if (direction == DIRECTION_OUT && fd == 2)
		bits |= CAPTURE_STDERR;
	if (direction == DIRECTION_IN && fd == 0)
		bits |= CAPTURE_STDIN;
	switch (kind) {
	case KIND_SOCKET:
		return bits | CAPTURE_SOCKETS;
	case KIND_PIPE:
		return bits | CAPTURE_PIPES;
	case KIND_FILE:
		return bits | CAPTURE_FILES;
	case KIND_TTY:
		return bits | CAPTURE_TTYS;
	}
	return bits | CAPTURE_OTHERS;
}

static __always_inline bool is_wanted(__s32 fd, __u32 direction, __u8 kind)
{
	__u32 bits = capture_bits(fd, direction, kind);

	if (bits & conf_without)
		return false;
	if (bits & conf_capture)
		return true;
	return fd >= 0 && fd < CAPTURE_FDS && conf_capture_fds >> fd & 1;
}

/* Whether it can be wanted at all, before anything is known of the file. */
static __always_inline bool may_be_wanted(__s32 fd, __u32 direction)
{
	const __u32 by_kind =
		CAPTURE_SOCKETS | CAPTURE_PIPES | CAPTURE_FILES | CAPTURE_TTYS | CAPTURE_OTHERS;

	return conf_capture & by_kind || is_wanted(fd, direction, KIND_COUNT);
}

static __always_inline struct file *file_of(struct task_struct *task, __s32 fd)
{
	struct fdtable *fdt = plain(task)->files->fdt;
	struct file **slots = fdt->fd;
	struct file *file;

	if ((__u32)fd >= fdt->max_fds)
		return NULL;
	if (bpf_probe_read_kernel(&file, sizeof(file), slots + (__u32)fd))
		return NULL;
	return file;
}

/* The number of an open file: the same for all fds and processes that share it. */
CHECKED_ONCE __u64 file_id_of(__u64 file, __u64 inode, __u64 number)
{
	struct file_entry *known = bpf_map_lookup_elem(&files, &file);
	struct file_entry fresh = { .inode = inode, .number = number };

	if (known && known->inode == inode && known->number == number)
		return known->id;
	fresh.id = __sync_fetch_and_add(&last_file, 1) + 1;
	bpf_map_update_elem(&files, &file, &fresh, BPF_ANY);
	return fresh.id;
}

/* A system call has made fd: an address that was freed meanwhile is another open file. */
static __noinline int forget_file(struct task_struct *task, __s32 fd)
{
	__u64 file = (__u64)file_of(task, fd);

	if (file)
		bpf_map_delete_elem(&files, &file);
	return 0;
}

static __always_inline bool has_path(__u8 kind, struct inode *inode)
{
	if (kind == KIND_SOCKET)
		return false;
	if (kind == KIND_PIPE)
		return BPF_CORE_READ(inode, i_sb, s_magic) != PIPEFS_MAGIC;
	return true;
}

/* Gives the stream its number and reports it. */
CHECKED_ONCE __u32 open_stream(struct fd_entry *e, const struct fd_key *key, __u32 direction,
			       __u64 address)
{
	__u32 id = __sync_fetch_and_add(&last_stream, 1) + 1;
	struct file *file = (void *)address;
	struct inode *inode;
	struct wire_open *o;

	if (!e || !key)
		return id;
	inode = (void *)e->inode;
	o = life_reserve(struct wire_open);
	if (!o)
		return id;
	__builtin_memset(o, 0, sizeof(*o));
	life_head(&o->head, WIRE_OPEN);
	o->time = bpf_ktime_get_boot_ns();
	o->stream = id;
	o->process = key->process;
	o->fd = key->fd;
	o->generation = e->generation;
	o->file_id = e->file_id;
	o->inode = e->number;
	o->device = BPF_CORE_READ(inode, i_sb, s_dev);
	o->rdev = BPF_CORE_READ(inode, i_rdev);
	o->direction = direction;
	o->kind = e->kind;
	o->path_follows = has_path(e->kind, inode);
	bpf_get_current_comm(o->comm, sizeof(o->comm));
	if (e->kind == KIND_SOCKET) {
		struct socket *socket = BPF_CORE_READ(file, private_data);

		fill_socket(o, BPF_CORE_READ(socket, sk));
	}
	life_submit(o);
	return id;
}

/* The open file under an fd is gone: its streams are over. */
CHECKED_ONCE int close_entry(struct fd_entry *e)
{
	__u32 id;

	if (!e)
		return 0;
	for (int direction = 0; direction < 2; direction++) {
		id = __sync_lock_test_and_set(&e->stream[direction], 0);
		if (id)
			emit_close(id, __sync_lock_test_and_set(&e->length[direction], 0));
	}
	e->file = 0;
	return 0;
}

static __always_inline int close_fd(__u32 process, __s32 fd)
{
	struct fd_key key = { .process = process, .fd = fd };
	struct fd_entry *e = bpf_map_lookup_elem(&fds, &key);

	if (e && e->file)
		close_entry(e);
	return 0;
}

static __noinline struct fd_entry *make_entry(const struct fd_key *key)
{
	static const struct fd_entry fresh = { .next_fd = -1 }; /* not on the stack: it is short */
	struct process_entry *p;
	struct fd_entry *e;
	bool mine;

	mine = !bpf_map_update_elem(&fds, key, &fresh, BPF_NOEXIST);
	e = bpf_map_lookup_elem(&fds, key);
	if (!e || !mine)
		return e;
	p = bpf_map_lookup_elem(&processes, &key->process);
	if (p)
		e->next_fd = __sync_lock_test_and_set(&p->first_fd, (__s64)key->fd);
	return e;
}

/*
 * Two threads may meet at the first byte of a stream. Whoever holds the lock is in a tracepoint on
 * another CPU, where it is neither preempted nor put to sleep: a few turns are enough, and the
 * bound is never met.
 */
#define LOCK_TURNS (1 << 16)

static int try_lock(__u32 i, struct fd_entry **e)
{
	return __sync_lock_test_and_set(&(*e)->lock, 1) == 0;
}

static __always_inline bool is_same(const struct fd_entry *e, struct file *file)
{
	struct inode *inode;

	if (e->file != (__u64)file)
		return false;
	if (conf_typed) {
		inode = typed(file, struct file)->f_inode;
		return e->inode == (__u64)inode && e->number == inode->i_ino;
	}
	inode = BPF_CORE_READ(file, f_inode);
	return e->inode == (__u64)inode && e->number == BPF_CORE_READ(inode, i_ino);
}

/* Where the bytes of a call go; see take(). */
struct place {
	__u64 offset;	/* in the stream */
	__u32 stream;	/* 0: these bytes are not captured */
	__u32 has_path; /* the stream is new and its path is due */
};

/* The slow half of take(): the fd is new, or its open file is, or the stream in this direction. */
CHECKED_ONCE int begin_stream(__u32 process, __s32 fd, __u32 direction, __u64 file_address,
			      struct place *ret)
{
	struct fd_key key = { .process = process, .fd = fd };
	struct file *file = (void *)file_address;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u64 number = BPF_CORE_READ(inode, i_ino);
	__u8 kind = kind_of(BPF_CORE_READ(inode, i_mode), (__u64)inode);
	struct fd_entry *e;

	if (!ret || !is_wanted(fd, direction, kind))
		return 0;
	direction &= 1;
	e = bpf_map_lookup_elem(&fds, &key);
	if (!e)
		e = make_entry(&key);
	if (!e) {
		__sync_fetch_and_add(&unseen_calls, 1);
		return 0;
	}
	bpf_loop(LOCK_TURNS, try_lock, &e, 0);
	if (!is_same(e, file)) {
		if (e->file)
			close_entry(e);
		e->inode = (__u64)inode;
		e->number = number;
		e->kind = kind;
		e->generation++;
		e->file_id = file_id_of((__u64)file, (__u64)inode, number);
		e->file = (__u64)file;
	}
	if (!e->stream[direction]) {
		/* Reported first: its number is seen by others only afterwards. */
		__u32 id = open_stream(e, &key, direction, (__u64)file);

		e->stream[direction] = id;
		ret->has_path = has_path(kind, inode);
	}
	__sync_lock_test_and_set(&e->lock, 0);
	return 0;
}

/*
 * `length` bytes have moved through fd: finds their stream, or begins it, and gives them their
 * place in it.
 */
CHECKED_ONCE int take(const struct task_entry *t, __s32 fd, __u32 direction, __u64 length,
		      struct place *ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fd_key key = { .fd = fd };
	struct fd_entry *e;
	struct file *file;

	if (!t || !ret)
		return -EINVAL;
	key.process = t->process;
	ret->stream = 0;
	direction &= 1;
	if (!may_be_wanted(fd, direction))
		return 0;
	file = file_of(task, fd);
	if (!file) {
		/* Closed by another thread since: whose bytes these were cannot be told. */
		__sync_fetch_and_add(&unseen_calls, 1);
		return 0;
	}
	e = bpf_map_lookup_elem(&fds, &key);
	if (!e || !is_same(e, file) || !e->stream[direction]) {
		begin_stream(t->process, fd, direction, (__u64)file, ret);
		e = bpf_map_lookup_elem(&fds, &key);
		/* Not wanted: then nothing of this open file is in the entry. */
		if (!e || e->file != (__u64)file || !e->stream[direction])
			return 0;
	}
	ret->stream = e->stream[direction];
	ret->offset = __sync_fetch_and_add(&e->length[direction], length);
	return 0;
}

#endif
