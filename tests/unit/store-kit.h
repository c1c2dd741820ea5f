/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the store share: a run directory of their own, streams whose every
 * byte is known by its stream and offset, and the losses that were reported.
 */
#ifndef IOTAP_STORE_KIT_H
#define IOTAP_STORE_KIT_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/reader.h"
#include "store/store.h"

#define MIB (1u << 20)

struct loss {
	uint32_t stream;
	uint64_t offset, length;
	int error;
};

static char kit_dir[256];
static int kit_dirfd = -1;
static struct loss kit_losses[4096];
static size_t kit_nlosses;

static inline void kit_on_lost(void *context, uint32_t stream, uint64_t offset, uint64_t length,
			       int error)
{
	(void)context;
	ck_assert_uint_lt(kit_nlosses, sizeof(kit_losses) / sizeof(kit_losses[0]));
	kit_losses[kit_nlosses++] = (struct loss){ stream, offset, length, error };
}

static inline void kit_setup_in(const char *where)
{
	snprintf(kit_dir, sizeof(kit_dir), "%s/iotap-unit.XXXXXX", where);
	ck_assert_ptr_nonnull(mkdtemp(kit_dir));
	kit_dirfd = open(kit_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(kit_dirfd, 0);
	kit_nlosses = 0;
}

static inline void kit_setup(void)
{
	const char *tmp = getenv("TMPDIR");

	kit_setup_in(tmp != NULL ? tmp : "/tmp");
}

static inline int kit_remove(const char *path, const struct stat *about, int type, struct FTW *ftw)
{
	(void)about, (void)type, (void)ftw;
	return remove(path);
}

static inline void kit_teardown(void)
{
	close(kit_dirfd);
	nftw(kit_dir, kit_remove, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static inline struct store *kit_store(unsigned max_open)
{
	struct store_config config = { .dirfd = kit_dirfd,
				       .start_boot_ns = 12345,
				       .max_open = max_open,
				       .on_lost = kit_on_lost };
	struct store *s;

	ck_assert_int_eq(store_create(&config, &s), 0);
	return s;
}

/* Never 0, so that a hole is told from data. */
static inline char kit_byte(uint32_t stream, uint64_t offset)
{
	return (char)(1 +
		      (offset * 31 + (offset >> 8) * 7 + (offset >> 16) * 3 + stream * 101) % 255);
}

static inline char *kit_data(uint32_t stream, uint64_t offset, size_t length)
{
	char *data = malloc(length + 1);

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < length; i++)
		data[i] = kit_byte(stream, offset + i);
	return data;
}

static inline struct stream kit_stream(uint32_t id, int32_t pid, const char *comm)
{
	struct stream st = { .id = id,
			     .process = 1,
			     .pid = pid,
			     .fd = 1,
			     .generation = 1,
			     .role = ROLE_STDOUT,
			     .direction = DIRECTION_OUT,
			     .kind = KIND_PIPE };

	snprintf(st.comm, sizeof(st.comm), "%s", comm);
	return st;
}

/* Keeps the account as a decoder would. Returns the data, which must live until the flush. */
static inline char *kit_append(struct store *s, struct stream *st, uint64_t time_ns,
			       uint64_t offset, uint32_t length)
{
	struct chunk c = { .time_ns = time_ns,
			   .offset = offset,
			   .length = length,
			   .stream = st->id,
			   .tid = (uint32_t)st->pid };
	char *data = kit_data(st->id, offset, length);

	ck_assert_int_eq(store_append(s, st, &c, data), 0);
	st->captured += length;
	if (offset + length > st->length)
		st->length = offset + length;
	st->last_ns = time_ns;
	return data;
}

static inline void kit_write(struct store *s, struct stream *st, uint64_t time_ns, uint64_t offset,
			     uint32_t length)
{
	char *data = kit_append(s, st, time_ns, offset, length);

	ck_assert_int_eq(store_flush(s), 0);
	memset(data, 0, length);
	free(data);
}

static inline void kit_hole(struct store *s, struct stream *st, uint64_t offset, uint64_t length)
{
	struct hole h = { .stream = st->id,
			  .cause = CAUSE_RING_FULL,
			  .offset = offset,
			  .length = length,
			  .time_ns = 7 };

	st->holes = reallocarray(st->holes, st->nholes + 1, sizeof(h));
	st->holes[st->nholes++] = h;
	st->lost += length;
	if (offset + length > st->length)
		st->length = offset + length;
	ck_assert_int_eq(store_put_hole(s, &h), 0);
}

static inline void kit_seal(struct store *s, struct stream *st)
{
	st->closed = true;
	st->complete = st->captured == st->length;
	ck_assert_int_eq(store_seal_stream(s, st), 0);
}

static inline void kit_process(struct store *s, uint32_t id)
{
	struct process p = { .id = id,
			     .pid = 4711,
			     .ppid = 1,
			     .threads = 1,
			     .ended = true,
			     .exit_code = 0,
			     .comm = "job.sh",
			     .exe = { "/bin/sh", 7 },
			     .argv = { "sh\0-c", 6 },
			     .cwd = { "/", 1 } };

	ck_assert_int_eq(store_put_process(s, &p), 0);
}

static inline void kit_run_json(uint64_t captured, uint64_t lost, uint64_t streams,
				uint64_t processes)
{
	struct runinfo r = { .version = "0",
			     .state = "finished",
			     .exit_code = 0,
			     .complete = lost == 0,
			     .captured = captured,
			     .lost = lost,
			     .streams = streams,
			     .processes = processes };

	ck_assert_int_eq(runinfo_write(&r, kit_dirfd), 0);
}

/* Whole file; *ret_len is -1 when there is none. */
static inline char *kit_read_file(const char *name, ssize_t *ret_len)
{
	int fd = openat(kit_dirfd, name, O_RDONLY | O_NOFOLLOW);
	struct stat about;
	char *data;

	*ret_len = -1;
	if (fd < 0)
		return NULL;
	ck_assert_int_eq(fstat(fd, &about), 0);
	data = malloc((size_t)about.st_size + 1);
	ck_assert_int_eq(read(fd, data, (size_t)about.st_size), about.st_size);
	close(fd);
	*ret_len = about.st_size;
	return data;
}

static inline void kit_write_file(const char *name, const void *data, size_t len)
{
	int fd = openat(kit_dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

/* The file holds the stream from `from` on, `length` bytes, and nothing else. */
static inline void kit_expect_file(const char *name, uint32_t stream, uint64_t from, size_t length)
{
	char *wanted = kit_data(stream, from, length);
	ssize_t len;
	char *data = kit_read_file(name, &len);

	ck_assert_msg(len == (ssize_t)length, "%s: %zd bytes instead of %zu", name, len, length);
	ck_assert_msg(memcmp(data, wanted, length) == 0, "%s: other bytes", name);
	free(data);
	free(wanted);
}

static inline struct reader *kit_reader(void)
{
	struct reader *r;

	ck_assert_int_eq(reader_open(kit_dir, &r), 0);
	return r;
}

/* All sentences, one a line. */
static char kit_sentences[65536];

static inline void kit_found(void *context, const char *sentence)
{
	size_t used = strlen(kit_sentences);

	(void)context;
	snprintf(kit_sentences + used, sizeof(kit_sentences) - used, "%s\n", sentence);
}

static inline int kit_verify(struct reader *r)
{
	kit_sentences[0] = '\0';
	return reader_verify(r, kit_found, NULL);
}

static inline int kit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}

#endif
