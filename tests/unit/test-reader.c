/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/reader.c, load.c, load_journals.c, timeline.c and verify.c. */
#include <config.h>

#include <errno.h>

#include "format.h"
#include "store-kit.h"
#include "store/journal.h"

static const char *const parts[] = { "index/processes", "index/streams", "index/timeline",
				     "run.json" };

#define STREAMS 3
#define CHUNKS 4

/* A small run: a process, three streams with a hole each, four chunks each. */
static void make_run(bool finished)
{
	struct stream st[STREAMS];
	struct store *s = kit_store(0);

	kit_process(s, 1);
	kit_process(s, 2);
	for (uint32_t i = 0; i < STREAMS; i++) {
		st[i] = kit_stream(i + 1, 4711, "job.sh");
		st[i].process = 1 + i % 2;
		store_put_stream(s, &st[i]);
	}
	for (uint32_t k = 0; k < CHUNKS; k++)
		for (uint32_t i = 0; i < STREAMS; i++)
			kit_write(s, &st[i], k * 10 + i, st[i].length, 100 + i);
	for (uint32_t i = 0; i < STREAMS; i++)
		kit_hole(s, &st[i], st[i].length, 5);
	if (finished) {
		for (uint32_t i = 0; i < STREAMS; i++)
			kit_seal(s, &st[i]);
		ck_assert_int_eq(store_finish(s), 0);
		kit_run_json(CHUNKS * 303, 15, STREAMS, 2);
	} else {
		ck_assert_int_eq(store_flush(s), 0);
	}
	for (uint32_t i = 0; i < STREAMS; i++)
		stream_release(&st[i]);
	store_free(s);
}

static size_t count_streams(const struct reader *r)
{
	size_t n = 0;

	while (reader_stream(r, n) != NULL)
		n++;
	return n;
}

static size_t count_processes(const struct reader *r)
{
	size_t n = 0;

	while (reader_process(r, n) != NULL)
		n++;
	return n;
}

static size_t count_chunks(struct reader *r)
{
	uint64_t cursor = 0, last = 0;
	struct chunk c;
	size_t n = 0;

	while (reader_next_chunk(r, &cursor, &c) > 0) {
		ck_assert_ptr_nonnull(reader_find_stream(r, c.stream));
		ck_assert_uint_ge(chunk_order(&c), last);
		last = chunk_order(&c);
		n++;
	}
	return n;
}

/*
 * Looks at everything that a reader gives, as a viewer would. Returns whether there were problems.
 */
static bool walk(struct reader *r)
{
	char data[4096];

	for (size_t i = 0; reader_process(r, i) != NULL; i++) {
		const struct process *p = reader_process(r, i);

		ck_assert_ptr_eq(reader_find_process(r, p->id), p);
		ck_assert_uint_lt(strlen(p->comm), COMM_SIZE);
	}
	for (size_t i = 0; reader_stream(r, i) != NULL; i++) {
		const struct stream *st = reader_stream(r, i);
		uint64_t at = 0;
		ssize_t n;

		ck_assert_ptr_eq(reader_find_stream(r, st->id), st);
		while (at < 100000 && (n = reader_read(r, st, at, data, sizeof(data))) > 0)
			at += (uint64_t)n;
	}
	count_chunks(r);
	return kit_verify(r) > 0;
}

START_TEST(a_run_comes_back)
{
	struct reader *r;
	const struct stream *st;
	const struct process *p;
	uint64_t cursor = 0;
	struct chunk c;
	char data[200], *wanted;

	make_run(true);
	r = kit_reader();
	ck_assert_ptr_null(reader_problem(r, 0));
	ck_assert(reader_finished(r));
	ck_assert_uint_eq(count_processes(r), 2);
	ck_assert_uint_eq(count_streams(r), STREAMS);
	ck_assert_uint_eq(count_chunks(r), STREAMS * CHUNKS);
	ck_assert_str_eq(reader_run(r)->state, "finished");
	p = reader_find_process(r, 2);
	ck_assert_str_eq(p->comm, "job.sh");
	ck_assert_mem_eq(p->argv.data, "sh\0-c", 6);
	ck_assert_ptr_null(reader_find_process(r, 3));
	ck_assert_ptr_null(reader_find_stream(r, 0));
	st = reader_find_stream(r, 3);
	ck_assert_uint_eq(st->captured, 408);
	ck_assert_uint_eq(st->length, 413);
	ck_assert_uint_eq(st->nholes, 1);
	ck_assert_uint_eq(st->holes[0].offset, 408);
	ck_assert_uint_eq(st->nsegments, 1);
	ck_assert_uint_eq(st->segments[0].length, 408);
	ck_assert_str_eq(st->segments[0].file, "4711.3-job.sh.stdout");
	ck_assert_int_eq(reader_next_chunk(r, &cursor, &c), 1);
	ck_assert_int_eq(reader_next_chunk(r, &cursor, &c), 1);
	ck_assert_uint_eq(c.stream, 2);
	ck_assert_uint_eq(c.length, 101);
	ck_assert_uint_eq(c.tid, 4711);
	ck_assert_uint_eq(c.time_ns, 1);
	wanted = kit_data(2, 0, 404);
	ck_assert_int_eq(reader_read(r, reader_find_stream(r, 2), 3, data, 200), 200);
	ck_assert_mem_eq(data, wanted + 3, 200);
	ck_assert_int_eq(reader_read(r, reader_find_stream(r, 2), 400, data, 200), 4);
	ck_assert_mem_eq(data, wanted + 400, 4);
	ck_assert_int_eq(reader_read(r, reader_find_stream(r, 2), 404, data, 200), 0);
	ck_assert_int_eq(reader_read(r, reader_find_stream(r, 2), UINT64_MAX, data, 200), 0);
	free(wanted);
	ck_assert_msg(kit_verify(r) == 0, "%s", kit_sentences);
	reader_free(r);
}
END_TEST

START_TEST(what_is_not_there_is_an_error)
{
	struct reader *r;
	char path[512];

	snprintf(path, sizeof(path), "%s/nothing", kit_dir);
	ck_assert_int_eq(reader_open(path, &r), -ENOENT);
	kit_write_file("nothing", "x", 1);
	ck_assert_int_eq(reader_open(path, &r), -ENOTDIR);
	ck_assert_int_eq(reader_open(kit_dir, &r), -EBADMSG);
	reader_free(NULL);
}
END_TEST

/* Holes between segments, short files, files that are gone. */
START_TEST(reading_across_segments)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	struct reader *r;
	char data[100], zeros[100] = { 0 }, *wanted;
	uint64_t second = 10 + 2 * MIB;

	kit_write(s, &st, 1, 0, 10);
	kit_hole(s, &st, 10, 2 * MIB);
	kit_write(s, &st, 2, second, 50);
	kit_seal(s, &st);
	store_finish(s);
	store_free(s);
	stream_release(&st);
	r = kit_reader();
	wanted = kit_data(1, second, 50);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), 5, data, 100), 5);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), 10, data, 100), 100);
	ck_assert_mem_eq(data, zeros, 100);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second - 30, data, 100), 30);
	ck_assert_mem_eq(data, zeros, 30);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second, data, 100), 50);
	ck_assert_mem_eq(data, wanted, 50);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second + 50, data, 100), 0);
	ck_assert_int_eq(ftruncate(openat(kit_dirfd, "4711-job.sh.stdout@2097162", O_WRONLY), 20),
			 0);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second + 10, data, 100), 10);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second + 20, data, 100), -ENODATA);
	reader_free(r);
	unlinkat(kit_dirfd, "4711-job.sh.stdout@2097162", 0);
	r = kit_reader();
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), second, data, 100), -ENOENT);
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), 5, data, 100), 5);
	reader_free(r);
	free(wanted);
}
END_TEST

/* What a recorder leaves that was killed after a flush. */
START_TEST(a_run_under_way_is_whole_up_to_the_last_flush)
{
	struct reader *r;
	const struct stream *st;
	char data[500], *wanted = kit_data(3, 0, 408);

	make_run(false);
	kit_run_json(0, 0, 0, 0);
	r = kit_reader();
	ck_assert_ptr_null(reader_problem(r, 0));
	ck_assert(!reader_finished(r));
	ck_assert_uint_eq(count_streams(r), STREAMS);
	ck_assert_uint_eq(count_chunks(r), STREAMS * CHUNKS);
	st = reader_find_stream(r, 3);
	ck_assert(!st->closed && !st->complete && !st->hashed);
	ck_assert_uint_eq(st->captured, 408);
	ck_assert_uint_eq(st->lost, 5);
	ck_assert_uint_eq(st->length, 413);
	ck_assert_uint_eq(st->first_ns, 2);
	ck_assert_uint_eq(st->last_ns, 32);
	ck_assert_uint_eq(st->nsegments, 1);
	ck_assert_uint_eq(st->segments[0].length, 408);
	ck_assert_int_eq(reader_read(r, st, 0, data, 500), 408);
	ck_assert_mem_eq(data, wanted, 408);
	ck_assert_uint_eq(reader_find_process(r, 1)->bytes_out, 405 + 413);
	ck_assert_uint_eq(reader_find_process(r, 2)->bytes_out, 409);
	ck_assert_msg(kit_verify(r) == 0, "%s", kit_sentences);
	reader_free(r);
	free(wanted);
}
END_TEST

/* As a killed recorder leaves them: data goes to the disk before the index. */
START_TEST(bytes_that_the_index_does_not_know)
{
	struct reader *r;
	char data[500];
	int fd;

	make_run(false);
	kit_run_json(0, 0, 0, 0);
	fd = openat(kit_dirfd, "4711-job.sh.stdout", O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, "abc", 3), 3);
	close(fd);
	fd = openat(kit_dirfd, "4714-job.sh.stdout", O_WRONLY | O_CREAT, 0600);
	close(fd);
	r = kit_reader();
	ck_assert_int_eq(reader_read(r, reader_stream(r, 0), 390, data, 500), 10);
	ck_assert_msg(kit_verify(r) == 0, "%s", kit_sentences);
	reader_free(r);
}
END_TEST

/* Each file of the index, cut at every byte: it opens and shows the rows that are whole. */
START_TEST(every_prefix_opens)
{
	const char *name = parts[_i];
	ssize_t len;
	char *data;
	size_t best = 0;

	make_run(true);
	data = kit_read_file(name, &len);
	for (ssize_t n = 0; n < len; n++) {
		struct reader *r;
		size_t rows;

		kit_write_file(name, data, (size_t)n);
		r = kit_reader();
		if (_i < 2)
			ck_assert_ptr_nonnull(reader_problem(r, 0));
		rows = _i == 0 ? count_processes(r) : _i == 1 ? count_streams(r) : count_chunks(r);
		if (_i == 2)
			ck_assert_uint_eq(rows, n < 48 ? 0 : (size_t)(n - 48) / 40);
		else if (_i < 2)
			ck_assert_uint_ge(rows, best);
		best = rows;
		ck_assert_msg(walk(r), "%s with %zd bytes", name, n);
		reader_free(r);
	}
	ck_assert_uint_gt(best, 0);
	free(data);
}
END_TEST

/* Bytes of a file that mean nothing to a reader: marked 1. */
static char *find_silent(int part, const char *data, size_t len)
{
	char *silent = calloc(len, 1);
	struct row row;

	if (part == 3) /* a letter in a text may be another one */
		return memset(silent, 1, len);
	memset(silent + 36, 1, 12); /* pad and start_boot_ns */
	if (part == 2)
		return silent;
	memset(silent + 16, 1, 4); /* record_size */
	memset(silent + 32, 1, 4); /* crc */
	for (size_t at = 48; at < len;) {
		size_t size = (size_t)row_parse(data + at, len - at, &row);

		for (size_t i = 16 + row.length; i < size; i++)
			silent[at + i] = 1;
		at += size;
	}
	return silent;
}

/* Every bit of every file of the index: no crash, and whatever changes is noticed. */
START_TEST(every_flipped_bit_is_survived)
{
	const char *name = parts[_i];
	size_t noticed = 0;
	ssize_t len;
	char *data, *silent;

	make_run(true);
	data = kit_read_file(name, &len);
	silent = find_silent(_i, data, (size_t)len);
	for (size_t bit = 0; bit < (size_t)len * 8; bit++) {
		struct reader *r;
		bool changed;
		int e;

		data[bit / 8] ^= (char)(1 << bit % 8);
		kit_write_file(name, data, (size_t)len);
		e = reader_open(kit_dir, &r);
		ck_assert_int_eq(e, 0);
		changed = walk(r) || !reader_finished(r);
		ck_assert_msg(changed || silent[bit / 8], "%s: bit %zu", name, bit);
		noticed += changed;
		reader_free(r);
		data[bit / 8] ^= (char)(1 << bit % 8);
	}
	ck_assert_uint_gt(noticed, (size_t)len);
	free(silent);
	free(data);
}
END_TEST

static void put_stream_with_file(const char *file)
{
	struct segment segment = { .length = 5, .file = (char *)file };
	struct stream st = kit_stream(9, 4711, "evil");
	struct store *s = kit_store(0);

	st.segments = &segment;
	st.nsegments = 1;
	st.closed = st.hashed = true;
	st.length = st.captured = 5;
	ck_assert_int_eq(store_put_stream(s, &st), 0);
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
}

START_TEST(files_outside_of_the_directory_are_not_read)
{
	static const char *const names[] = { "../victim", "/etc/passwd",  "..", ".",
					     "",	  "index/streams" };
	struct reader *r;

	put_stream_with_file(names[_i]);
	r = kit_reader();
	ck_assert_ptr_nonnull(strstr(reader_problem(r, 1), "make no sense"));
	ck_assert_uint_eq(count_streams(r), 0);
	reader_free(r);
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	struct reader *r;
	char data[10];

	if (_i == 0)
		ck_assert_int_eq(symlinkat("/etc/passwd", kit_dirfd, "x"), 0);
	else if (_i == 1)
		ck_assert_int_eq(mkfifoat(kit_dirfd, "x", 0600), 0);
	else
		ck_assert_int_eq(mkdirat(kit_dirfd, "x", 0700), 0);
	put_stream_with_file("x");
	r = kit_reader();
	ck_assert_uint_eq(count_streams(r), 1);
	ck_assert_int_lt(reader_read(r, reader_stream(r, 0), 0, data, 10), 0);
	ck_assert_int_gt(kit_verify(r), 0);
	ck_assert_ptr_nonnull(strstr(kit_sentences, "x cannot be read"));
	reader_free(r);
}
END_TEST

/* Each part of the directory replaced by something that would hang or lead astray. */
START_TEST(parts_that_are_no_files)
{
	struct reader *r;

	make_run(true);
	ck_assert_int_eq(unlinkat(kit_dirfd, parts[_i / 3], 0), 0);
	if (_i % 3 == 0)
		ck_assert_int_eq(symlinkat("/dev/zero", kit_dirfd, parts[_i / 3]), 0);
	else if (_i % 3 == 1)
		ck_assert_int_eq(mkfifoat(kit_dirfd, parts[_i / 3], 0600), 0);
	r = kit_reader();
	ck_assert_ptr_nonnull(reader_problem(r, 0));
	ck_assert(!reader_finished(r));
	ck_assert(walk(r));
	ck_assert_uint_eq(count_streams(r), _i / 3 == 1 ? 0 : STREAMS);
	ck_assert_uint_eq(count_processes(r), _i / 3 == 0 ? 0 : 2);
	reader_free(r);
}
END_TEST

START_TEST(an_index_that_leads_elsewhere)
{
	struct reader *r;

	make_run(true);
	ck_assert_int_eq(renameat(kit_dirfd, "index", kit_dirfd, "other"), 0);
	ck_assert_int_eq(symlinkat("other", kit_dirfd, "index"), 0);
	r = kit_reader();
	ck_assert_uint_eq(count_streams(r), 0);
	ck_assert(!reader_finished(r));
	reader_free(r);
}
END_TEST

static void append_chunk(uint64_t time, uint32_t stream, uint64_t offset, uint32_t length)
{
	struct format_chunk c = {
		.time_ns = time, .stream = stream, .offset = offset, .length = length
	};
	int fd = openat(kit_dirfd, "index/timeline", O_WRONLY | O_APPEND);

	ck_assert_int_eq(write(fd, &c, sizeof(c)), sizeof(c));
	close(fd);
}

START_TEST(chunks_that_cannot_be_are_left_out)
{
	struct reader *r;

	make_run(false);
	append_chunk(50, 77, 0, 10);
	append_chunk(51, 1, UINT64_MAX - 5, 10);
	append_chunk(52, 1, INT64_MAX, 1);
	append_chunk(53, 1, 1ull << 50, 10);
	r = kit_reader();
	ck_assert_uint_eq(count_chunks(r), STREAMS * CHUNKS + 1);
	ck_assert_ptr_nonnull(strstr(reader_problem(r, 1), "1 chunks are of streams"));
	ck_assert_ptr_nonnull(strstr(reader_problem(r, 2), "2 chunks make no sense"));
	ck_assert(walk(r));
	reader_free(r);
}
END_TEST

/* Chunks with times as given must come in the order of a plain stable sort. */
static void check_order(const uint32_t *times, uint32_t n)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	uint32_t *wanted = calloc(n, sizeof(*wanted));
	struct store *s;
	struct reader *r;
	uint64_t cursor = 0;
	struct chunk c;

	kit_teardown();
	kit_setup();
	s = kit_store(0);
	store_put_stream(s, &st);
	for (uint32_t i = 0; i < n; i++) {
		struct chunk zero = { .time_ns = times[i], .stream = 1, .tid = i };
		uint32_t k = i;

		ck_assert_int_eq(store_append(s, &st, &zero, NULL), 0);
		for (; k > 0 && times[wanted[k - 1]] > times[i]; k--)
			wanted[k] = wanted[k - 1];
		wanted[k] = i;
	}
	store_flush(s);
	store_free(s);
	r = kit_reader();
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_int_eq(reader_next_chunk(r, &cursor, &c), 1);
		ck_assert_uint_eq(c.time_ns, times[wanted[i]]);
		ck_assert_uint_eq(c.tid, wanted[i]);
	}
	ck_assert_int_eq(reader_next_chunk(r, &cursor, &c), 0);
	reader_free(r);
	free(wanted);
}

START_TEST(chunks_come_in_order_of_time)
{
	enum { MOST = 3000 };
	static uint32_t times[MOST];
	uint32_t random = 1;

	for (uint32_t shape = 0; shape < 6; shape++) {
		uint32_t n = shape == 5 ? 7 : MOST;

		for (uint32_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			times[i] = shape == 0 ? i : /* in order */
					   shape == 1 ? n - i
						      : /* backwards */
					   shape == 2 ? i + (random >> 16) % 50
						      : /* nearly */
					   shape == 3 ? (random >> 8) % 20
						      : /* many equal */
					   shape == 4 ? i % 1000 * 10 + i / 1000
						      : /* long runs */
					   (random >> 8);
		}
		check_order(times, n);
	}
	check_order(times, 1);
	check_order(times, 0);
}
END_TEST

START_TEST(holes_are_joined)
{
	static const struct hole rows[] = {
		{ 1, CAUSE_FAULT, 100, 10, 3 },	  { 1, CAUSE_RING_FULL, 0, 10, 1 },
		{ 1, CAUSE_RING_FULL, 10, 5, 2 }, { 1, CAUSE_RING_FULL, 0, 15, 2 },
		{ 1, CAUSE_FAULT, 15, 1, 3 },	  { 1, CAUSE_IN_KERNEL, 200, 50, 9 },
		{ 2, CAUSE_FAULT, 15, 1, 3 },
	};
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	const struct stream *back;
	struct reader *r;

	store_put_stream(s, &st);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		store_put_hole(s, &rows[i]);
	store_flush(s);
	store_free(s);
	r = kit_reader();
	back = reader_stream(r, 0);
	ck_assert_uint_eq(back->nholes, 4);
	ck_assert_uint_eq(back->holes[0].offset, 0);
	ck_assert_uint_eq(back->holes[0].length, 15);
	ck_assert_uint_eq(back->holes[0].cause, CAUSE_RING_FULL);
	ck_assert_uint_eq(back->holes[1].offset, 15);
	ck_assert_uint_eq(back->holes[2].offset, 100);
	ck_assert_uint_eq(back->lost, 26);
	ck_assert_uint_eq(back->in_kernel, 50);
	ck_assert_uint_eq(back->length, 76);
	ck_assert_ptr_nonnull(strstr(reader_problem(r, 1), "1 holes of streams"));
	reader_free(r);
}
END_TEST

START_TEST(ids_may_be_huge)
{
	struct stream st = kit_stream(UINT32_MAX, 4711, "job.sh");
	struct process p = { .id = UINT32_MAX };
	struct store *s = kit_store(0);
	struct reader *r;

	store_put_process(s, &p);
	kit_write(s, &st, 1, 0, 10);
	kit_seal(s, &st);
	store_finish(s);
	store_free(s);
	stream_release(&st);
	r = kit_reader();
	ck_assert_uint_eq(reader_find_stream(r, UINT32_MAX)->captured, 10);
	ck_assert_uint_eq(reader_find_process(r, UINT32_MAX)->id, UINT32_MAX);
	ck_assert_uint_eq(count_chunks(r), 1);
	reader_free(r);
}
END_TEST

/* One difference each, and the sentence for it. */
START_TEST(verify_finds)
{
	static const struct {
		const char *what, *sentence;
	} rows[] = {
		{ "change", "4711.2-job.sh.stdout: its SHA-256 is not the one in the index\n" },
		{ "cut", "4711.2-job.sh.stdout: 4 bytes at its end are missing\n" },
		{ "grow", "4711.2-job.sh.stdout: 1 bytes at its end are not in the index\n" },
		{ "remove", "4711.2-job.sh.stdout cannot be read: No such file or directory\n" },
		{ "stranger", "\\x1b[2J belongs to no stream\n" },
		{ "total", "run.json: captured is 1, the index adds up to 1212\n" },
	};
	const char *what = rows[_i].what;
	struct reader *r;
	int fd;

	make_run(true);
	fd = openat(kit_dirfd, "4711.2-job.sh.stdout", O_WRONLY);
	if (strcmp(what, "change") == 0)
		ck_assert_int_eq(pwrite(fd, "\0", 1, 77), 1);
	else if (strcmp(what, "cut") == 0)
		ck_assert_int_eq(ftruncate(fd, 400), 0);
	else if (strcmp(what, "grow") == 0)
		ck_assert_int_eq(pwrite(fd, "x", 1, 404), 1);
	else if (strcmp(what, "remove") == 0)
		ck_assert_int_eq(unlinkat(kit_dirfd, "4711.2-job.sh.stdout", 0), 0);
	else if (strcmp(what, "stranger") == 0)
		kit_write_file("\x1b[2J", "x", 1);
	else
		kit_run_json(1, 15, STREAMS, 2);
	close(fd);
	r = kit_reader();
	ck_assert_int_eq(kit_verify(r), 1);
	ck_assert_str_eq(kit_sentences, rows[_i].sentence);
	reader_free(r);
}
END_TEST

START_TEST(verify_notices_a_chunk_too_many_or_too_few)
{
	struct reader *r;
	ssize_t len;
	char *data;

	make_run(true);
	data = kit_read_file("index/timeline", &len);
	data[48 + 16] ^= 1;
	kit_write_file("index/timeline", data, (size_t)len);
	r = kit_reader();
	ck_assert_int_eq(kit_verify(r), 2);
	ck_assert_str_eq(kit_sentences,
			 "index/timeline: its CRC is not the one in its header\n"
			 "4711-job.sh.stdout: the time line has 401 bytes of it, the index says "
			 "400 were captured\n");
	reader_free(r);
	free(data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reader");
	TCase *tc = tcase_create("reader");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_add_test(tc, a_run_comes_back);
	tcase_add_test(tc, what_is_not_there_is_an_error);
	tcase_add_test(tc, reading_across_segments);
	tcase_add_test(tc, a_run_under_way_is_whole_up_to_the_last_flush);
	tcase_add_test(tc, bytes_that_the_index_does_not_know);
	tcase_add_loop_test(tc, every_prefix_opens, 0, 3);
	tcase_add_loop_test(tc, every_flipped_bit_is_survived, 0, 4);
	tcase_add_loop_test(tc, files_outside_of_the_directory_are_not_read, 0, 6);
	tcase_add_loop_test(tc, only_regular_files_are_read, 0, 3);
	tcase_add_loop_test(tc, parts_that_are_no_files, 0, 12);
	tcase_add_test(tc, an_index_that_leads_elsewhere);
	tcase_add_test(tc, chunks_that_cannot_be_are_left_out);
	tcase_add_test(tc, chunks_come_in_order_of_time);
	tcase_add_test(tc, holes_are_joined);
	tcase_add_test(tc, ids_may_be_huge);
	tcase_add_loop_test(tc, verify_finds, 0, 6);
	tcase_add_test(tc, verify_notices_a_chunk_too_many_or_too_few);
	suite_add_tcase(suite, tc);
	return kit_run(suite);
}
