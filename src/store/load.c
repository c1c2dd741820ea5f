/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the index: headers and the time line. Damage becomes a problem, never a failure. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "store/reader_parts.h"

#define HEADER_SIZE_MAX 4096
#define RECORD_SIZE_MAX 4096

int reader_open_regular(int dirfd, const char *name, uint64_t *ret_size)
{
	CLEANUP_CLOSE int fd = -1;
	struct stat about;

	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &about) < 0)
		return -errno;
	if (!S_ISREG(about.st_mode))
		return -ENODEV;
	*ret_size = (uint64_t)about.st_size;
	return fd_take(&fd);
}

/* NULL: fine; else what is wrong with it. A header that is no good at all is made usable. */
static const char *check_header(struct format_header *h, enum format_kind kind, bool *ret_usable)
{
	bool sizes = h->header_size >= sizeof(*h) && h->header_size <= HEADER_SIZE_MAX &&
		     h->header_size % 8 == 0;
	const char *what = NULL;

	if (kind == FORMAT_KIND_TIMELINE)
		sizes = sizes && h->record_size >= sizeof(struct format_chunk) &&
			h->record_size <= RECORD_SIZE_MAX && h->record_size % 8 == 0;
	if (memcmp(h->magic, FORMAT_MAGIC, sizeof(h->magic)) != 0)
		what = "does not begin with the mark of an iotap index";
	else if (h->kind != kind)
		what = "is another part of an index than its name says";
	else if (!sizes)
		what = "gives sizes in its header that cannot be";
	else if (h->version != FORMAT_VERSION)
		what = "is of another version of the format";
	else if (h->state != FORMAT_FINISHED && h->state != FORMAT_INCOMPLETE)
		what = "has a state that this version does not know";
	/* Records of a journal prove themselves; those of a time line do not. */
	*ret_usable = kind != FORMAT_KIND_TIMELINE || (h->kind == kind && sizes);
	if (what != NULL && h->state == FORMAT_FINISHED)
		h->state = FORMAT_INCOMPLETE;
	if (!sizes)
		h->header_size = sizeof(*h);
	return what;
}

int load_header(struct reader *r, int indexfd, const char *name, enum format_kind kind,
		struct format_header *ret, uint64_t *ret_size)
{
	CLEANUP_CLOSE int fd = -1;
	const char *what;
	bool usable;
	int error;

	error = fd = reader_open_regular(indexfd, name, ret_size);
	if (error < 0) {
		reader_add_problem(r, "index/%s cannot be read: %s", name, strerror(-error));
		return -EBADMSG;
	}
	if (pread(fd, ret, sizeof(*ret), 0) != (ssize_t)sizeof(*ret)) {
		reader_add_problem(r, "index/%s is too short: its header is not whole", name);
		return -EBADMSG;
	}
	what = check_header(ret, kind, &usable);
	if (what != NULL)
		reader_add_problem(r, "index/%s %s: %s", name, what,
				   usable ? "what can be made out of it is shown"
					  : "it is left out");
	return usable ? fd_take(&fd) : -EBADMSG;
}

static bool chunk_is_possible(const struct chunk *c)
{
	return c->offset <= (uint64_t)INT64_MAX - c->length;
}

/* The row of a stream that was not sealed is older than its last chunks. */
static void extend_stream(struct stream *st, const struct chunk *c)
{
	uint64_t end = c->offset + c->length;

	if (st->captured == 0 && st->first_ns == 0)
		st->first_ns = c->time_ns;
	st->first_ns = c->time_ns < st->first_ns ? c->time_ns : st->first_ns;
	st->last_ns = c->time_ns > st->last_ns ? c->time_ns : st->last_ns;
	st->captured += c->length;
	for (size_t i = st->nsegments; i-- > 0;) {
		struct segment *seg = &st->segments[i];

		if (seg->offset > c->offset)
			continue;
		if (i + 1 < st->nsegments && end > seg[1].offset)
			end = seg[1].offset;
		if (end - seg->offset > seg->length)
			seg->length = end - seg->offset;
		break;
	}
}

/* One pass: is it in order, does the index know every stream, how far do the open ones go. */
static int survey(struct reader *r, bool *ret_in_order)
{
	struct timeline *t = &r->timeline;
	uint64_t last = 0, unknown = 0, impossible = 0;

	*ret_in_order = true;
	for (uint32_t i = 0; i < t->count; i++) {
		struct stream *st;
		struct chunk c;
		int e = timeline_get(t, i, &c);

		if (e < 0)
			return e;
		if (chunk_order(&c) < last)
			*ret_in_order = false;
		last = chunk_order(&c);
		st = (struct stream *)reader_find_stream(r, c.stream);
		if (st == NULL)
			unknown++;
		else if (!chunk_is_possible(&c))
			impossible++;
		else if (!st->hashed)
			extend_stream(st, &c);
	}
	if (unknown > 0)
		reader_add_problem(r,
				   "index/timeline: %" PRIu64 " chunks are of streams that the "
				   "index does not have: they are left out",
				   unknown);
	if (impossible > 0)
		reader_add_problem(
			r, "index/timeline: %" PRIu64 " chunks make no sense: they are left out",
			impossible);
	return 0;
}

static void finish_open_streams(struct reader *r)
{
	for (size_t i = 0; i < r->nstreams; i++) {
		struct stream *st = &r->streams[i];

		if (!st->closed)
			st->length = st->captured + st->lost + st->in_kernel + st->cut;
	}
}

static void count_records(struct reader *r, uint64_t size)
{
	struct timeline *t = &r->timeline;
	uint64_t data = size > t->first ? size - t->first : 0;
	uint64_t count = data / t->record_size;

	/* A run that goes on, or whose recorder was killed, may end in the middle of a record. */
	if (data % t->record_size != 0 && r->timeline_header.state == FORMAT_FINISHED)
		reader_add_problem(
			r,
			"index/timeline ends in the middle of a record: its last %" PRIu64
			" bytes are left out",
			data % t->record_size);
	if (r->timeline_header.state == FORMAT_FINISHED && r->timeline_header.records != count)
		reader_add_problem(r,
				   "index/timeline has %" PRIu64
				   " records where its header says %" PRIu64 ": run --verify",
				   count, r->timeline_header.records);
	if (count > UINT32_MAX) {
		reader_add_problem(r,
				   "index/timeline is too long: only its first %" PRIu32
				   " chunks are shown",
				   UINT32_MAX);
		count = UINT32_MAX;
	}
	t->count = (uint32_t)count;
}

int load_timeline(struct reader *r, int indexfd)
{
	struct timeline *t = &r->timeline;
	uint64_t size;
	bool in_order;
	int e;

	t->fd = load_header(r, indexfd, "timeline", FORMAT_KIND_TIMELINE, &r->timeline_header,
			    &size);
	if (t->fd < 0) {
		t->fd = -1;
		r->finished = false;
		return 0;
	}
	if (r->timeline_header.state != FORMAT_FINISHED)
		r->finished = false;
	t->first = r->timeline_header.header_size;
	t->record_size = r->timeline_header.record_size;
	count_records(r, size);
	e = survey(r, &in_order);
	if (e == 0 && !in_order)
		e = timeline_sort(t);
	if (e == -ENOMEM)
		return e;
	if (e < 0) {
		reader_add_problem(r, "index/timeline cannot be read: %s", strerror(-e));
		t->count = 0;
	}
	finish_open_streams(r);
	return 0;
}
