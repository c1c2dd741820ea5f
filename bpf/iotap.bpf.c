/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs, and what each system call means. One object: the parts are its
 * headers, from the rings (emit) up to the calls.
 *
 * Everything is decided at the exit of the system call, with its return value: only then is it known how
 * many bytes the kernel took or gave, and the argument registers are still there.
 */
#include "bpf/wait.bpf.h"
#include "bpf/tree.bpf.h"

#include <asm/unistd_64.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

CHECKED_ONCE int step_in_tracepoint(struct call *c)
{
	__u32 zero = 0;
	struct walk *w = bpf_map_lookup_elem(&walks, &zero);

	return !c || !w || step(c, w, false);
}

static int step_now(__u32 i, struct call **context)
{
	return step_in_tracepoint(*context) != 0;
}

/* Sends the bytes of a call, now or on the task's way to user mode. */
static __noinline int run_call(struct call *c)
{
	__sync_fetch_and_add(&calls_in_flight, 1);
	c->error = EAGAIN;
	if (!conf_wait || c->left <= LONG_CALL)
		bpf_loop(NEVER, step_now, &c, 0);
	if (c->left || c->due) {
		if (conf_wait && !*(volatile __u32 *)&stalled && !defer(c))
			return 0;	/* go_on() ends it */
		if (conf_wait && *(volatile __u32 *)&stalled)
			c->cause = CAUSE_STALLED;
		give_up(c);
	}
	__sync_fetch_and_add(&calls_in_flight, -1);
	return 0;
}

/* Finds the place of `length` bytes of fd. True: c is set for them, all but where they are. */
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

/* The whole of it when it is one short buffer whose page is there, as nearly every call is. */
static __always_inline bool sent_at_once(struct call *c)
{
	struct piece piece = {
		.base = c->base,
		.offset = c->offset,
		.time = c->time,
		.id = c->id,
		.tid = c->tid,
	};

	return !c->due && c->left <= WIRE_CHUNK_MAX && !emit_piece(&piece, c->left);
}

static __always_inline int one_buffer(const struct task_entry *t, __s32 fd, __u32 direction,
				      __u64 base, __u64 length)
{
	struct call c = {};

	if (!begin_call(&c, t, fd, direction, length))
		return 0;
	c.base = base;
	c.room = length;
	if (!sent_at_once(&c))
		run_call(&c);
	return 0;
}

static __always_inline int many_buffers(const struct task_entry *t, __s32 fd, __u32 direction,
					__u64 iov, __u64 iovs, __u64 length)
{
	struct call c = {};

	if (!begin_call(&c, t, fd, direction, length))
		return 0;
	c.iov = iov;
	c.iovs = iovs;
	c.message_left = length;
	return run_call(&c);
}

/*
 * MSG_TRUNC makes a receive return the real length of a datagram, which can be more than what was delivered; on a TCP
 * socket it throws the bytes away and delivers none.
 */
static __noinline __u64 delivered(__s32 fd, __u64 length, __u64 room)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of(task, fd);
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (BPF_CORE_READ(sk, sk_type) == SOCK_STREAM &&
	    BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return 0;
	return length < room ? length : room;
}

struct sum {
	__u64 next;
	__u64 left;
	__u64 total;
};

CHECKED_ONCE int add_iovec(struct sum *s)
{
	struct user_iovec iov;

	if (!s || !s->left--)
		return 1;
	if (bpf_probe_read_user(&iov, sizeof(iov), (void *)s->next))
		return 1;
	s->next += sizeof(iov);
	s->total += iov.len;
	return 0;
}

static int sum_iovec(__u32 i, struct sum *s)
{
	return add_iovec(s) != 0;
}

CHECKED_ONCE int add_message(struct sum *s)
{
	struct user_mmsghdr message;

	if (!s || !s->left--)
		return 1;
	if (bpf_probe_read_user(&message, sizeof(message), (void *)s->next))
		return 1;
	s->next += sizeof(message);
	s->total += message.len;
	return 0;
}

static int sum_message(__u32 i, struct sum *s)
{
	return add_message(s) != 0;
}

static __noinline int one_message(const struct task_entry *t, struct pt_regs *regs,
				  __u32 direction, __u64 length)
{
	struct user_msghdr message;
	__s32 fd = regs->di;

	if (bpf_probe_read_user(&message, sizeof(message), (void *)regs->si)) {
		__sync_fetch_and_add(&unseen_calls, 1);
		return 0;
	}
	if (direction == DIRECTION_IN && regs->dx & MSG_TRUNC) {
		struct sum s = { .next = message.iov, .left = message.iovlen };

		bpf_loop(1024, sum_iovec, &s, 0);
		length = delivered(fd, length, s.total);
		if (!length)
			return 0;
	}
	return many_buffers(t, fd, direction, message.iov, message.iovlen, length);
}

static __noinline int many_messages(const struct task_entry *t, __s32 fd, __u32 direction,
				    __u64 address, __u64 count)
{
	struct sum s = { .next = address, .left = count };
	struct call c = {};

	bpf_loop(1024, sum_message, &s, 0);
	if (!s.total || !begin_call(&c, t, fd, direction, s.total))
		return 0;
	c.messages = address;
	c.message_count = count;
	return run_call(&c);
}

/* Bytes that went from file to file inside the kernel: their places are known, their content is not had. */
static __always_inline int mark_moved(const struct task_entry *t, __s32 fd, __u32 direction,
				      __u64 length)
{
	struct call c = {};

	if (!begin_call(&c, t, fd, direction, length))
		return 0;
	emit_hole(c.id, CAUSE_IN_KERNEL, c.offset, length);
	c.left = 0;
	return c.due ? run_call(&c) : 0;
}

static __noinline int inside_kernel(const struct task_entry *t, __s32 from, __s32 to, __u64 length)
{
	mark_moved(t, from, DIRECTION_IN, length);
	return mark_moved(t, to, DIRECTION_OUT, length);
}

/* A 32-bit program, or `int 0x80`: the numbers are those of i386. Bytes may have moved unseen. */
static __noinline int compat_call(__u32 nr, long ret)
{
	switch (nr) {
	case 3: case 4: case 90: case 145: case 146:	/* read write .. readv writev */
	case 180: case 181: case 102: case 187: case 239:	/* p{read,write}64 socketcall sendfile */
	case 313: case 315: case 316: case 377:		/* splice tee vmsplice copy_file_range */
	case 333: case 334: case 337: case 345:		/* p{read,write}v recvmmsg sendmmsg */
	case 369: case 370: case 371: case 372:		/* sendto sendmsg recvfrom recvmsg */
	case 378: case 379: case 248: case 426:		/* p{read,write}v2 io_submit io_uring */
		if (ret > 0)
			__sync_fetch_and_add(&unseen_calls, 1);
	}
	return 0;
}

/* The program is new: what it is, is told before its first byte. */
static __noinline int send_texts(struct task_entry *t)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_entry *p;
	struct call c = {};

	t->texts_due = 0;
	p = bpf_map_lookup_elem(&processes, &t->process);
	if (!p)
		return 0;
	c.base = BPF_CORE_READ(task, mm, arg_start);
	c.left = c.room = BPF_CORE_READ(task, mm, arg_end) - c.base;
	c.id = p->texts.argv;
	c.exe = p->texts.exe;
	c.process = t->process;
	c.text = WIRE_ARGV;
	c.due = DUE_EXE;
	return run_call(&c);
}

static __noinline int send_cwd(struct task_entry *t)
{
	struct process_entry *p = bpf_map_lookup_elem(&processes, &t->process);
	struct call c = {};

	if (!p)
		return 0;
	p->texts.cwd = c.cwd = __sync_fetch_and_add(&last_text, 1) + 1;
	c.process = t->process;
	c.text = WIRE_CWD;
	c.due = DUE_CWD;
	return run_call(&c);
}

struct range {
	__u32 process;
	__u32 first;
	__u32 last;
	bool only_mark;
	__s64 fd;
};

static int close_in_range(__u32 i, struct range *r)
{
	struct fd_key key = { .process = r->process, .fd = r->fd };
	struct fd_entry *e;

	if (r->fd < 0)
		return 1;
	e = bpf_map_lookup_elem(&fds, &key);
	if (!e)
		return 1;
	if (r->fd >= r->first && r->fd <= r->last && e->file) {
		if (r->only_mark)
			e->close_on_exec = true;
		else
			close_entry(e);
	}
	r->fd = e->next_fd;
	return 0;
}

#define CLOSE_RANGE_CLOEXEC 0x4

static __noinline int close_range(struct task_entry *t, __u32 first, __u32 last, __u32 flags)
{
	struct range r = { .process = t->process, .first = first, .last = last };
	struct process_entry *p = bpf_map_lookup_elem(&processes, &t->process);

	if (!p)
		return 0;
	r.only_mark = flags & CLOSE_RANGE_CLOEXEC;
	r.fd = p->first_fd;
	bpf_loop(1 << 20, close_in_range, &r, 0);
	return 0;
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
static __always_inline int fd_call(struct task_entry *t, struct pt_regs *regs, __u32 nr,
				   long ret)
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
	case __NR_chdir:
	case __NR_fchdir:
		return send_cwd(t);
	}
	return forget_file(task, ret);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_entry *t;
	__u32 direction = DIRECTION_OUT;
	__u64 nr;

	if (!task->bpf_storage)
		return 0;
	t = bpf_task_storage_get(&monitored, task, NULL, 0);
	if (!t)
		return 0;
	if (t->texts_due)
		send_texts(t);
	nr = regs->orig_ax;
	if (task->thread_info.status & TS_COMPAT)
		return compat_call(nr, ret);

	/* A close that fails has closed all the same; of all others nothing has happened. */
	if (ret < 0 && nr != __NR_close)
		return 0;
	switch (nr) {
	case __NR_read:
	case __NR_pread64:
		direction = DIRECTION_IN;
	case __NR_write:
	case __NR_pwrite64:
		return ret ? one_buffer(t, regs->di, direction, regs->si, ret) : 0;

	case __NR_recvfrom:
		direction = DIRECTION_IN;
		if (regs->r10 & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
		if (regs->r10 & MSG_TRUNC)
			ret = delivered(regs->di, ret, regs->dx);
	case __NR_sendto:
		return ret ? one_buffer(t, regs->di, direction, regs->si, ret) : 0;

	case __NR_readv:
	case __NR_preadv:
	case __NR_preadv2:
		direction = DIRECTION_IN;
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
		return ret ? many_buffers(t, regs->di, direction, regs->si, regs->dx, ret) : 0;

	case __NR_recvmsg:
		direction = DIRECTION_IN;
		if (regs->dx & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
	case __NR_sendmsg:
		return ret ? one_message(t, regs, direction, ret) : 0;

	case __NR_recvmmsg:
		direction = DIRECTION_IN;
		if (regs->r10 & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
	case __NR_sendmmsg:
		return ret ? many_messages(t, regs->di, direction, regs->si, ret) : 0;

	case __NR_sendfile:
		return ret ? inside_kernel(t, regs->si, regs->di, ret) : 0;
	case __NR_splice:
	case __NR_copy_file_range:
		return ret ? inside_kernel(t, regs->di, regs->dx, ret) : 0;
	case __NR_tee:
		return ret ? inside_kernel(t, -1, regs->si, ret) : 0;
	case __NR_vmsplice:
		return ret ? inside_kernel(t, -1, regs->di, ret) : 0;
	case __NR_io_uring_enter:
	case __NR_io_submit:
		if (ret)
			__sync_fetch_and_add(&unseen_calls, 1);
		return 0;

	case __NR_close:
	case __NR_dup2:
	case __NR_dup3:
	case __NR_close_range:
	case __NR_open:
	case __NR_openat:
	case __NR_openat2:
	case __NR_creat:
	case __NR_socket:
	case __NR_accept:
	case __NR_accept4:
	case __NR_pipe:
	case __NR_pipe2:
	case __NR_socketpair:
	case __NR_memfd_create:
	case __NR_chdir:
	case __NR_fchdir:
		return fd_call(t, regs, nr, ret);
	}
	return 0;
}

/* Run once by the reader: who it is in the initial pid namespace, which bpf_task_from_pid() counts in. */
SEC("syscall")
int on_whoami(void *context)
{
	reader_pid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}
