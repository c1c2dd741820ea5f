/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of src/show/sequence.c, window.c and lines.c: chunks in, lines out. The streams' bytes are
 * in memory. What comes out is written down as one text and compared.
 */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/lines.h"

#define STREAMS 3

static struct stream streams[STREAMS];
static char *contents[STREAMS];
static size_t sizes[STREAMS];
static char got[8192];
static struct lines *lines;
static struct sequence *sequence;
static size_t step; /* the source gives no more at once */

static void note(const char *format, ...)
{
	size_t used = strlen(got);
	va_list args;

	va_start(args, format);
	vsnprintf(got + used, sizeof(got) - used, format, args);
	va_end(args);
}

/* `time stream offset+length text`, text in quotes; with ~ if partial, ! if concurrent. */
static int take(void *context, const struct line *l)
{
	(void)context;
	note("%d %u %d+%d ", (int)l->time_ns, l->stream->id, (int)l->offset, (int)l->length);
	if (l->kind == LINE_HOLE)
		note("hole %s\n", cause_name(l->cause));
	else if (l->kind == LINE_MISSING)
		note("missing\n");
	else if (l->text_len > 100)
		note("%c*%d%s\n", l->text[0], (int)l->text_len, l->partial ? "~" : "");
	else
		note("'%.*s'%s%s\n", (int)l->text_len, l->text, l->partial ? "~" : "",
		     l->concurrent ? "!" : "");
	return 0;
}

static ssize_t read_memory(void *context, const struct stream *st, uint64_t offset, void *buf,
			   size_t size)
{
	size_t i = st - streams, n;

	(void)context;
	if (offset >= sizes[i])
		return 0;
	n = sizes[i] - offset < size ? sizes[i] - offset : size;
	n = step && n > step ? step : n;
	memcpy(buf, contents[i] + offset, n);
	return n;
}

static void setup(void)
{
	memset(streams, 0, sizeof(streams));
	got[0] = '\0';
	step = 0;
	for (int i = 0; i < STREAMS; i++) {
		streams[i].id = 10 + i;
		streams[i].closed = true;
	}
}

static void set(int i, const char *text)
{
	contents[i] = strdup(text);
	sizes[i] = strlen(text);
	streams[i].length = streams[i].captured = sizes[i];
}

static void start(void)
{
	const struct stream *list[STREAMS];
	struct window_source source = { NULL, read_memory };
	struct lines_sink sink = { NULL, take };

	for (int i = 0; i < STREAMS; i++)
		list[i] = &streams[i];
	ck_assert_int_eq(lines_create(STREAMS, &source, &sink, &lines), 0);
	ck_assert_int_eq(sequence_create(list, STREAMS,
					 &(struct sequence_sink){ lines, lines_take }, &sequence),
			 0);
}

static void chunk(int i, uint64_t time, uint64_t offset, uint32_t length, uint32_t flags)
{
	struct chunk c = {
		.time_ns = time,
		.offset = offset,
		.length = length,
		.stream = streams[i].id,
		.flags = flags,
	};

	ck_assert_int_eq(sequence_chunk(sequence, i, &c), 0);
}

static void end(const char *wanted)
{
	ck_assert_int_eq(sequence_finish(sequence), 0);
	sequence_free(sequence);
	lines_free(lines);
	for (int i = 0; i < STREAMS; i++) {
		free(contents[i]);
		contents[i] = NULL;
		sizes[i] = 0;
	}
	ck_assert_str_eq(got, wanted);
}

START_TEST(lines_stand_where_they_end)
{
	step = _i;
	set(0, "one\ntwo\n");
	set(1, "AB\n");
	start();
	chunk(0, 1, 0, 2, 0);
	chunk(1, 2, 0, 1, 0);
	chunk(0, 3, 2, 4, 0);
	chunk(1, 4, 1, 2, 0);
	chunk(0, 5, 6, 2, 0);
	end("3 10 0+4 'one'\n4 11 0+3 'AB'\n5 10 4+4 'two'\n");
}
END_TEST

START_TEST(a_last_line_without_newline_stands_where_it_ended)
{
	set(0, "one\ntwo");
	set(1, "x\n");
	start();
	chunk(0, 1, 0, 7, 0);
	chunk(1, 2, 0, 2, 0);
	end("1 10 0+4 'one'\n1 10 4+3 'two'~\n2 11 0+2 'x'\n");
}
END_TEST

START_TEST(an_open_stream_ends_where_it_is_said_to)
{
	set(0, "a");
	set(1, "x\n");
	streams[0].closed = false;
	streams[0].length = streams[0].captured = 0;
	start();
	sequence_set_end(sequence, 0, 1);
	chunk(0, 1, 0, 1, 0);
	chunk(1, 2, 0, 2, 0);
	end("1 10 0+1 'a'~\n2 11 0+2 'x'\n");
}
END_TEST

START_TEST(empty_lines_and_nul_bytes_count)
{
	set(0, "\n\na\n");
	start();
	chunk(0, 1, 0, 4, 0);
	end("1 10 0+1 ''\n1 10 1+1 ''\n1 10 2+2 'a'\n");
}
END_TEST

START_TEST(what_is_ahead_waits)
{
	set(0, "abc\ndef\n");
	start();
	chunk(0, 1, 4, 4, 0);
	chunk(0, 2, 2, 2, 0);
	chunk(0, 3, 0, 2, 0);
	end("3 10 0+4 'abc'\n3 10 4+4 'def'\n");
}
END_TEST

START_TEST(it_does_not_wait_for_ever)
{
	set(0, "abc\ndef\nghi\n");
	set(1, "x\n");
	start();
	chunk(0, 1, 4, 4, 0);
	chunk(0, 2000000000, 8, 4, 0);
	chunk(1, 2000000001, 0, 2, 0);
	end("2000000000 10 0+4 'abc'\n2000000000 10 4+4 'def'\n2000000000 10 8+4 'ghi'\n"
	    "2000000001 11 0+2 'x'\n");
}
END_TEST

START_TEST(it_does_not_wait_for_too_many)
{
	char text[5003];

	memset(text, 'x', sizeof(text));
	memcpy(text, "a\n", 2);
	text[4500] = '\n';
	text[5001] = '\n';
	text[5002] = '\0';
	set(0, text);
	start();
	for (int i = 2; i < 5002; i++)
		chunk(0, 1, i, 1, 0);
	ck_assert_str_eq(got, "1 10 0+2 'a'\n1 10 2+4499 x*4498\n1 10 4501+501 x*500\n");
	end("1 10 0+2 'a'\n1 10 2+4499 x*4498\n1 10 4501+501 x*500\n");
}
END_TEST

START_TEST(nothing_is_shown_twice)
{
	set(0, "abc\ndef\n");
	start();
	chunk(0, 1, 0, 5, 0);
	chunk(0, 2, 2, 3, 0);
	chunk(0, 3, 4, 4, 0);
	chunk(0, 4, UINT64_MAX, 2, 0);
	end("1 10 0+4 'abc'\n3 10 4+4 'def'\n");
}
END_TEST

START_TEST(holes_stand_in_their_place)
{
	struct hole holes[] = { { 10, CAUSE_RING_FULL, 2, 3, 2 }, { 10, CAUSE_FAULT, 8, 4, 9 } };

	set(0, "ab\0\0\0de\n\0\0\0\0");
	sizes[0] = streams[0].length = 12;
	streams[0].captured = 5;
	memcpy(contents[0] = realloc(contents[0], 12), "ab\0\0\0de\n\0\0\0\0", 12);
	streams[0].holes = holes;
	streams[0].nholes = 2;
	start();
	chunk(0, 1, 0, 2, 0);
	ck_assert_int_eq(sequence_hole(sequence, 0, 2), 0);
	chunk(0, 3, 5, 3, 0);
	ck_assert_int_eq(sequence_hole(sequence, 0, 9), 0);
	end("2 10 0+2 'ab'~\n2 10 2+3 hole ring-full\n3 10 5+3 'de'\n9 10 8+4 hole fault\n");
}
END_TEST

START_TEST(a_hole_found_late_stands_before_what_follows_it)
{
	struct hole hole = { 10, CAUSE_UNKNOWN, 0, 2, 9 };

	set(0, "..c\n");
	streams[0].captured = 2;
	streams[0].holes = &hole;
	streams[0].nholes = 1;
	start();
	chunk(0, 1, 2, 2, 0);
	ck_assert_int_eq(sequence_hole(sequence, 0, 9), 0);
	end("1 10 0+2 hole unknown\n1 10 2+2 'c'\n");
}
END_TEST

START_TEST(a_hole_between_chunks_that_wait_does_not_hold_them_up)
{
	struct hole hole = { 10, CAUSE_UNKNOWN, 4, 2, 9 };

	set(0, "a\nb\n..c\n");
	set(1, "x\n");
	streams[0].captured = 6;
	streams[0].holes = &hole;
	streams[0].nholes = 1;
	start();
	chunk(0, 1, 2, 2, 0);
	chunk(0, 2, 6, 2, 0);
	chunk(0, 3, 0, 2, 0);
	chunk(1, 4, 0, 2, 0);
	end("3 10 0+2 'a'\n3 10 2+2 'b'\n3 10 4+2 hole unknown\n3 10 6+2 'c'\n4 11 0+2 'x'\n");
}
END_TEST

START_TEST(what_the_time_line_forgot_is_shown)
{
	set(0, "abc\ndef\n");
	streams[0].last_ns = 7;
	start();
	chunk(0, 1, 0, 4, 0);
	end("1 10 0+4 'abc'\n7 10 4+4 'def'\n");
}
END_TEST

START_TEST(what_nobody_has_is_missing)
{
	set(0, "abc\ndef\n");
	streams[0].captured = 4;
	start();
	chunk(0, 1, 0, 4, 0);
	end("1 10 0+4 'abc'\n1 10 4+4 missing\n");
}
END_TEST

START_TEST(a_short_file_is_missing_bytes)
{
	set(0, "abcdef\n");
	sizes[0] = 3;
	start();
	chunk(0, 1, 0, 7, 0);
	end("1 10 0+3 'abc'~\n1 10 3+4 missing\n");
}
END_TEST

START_TEST(concurrent_marks_the_lines_it_touches)
{
	set(0, "ab\ncd\nef\n");
	start();
	chunk(0, 1, 0, 1, CHUNK_CONCURRENT);
	chunk(0, 2, 1, 3, 0);
	chunk(0, 3, 4, 3, 0);
	chunk(0, 4, 7, 2, CHUNK_CONCURRENT);
	end("2 10 0+3 'ab'!\n3 10 3+3 'cd'\n4 10 6+3 'ef'!\n");
}
END_TEST

/* Lines around the limit, in chunks of 64 KiB, with a window that ends within the line. */
START_TEST(long_lines_come_in_parts)
{
	static const struct {
		int before, len;
		const char *wanted;
	} cases[] = {
		{ 0, LINE_MAX_BYTES, "x*1048576\n" },
		{ 0, LINE_MAX_BYTES + 1, "x*1048576~\nx\n" },
		{ 5, LINE_MAX_BYTES - 1, "x*1048575\n" },
		{ 5, 300000, "x*300000\n" },
		{ 3, 3 * LINE_MAX_BYTES + 200, "x*1048576~\nx*1048576~\nx*1048576~\nx*200\n" },
	};
	int before = cases[_i].before, len = cases[_i].len, total = before + len + 1;
	char *text = malloc(total + 1), *from, wanted[256] = "", line[128];

	memset(text, 'x', total);
	if (before)
		text[before - 1] = '\n';
	text[total - 1] = '\n';
	text[total] = '\0';
	set(0, text);
	free(text);
	step = 100000;
	start();
	for (int at = 0; at < total; at += 65536)
		chunk(0, 1, at, total - at < 65536 ? total - at : 65536, 0);
	/* Positions are not of interest here: only `text` stays of each line. */
	from = got;
	for (char *next; (next = strchr(from, '\n')); from = next + 1) {
		const char *mark = memchr(from, '+', next - from);

		mark = memchr(mark, ' ', next - mark) + 1;
		snprintf(line, sizeof(line), "%.*s\n", (int)(next - mark), mark);
		if (line[0] == '\'' && line[1] == 'x' && line[2] == '\'')
			strcpy(line, "x\n");
		if (!(before && from == got))
			strcat(wanted, line);
	}
	ck_assert_str_eq(wanted, cases[_i].wanted);
	got[0] = '\0';
	end("");
}
END_TEST

static ssize_t read_pattern(void *context, const struct stream *st, uint64_t offset, void *buf,
			    size_t size)
{
	(void)context;
	for (size_t i = 0; i < size; i++)
		((unsigned char *)buf)[i] = (st->id * 31 + (offset + i) * 7) >> 2;
	return size;
}

/* More streams than windows may be in memory: each still gives its own bytes. */
START_TEST(windows_do_not_mix)
{
	enum { N = 600 };
	struct stream *many = calloc(N, sizeof(*many));
	struct window_source source = { NULL, read_pattern };
	struct windows *w;

	ck_assert_int_eq(windows_create(N, &source, &w), 0);
	for (int i = 0; i < 3 * N; i++) {
		struct stream *st = &many[i % N];
		uint64_t offset = i / N * 100000;
		unsigned char wanted[64];
		const char *data;

		st->id = i % N;
		st->length = 2 * WINDOW_SIZE;
		st->closed = true;
		ck_assert_int_eq(windows_get(w, i % N, st, offset, offset, 64, &data), 64);
		read_pattern(NULL, st, offset, wanted, 64);
		ck_assert_mem_eq(data, wanted, 64);
	}
	windows_free(w);
	free(many);
}
END_TEST

START_TEST(streams_are_found_by_id)
{
	streams[1].id = 20;
	streams[2].id = 4000000000u;
	start();
	ck_assert_int_eq(sequence_find(sequence, 10), 0);
	ck_assert_int_eq(sequence_find(sequence, 20), 1);
	ck_assert_int_eq(sequence_find(sequence, 4000000000u), 2);
	ck_assert_int_eq(sequence_find(sequence, 0), -1);
	ck_assert_int_eq(sequence_find(sequence, 11), -1);
	ck_assert_int_eq(sequence_find(sequence, 4000000001u), -1);
	end("");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lines");
	TCase *c = tcase_create("lines");
	SRunner *runner;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_loop_test(c, lines_stand_where_they_end, 0, 3);
	tcase_add_test(c, a_last_line_without_newline_stands_where_it_ended);
	tcase_add_test(c, an_open_stream_ends_where_it_is_said_to);
	tcase_add_test(c, empty_lines_and_nul_bytes_count);
	tcase_add_test(c, what_is_ahead_waits);
	tcase_add_test(c, it_does_not_wait_for_ever);
	tcase_add_test(c, it_does_not_wait_for_too_many);
	tcase_add_test(c, a_hole_between_chunks_that_wait_does_not_hold_them_up);
	tcase_add_test(c, nothing_is_shown_twice);
	tcase_add_test(c, holes_stand_in_their_place);
	tcase_add_test(c, a_hole_found_late_stands_before_what_follows_it);
	tcase_add_test(c, what_the_time_line_forgot_is_shown);
	tcase_add_test(c, what_nobody_has_is_missing);
	tcase_add_test(c, a_short_file_is_missing_bytes);
	tcase_add_test(c, concurrent_marks_the_lines_it_touches);
	tcase_add_loop_test(c, long_lines_come_in_parts, 0, 5);
	tcase_add_test(c, windows_do_not_mix);
	tcase_add_test(c, streams_are_found_by_id);
	suite_add_tcase(suite, c);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
