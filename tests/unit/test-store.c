/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/store.c and what is under it: files, batches, seals. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "format.h"
#include "store-kit.h"

static size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* Finishes the run, frees the streams and demands that it verifies without a difference. */
static void finish_and_verify(struct store *s, struct stream *streams, size_t n)
{
	uint64_t captured = 0, lost = 0;
	struct reader *r;

	kit_process(s, 1);
	for (size_t i = 0; i < n; i++) {
		kit_seal(s, &streams[i]);
		captured += streams[i].captured;
		lost += streams[i].lost;
		stream_release(&streams[i]);
	}
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
	kit_run_json(captured, lost, n, 1);
	r = kit_reader();
	ck_assert(reader_finished(r));
	ck_assert_msg(kit_verify(r) == 0, "%s", kit_sentences);
	reader_free(r);
}

START_TEST(a_file_comes_with_its_first_byte)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct chunk nothing = { .stream = 1, .tid = 4711 };
	struct store *s = kit_store(0);
	ssize_t len;
	struct stat about;

	ck_assert_int_eq(store_put_stream(s, &st), 0);
	ck_assert_int_eq(store_append(s, &st, &nothing, NULL), 0);
	ck_assert_int_eq(store_flush(s), 0);
	ck_assert_uint_eq(st.nsegments, 0);
	kit_read_file("4711-job.sh.stdout", &len);
	ck_assert_int_eq(len, -1);
	kit_write(s, &st, 1, 0, 1);
	kit_expect_file("4711-job.sh.stdout", 1, 0, 1);
	ck_assert_uint_eq(st.nsegments, 1);
	ck_assert_str_eq(st.segments[0].file, "4711-job.sh.stdout");
	ck_assert_int_eq(fstatat(kit_dirfd, "4711-job.sh.stdout", &about, 0), 0);
	ck_assert_uint_eq(about.st_mode, S_IFREG | 0600);
	ck_assert_int_eq(fstatat(kit_dirfd, "index", &about, 0), 0);
	ck_assert_uint_eq(about.st_mode, S_IFDIR | 0700);
	ck_assert_int_eq(fstatat(kit_dirfd, "index/streams", &about, 0), 0);
	ck_assert_uint_eq(about.st_mode, S_IFREG | 0600);
	finish_and_verify(s, &st, 1);
}
END_TEST

START_TEST(a_stream_without_bytes_is_sealed)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	uint8_t digest[SHA256_SIZE];
	struct sha256_ctx sha;

	kit_seal(s, &st);
	ck_assert(st.hashed);
	sha256_init(&sha);
	sha256_digest(&sha, SHA256_SIZE, digest);
	ck_assert_mem_eq(st.sha256, digest, SHA256_SIZE);
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
}
END_TEST

/* The data is the caller's until the flush, and not a moment longer. */
START_TEST(batches_of_interleaved_streams)
{
	enum { STREAMS = 7, ROUNDS = 40, PER_BATCH = 5 };
	struct stream st[STREAMS];
	struct store *s = kit_store(0);
	char *held[STREAMS * PER_BATCH];
	uint32_t size[STREAMS * PER_BATCH];
	uint64_t time = 0;

	for (uint32_t i = 0; i < STREAMS; i++)
		st[i] = kit_stream(i + 1, 4711, "job.sh");
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = 0;

		for (int k = 0; k < PER_BATCH; k++)
			for (uint32_t i = 0; i < STREAMS; i++, n++) {
				size[n] = 1 + (uint32_t)(round * 977 + k * 31 + (int)i) % 5000;
				held[n] = kit_append(s, &st[i], time++, st[i].length, size[n]);
			}
		ck_assert_int_eq(store_flush(s), 0);
		for (size_t i = 0; i < n; i++) {
			memset(held[i], 0, size[i]);
			free(held[i]);
		}
	}
	kit_expect_file("4711-job.sh.stdout", 1, 0, st[0].length);
	kit_expect_file("4711.7-job.sh.stdout", 7, 0, st[6].length);
	finish_and_verify(s, st, STREAMS);
	ck_assert_uint_eq(kit_nlosses, 0);
}
END_TEST

/* All orders of five chunks, over all ways to cut the batch in two. */
START_TEST(chunks_come_in_any_order)
{
	static const uint32_t start[] = { 0, 1, 4097, 5000, 70000 }, end = 70001;
	int order[5] = { 0, 1, 2, 3, 4 };
	struct store *s = kit_store(0);
	uint32_t id = 0;

	for (int permutation = 0; permutation < 120; permutation++) {
		int rest = permutation, left[5] = { 0, 1, 2, 3, 4 };

		for (int i = 0, f = 24; i<5; f /= 4 - i> 0 ? 4 - i : 1, i++) {
			int pick = rest / f;

			rest %= f;
			order[i] = left[pick];
			memmove(&left[pick], &left[pick + 1],
				(size_t)(4 - i - pick) * sizeof(*left));
		}
		for (int cut = 0; cut < 5; cut++) {
			struct stream st = kit_stream(id + 1, (int)id + 1, "job.sh");
			char *held[5], name[64];

			id++;
			for (int i = 0; i < 5; i++) {
				int k = order[i];
				uint32_t stop = k < 4 ? start[k + 1] : end;

				held[i] =
					kit_append(s, &st, (uint64_t)i, start[k], stop - start[k]);
				if (i == cut)
					ck_assert_int_eq(store_flush(s), 0);
			}
			kit_seal(s, &st);
			ck_assert(st.hashed);
			ck_assert_uint_eq(st.nsegments, 1);
			ck_assert_uint_eq(st.segments[0].length, end);
			for (int i = 0; i < 5; i++)
				free(held[i]);
			snprintf(name, sizeof(name), "%u-job.sh.stdout", id);
			kit_expect_file(name, id, 0, end);
			stream_release(&st);
			ck_assert_int_eq(unlinkat(kit_dirfd, name, 0), 0);
		}
	}
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
}
END_TEST

START_TEST(the_hash_is_of_the_bytes_in_order)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	char *wanted = kit_data(1, 0, 3 * MIB);
	uint8_t digest[SHA256_SIZE];
	struct sha256_ctx sha;

	kit_write(s, &st, 1, 100, 1000);
	kit_write(s, &st, 2, 0, 50);
	kit_hole(s, &st, 50, 50);
	kit_hole(s, &st, 1100, 2 * MIB);
	kit_write(s, &st, 3, 1100 + 2 * MIB, 12345);
	ck_assert_uint_eq(st.nsegments, 2);
	kit_seal(s, &st);
	memset(wanted + 50, 0, 50);
	sha256_init(&sha);
	sha256_update(&sha, 1100, (uint8_t *)wanted);
	sha256_update(&sha, 12345, (uint8_t *)wanted + 1100 + 2 * MIB);
	sha256_digest(&sha, SHA256_SIZE, digest);
	ck_assert_mem_eq(st.sha256, digest, SHA256_SIZE);
	free(wanted);
	stream_release(&st);
	store_finish(s);
	store_free(s);
}
END_TEST

/* A hole of one MiB stays in the file; one byte more begins a segment. */
START_TEST(long_holes_begin_segments)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	uint64_t at = 1000;
	char name[64];
	ssize_t len;
	char *data;

	kit_write(s, &st, 1, 0, 1000);
	kit_hole(s, &st, at, MIB);
	at += MIB;
	kit_write(s, &st, 2, at, 10);
	ck_assert_uint_eq(st.nsegments, 1);
	at += 10;
	kit_hole(s, &st, at, MIB + 1);
	at += MIB + 1;
	kit_write(s, &st, 3, at, 20);
	ck_assert_uint_eq(st.nsegments, 2);
	ck_assert_uint_eq(st.segments[1].offset, at);
	snprintf(name, sizeof(name), "4711-job.sh.stdout@%llu", (unsigned long long)at);
	ck_assert_str_eq(st.segments[1].file, name);
	kit_expect_file(name, 1, at, 20);
	/* More of it goes on there, with short holes, too. */
	kit_hole(s, &st, at + 20, 5);
	kit_write(s, &st, 4, at + 25, 5);
	ck_assert_uint_eq(st.nsegments, 2);
	data = kit_read_file("4711-job.sh.stdout", &len);
	ck_assert_int_eq(len, 1000 + MIB + 10);
	for (size_t i = 0; i < MIB; i++)
		ck_assert_int_eq(data[1000 + i], 0);
	free(data);
	finish_and_verify(s, &st, 1);
}
END_TEST

START_TEST(holes_that_touch_are_one)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);

	kit_write(s, &st, 1, 0, 1);
	kit_hole(s, &st, 1, MIB);
	kit_hole(s, &st, 1 + MIB, 1);
	st.holes[1].cause = CAUSE_FAULT;
	kit_write(s, &st, 2, 2 + MIB, 1);
	ck_assert_uint_eq(st.nsegments, 2);
	store_free(s);
	stream_release(&st);
}
END_TEST

/* The first byte may be far from the beginning, and the beginning may come later. */
START_TEST(a_stream_may_begin_with_a_segment)
{
	struct stream st[2] = { kit_stream(1, 4711, "job.sh"), kit_stream(2, 4711, "job.sh") };
	struct store *s = kit_store(0);

	kit_hole(s, &st[0], 10, 2 * MIB);
	kit_write(s, &st[0], 1, 10 + 2 * MIB, 100);
	ck_assert_uint_eq(st[0].nsegments, 1);
	ck_assert_str_eq(st[0].segments[0].file, "4711-job.sh.stdout@2097162");
	/* Its name is taken all the same. */
	kit_write(s, &st[1], 2, 0, 5);
	ck_assert_str_eq(st[1].segments[0].file, "4711.2-job.sh.stdout");
	kit_write(s, &st[0], 3, 0, 10);
	ck_assert_uint_eq(st[0].nsegments, 2);
	ck_assert_str_eq(st[0].segments[0].file, "4711-job.sh.stdout");
	ck_assert_str_eq(st[0].segments[1].file, "4711-job.sh.stdout@2097162");
	kit_expect_file("4711-job.sh.stdout", 1, 0, 10);
	kit_expect_file("4711-job.sh.stdout@2097162", 1, 10 + 2 * MIB, 100);
	finish_and_verify(s, st, 2);
}
END_TEST

/* A later chunk comes before the one that the hole ends at: all in one batch, and in two. */
START_TEST(segments_do_not_depend_on_the_order)
{
	for (int flush = 0; flush < 2; flush++) {
		struct stream st = kit_stream(1, 4711 + flush, "job.sh");
		struct store *s;
		char *held[3];

		kit_teardown();
		kit_setup();
		s = kit_store(0);
		kit_hole(s, &st, 10, 2 * MIB);
		held[0] = kit_append(s, &st, 1, 10 + 2 * MIB + 50, 50);
		if (flush)
			ck_assert_int_eq(store_flush(s), 0);
		held[1] = kit_append(s, &st, 2, 10 + 2 * MIB, 50);
		held[2] = kit_append(s, &st, 3, 0, 10);
		ck_assert_int_eq(store_flush(s), 0);
		for (int i = 0; i < 3; i++)
			free(held[i]);
		ck_assert_uint_eq(st.nsegments, 2);
		kit_expect_file(st.segments[0].file, 1, 0, 10);
		kit_expect_file(st.segments[1].file, 1, 10 + 2 * MIB, 100);
		finish_and_verify(s, &st, 1);
	}
}
END_TEST

START_TEST(a_hole_that_is_known_too_late_moves_nothing)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);

	kit_write(s, &st, 1, 0, 10);
	kit_write(s, &st, 2, 10 + 2 * MIB + 50, 50);
	kit_hole(s, &st, 10, 2 * MIB);
	kit_write(s, &st, 3, 10 + 2 * MIB, 50);
	ck_assert_uint_eq(st.nsegments, 1);
	finish_and_verify(s, &st, 1);
}
END_TEST

/* Bytes where a hole was claimed: nothing may be lost or written twice. */
START_TEST(a_chunk_that_a_hole_denies_is_kept)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);

	kit_hole(s, &st, 10, 2 * MIB);
	kit_write(s, &st, 1, 10 + 2 * MIB, 100);
	kit_write(s, &st, 2, 2 * MIB, 60);
	ck_assert_uint_eq(st.nsegments, 2);
	kit_expect_file("4711-job.sh.stdout@2097162", 1, 10 + 2 * MIB, 100);
	kit_seal(s, &st);
	ck_assert_uint_eq(st.segments[0].length, 10 + 2 * MIB);
	stream_release(&st);
	store_free(s);
}
END_TEST

START_TEST(eight_open_files_for_a_thousand_streams)
{
	enum { STREAMS = 1000 };
	struct stream *st = calloc(STREAMS, sizeof(*st));
	struct store *s = kit_store(8);
	size_t before = open_fds();
	char *held[STREAMS];

	for (uint32_t i = 0; i < STREAMS; i++)
		st[i] = kit_stream(i + 1, (int)(i / 2) + 1, "job.sh");
	for (uint32_t round = 0; round < 4; round++) {
		for (uint32_t i = 0; i < STREAMS; i++)
			held[i] = kit_append(s, &st[i], round, round * 100, 100);
		ck_assert_int_eq(store_flush(s), 0);
		ck_assert_uint_eq(open_fds(), before + 8);
		for (uint32_t i = 0; i < STREAMS; i++)
			free(held[i]);
	}
	kit_expect_file("1-job.sh.stdout", 1, 0, 400);
	kit_expect_file("500.2-job.sh.stdout", 1000, 0, 400);
	finish_and_verify(s, st, STREAMS);
	ck_assert_uint_eq(kit_nlosses, 0);
	free(st);
}
END_TEST

START_TEST(no_more_descriptors_than_there_are)
{
	enum { STREAMS = 50 };
	struct rlimit limit = { 0 };
	struct stream st[STREAMS];
	struct store *s;

	s = kit_store(1000);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = open_fds() + 2;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (uint32_t i = 0; i < STREAMS; i++) {
		st[i] = kit_stream(i + 1, 4711, "job.sh");
		kit_write(s, &st[i], i, 0, 10);
	}
	for (uint32_t i = 0; i < STREAMS; i++)
		kit_write(s, &st[i], 100 + i, 10, 10);
	ck_assert_uint_eq(kit_nlosses, 0);
	for (uint32_t i = 0; i < STREAMS; i++) {
		kit_seal(s, &st[i]);
		ck_assert(st[i].hashed);
		stream_release(&st[i]);
	}
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
}
END_TEST

START_TEST(a_name_that_is_there_is_left_alone)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	ssize_t len;
	char *data;

	kit_write_file("4711-job.sh.stdout", "mine", 4);
	ck_assert_int_eq(symlinkat("/dev/null", kit_dirfd, "4711.2-job.sh.stdout"), 0);
	kit_write(s, &st, 1, 0, 10);
	ck_assert_str_eq(st.segments[0].file, "4711.3-job.sh.stdout");
	kit_expect_file("4711.3-job.sh.stdout", 1, 0, 10);
	data = kit_read_file("4711-job.sh.stdout", &len);
	ck_assert_int_eq(len, 4);
	free(data);
	stream_release(&st);
	store_free(s);
}
END_TEST

/* With room for no more than the least number of files, so that each is opened again. */
static void swap_and_write(const char *how)
{
	struct stream st[9];
	struct store *s = kit_store(1);

	for (uint32_t i = 0; i < 2; i++) {
		st[i] = kit_stream(i + 1, (int)i + 1, "a");
		kit_write(s, &st[i], 1, 0, 10);
	}
	kit_write_file("victim", "precious", 8);
	ck_assert_int_eq(unlinkat(kit_dirfd, "1-a.stdout", 0), 0);
	if (strcmp(how, "symlink") == 0)
		ck_assert_int_eq(symlinkat("victim", kit_dirfd, "1-a.stdout"), 0);
	else if (strcmp(how, "link") == 0)
		ck_assert_int_eq(linkat(kit_dirfd, "victim", kit_dirfd, "1-a.stdout", 0), 0);
	else if (strcmp(how, "fifo") == 0)
		ck_assert_int_eq(mkfifoat(kit_dirfd, "1-a.stdout", 0600), 0);
	kit_write(s, &st[0], 2, 10, 30);
	ck_assert_uint_eq(kit_nlosses, 1);
	ck_assert_uint_eq(kit_losses[0].stream, 1);
	ck_assert_uint_eq(kit_losses[0].offset, 10);
	ck_assert_uint_eq(kit_losses[0].length, 30);
	ck_assert_int_lt(kit_losses[0].error, 0);
	for (int i = 0; i < 2; i++)
		stream_release(&st[i]);
	store_free(s);
}

START_TEST(a_file_that_was_swapped_is_not_written_to)
{
	static const char *const ways[] = { "symlink", "link", "fifo", "gone" };
	ssize_t len;
	char *data;

	swap_and_write(ways[_i]);
	data = kit_read_file("victim", &len);
	ck_assert_int_eq(len, 8);
	ck_assert_mem_eq(data, "precious", 8);
	free(data);
}
END_TEST

START_TEST(a_file_that_was_cut_is_noticed_by_the_seal)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);

	kit_write(s, &st, 1, 0, 100);
	ck_assert_int_eq(
		truncate(strcat(strcat(kit_sentences, kit_dir), "/4711-job.sh.stdout"), 99), 0);
	kit_seal(s, &st);
	ck_assert(!st.hashed);
	stream_release(&st);
	ck_assert_int_eq(store_finish(s), -EIO);
	store_free(s);
}
END_TEST

/*
 * The limit on file sizes stands for every full disk: exact, and per file. Check's own file of
 * messages is under it, too, so it is never small.
 */
static void limit_file_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(what_the_disk_does_not_take_is_told_once)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	char *held[3];

	kit_write(s, &st, 1, 0, 950000);
	limit_file_size(1000000);
	held[0] = kit_append(s, &st, 2, 950000, 30000);
	held[1] = kit_append(s, &st, 3, 980000, 30000);
	held[2] = kit_append(s, &st, 4, 1010000, 1000);
	ck_assert_int_eq(store_flush(s), 0);
	ck_assert_uint_eq(kit_nlosses, 1);
	ck_assert_uint_eq(kit_losses[0].stream, 1);
	ck_assert_uint_eq(kit_losses[0].offset, 1000000);
	ck_assert_uint_eq(kit_losses[0].length, 11000);
	ck_assert_int_eq(kit_losses[0].error, -EFBIG);
	kit_expect_file("4711-job.sh.stdout", 1, 0, 1000000);
	/* Beyond the limit from the start. */
	kit_write(s, &st, 5, 1011000, 7);
	ck_assert_uint_eq(kit_nlosses, 2);
	ck_assert_uint_eq(kit_losses[1].offset, 1011000);
	ck_assert_uint_eq(kit_losses[1].length, 7);
	/* The disk has room again: the hole is in the file, and short. */
	limit_file_size(RLIM_INFINITY);
	kit_write(s, &st, 6, 1011007, 10);
	ck_assert_uint_eq(kit_nlosses, 2);
	ck_assert_uint_eq(st.nsegments, 1);
	for (int i = 0; i < 3; i++)
		free(held[i]);
	st.captured -= 11007;
	kit_hole(s, &st, 1000000, 11007);
	st.holes[0].cause = CAUSE_STORE;
	finish_and_verify(s, &st, 1);
}
END_TEST

START_TEST(after_a_long_loss_a_segment_begins)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);

	kit_write(s, &st, 1, 0, 999000);
	limit_file_size(1000000);
	kit_write(s, &st, 2, 999000, 2 * MIB);
	ck_assert_uint_eq(kit_nlosses, 1);
	ck_assert_uint_eq(kit_losses[0].offset, 1000000);
	ck_assert_uint_eq(kit_losses[0].length, 2 * MIB - 1000);
	st.captured -= 2 * MIB - 1000;
	limit_file_size(RLIM_INFINITY);
	kit_hole(s, &st, 1000000, 2 * MIB - 1000);
	kit_write(s, &st, 3, 999000 + 2 * MIB, 10);
	ck_assert_uint_eq(st.nsegments, 2);
	kit_expect_file(st.segments[1].file, 1, 999000 + 2 * MIB, 10);
	finish_and_verify(s, &st, 1);
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_a_loss)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	char path[512];

	snprintf(path, sizeof(path), "%s/4711-job.sh.stdout@%u", kit_dir, 2 * MIB);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	kit_hole(s, &st, 0, 2 * MIB);
	kit_write(s, &st, 1, 2 * MIB, 10);
	/* The name is taken: another one is. */
	ck_assert_uint_eq(kit_nlosses, 0);
	ck_assert_str_eq(st.segments[0].file, "4711.2-job.sh.stdout@2097152");
	/* Once the stream has its name, its segments cannot have others. */
	snprintf(path, sizeof(path), "%s/4711.2-job.sh.stdout", kit_dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	st.holes[0].offset = 10;
	kit_write(s, &st, 2, 0, 10);
	ck_assert_uint_eq(kit_nlosses, 1);
	ck_assert_uint_eq(kit_losses[0].offset, 0);
	ck_assert_uint_eq(kit_losses[0].length, 10);
	ck_assert_int_eq(kit_losses[0].error, -EEXIST);
	stream_release(&st);
	store_free(s);
}
END_TEST

static char long_name[10000];

static struct stream with_long_name(uint32_t i)
{
	struct stream st = kit_stream(i + 1, (int)i + 1, "job.sh");

	memset(long_name, 'x', sizeof(long_name));
	st.name = (struct bytes){ malloc(sizeof(long_name)), sizeof(long_name) };
	memcpy(st.name.data, long_name, sizeof(long_name));
	return st;
}

/* The index could not be written for a while: nothing of it is missing in the end. */
START_TEST(the_index_waits_for_room)
{
	enum { STREAMS = 300 };
	struct stream st[STREAMS];
	struct store *s = kit_store(0);

	for (uint32_t i = 0; i < STREAMS; i++) {
		st[i] = with_long_name(i);
		if (i == 100)
			limit_file_size(500001);
		if (i == 200)
			limit_file_size(RLIM_INFINITY);
		store_put_stream(s, &st[i]);
		kit_write(s, &st[i], i, 0, 100);
	}
	ck_assert_uint_eq(kit_nlosses, 0);
	finish_and_verify(s, st, STREAMS);
}
END_TEST

START_TEST(an_index_that_stays_short_is_readable_and_marked)
{
	enum { STREAMS = 300 };
	struct stream st[STREAMS];
	struct store *s = kit_store(0);
	struct reader *r;
	size_t n = 0;

	for (uint32_t i = 0; i < STREAMS; i++) {
		st[i] = with_long_name(i);
		if (i == 10)
			limit_file_size(567890);
		store_put_stream(s, &st[i]);
		kit_write(s, &st[i], i, 0, 10);
	}
	for (uint32_t i = 0; i < STREAMS; i++) {
		kit_seal(s, &st[i]);
		stream_release(&st[i]);
	}
	ck_assert_int_eq(store_finish(s), -EFBIG);
	store_free(s);
	limit_file_size(RLIM_INFINITY);
	r = kit_reader();
	ck_assert(!reader_finished(r));
	while (reader_stream(r, n) != NULL)
		n++;
	ck_assert_uint_ge(n, 55);
	ck_assert_uint_lt(n, 57);
	for (size_t i = 0; i < n; i++) {
		char data[10], *wanted = kit_data((uint32_t)i + 1, 0, 10);

		ck_assert_uint_eq(reader_stream(r, i)->captured, 10);
		ck_assert_int_eq(reader_read(r, reader_stream(r, i), 0, data, 10), 10);
		ck_assert_mem_eq(data, wanted, 10);
		free(wanted);
	}
	reader_free(r);
}
END_TEST

/* A small tmpfs in place of the run directory, seen by this process alone. */
static int mount_small_disk(const char *where)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("small", where, "tmpfs", 0, "size=2m") < 0)
		return -errno;
	return 0;
}

/* Full for good: every byte is in a file or in a hole, and the index has room for all of it. */
START_TEST(a_full_disk)
{
	enum { STREAMS = 40, ROUNDS = 4, LENGTH = 65536 };
	struct stream st[STREAMS];
	char *held[STREAMS];
	uint64_t lost = 0;
	struct store *s;

	ck_assert_int_eq(mount_small_disk(kit_dir), 0);
	close(kit_dirfd);
	kit_dirfd = open(kit_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s = kit_store(0);
	for (uint32_t i = 0; i < STREAMS; i++) {
		st[i] = kit_stream(i + 1, 4711, "job.sh");
		store_put_stream(s, &st[i]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < STREAMS; i++)
			held[i] = kit_append(s, &st[i], 1, (uint64_t)round * LENGTH, LENGTH);
		ck_assert_int_eq(store_flush(s), 0);
		for (int i = 0; i < STREAMS; i++)
			free(held[i]);
	}
	for (size_t i = 0; i < kit_nlosses; i++) {
		struct stream *of = &st[kit_losses[i].stream - 1];

		ck_assert_int_eq(kit_losses[i].error, -ENOSPC);
		of->captured -= kit_losses[i].length;
		kit_hole(s, of, kit_losses[i].offset, kit_losses[i].length);
		lost += kit_losses[i].length;
	}
	ck_assert_uint_gt(lost, (uint64_t)STREAMS * ROUNDS * LENGTH - 2 * MIB);
	for (int i = 0; i < STREAMS; i++)
		ck_assert_uint_eq(st[i].captured + st[i].lost, ROUNDS * LENGTH);
	finish_and_verify(s, st, STREAMS);
	umount2(kit_dir, MNT_DETACH);
}
END_TEST

/* Whether a test can be run that needs a mount; IOTAP_MUST_RUN: it is, and says why it fails. */
static bool can_mount(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(mount_small_disk("/tmp") < 0);
	if (getenv("IOTAP_MUST_RUN") != NULL || (waitpid(pid, &status, 0) == pid && status == 0))
		return true;
	puts("# a_full_disk is left out: no tmpfs can be mounted here");
	return false;
}

START_TEST(long_streams_are_hashed_in_steps)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	const struct stream *back;
	struct reader *r;
	uint64_t length;

	for (int i = 0; i < 9; i++)
		kit_write(s, &st, 1, st.length, MIB);
	length = st.length;
	st.closed = st.complete = true;
	ck_assert_int_eq(store_seal_stream(s, &st), 0);
	ck_assert(!st.hashed);
	stream_release(&st);
	/* 2 MiB at each flush. */
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(store_flush(s), 0);
		r = kit_reader();
		back = reader_stream(r, 0);
		ck_assert(back->closed && back->complete);
		ck_assert_int_eq(back->hashed, i == 4);
		ck_assert_uint_eq(back->captured, length);
		ck_assert_uint_eq(back->segments[0].length, length);
		reader_free(r);
	}
	ck_assert_int_eq(store_finish(s), 0);
	store_free(s);
}
END_TEST

START_TEST(a_long_stream_that_was_changed_is_noticed_at_the_end)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	int fd;

	for (int i = 0; i < 5; i++)
		kit_write(s, &st, 1, st.length, MIB);
	ck_assert_int_eq(store_seal_stream(s, &st), 0);
	stream_release(&st);
	fd = openat(kit_dirfd, "4711-job.sh.stdout", O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
	ck_assert_int_eq(store_finish(s), -EIO);
	store_free(s);
}
END_TEST

START_TEST(many_chunks_in_one_batch)
{
	enum { CHUNKS = 70000 };
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct store *s = kit_store(0);
	char *data = kit_data(1, 0, CHUNKS);
	struct chunk c = { .stream = 1, .length = 1, .tid = 4711 };

	for (uint32_t i = 0; i < CHUNKS; i++) {
		c.offset = i;
		c.time_ns = i;
		ck_assert_int_eq(store_append(s, &st, &c, data + i), 0);
	}
	ck_assert_int_eq(store_flush(s), 0);
	st.length = st.captured = CHUNKS;
	kit_expect_file("4711-job.sh.stdout", 1, 0, CHUNKS);
	free(data);
	finish_and_verify(s, &st, 1);
}
END_TEST

START_TEST(a_directory_in_use_is_refused)
{
	struct store_config config = { .dirfd = kit_dirfd };
	struct store *s, *other;

	s = kit_store(0);
	ck_assert_int_eq(store_create(&config, &other), -EEXIST);
	store_free(s);
	store_free(NULL);
}
END_TEST

START_TEST(positions_that_cannot_be_are_refused)
{
	struct stream st = kit_stream(1, 4711, "job.sh");
	struct chunk c = { .stream = 1, .offset = INT64_MAX, .length = 1 };
	struct store *s = kit_store(0);

	ck_assert_int_eq(store_append(s, &st, &c, "x"), -EINVAL);
	ck_assert_uint_eq(st.nsegments, 0);
	store_free(s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("store");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_add_test(tc, a_file_comes_with_its_first_byte);
	tcase_add_test(tc, a_stream_without_bytes_is_sealed);
	tcase_add_test(tc, batches_of_interleaved_streams);
	tcase_add_test(tc, chunks_come_in_any_order);
	tcase_add_test(tc, the_hash_is_of_the_bytes_in_order);
	tcase_add_test(tc, long_holes_begin_segments);
	tcase_add_test(tc, holes_that_touch_are_one);
	tcase_add_test(tc, a_stream_may_begin_with_a_segment);
	tcase_add_test(tc, segments_do_not_depend_on_the_order);
	tcase_add_test(tc, a_hole_that_is_known_too_late_moves_nothing);
	tcase_add_test(tc, a_chunk_that_a_hole_denies_is_kept);
	tcase_add_test(tc, eight_open_files_for_a_thousand_streams);
	tcase_add_test(tc, no_more_descriptors_than_there_are);
	tcase_add_test(tc, a_name_that_is_there_is_left_alone);
	tcase_add_loop_test(tc, a_file_that_was_swapped_is_not_written_to, 0, 4);
	tcase_add_test(tc, a_file_that_was_cut_is_noticed_by_the_seal);
	tcase_add_test(tc, what_the_disk_does_not_take_is_told_once);
	tcase_add_test(tc, after_a_long_loss_a_segment_begins);
	tcase_add_test(tc, a_file_that_cannot_be_made_is_a_loss);
	tcase_add_test(tc, the_index_waits_for_room);
	tcase_add_test(tc, an_index_that_stays_short_is_readable_and_marked);
	if (can_mount())
		tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, long_streams_are_hashed_in_steps);
	tcase_add_test(tc, a_long_stream_that_was_changed_is_noticed_at_the_end);
	tcase_add_test(tc, many_chunks_in_one_batch);
	tcase_add_test(tc, a_directory_in_use_is_refused);
	tcase_add_test(tc, positions_that_cannot_be_are_refused);
	suite_add_tcase(suite, tc);
	return kit_run(suite);
}
