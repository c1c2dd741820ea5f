/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writer waits: a call whose bytes do not fit on the ring, or whose pages are not there, goes
 * on in its own task after the system call and before user mode, where it may sleep (BPF task_work,
 * Linux 6.18).
 *
 * The wait looks at three things each time round: whether the task is to die (a killed writer dies
 * at once, the rest is a hole), whether the reader makes progress (STALL_NS without any: the tree
 * drops until it has drained), and it yields by reading a byte of the reader's memory, because that
 * path of the kernel reschedules: without it a writer on the reader's own CPU would spin for ever.
 */
#ifndef IOTAP_WAIT_BPF_H
#define IOTAP_WAIT_BPF_H

#include "bpf/faults.bpf.h"

#define NEVER (1 << 23) /* the longest bpf_loop(); time ends these loops, not turns */
#define SPIN_TURNS (1 << 18)
#define PF_EXITING 0x4 /* a dead reader whose parent has not asked for its status is there still */

struct bpf_map {
	__u32 max_entries;
} __attribute__((preserve_access_index));

typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);

extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *tw,
					      void *map__map, bpf_task_work_callback_t callback,
					      void *aux__prog) __ksym __weak;

/*
 * One turn of any wait: looks whether it is over for good, and yields. True: it is (c->cause).
 * waiting_since stays from one loop to the next: 8 million turns, which is all a loop may have, can
 * take less than STALL_NS.
 */
static __always_inline bool is_hopeless(struct call *c)
{
	struct task_struct *task = bpf_get_current_task_btf(), *reader;
	__u64 now = bpf_ktime_get_boot_ns();
	__u64 at = bpf_ringbuf_query(&data_ring, BPF_RB_CONS_POS) + *(volatile __u64 *)&reader_beat;
	__u8 byte;

	/* A real-time task outranks the reader: on one CPU it would wait for ever. */
	if (BPF_CORE_READ(task, prio) < MAX_RT_PRIO) {
		c->cause = CAUSE_RING_FULL;
		return true;
	}
	if (BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT) {
		c->cause = CAUSE_KILLED;
		return true;
	}
	if (at != c->reader_at || !c->waiting_since) {
		c->reader_at = at;
		c->waiting_since = now;
	} else if (now - c->waiting_since > STALL_NS) {
		*(volatile __u32 *)&stalled = 1;
	}
	reader = bpf_task_from_pid(reader_pid);
	if (!reader || BPF_CORE_READ(reader, flags) & PF_EXITING || *(volatile __u32 *)&stalled) {
		c->cause = CAUSE_STALLED;
		if (reader)
			bpf_task_release(reader);
		return true;
	}
	bpf_copy_from_user_task(&byte, 1, (void *)reader_word, reader, 0);
	bpf_task_release(reader);
	return false;
}

static int wait_turn(__u32 i, struct call **context)
{
	__u64 used = bpf_ringbuf_query(&data_ring, BPF_RB_AVAIL_DATA);

	/* A quarter of the ring: waiting for the smallest gap would mean to wait again at once. */
	if (!*(volatile __u32 *)&stalled && used + WIRE_CHUNK_MAX + PAGE <= conf_ring_size &&
	    used <= conf_ring_size / 4 * 3)
		return 1;
	return is_hopeless(*context);
}

static __noinline int wait_for_room(struct call *c)
{
	__u64 since = bpf_ktime_get_boot_ns();

	kick_reader();
	bpf_loop(NEVER, wait_turn, &c, 0);
	c->waited_ns += bpf_ktime_get_boot_ns() - since;
	return 0;
}

static int step_waiting(__u32 i, struct work **context)
{
	struct work *w = *context;
	struct call *c = &w->call;

	if (!step(c, &w->walk, true))
		return 0;
	if (c->error == EAGAIN) {
		wait_for_room(c);
		return c->cause != 0;
	}
	if (c->error == EFAULT)
		return mend_fault(c);
	return 1;
}

struct fetching {
	struct call *call;
	__u64 ticket;
	__u32 tid;
};

static int fetch_turn(__u32 i, struct fetching **context)
{
	struct fetching *f = *context;
	__u32 tid = f->tid;
	__u64 *ack = bpf_map_lookup_elem(&acks, &tid);

	if (ack && *ack == f->ticket)
		return 1;
	return is_hopeless(f->call);
}

/* A loop ends after 8 million turns; a fetch may take longer. */
static int fetch_on(__u32 i, struct fetching **context)
{
	struct fetching *f = *context;
	__u32 tid = f->tid;
	__u64 *ack;

	bpf_loop(NEVER, fetch_turn, context, 0);
	ack = bpf_map_lookup_elem(&acks, &tid);
	return f->call->cause || (ack && *ack == f->ticket);
}

/* The content was not had: what is known of it is told. */
static __always_inline void mark_fetch(const struct fetch *f)
{
	if (f->stream[DIRECTION_IN])
		emit_hole(f->stream[DIRECTION_IN], CAUSE_IN_KERNEL, f->offset[DIRECTION_IN],
			  f->length);
	if (f->stream[DIRECTION_OUT])
		emit_hole(f->stream[DIRECTION_OUT], CAUSE_IN_KERNEL, f->offset[DIRECTION_OUT],
			  f->length);
}

/*
 * Asks the reader for the bytes, and waits until it has them: only then may the file change again.
 */
static __noinline int run_fetch(struct work *w)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct fetching fetching = { .call = &w->call, .tid = pid_tgid };
	struct fetching *context = &fetching;
	__u64 since = bpf_ktime_get_boot_ns();
	struct wire_fetch *r = bpf_ringbuf_reserve(&life_ring, sizeof(*r), 0);

	if (!r) {
		mark_fetch(&w->fetch);
		return 0;
	}
	fetching.ticket = __sync_fetch_and_add(&last_ticket, 1) + 1;
	life_head(&r->head, WIRE_FETCH);
	r->time = w->fetch.time;
	r->entered = w->fetch.entered;
	r->ticket = fetching.ticket;
	r->position = w->fetch.position;
	r->length = w->fetch.length;
	r->inode = w->fetch.inode;
	r->offset[0] = w->fetch.offset[0];
	r->offset[1] = w->fetch.offset[1];
	r->stream[0] = w->fetch.stream[0];
	r->stream[1] = w->fetch.stream[1];
	r->pid = pid_tgid >> 32;
	r->fd = w->fetch.fd;
	r->tid = pid_tgid;
	r->pad = 0;
	*(volatile __u32 *)&reader_state = READER_AWAKE;
	bpf_ringbuf_submit(r, BPF_RB_FORCE_WAKEUP);

	w->call.waiting_since = 0;
	bpf_loop(NEVER, fetch_on, &context, 0);
	w->call.waited_ns += bpf_ktime_get_boot_ns() - since;
	if (w->call.cause) {
		__u32 tid = fetching.tid;
		__u64 cancelled = ~fetching.ticket;

		bpf_map_update_elem(&acks, &tid, &cancelled, BPF_ANY);
	}
	return 0;
}

static int life_turn(__u32 i, struct call **context)
{
	return !*(volatile __u32 *)&life_pressed || is_hopeless(*context);
}

static int life_on(__u32 i, struct call **context)
{
	bpf_loop(NEVER, life_turn, context, 0);
	return !*(volatile __u32 *)&life_pressed || (*context)->cause;
}

static __noinline int run_life(struct call *c)
{
	__u64 since = bpf_ktime_get_boot_ns();

	kick_reader();
	c->waiting_since = 0;
	bpf_loop(NEVER, life_on, &c, 0);
	c->waited_ns += bpf_ktime_get_boot_ns() - since;
	return 0;
}

static int go_on(struct bpf_map *map, void *key, void *value)
{
	struct work *w = value;
	struct process_entry *p;
	__u32 process = w->call.process;

	bpf_loop(NEVER, step_waiting, &w, 0);
	give_up(&w->call);
	if (w->fetch.length)
		run_fetch(w);
	if (w->for_life)
		run_life(&w->call);
	p = bpf_map_lookup_elem(&processes, &process);
	if (p)
		__sync_fetch_and_add(&p->waited_ns, w->call.waited_ns);
	w->busy = 0;
	__sync_fetch_and_add(&calls_in_flight, -1);
	return 0;
}

static int is_queued(__u32 i, struct task_struct **task)
{
	return BPF_CORE_READ(*task, task_works) != NULL;
}

/* This task's work, when it has none under way; or NULL. */
static __always_inline struct work *idle_work(void)
{
	static const struct work zero;
	__u32 tid = bpf_get_current_pid_tgid();
	struct work *w = bpf_map_lookup_elem(&works, &tid);

	if (!w) {
		bpf_map_update_elem(&works, &tid, &zero, BPF_NOEXIST);
		w = bpf_map_lookup_elem(&works, &tid);
	}
	return w && !w->busy ? w : NULL;
}

/*
 * Hands the work over to the task itself. The kernel queues it from an interrupt that it sends to
 * its own CPU: it is seen to be queued before this returns, so the task cannot slip back to user
 * mode with its buffer before the bytes are taken. 0, or negative: the call cannot wait.
 */
static __always_inline int queue_work(struct work *w)
{
	struct task_struct *task = bpf_get_current_task_btf();

	w->busy = 1;
	if (bpf_task_work_schedule_resume_impl(task, &w->task_work, &works, go_on, NULL)) {
		w->busy = 0;
		return -EAGAIN;
	}
	bpf_loop(SPIN_TURNS, is_queued, &task, 0);
	return 0;
}

static __noinline int defer(const struct call *c)
{
	struct work *w = idle_work();

	if (!w)
		return -EAGAIN;
	w->call = *c;
	w->fetch.length = 0;
	w->for_life = 0;
	return queue_work(w);
}

/*
 * The life ring fills: this task goes on when the reader has caught up. One that waits already does
 * so anyway.
 */
static __noinline int wait_for_life(__u32 process)
{
	struct work *w = idle_work();

	if (!w)
		return 0;
	__builtin_memset(&w->call, 0, sizeof(w->call));
	w->call.process = process;
	w->fetch.length = 0;
	w->for_life = 1;
	__sync_fetch_and_add(&calls_in_flight, 1);
	if (queue_work(w))
		__sync_fetch_and_add(&calls_in_flight, -1);
	return 0;
}

#endif
