/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds a run directory against its index: one sentence for each difference. See reader.h. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/fd.h"
#include "store/hash.h"
#include "store/reader_parts.h"

struct verify {
	struct reader *r;
	void (*found)(void *context, const char *sentence);
	void *context;
	int count;
};

/* Names are untrusted: what a terminal might obey is shown as \xNN. */
static void make_printable(const char *text, char *ret, size_t size)
{
	for (; *text != '\0' && size > 5; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f) {
			*ret++ = (char)c;
			size--;
		} else {
			ret += sprintf(ret, "\\x%02x", c);
			size -= 4;
		}
	}
	*ret = '\0';
}

__attribute__((format(printf, 2, 3))) static void difference(struct verify *v, const char *format,
							     ...)
{
	char raw[512], sentence[4 * sizeof(raw)];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	make_printable(raw, sentence, sizeof(sentence));
	v->count++;
	if (v->found != NULL)
		v->found(v->context, sentence);
}

/*
 * Data goes to the disk before the index that speaks of it: when the recorder was killed in between
 * there is more than the index knows.
 */
static bool may_be_ahead(const struct verify *v, const struct stream *st)
{
	return !v->r->finished && (st == NULL || !st->hashed);
}

/* Whether the file could be taken into the hash. */
static bool verify_segment(struct verify *v, const struct stream *st, const struct segment *seg,
			   struct hash *hash)
{
	CLEANUP_CLOSE int fd = -1;
	uint64_t size;
	int e;

	e = fd = reader_open_regular(v->r->dirfd, seg->file, &size);
	if (e < 0) {
		difference(v, "%s cannot be read: %s", seg->file, strerror(-e));
		return false;
	}
	if (size < seg->length)
		difference(v, "%s: %" PRIu64 " bytes at its end are missing", seg->file,
			   seg->length - size);
	if (size > seg->length && !may_be_ahead(v, st))
		difference(v, "%s: %" PRIu64 " bytes at its end are not in the index", seg->file,
			   size - seg->length);
	if (size < seg->length)
		return false;
	e = hash_file(hash, fd, 0, seg->length);
	if (e < 0)
		difference(v, "%s cannot be read: %s", seg->file, strerror(-e));
	return e == 0;
}

static void verify_files(struct verify *v, const struct stream *st)
{
	uint8_t sha256[SHA256_SIZE];
	struct hash hash;
	bool whole = true;

	hash_init(&hash);
	for (size_t i = 0; i < st->nsegments; i++)
		whole = verify_segment(v, st, &st->segments[i], &hash) && whole;
	hash_end(&hash, sha256);
	if (whole && st->hashed && memcmp(sha256, st->sha256, SHA256_SIZE) != 0)
		difference(v, "%s: its SHA-256 is not the one in the index",
			   st->nsegments > 0 ? st->segments[0].file : "a stream without files");
	if (v->r->finished && st->closed && !st->hashed)
		difference(v, "stream %" PRIu32 " has no SHA-256 in the index", st->id);
}

/* How a sentence calls a stream. */
static const char *label(const struct stream *st, char ret[static 32])
{
	if (st->nsegments > 0)
		return st->segments[0].file;
	snprintf(ret, 32, "stream %" PRIu32, st->id);
	return ret;
}

static void verify_sums(struct verify *v, const struct stream *st, uint64_t chunks)
{
	uint64_t lost = 0, in_kernel = 0;
	char text[32];

	for (size_t i = 0; i < st->nholes; i++)
		*(st->holes[i].cause == CAUSE_IN_KERNEL ? &in_kernel : &lost) +=
			st->holes[i].length;
	/* Of a killed recorder's last chunks there may be no more than the bytes. */
	if (chunks > st->captured || (chunks < st->captured && v->r->finished))
		difference(v,
			   "%s: the time line has %" PRIu64 " bytes of it, the index says %" PRIu64
			   " were captured",
			   label(st, text), chunks, st->captured);
	if (lost != st->lost || in_kernel != st->in_kernel)
		difference(v,
			   "%s: its holes add up to %" PRIu64 " bytes, the index says %" PRIu64
			   " are missing",
			   label(st, text), lost + in_kernel, st->lost + st->in_kernel);
	if (st->captured + st->lost + st->in_kernel + st->cut > st->length ||
	    (st->captured + st->lost + st->in_kernel + st->cut < st->length && v->r->finished))
		difference(v,
			   "%s: captured and missing bytes do not add up to its %" PRIu64 " bytes",
			   label(st, text), st->length);
	if (reader_find_process(v->r, st->process) == NULL)
		difference(v, "%s: its process %" PRIu32 " is not in the index", label(st, text),
			   st->process);
}

static int verify_streams(struct verify *v)
{
	struct reader *r = v->r;
	CLEANUP_FREE uint64_t *sums = calloc(r->nstreams + 1, sizeof(*sums));
	uint64_t cursor = 0;
	struct chunk c;

	if (sums == NULL)
		return -ENOMEM;
	while (reader_next_chunk(r, &cursor, &c) > 0)
		sums[reader_find_stream(r, c.stream) - r->streams] += c.length;
	for (size_t i = 0; i < r->nstreams; i++) {
		verify_files(v, &r->streams[i]);
		verify_sums(v, &r->streams[i], sums[i]);
	}
	return 0;
}

static void verify_timeline(struct verify *v)
{
	struct timeline *t = &v->r->timeline;
	uLong crc = crc32(0, NULL, 0);
	uint64_t at = t->first;
	Bytef block[16384];
	ssize_t n;

	if (t->fd < 0 || v->r->timeline_header.state != FORMAT_FINISHED)
		return;
	while ((n = pread(t->fd, block, sizeof(block), (off_t)at)) > 0) {
		crc = crc32(crc, block, (uInt)n);
		at += (uint64_t)n;
	}
	if (crc != v->r->timeline_header.crc)
		difference(v, "index/timeline: its CRC is not the one in its header");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_owned(const struct reader *r, const char ***ret, size_t *ret_count)
{
	size_t n = 0, out = 0;
	const char **names;

	for (size_t i = 0; i < r->nstreams; i++)
		n += r->streams[i].nsegments;
	names = reallocarray(NULL, n + 1, sizeof(*names));
	if (names == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < r->nstreams; i++)
		for (size_t k = 0; k < r->streams[i].nsegments; k++)
			names[out++] = r->streams[i].segments[k].file;
	if (n > 0)
		qsort(names, n, sizeof(*names), by_text);
	*ret = names;
	*ret_count = n;
	return 0;
}

static bool is_known(const char *name)
{
	static const char *const known[] = { ".", "..", "run.json", "run.json.new", "index" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static int verify_owners(struct verify *v)
{
	CLEANUP_FREE const char **names = NULL;
	struct dirent *entry;
	size_t count;
	DIR *dir;
	int fd, e;

	e = list_owned(v->r, &names, &count);
	if (e < 0)
		return e;
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			difference(v, "%s belongs to more than one stream", names[i]);
	fd = openat(v->r->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (dir == NULL) {
		fd_close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (!is_known(name) && !may_be_ahead(v, NULL) &&
		    (count == 0 || bsearch(&name, names, count, sizeof(*names), by_text) == NULL))
			difference(v, "%s belongs to no stream", name);
	}
	closedir(dir);
	return 0;
}

static void verify_total(struct verify *v, const char *key, uint64_t said, uint64_t counted)
{
	if (said != counted)
		difference(v, "run.json: %s is %" PRIu64 ", the index adds up to %" PRIu64, key,
			   said, counted);
}

static void verify_run(struct verify *v)
{
	const struct reader *r = v->r;
	uint64_t captured = 0, lost = 0;

	if (!r->finished)
		return;
	for (size_t i = 0; i < r->nstreams; i++) {
		captured += r->streams[i].captured;
		lost += r->streams[i].lost;
	}
	verify_total(v, "captured", r->run.captured, captured);
	verify_total(v, "lost", r->run.lost, lost);
	verify_total(v, "streams", r->run.streams, r->nstreams);
	verify_total(v, "processes", r->run.processes, r->nprocesses);
}

int reader_verify(struct reader *r, void (*found)(void *context, const char *sentence),
		  void *context)
{
	struct verify v = { .r = r, .found = found, .context = context };
	int e;

	for (size_t i = 0; i < r->nproblems; i++)
		difference(&v, "%s", r->problems[i]);
	verify_timeline(&v);
	e = verify_streams(&v);
	if (e == 0)
		e = verify_owners(&v);
	verify_run(&v);
	if (e < 0)
		difference(&v, "the directory could not be verified to its end: %s", strerror(-e));
	return v.count;
}
