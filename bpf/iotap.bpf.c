/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs, and what each system call means. One object: the parts are its
 * headers, from the rings (emit) up to the calls.
 *
 * Everything is decided at the exit of the system call, with its return value: only then is it
 * known how many bytes the kernel took or gave, and the argument registers are still there.
 */
#include <asm/unistd_64.h>

#include "bpf/fdcalls.bpf.h"
#include "bpf/inkernel.bpf.h"
#include "bpf/messages.bpf.h"
#include "bpf/tree.bpf.h"
#include "bpf/wait.bpf.h"

#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

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
			return 0; /* go_on() ends it */
		if (conf_wait && *(volatile __u32 *)&stalled)
			c->cause = CAUSE_STALLED;
		give_up(c);
	}
	__sync_fetch_and_add(&calls_in_flight, -1);
	return 0;
}

/* The whole of it when it is one short buffer whose page is there, as nearly every call is. */
static __noinline int sent_at_once(struct call *c)
{
	struct piece piece = { .base = c->base };

	if (!c->room || c->due || c->left > WIRE_CHUNK_MAX)
		return false;
	piece_of_stream(&piece, c);
	return !emit_piece(&piece, c->left);
}

/*
 * The side that the bytes came from; c is as it was before afterwards: the stack is too short for
 * two.
 */
static __always_inline int moved_from(struct call *c, const struct task_entry *t, __s32 fd,
				      __u64 length)
{
	if (!begin_call(c, t, fd, DIRECTION_IN, length))
		return 0;
	mark_moved(c);
	if (c->due)
		run_call(c);
	__builtin_memset(c, 0, sizeof(*c));
	return 0;
}

/* A 32-bit program, or `int 0x80`: the numbers are those of i386. Bytes may have moved unseen. */
static __noinline int compat_call(__u32 nr, long ret)
{
	switch (nr) {
	case 3:
	case 4:
	case 90:
	case 145:
	case 146: /* read write .. readv writev */
	case 180:
	case 181:
	case 102:
	case 187:
	case 239: /* p{read,write}64 socketcall sendfile */
	case 313:
	case 315:
	case 316:
	case 377: /* splice tee vmsplice copy_file_range */
	case 333:
	case 334:
	case 337:
	case 345: /* p{read,write}v recvmmsg sendmmsg */
	case 369:
	case 370:
	case 371:
	case 372: /* sendto sendmsg recvfrom recvmsg */
	case 378:
	case 379:
	case 248:
	case 426: /* p{read,write}v2 io_submit io_uring */
		if (ret > 0)
			__sync_fetch_and_add(&unseen_calls, 1);
	}
	return 0;
}

/*
 * io_uring_setup() with IORING_SETUP_SQPOLL: a thread of the kernel takes the requests from now
 * on, and no call shows that it does. The kernel has just written the struct back.
 */
static __noinline int make_uring(__u64 address)
{
	__u32 words[3] = {}; /* struct io_uring_params: sq_entries, cq_entries, flags */

	if (bpf_probe_read_user(words, sizeof(words), (void *)address) ||
	    words[2] & IORING_SETUP_SQPOLL)
		__sync_fetch_and_add(&unseen_calls, 1);
	return 0;
}

/* The program is new: what it is, is told before its first byte. */
static __noinline int begin_texts(struct call *c, struct task_entry *t)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_entry *p;

	t->texts_due = 0;
	close_on_exec(t);
	p = bpf_map_lookup_elem(&processes, &t->process);
	if (!p)
		return 0;
	c->base = BPF_CORE_READ(task, mm, arg_start);
	c->left = c->room = BPF_CORE_READ(task, mm, arg_end) - c->base;
	c->id = p->texts.argv;
	c->exe = p->texts.exe;
	c->process = t->process;
	c->text = WIRE_ARGV;
	c->due = DUE_EXE;
	return 0;
}

static __noinline int begin_cwd(struct call *c, struct task_entry *t)
{
	struct process_entry *p = bpf_map_lookup_elem(&processes, &t->process);

	if (!p)
		return 0;
	p->texts.cwd = c->cwd = __sync_fetch_and_add(&last_text, 1) + 1;
	c->process = t->process;
	c->text = WIRE_CWD;
	c->due = DUE_CWD;
	return 0;
}

static __always_inline int take_call(struct task_struct *task, struct task_entry *t,
				     struct pt_regs *regs, long ret)
{
	__u32 direction = DIRECTION_OUT;
	struct source from = {};
	struct call c = {};
	bool inside = false;
	__u64 nr;
	__s32 fd;

	if (t->entered) {
		c.entered = t->entered;
		t->entered = 0;
	}
	if (t->texts_due) {
		begin_texts(&c, t);
		return run_call(&c);
	}
	nr = regs->orig_ax;
	if (task->thread_info.status & TS_COMPAT)
		return compat_call(nr, ret);

	/* A close that fails has closed all the same; of all others nothing has happened. */
	if (ret < 0 && nr != __NR_close)
		return 0;
	fd = regs->di;
	switch (nr) {
	case __NR_read:
	case __NR_pread64:
		direction = DIRECTION_IN;
	case __NR_write:
	case __NR_pwrite64:
		from.base = regs->si;
		break;

	case __NR_recvfrom:
		direction = DIRECTION_IN;
		if (regs->r10 & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
		if (regs->r10 & MSG_TRUNC)
			ret = delivered(fd, ret, regs->dx);
	case __NR_sendto:
		from.base = regs->si;
		break;

	case __NR_readv:
	case __NR_preadv:
	case __NR_preadv2:
		direction = DIRECTION_IN;
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
		from.iov = regs->si;
		from.iovs = regs->dx;
		break;

	case __NR_recvmsg:
		direction = DIRECTION_IN;
		if (regs->dx & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
	case __NR_sendmsg:
		ret = one_message(regs, direction, ret, &from);
		break;

	case __NR_recvmmsg:
		direction = DIRECTION_IN;
		if (regs->r10 & (MSG_PEEK | MSG_ERRQUEUE))
			return 0;
		if (regs->r10 & MSG_TRUNC && !delivered(fd, 1, 1))
			return 0;
	case __NR_sendmmsg:
		ret = many_messages(regs->si, ret, &from);
		break;

	case __NR_sendfile:
		inside = true;
		if (!ret || (conf_wait && !fetch_later(t, regs, ret, c.entered)))
			return 0;
		moved_from(&c, t, regs->si, ret);
		break;
	case __NR_splice:
	case __NR_copy_file_range:
		inside = true;
		if (!ret || (conf_wait && !fetch_later(t, regs, ret, c.entered)))
			return 0;
		moved_from(&c, t, fd, ret);
		fd = regs->dx;
		break;
	case __NR_tee:
		fd = regs->si;
	case __NR_vmsplice:
		inside = true;
		break;

	case __NR_io_uring_setup:
		return make_uring(regs->si);
	case __NR_io_uring_enter:
	case __NR_io_submit:
		if (ret)
			__sync_fetch_and_add(&unseen_calls, 1);
		return 0;

	case __NR_chdir:
	case __NR_fchdir:
		begin_cwd(&c, t);
		return run_call(&c);

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
		return fd_call(t, regs, nr, ret);
	default:
		return 0;
	}
	if (ret <= 0 || !begin_call(&c, t, fd, direction, ret))
		return 0;
	if (inside) {
		mark_moved(&c);
	} else if (from.iov || from.messages) {
		c.iov = from.iov;
		c.iovs = from.iovs;
		c.message_left = from.iov ? ret : 0;
		c.messages = from.messages;
		c.message_count = from.count;
	} else {
		c.base = from.base;
		c.room = ret;
		if (sent_at_once(&c))
			return 0;
	}
	return run_call(&c);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_entry *t;

	if (!plain(task)->bpf_storage)
		return 0;
	t = bpf_task_storage_get(&monitored, task, NULL, 0);
	if (!t || t->is_held)
		return 0;
	take_call(task, t, regs, ret);
	if (conf_wait && *(volatile __u32 *)&life_pressed && !*(volatile __u32 *)&stalled)
		wait_for_life(t->process);
	return 0;
}

/*
 * Run once by the reader: who it is in the initial pid namespace, which bpf_task_from_pid() counts
 * in.
 */
SEC("syscall")
int on_whoami(void *context)
{
	reader_pid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}
