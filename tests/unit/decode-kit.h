/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the decoder share: wire records made by hand, and a sink that writes down
 * what it is given, one line each, to be compared as one text.
 */
#ifndef IOTAP_DECODE_KIT_H
#define IOTAP_DECODE_KIT_H

#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "wire.h"

#define KIT_START 1000 /* CLOCK_BOOTTIME at time 0 of the run */

static struct decoder *kit;
static char kit_got[65536];
static int kit_error; /* what the sink's functions return */

__attribute__((format(printf, 1, 2))) static inline void kit_note(const char *format, ...)
{
	size_t used = strlen(kit_got);
	va_list args;

	va_start(args, format);
	vsnprintf(kit_got + used, sizeof(kit_got) - used, format, args);
	va_end(args);
}

static inline void kit_note_bytes(const struct bytes *b)
{
	kit_note(" '");
	for (size_t i = 0; i < b->len; i++)
		kit_note("%c", b->data[i] ? b->data[i] : '|');
	kit_note("'");
}

/* `process 1 comm 'exe' 'argv' 'cwd'`, and how it ended. */
static inline int kit_process(void *context, const struct process *p)
{
	(void)context;
	kit_note("process %u %s", p->id, p->comm);
	kit_note_bytes(&p->exe);
	kit_note_bytes(&p->argv);
	kit_note_bytes(&p->cwd);
	if (p->ended && p->signal)
		kit_note(" signal %d", p->signal);
	else if (p->ended)
		kit_note(" exit %d", p->exit_code);
	kit_note("\n");
	return kit_error;
}

static inline int kit_stream(void *context, struct stream *s)
{
	(void)context;
	kit_note("stream %u", s->id);
	kit_note_bytes(&s->name);
	kit_note("\n");
	return kit_error;
}

/* `chunk stream offset 'data'` */
static inline int kit_chunk(void *context, struct stream *s, const struct chunk *c,
			    const void *data)
{
	struct bytes b = { .data = (char *)data, .len = c->length };

	(void)context;
	ck_assert_uint_eq(c->stream, s->id);
	kit_note("chunk %u %llu", c->stream, (unsigned long long)c->offset);
	kit_note_bytes(&b);
	kit_note("%s\n", c->flags & CHUNK_MORE ? " more" : "");
	return kit_error;
}

/* `hole stream offset+length cause` */
static inline int kit_hole(void *context, struct stream *s, const struct hole *h)
{
	(void)context;
	ck_assert_uint_eq(h->stream, s->id);
	kit_note("hole %u %llu+%llu %s\n", h->stream, (unsigned long long)h->offset,
		 (unsigned long long)h->length, cause_name(h->cause));
	return kit_error;
}

/* `close stream length captured lost in_kernel state` */
static inline int kit_close(void *context, struct stream *s)
{
	(void)context;
	kit_note("close %u %llu %llu %llu %llu %s\n", s->id, (unsigned long long)s->length,
		 (unsigned long long)s->captured, (unsigned long long)s->lost,
		 (unsigned long long)s->in_kernel,
		 s->complete ? "complete"
		 : s->closed ? "closed"
			     : "open");
	return kit_error;
}

static inline void kit_setup(void)
{
	const struct decode_sink sink = {
		.process = kit_process,
		.stream = kit_stream,
		.chunk = kit_chunk,
		.hole = kit_hole,
		.close = kit_close,
	};

	kit_got[0] = '\0';
	kit_error = 0;
	ck_assert_int_eq(decode_create(&sink, KIT_START, &kit), 0);
}

static inline void kit_teardown(void)
{
	decode_free(kit);
	kit = NULL;
}

/* What the sink has been given since the last look. */
static inline void kit_expect(const char *wanted)
{
	ck_assert_str_eq(kit_got, wanted);
	kit_got[0] = '\0';
}

static inline void kit_expect_bad(unsigned bad)
{
	ck_assert_uint_eq(decode_totals(kit)->bad_records, bad);
}

/*
 * Hands a record over in memory of exactly its size, so that a sanitizer sees each byte that is
 * read behind its end.
 */
static inline int kit_give(const void *record, size_t size)
{
	void *exact = malloc(size ? size : 1);
	int err;

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, record, size);
	err = decode_record(kit, exact, size);
	free(exact);
	return err;
}

#define KIT_GIVE(record) ck_assert_int_eq(kit_give(&(record), sizeof(record)), 0)

static inline struct wire_fork kit_make_fork(uint32_t process, uint32_t parent,
					     struct wire_texts texts)
{
	return (struct wire_fork){ .head = { .type = WIRE_FORK },
				   .time = KIT_START + 10,
				   .process = process,
				   .parent = parent,
				   .pid = (int32_t)(4700 + process),
				   .ppid = (int32_t)(4700 + parent),
				   .uid = 1000,
				   .texts = texts,
				   .comm = "sh" };
}

static inline void kit_fork(uint32_t process, uint32_t parent, uint32_t exe, uint32_t argv,
			    uint32_t cwd)
{
	struct wire_fork r = kit_make_fork(process, parent, (struct wire_texts){ exe, argv, cwd });

	KIT_GIVE(r);
}

static inline void kit_exec(uint32_t process, const char *comm, uint32_t exe, uint32_t argv,
			    uint32_t cwd)
{
	struct wire_exec r = { .head = { .type = WIRE_EXEC },
			       .time = KIT_START + 20,
			       .process = process,
			       .uid = 1000,
			       .pid = (int32_t)(4700 + process),
			       .texts = { exe, argv, cwd } };

	memcpy(r.comm, comm, strlen(comm));
	KIT_GIVE(r);
}

static inline void kit_exit(uint32_t process, const char *comm, uint32_t status)
{
	struct wire_exit r = { .head = { .type = WIRE_EXIT },
			       .time = KIT_START + 90,
			       .process = process,
			       .status = status,
			       .threads = 1 };

	memcpy(r.comm, comm, strlen(comm));
	KIT_GIVE(r);
}

/* A pipe; path_follows makes it a file. */
static inline struct wire_open kit_make_open(uint32_t stream, uint32_t process, int fd,
					     bool path_follows)
{
	return (struct wire_open){ .head = { .type = WIRE_OPEN },
				   .time = KIT_START + 30,
				   .stream = stream,
				   .process = process,
				   .fd = fd,
				   .generation = 1,
				   .file_id = 77,
				   .inode = 4711,
				   .direction = fd ? DIRECTION_OUT : DIRECTION_IN,
				   .kind = path_follows ? KIND_FILE : KIND_PIPE,
				   .path_follows = path_follows,
				   .comm = "sh" };
}

static inline void kit_open(uint32_t stream, uint32_t process, int fd, bool path_follows)
{
	struct wire_open r = kit_make_open(stream, process, fd, path_follows);

	KIT_GIVE(r);
}

static inline void kit_close_stream(uint32_t stream, uint64_t length)
{
	struct wire_close r = { .head = { .type = WIRE_CLOSE },
				.time = KIT_START + 80,
				.length = length,
				.stream = stream };

	KIT_GIVE(r);
}

static inline void kit_give_hole(uint32_t stream, uint64_t offset, uint64_t length, uint32_t cause)
{
	struct wire_hole r = { .head = { .type = WIRE_HOLE },
			       .time = KIT_START + 60,
			       .offset = offset,
			       .length = length,
			       .stream = stream,
			       .cause = cause };

	KIT_GIVE(r);
}

static inline int kit_give_chunk(uint32_t stream, uint64_t offset, const char *data, size_t size)
{
	union {
		struct wire_chunk head;
		char room[sizeof(struct wire_chunk) + 4096];
	} r = { .head = { .head = { .type = WIRE_CHUNK, .length = (uint32_t)size },
			  .time = KIT_START + 50,
			  .offset = offset,
			  .stream = stream,
			  .tid = 4799 } };

	ck_assert_uint_le(size, 4096);
	memcpy(r.head.data, data, size);
	return kit_give(&r, sizeof(r.head) + size);
}

static inline void kit_chunk_at(uint32_t stream, uint64_t offset, const char *data)
{
	ck_assert_int_eq(kit_give_chunk(stream, offset, data, strlen(data)), 0);
}

static inline void kit_text(uint32_t id, uint32_t kind, uint32_t process, uint64_t offset,
			    unsigned flags, const char *data, size_t size)
{
	union {
		struct wire_text head;
		char room[sizeof(struct wire_text) + 4096];
	} r = { .head = { .head = { .type = WIRE_TEXT,
				    .flags = (uint16_t)flags,
				    .length = (uint32_t)size },
			  .id = id,
			  .kind = kind,
			  .offset = offset,
			  .process = process } };

	ck_assert_uint_le(size, 4096);
	memcpy(r.head.data, data, size);
	ck_assert_int_eq(kit_give(&r, sizeof(r.head) + size), 0);
}

/* A text in one piece, from a string constant with its NUL. */
#define KIT_TEXT(id, kind, process, text)                                                          \
	kit_text(id, kind, process, 0, WIRE_LAST, text, sizeof(text))

static inline int kit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}

#endif
