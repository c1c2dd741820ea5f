/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF backend: loads the programs of bpf/, enters the command in the tree,
 * drains the two rings into the sink, and closes the streams of processes that have gone.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"
#include "capture/fetch.h"
#include "capture/load.h"
#include "capture/probe.h"
#include "capture/ring.h"
#include "capture/settle.h"
#include "capture/shared.h"
#include "wire.h"

#define BATCH_RECORDS 8192 /* records between two commits, at most */
#define NAP_MS 10	   /* between two looks while there is something to do */
#define NAPS 20		   /* so many naps without a record, then sleep until woken */

struct backend {
	struct iotap_bpf *skel;
	struct ring data;
	struct ring life;
	int epoll;
	unsigned idle; /* naps since the last record */
	bool attached;
	uint64_t word; /* what waiting writers read; see reader_word */
};

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int bpf_probe(char *ret_reason, size_t reason_size)
{
	return probe_bpf(ret_reason, reason_size);
}

static void bpf_free(struct backend *b)
{
	if (!b)
		return;
	/* 1 no more records  2 our view of the rings  3 the rings */
	if (b->skel)
		iotap_bpf__detach(b->skel);
	ring_close(&b->data);
	ring_close(&b->life);
	if (b->epoll >= 0)
		close(b->epoll);
	iotap_bpf__destroy(b->skel);
	free(b);
}

static int watch(struct backend *b, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_rings(struct backend *b)
{
	int data = bpf_map__fd(b->skel->maps.data_ring);
	int life = bpf_map__fd(b->skel->maps.life_ring);
	int err;

	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (b->epoll < 0)
		return -errno;
	err = ring_open(&b->life, life, LIFE_RING_SIZE);
	if (!err)
		err = watch(b, data);
	if (!err)
		err = watch(b, life);
	return err;
}

/* Tells the kernel side who waits for records. */
static int introduce(struct backend *b)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	int err;

	b->skel->bss->reader_word = (uintptr_t)&b->word;
	err = bpf_prog_test_run_opts(bpf_program__fd(b->skel->progs.on_whoami), &options);
	return err ? err : b->skel->bss->reader_pid ? 0 : -ESRCH;
}

static int bpf_open(const struct backend_config *config, struct backend **ret, char *ret_reason,
		    size_t reason_size)
{
	struct backend *b;
	int err;

	err = probe_bpf(ret_reason, reason_size);
	if (err)
		return err;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->epoll = -1;
	probe_listen();
	err = bpf_load(config, &b->skel, &b->data);
	if (!err)
		err = open_rings(b);
	if (!err)
		err = introduce(b);
	if (!err)
		err = iotap_bpf__attach(b->skel);
	if (err) {
		probe_explain(err, ret_reason, reason_size);
		bpf_free(b);
		return err;
	}
	*ret = b;
	return 0;
}

static int bpf_add(struct backend *b, int pidfd, pid_t pid, const struct backend_sink *sink)
{
	struct task_entry task = { .process = 1, .is_held = 1 };
	struct process_entry process = { .threads = 1, .threads_ever = 1, .first_fd = -1 };
	uint32_t number = 1;

	process.texts.cwd = __atomic_add_fetch(&b->skel->bss->last_text, 1, __ATOMIC_SEQ_CST);
	if (bpf_map__update_elem(b->skel->maps.processes, &number, sizeof(number), &process,
				 sizeof(process), BPF_ANY) ||
	    bpf_map__update_elem(b->skel->maps.monitored, &pidfd, sizeof(pidfd), &task,
				 sizeof(task), BPF_NOEXIST))
		return -errno;
	__atomic_add_fetch(&b->skel->bss->tasks, 1, __ATOMIC_SEQ_CST);
	b->attached = true;
	return settle_root(pid, process.texts.cwd, sink);
}

static int bpf_poll_fd(struct backend *b)
{
	return b->epoll;
}

/* Most records of the life ring are for the decoder; some are asked of us. */
static int take_life(struct backend *b, const struct wire_head *record, size_t size,
		     const struct backend_sink *sink)
{
	int fds = bpf_map__fd(b->skel->maps.fds);
	int processes = bpf_map__fd(b->skel->maps.processes);
	const void *memory = record;
	int err;

	if (record->type == WIRE_FETCH)
		return fetch_run(memory, bpf_map__fd(b->skel->maps.acks),
				 (uint64_t *)&b->skel->bss->reader_beat, sink);
	err = sink->record(sink->context, record, size);
	if (!err && record->type == WIRE_EXIT)
		err = settle_process(fds, processes, ((const struct wire_exit *)memory)->process,
				     sink);
	return err;
}

static int pump_life(struct backend *b, const struct backend_sink *sink)
{
	const void *memory;
	size_t size;
	int records = 0, err;

	while (ring_next(&b->life, ring_end(&b->life), &memory, &size)) {
		err = take_life(b, memory, size, sink);
		if (err)
			return err;
		records++;
	}
	ring_release(&b->life);
	__atomic_store_n(&b->skel->bss->life_pressed, 0, __ATOMIC_SEQ_CST);
	return records;
}

static int commit_data(struct backend *b, const struct backend_sink *sink)
{
	int err = sink->commit(sink->context);

	if (!err)
		ring_release(&b->data);
	return err;
}

/*
 * Up to position `end`, in batches whose memory is given back as soon as they are on their way to
 * the disk.
 */
static int pump_data(struct backend *b, uint64_t end, const struct backend_sink *sink)
{
	uint64_t batch_bytes = b->data.size / 8, begin = b->data.at;
	const void *memory;
	size_t size;
	int records = 0, batch = 0, err;

	while (ring_next(&b->data, end, &memory, &size)) {
		err = sink->record(sink->context, memory, size);
		if (err)
			return err;
		records++;
		if (++batch == BATCH_RECORDS || b->data.at - begin >= batch_bytes) {
			err = commit_data(b, sink);
			if (err)
				return err;
			batch = 0;
			begin = b->data.at;
		}
	}
	err = commit_data(b, sink);
	return err ? err : records;
}

/* One round over both rings, the life ring first: see wire.h. */
static int pump_once(struct backend *b, const struct backend_sink *sink)
{
	uint64_t end = ring_end(&b->data);
	int life, data;

	life = pump_life(b, sink);
	if (life < 0)
		return life;
	data = pump_data(b, end, sink);
	return data < 0 ? data : life + data;
}

static bool is_drained(const struct backend *b)
{
	return !ring_used(&b->data) && !ring_used(&b->life);
}

static void announce(struct backend *b, enum reader_state state)
{
	__atomic_store_n(&b->skel->bss->reader_state, state, __ATOMIC_SEQ_CST);
}

static int bpf_pump(struct backend *b, const struct backend_sink *sink, int *ret_sleep_ms)
{
	int records;

	announce(b, READER_AWAKE);
	records = pump_once(b, sink);
	if (records < 0)
		return records;
	/* Not the life ring: holes keep coming there as long as the tree drops. */
	if (!ring_used(&b->data))
		__atomic_store_n(&b->skel->bss->stalled, 0, __ATOMIC_SEQ_CST);

	/*
	 * Looking again at once pays only where much has come meanwhile: few records at a time cost
	 * most.
	 */
	b->idle = records ? 0 : b->idle + 1;
	announce(b, b->idle < NAPS ? READER_NAPPING : READER_SLEEPING);
	if (ring_used(&b->data) >= b->data.size / 16 || ring_used(&b->life) >= b->life.size / 16)
		*ret_sleep_ms = 0;
	else if (b->idle < NAPS ||
		 !is_drained(b)) /* what came before the announcement woke nobody */
		*ret_sleep_ms = NAP_MS;
	else
		*ret_sleep_ms = -1;
	return records;
}

static int bpf_finish(struct backend *b, const struct backend_sink *sink)
{
	struct timespec tick = { .tv_nsec = 1000000 };
	int fds = bpf_map__fd(b->skel->maps.fds);
	int processes = bpf_map__fd(b->skel->maps.processes);
	uint64_t since = boot_ns();
	int records;

	/*
	 * Life goes on in processes that are left behind: no new call is seen from here on, those
	 * under way are waited for as long as they make progress.
	 */
	iotap_bpf__detach(b->skel);
	for (;;) {
		records = pump_once(b, sink);
		if (records < 0)
			return records;
		if (records)
			since = boot_ns();
		else if (is_drained(b) &&
			 !__atomic_load_n(&b->skel->bss->calls_in_flight, __ATOMIC_SEQ_CST))
			break;
		else if (boot_ns() - since > 2000000000)
			break;
		else
			nanosleep(&tick, NULL);
	}
	records = settle_all(fds, processes, sink);
	return records ? records : sink->commit(sink->context);
}

static void bpf_totals(struct backend *b, struct backend_totals *ret)
{
	struct iotap_bpf__bss *shared = b->skel->bss;

	ret->tasks = __atomic_load_n(&shared->tasks, __ATOMIC_SEQ_CST);
	ret->lost_events = __atomic_load_n(&shared->lost_events, __ATOMIC_SEQ_CST);
	ret->lost_tasks = __atomic_load_n(&shared->lost_tasks, __ATOMIC_SEQ_CST);
	ret->unseen_calls = __atomic_load_n(&shared->unseen_calls, __ATOMIC_SEQ_CST);
}

const struct backend_ops backend_bpf = {
	.name = "bpf",
	.probe = bpf_probe,
	.open = bpf_open,
	.add = bpf_add,
	.poll_fd = bpf_poll_fd,
	.pump = bpf_pump,
	.finish = bpf_finish,
	.totals = bpf_totals,
	.free = bpf_free,
};
