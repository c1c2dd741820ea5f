/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See load.h. */
#include <config.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "capture/load.h"
#include "capture/probe.h"
#include "capture/shared.h"

/* What a kernel may have. */
struct features {
	bool wait;
	bool typed;
};

/*
 * The data ring takes as long to make (its pages are allocated, cleared and mapped) as the kernel's
 * BTF takes to read: so a thread makes it meanwhile.
 */
struct ring_maker {
	pthread_t thread;
	bool alone; /* no more threads are allowed: it takes a little longer */
	struct ring *ring;
	size_t size;
	int fd;
	int error;
	sem_t made; /* fd or error is set; the mapping goes on */
};

static void *make_ring(void *context)
{
	struct ring_maker *m = context;

	m->fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "data_ring", 0, 0, m->size, NULL);
	sem_post(&m->made);
	m->error = m->fd < 0 ? m->fd : ring_open(m->ring, m->fd, m->size);
	return NULL;
}

static void ring_maker_start(struct ring_maker *m)
{
	sem_init(&m->made, 0, 0);
	m->alone = pthread_create(&m->thread, NULL, make_ring, m) != 0;
	if (m->alone)
		make_ring(m);
}

/* The ring is mapped, or it is known why not. */
static int ring_maker_end(struct ring_maker *m)
{
	if (!m->alone)
		pthread_join(m->thread, NULL);
	sem_destroy(&m->made);
	if (m->fd >= 0)
		close(m->fd);
	return m->error;
}

/* Makes libbpf read the kernel's BTF now: it would do so only after the maps are made. */
static int read_btf(struct iotap_bpf *skel)
{
	return bpf_program__set_attach_target(skel->progs.on_sys_exit, 0, "sys_exit");
}

static int load_with(struct iotap_bpf *skel, struct ring_maker *m)
{
	int err = read_btf(skel);

	sem_wait(&m->made);
	if (!err)
		err = m->fd < 0 ? m->fd : bpf_map__reuse_fd(skel->maps.data_ring, m->fd);
	return err ? err : iotap_bpf__load(skel);
}

static int load(const struct backend_config *config, const struct features *features,
		struct iotap_bpf **ret, struct ring *ret_ring)
{
	struct ring_maker maker = { .ring = ret_ring, .size = config->ring_size, .fd = -1 };
	struct iotap_bpf *skel = iotap_bpf__open();
	int err, ring_err;

	if (!skel)
		return -errno;
	*ret = skel;
	ring_maker_start(&maker);
	skel->rodata->conf_capture = config->capture;
	skel->rodata->conf_without = config->without;
	skel->rodata->conf_capture_fds = config->capture_fds;
	skel->rodata->conf_wait = features->wait;
	skel->rodata->conf_typed = features->typed;
	/* The order of what goes through pipes and sockets: needed where there can be any. */
	bpf_program__set_autoload(skel->progs.on_switch, true);
	bpf_program__set_autoload(skel->progs.on_waking, true);
	skel->rodata->conf_ring_size = config->ring_size;
	skel->rodata->conf_ring_mark = config->ring_size / 4;
	bpf_map__set_max_entries(skel->maps.life_ring, LIFE_RING_SIZE);
	err = load_with(skel, &maker);
	ring_err = ring_maker_end(&maker);
	return err ? err : ring_err;
}

/*
 * What the programs use where the kernel has it. Asking costs more than trying: from the most to
 * the least, and the first that loads is taken.
 */
int bpf_load(const struct backend_config *config, struct iotap_bpf **ret, struct ring *ret_ring)
{
	static const struct features levels[] = {
		{ .wait = true, .typed = true }, /* Linux 6.18: BPF task_work */
		{ .typed = true },		 /* Linux 6.2: bpf_rdonly_cast() */
		{ 0 },
	};
	bool may_wait = config->wait && !probe_is_realtime();
	int err = -EINVAL;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].wait && !may_wait)
			continue;
		err = load(config, &levels[i], ret, ret_ring);
		if (!err || err == -ENOMEM || err == -EPERM)
			break;
		ring_close(ret_ring);
		iotap_bpf__destroy(*ret);
		*ret = NULL;
	}
	return err;
}
