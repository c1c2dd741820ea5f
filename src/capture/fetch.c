/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fetch.h. */
#include <config.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/fetch.h"
#include "lib/fd.h"
#include "wire.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9; whoever waits for us has 6.18 */
#endif

#define PIECE (1u << 20) /* read between two looks at whether the task still waits */

/*
 * The very open file of the task: nothing is opened again, no right to the file is asked for. By
 * thread: where the leader has left, /proc/PID/fd and a pidfd of the process lead nowhere.
 */
static int duplicate(const struct wire_fetch *f)
{
	CLEANUP_CLOSE int task = pidfd_open(f->tid, PIDFD_THREAD);

	return task < 0 ? -1 : pidfd_getfd(task, f->fd, 0);
}

/*
 * Where that is not allowed, or reads only whole blocks: /proc opens the very file, whatever its
 * name is by now, and even when it has none (proc(5)). Another thread can have put anything under
 * the number since, and to open a device can set it going: so it is looked at first.
 */
static int open_again(const struct wire_fetch *f)
{
	CLEANUP_CLOSE int place = -1;
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%u/fd/%d", f->pid, f->tid, f->fd);
	place = open(path, O_PATH | O_CLOEXEC);
	if (place < 0 || fstat(place, &st) || !S_ISREG(st.st_mode))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	return fd >= 0 ? fd : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static int open_source(const struct wire_fetch *f)
{
	CLEANUP_CLOSE int fd = duplicate(f);
	struct stat st;

	if (fd < 0 || fcntl(fd, F_GETFL) & O_DIRECT) {
		fd_close(fd);
		fd = open_again(f);
	}
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_ino != f->inode)
		return -ESTALE;
	return fd_take(&fd);
}

/* The task went on without waiting, so the file may have changed since. */
static bool is_cancelled(const struct wire_fetch *f, int acks)
{
	uint64_t ack;

	return !bpf_map_lookup_elem(acks, &f->tid, &ack) && ack == ~f->ticket;
}

/* Bytes [done, done + size) of the fetch, as chunks of one stream. */
static int hand_over(const struct wire_fetch *f, unsigned direction, uint64_t done, size_t size,
		     struct wire_chunk *const *chunks, const struct backend_sink *sink)
{
	int err = 0;

	for (size_t at = 0, i = 0; at < size && !err; i++) {
		size_t length = size - at < WIRE_CHUNK_MAX ? size - at : WIRE_CHUNK_MAX;
		struct wire_chunk *c = chunks[i];

		c->head = (struct wire_head){
			.type = WIRE_CHUNK,
			.flags = done + at + length < f->length ? WIRE_MORE : 0,
			.length = length,
		};
		c->time = f->time;
		c->entered = f->entered;
		c->offset = f->offset[direction] + done + at;
		c->stream = f->stream[direction];
		c->tid = f->tid;
		err = sink->record(sink->context, &c->head, sizeof(*c) + length);
		at += length;
	}
	return err ? err : sink->commit(sink->context);
}

static int hand_over_both(const struct wire_fetch *f, uint64_t done, size_t size,
			  struct wire_chunk *const *chunks, const struct backend_sink *sink)
{
	int err = 0;

	for (unsigned direction = 0; direction < 2 && !err; direction++)
		if (f->stream[direction])
			err = hand_over(f, direction, done, size, chunks, sink);
	return err;
}

static int report_missing(const struct wire_fetch *f, uint64_t done,
			  const struct backend_sink *sink)
{
	int err = 0;

	for (unsigned direction = 0; direction < 2 && !err; direction++) {
		struct wire_hole hole = {
			.head = { .type = WIRE_HOLE },
			.time = f->time,
			.offset = f->offset[direction] + done,
			.length = f->length - done,
			.stream = f->stream[direction],
			.cause = CAUSE_IN_KERNEL,
		};

		if (hole.stream)
			err = sink->record(sink->context, &hole.head, sizeof(hole));
	}
	return err;
}

/* Reads the next piece into the chunks. Returns its size, 0 at the end of the file. */
static ssize_t read_piece(int fd, const struct wire_fetch *f, uint64_t done,
			  struct wire_chunk *const *chunks)
{
	uint64_t left = f->length - done;
	size_t want = left < PIECE ? left : PIECE, size = 0;

	while (size < want) {
		size_t in_chunk = size % WIRE_CHUNK_MAX;
		size_t room = WIRE_CHUNK_MAX - in_chunk;
		ssize_t n =
			pread(fd, chunks[size / WIRE_CHUNK_MAX]->data + in_chunk,
			      want - size < room ? want - size : room, f->position + done + size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size += n;
	}
	return size;
}

static int fetch_from(int fd, const struct wire_fetch *f, int acks, uint64_t *beat,
		      struct wire_chunk *const *chunks, uint64_t *done,
		      const struct backend_sink *sink)
{
	int err = 0;

	while (*done < f->length && !err) {
		ssize_t size = read_piece(fd, f, *done, chunks);

		if (size <= 0 || is_cancelled(f, acks))
			break;
		err = hand_over_both(f, *done, size, chunks, sink);
		*done += size;
		__atomic_add_fetch(beat, 1, __ATOMIC_SEQ_CST);
	}
	return err;
}

int fetch_run(const struct wire_fetch *f, int acks, uint64_t *beat, const struct backend_sink *sink)
{
	struct wire_chunk *chunks[PIECE / WIRE_CHUNK_MAX];
	const size_t size = sizeof(struct wire_chunk) + WIRE_CHUNK_MAX;
	uint8_t *memory = malloc(size * (PIECE / WIRE_CHUNK_MAX));
	int fd = open_source(f), err = 0;
	uint64_t done = 0;

	for (size_t i = 0; i < PIECE / WIRE_CHUNK_MAX && memory; i++)
		chunks[i] = (void *)(memory + i * size);
	if (fd >= 0 && memory)
		err = fetch_from(fd, f, acks, beat, chunks, &done, sink);
	if (!err && done < f->length)
		err = report_missing(f, done, sink);
	if (fd >= 0)
		close(fd);
	free(memory);
	if (!is_cancelled(f, acks))
		bpf_map_update_elem(acks, &f->tid, &f->ticket, BPF_ANY);
	return err;
}
