/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writing half of the run directory: rows and chunks come in, the index and
 * the stream files go out, data always before the index that speaks of it. See store.h.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/batch.h"
#include "store/outfile.h"
#include "store/seal.h"
#include "store/store.h"

#define SEGMENT_GAP (1u << 20)	/* a hole that is longer begins a new segment file */
#define SEAL_AT_ONCE (4u << 20) /* longer streams are hashed a step at each flush */
#define SEAL_STEP (2u << 20)

struct store {
	struct outfile processes;
	struct outfile streams;
	struct outfile timeline;
	struct files files;
	struct batch batch;
	struct seal *seals, **last_seal; /* long streams that have ended */
	int seal_error;
	struct idmap open; /* stream id to struct stream_files, until the seal */
	bool flushing;
};

int store_create(const struct store_config *config, struct store **ret)
{
	uint64_t boot = config->start_boot_ns;
	int dirfd = config->dirfd;
	struct store *s;
	int r;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	s->processes.fd = s->streams.fd = s->timeline.fd = -1;
	s->last_seal = &s->seals;
	files_init(&s->files, dirfd, config->max_open);
	s->batch.on_lost = config->on_lost;
	s->batch.context = config->context;
	r = batch_init(&s->batch);
	if (r == 0 && mkdirat(dirfd, FORMAT_INDEX_DIR, 0700) < 0)
		r = -errno;
	if (r == 0)
		r = outfile_create(&s->processes, dirfd, FORMAT_PROCESSES, FORMAT_KIND_PROCESSES, 0,
				   boot);
	if (r == 0)
		r = outfile_create(&s->streams, dirfd, FORMAT_STREAMS, FORMAT_KIND_STREAMS, 0,
				   boot);
	if (r == 0)
		r = outfile_create(&s->timeline, dirfd, FORMAT_TIMELINE, FORMAT_KIND_TIMELINE,
				   sizeof(struct format_chunk), boot);
	if (r < 0) {
		store_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void store_free(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->open.size; i++)
		stream_files_free(&s->files, (struct stream_files *)s->open.slots[i].value);
	while (s->seals != NULL) {
		struct seal *next = s->seals->next;

		seal_free(&s->files, s->seals);
		s->seals = next;
	}
	idmap_release(&s->open);
	outfile_release(&s->processes);
	outfile_release(&s->streams);
	outfile_release(&s->timeline);
	files_release(&s->files);
	batch_release(&s->batch);
	free(s);
}

int store_put_process(struct store *s, const struct process *p)
{
	struct blob *b = outfile_buffer(&s->processes);

	if (b != NULL)
		outfile_added(&s->processes, encode_process(b, p));
	return 0;
}

int store_put_stream(struct store *s, const struct stream *st)
{
	struct blob *b = outfile_buffer(&s->streams);

	if (b != NULL)
		outfile_added(&s->streams, encode_stream(b, st));
	return 0;
}

int store_put_hole(struct store *s, const struct hole *h)
{
	struct blob *b = outfile_buffer(&s->streams);

	if (b != NULL)
		outfile_added(&s->streams, encode_hole(b, h));
	return 0;
}

static int find_or_add(struct store *s, uint32_t id, struct stream_files **ret)
{
	struct stream_files *sf = (struct stream_files *)idmap_get(&s->open, id);

	if (sf == NULL) {
		sf = calloc(1, sizeof(*sf));
		if (sf == NULL)
			return -ENOMEM;
		*sf = (struct stream_files){ .id = id, .fd = -1 };
		if (idmap_set(&s->open, id, (uintptr_t)sf) < 0) {
			free(sf);
			return -ENOMEM;
		}
	}
	*ret = sf;
	return 0;
}

/*
 * Where a segment is to begin so that a chunk at `offset` finds its place: behind the last long
 * hole that lies behind `end`, the end of what the stream's files hold. `end` itself: nowhere new.
 * Holes that touch count as one.
 */
static uint64_t segment_start(const struct stream *st, uint64_t end, uint64_t offset)
{
	size_t i = st->nholes;

	while (i > 0 && st->holes[i - 1].offset + st->holes[i - 1].length > offset)
		i--;
	while (i > 0) {
		uint64_t stop = st->holes[i - 1].offset + st->holes[i - 1].length;
		uint64_t start = stop;

		if (stop <= end)
			break;
		for (; i > 0 && st->holes[i - 1].offset + st->holes[i - 1].length == start; i--)
			start = st->holes[i - 1].offset;
		if (stop - start > SEGMENT_GAP)
			return stop;
	}
	return end;
}

/* Finds or makes the segment for a chunk at `offset`. Returns its index or negative errno. */
static ssize_t place(struct store *s, struct stream_files *sf, struct stream *st, uint64_t offset)
{
	ssize_t i = files_find(sf, offset);
	uint64_t end = i >= 0 ? sf->extents[i].offset + sf->extents[i].planned : 0;
	uint64_t start = segment_start(st, end, offset);
	int r;

	if (i >= 0 && start <= end)
		return i;
	if (i >= 0 && i == (ssize_t)sf->nextents - 1 && sf->extents[i].planned == 0)
		r = files_move_segment(&s->files, sf, st, start);
	else
		r = files_add_segment(&s->files, sf, st, start);
	if (r < 0)
		return r;
	sf->unlisted = true;
	return files_find(sf, offset);
}

/* Tells the index of files that have got their first bytes. */
static void list_segments(struct store *s, struct stream_files *sf)
{
	char file[NAME_SIZE];
	struct blob *b = outfile_buffer(&s->streams);

	sf->unlisted = false;
	for (uint32_t i = 0; b != NULL && i < sf->nextents; i++) {
		struct extent *e = &sf->extents[i];

		if (e->length == 0 && !e->listed)
			sf->unlisted = true;
		if (e->length == 0 || e->listed)
			continue;
		name_segment(sf->name, e->offset, file);
		outfile_added(&s->streams, encode_segment(b, sf->id, e->offset, file));
		e->listed = true;
	}
}

static void write_waiting(struct store *s, struct stream_files *sf)
{
	batch_write(&s->batch, &s->files, sf);
	if (sf->unlisted)
		list_segments(s, sf);
}

int store_append(struct store *s, struct stream *st, const struct chunk *c, const void *data)
{
	struct chunk part = *c;
	const char *at = data;
	struct stream_files *sf;
	uint32_t left = c->length;
	int r;

	if (c->offset > (uint64_t)INT64_MAX - c->length)
		return -EINVAL;
	r = find_or_add(s, st->id, &sf);
	if (r < 0)
		return r;
	do {
		ssize_t i = left > 0 ? place(s, sf, st, part.offset) : 0;

		part.length = left;
		if (i >= 0 && left > 0) {
			struct extent *e = &sf->extents[i];
			uint64_t room = UINT64_MAX, end;

			if (i + 1 < (ssize_t)sf->nextents)
				room = e[1].offset - part.offset;
			/* Only a chunk that a hole denies reaches into the next segment. */
			part.length = left < room ? left : (uint32_t)room;
			end = part.offset + part.length - e->offset;
			e->planned = e->planned > end ? e->planned : end;
		}
		if (batch_is_full(&s->batch))
			store_flush(s);
		part.flags = part.length < left ? c->flags | CHUNK_MORE : c->flags;
		batch_add(&s->batch, sf, &part, at, i < 0 ? (int)i : 0);
		left -= part.length;
		part.offset += part.length;
		at += part.length;
	} while (left > 0);
	return 0;
}

static void note_in_timeline(struct store *s, const struct waiting *w)
{
	struct blob *b = outfile_buffer(&s->timeline);
	struct format_chunk row = {
		.time_ns = w->chunk.time_ns,
		.offset = w->chunk.offset,
		.length = w->written,
		.stream = w->chunk.stream,
		.tid = w->chunk.tid,
		.flags = w->chunk.flags,
		.entered_ns = w->chunk.entered_ns,
	};
	int r;

	if (b == NULL || (w->written == 0 && w->chunk.length > 0))
		return;
	r = blob_reserve(b, sizeof(row));
	if (r == 0) {
		memcpy(b->data + b->len, &row, sizeof(row));
		b->len += sizeof(row);
	}
	outfile_added(&s->timeline, r);
}

/* Hashes long streams that have ended, up to `budget` bytes. */
static void step_seals(struct store *s, uint64_t budget)
{
	while (s->seals != NULL && budget > 0) {
		struct seal *seal = s->seals;
		int r = seal_step(seal, &s->files, &budget);

		if (r == 0)
			break;
		if (r > 0)
			store_put_stream(s, &seal->row);
		else if (s->seal_error == 0)
			s->seal_error = r;
		s->seals = seal->next;
		seal_free(&s->files, seal);
	}
	if (s->seals == NULL)
		s->last_seal = &s->seals;
}

int store_flush(struct store *s)
{
	struct batch *b = &s->batch;

	if (s->flushing)
		return -EBUSY;
	s->flushing = true;
	for (uint32_t i = 0; i < b->count; i++) {
		struct waiting *w = &b->waiting[i];

		if (!w->done)
			write_waiting(s,
				      (struct stream_files *)idmap_get(&s->open, w->chunk.stream));
		note_in_timeline(s, w);
	}
	b->count = 0;
	step_seals(s, SEAL_STEP);
	/*
	 * A row comes after those it speaks of: a killed recorder leaves a beginning that fits
	 * together.
	 */
	outfile_flush(&s->processes);
	outfile_flush(&s->streams);
	outfile_flush(&s->timeline);
	s->flushing = false;
	return 0;
}

static uint64_t finish_lengths(struct stream *st, const struct stream_files *sf)
{
	uint64_t sum = 0;

	for (size_t i = 0; sf != NULL && i < st->nsegments; i++)
		sum += st->segments[i].length = sf->extents[i].length;
	return sum;
}

int store_seal_stream(struct store *s, struct stream *st)
{
	struct stream_files *sf = (struct stream_files *)idmap_get(&s->open, st->id);
	uint64_t budget = SEAL_AT_ONCE;
	struct seal *seal;
	bool late;
	int r;

	if (sf != NULL)
		write_waiting(s, sf);
	idmap_remove(&s->open, st->id);
	late = finish_lengths(st, sf) > SEAL_AT_ONCE;
	r = seal_create(st, sf, &seal);
	if (r < 0 || late)
		store_put_stream(s, st);
	if (r < 0) {
		stream_files_free(&s->files, sf);
		return r;
	}
	if (late) {
		*s->last_seal = seal;
		s->last_seal = &seal->next;
		return 0;
	}
	r = seal_step(seal, &s->files, &budget);
	st->hashed = seal->row.hashed;
	memcpy(st->sha256, seal->row.sha256, SHA256_SIZE);
	seal_free(&s->files, seal);
	store_put_stream(s, st);
	if (r < 0 && s->seal_error == 0)
		s->seal_error = r;
	return 0;
}

int store_finish(struct store *s)
{
	int r, first;

	first = store_flush(s);
	step_seals(s, UINT64_MAX);
	first = first < 0 ? first : s->seal_error;
	r = outfile_finish(&s->timeline);
	first = first < 0 ? first : r;
	r = outfile_finish(&s->streams);
	first = first < 0 ? first : r;
	r = outfile_finish(&s->processes);
	return first < 0 ? first : r;
}
