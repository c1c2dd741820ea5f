/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reading half of the run directory. See reader.h. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "lib/fd.h"
#include "store/reader_parts.h"

void reader_add_problem(struct reader *r, const char *format, ...)
{
	char **problems = reallocarray(r->problems, r->nproblems + 1, sizeof(*problems));
	va_list args;
	char *text;
	int n;

	if (problems == NULL)
		return;
	r->problems = problems;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n >= 0)
		r->problems[r->nproblems++] = text;
}

static void load_run(struct reader *r)
{
	int e = runinfo_read(r->dirfd, &r->run);

	r->run_read = e == 0;
	if (e == -EINVAL)
		reader_add_problem(r,
				   "run.json is damaged: what it says about the run is left out");
	else if (e < 0)
		reader_add_problem(r, "run.json cannot be read: %s", strerror(-e));
	if (e < 0 || r->run.state == NULL || strcmp(r->run.state, "finished") != 0)
		r->finished = false;
}

static int load_index(struct reader *r)
{
	CLEANUP_CLOSE int fd = -1;
	int e;

	fd = openat(r->dirfd, FORMAT_INDEX_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		reader_add_problem(r, "index/ cannot be read: %s", strerror(errno));
		r->finished = false;
		return 0;
	}
	e = load_journals(r, fd);
	return e == 0 ? load_timeline(r, fd) : e;
}

/* Under way, the sums of its streams stand in a process's row only up to its last change. */
static void sum_processes(struct reader *r)
{
	for (size_t i = 0; i < r->nprocesses; i++)
		r->processes[i].bytes_out = r->processes[i].bytes_in = 0;
	for (size_t i = 0; i < r->nstreams; i++) {
		const struct stream *st = &r->streams[i];
		struct process *p = (struct process *)reader_find_process(r, st->process);

		if (p != NULL)
			*(st->direction == DIRECTION_OUT ? &p->bytes_out : &p->bytes_in) +=
				st->length;
	}
}

int reader_open(const char *dir, struct reader **ret)
{
	struct reader *r = calloc(1, sizeof(*r));
	int e;

	if (r == NULL)
		return -ENOMEM;
	r->timeline.fd = -1;
	r->finished = true;
	for (size_t i = 0; i < OPEN_FILES; i++)
		r->files[i].fd = -1;
	r->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e = r->dirfd < 0 ? -errno : 0;
	if (e == 0) {
		load_run(r);
		e = load_index(r);
	}
	if (e == 0 && !r->run_read && r->journals == 0)
		e = -EBADMSG;
	if (e < 0) {
		reader_free(r);
		return e;
	}
	if (!r->finished)
		sum_processes(r);
	*ret = r;
	return 0;
}

void reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < OPEN_FILES; i++)
		fd_close(r->files[i].fd);
	for (size_t i = 0; i < r->nprocesses; i++)
		process_release(&r->processes[i]);
	for (size_t i = 0; i < r->nstreams; i++)
		stream_release(&r->streams[i]);
	for (size_t i = 0; i < r->nproblems; i++)
		free(r->problems[i]);
	free(r->processes);
	free(r->streams);
	free(r->problems);
	idmap_release(&r->process_ids);
	idmap_release(&r->stream_ids);
	timeline_release(&r->timeline);
	runinfo_release(&r->run);
	fd_close(r->dirfd);
	free(r);
}

const char *reader_problem(const struct reader *r, size_t i)
{
	return i < r->nproblems ? r->problems[i] : NULL;
}

const struct runinfo *reader_run(const struct reader *r)
{
	return &r->run;
}

bool reader_finished(const struct reader *r)
{
	return r->finished;
}

const struct process *reader_process(const struct reader *r, size_t i)
{
	return i < r->nprocesses ? &r->processes[i] : NULL;
}

const struct stream *reader_stream(const struct reader *r, size_t i)
{
	return i < r->nstreams ? &r->streams[i] : NULL;
}

const struct process *reader_find_process(const struct reader *r, uint32_t id)
{
	uintptr_t at = idmap_get(&r->process_ids, id);

	return at > 0 ? &r->processes[at - 1] : NULL;
}

const struct stream *reader_find_stream(const struct reader *r, uint32_t id)
{
	uintptr_t at = idmap_get(&r->stream_ids, id);

	return at > 0 ? &r->streams[at - 1] : NULL;
}

int reader_next_chunk(struct reader *r, uint64_t *cursor, struct chunk *ret)
{
	struct timeline *t = &r->timeline;

	while (*cursor < t->count) {
		uint32_t i = t->order != NULL ? t->order[*cursor] : (uint32_t)*cursor;
		struct chunk c;

		++*cursor;
		if (timeline_get(t, i, &c) < 0 || reader_find_stream(r, c.stream) == NULL ||
		    c.offset > (uint64_t)INT64_MAX - c.length)
			continue;
		*ret = c;
		return 1;
	}
	return 0;
}

/* An fd that stays the reader's, or negative errno. */
static int open_segment(struct reader *r, const struct stream *st, size_t segment)
{
	struct open_file *slot = &r->files[(st->id + segment) % OPEN_FILES];
	uint64_t size;
	int fd;

	if (slot->stream == st && slot->segment == segment)
		return slot->fd;
	fd = reader_open_regular(r->dirfd, st->segments[segment].file, &size);
	if (fd < 0)
		return fd;
	fd_close(slot->fd);
	*slot = (struct open_file){ .stream = st, .segment = segment, .fd = fd };
	return fd;
}

/* The last segment that begins at offset or before; -1: none. */
static ssize_t find_segment(const struct stream *st, uint64_t offset)
{
	size_t low = 0, high = st->nsegments;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (st->segments[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return (ssize_t)low - 1;
}

ssize_t reader_read(struct reader *r, const struct stream *st, uint64_t offset, void *buf,
		    size_t size)
{
	ssize_t at = find_segment(st, offset);
	const struct segment *seg = at >= 0 ? &st->segments[at] : NULL;
	ssize_t n;
	int fd;

	if (seg == NULL || offset - seg->offset >= seg->length) {
		uint64_t gap;

		if (at + 1 >= (ssize_t)st->nsegments)
			return 0;
		gap = st->segments[at + 1].offset - offset;
		size = size < gap ? size : (size_t)gap;
		memset(buf, 0, size);
		return (ssize_t)size;
	}
	if (size > seg->length - (offset - seg->offset))
		size = (size_t)(seg->length - (offset - seg->offset));
	fd = open_segment(r, st, (size_t)at);
	if (fd < 0)
		return fd;
	do
		n = pread(fd, buf, size, (off_t)(offset - seg->offset));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n > 0 || size == 0 ? n : -ENODATA;
}
