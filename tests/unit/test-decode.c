/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of src/decode/decode.c, lives.c and flows.c: records in the orders in which two rings give
 * them, and records that make no sense.
 */
#include <config.h>

#include <signal.h>
#include <sys/socket.h>

#include "decode-kit.h"

/* --- processes --- */

START_TEST(a_process_ends_when_its_texts_have_come)
{
	kit_fork(1, 0, 1, 2, 3);
	kit_expect("process 1 sh '' '' ''\n");
	kit_exec(1, "ls", 4, 5, 6);
	kit_exit(1, "ls", 7 << 8);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("");
	ck_assert(decode_totals(kit)->root_ended);
	ck_assert_int_eq(decode_totals(kit)->root_status, 7 << 8);
	ck_assert_uint_eq(decode_totals(kit)->processes_alive, 0);
	KIT_TEXT(4, WIRE_EXE, 1, "ls\0bin");
	KIT_TEXT(5, WIRE_ARGV, 1, "ls\0-l");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("");
	KIT_TEXT(6, WIRE_CWD, 1, "tmp");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 1 ls '/bin/ls' 'ls|-l|' '/tmp' exit 7\n");
	ck_assert_int_eq(decode_settle(kit), 0);
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("");
	kit_expect_bad(0);
}
END_TEST

START_TEST(texts_of_a_process_that_lives_are_reported)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_exec(1, "ls", 4, 5, 6);
	kit_expect("process 1 sh '' '' ''\n");
	KIT_TEXT(4, WIRE_EXE, 1, "ls\0bin");
	kit_expect("");
	kit_text(5, WIRE_ARGV, 1, 0, 0, "ls\0", 3);
	kit_expect("");
	kit_text(5, WIRE_ARGV, 1, 3, WIRE_LAST, "-l", 3);
	kit_expect("process 1 ls '/bin/ls' 'ls|-l|' ''\n");
	KIT_TEXT(6, WIRE_CWD, 1, "tmp");
	kit_expect("process 1 ls '/bin/ls' 'ls|-l|' '/tmp'\n");
	kit_expect_bad(0);
}
END_TEST

START_TEST(exec_twice_before_the_texts_come)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_exec(1, "sh", 1, 2, 3);
	kit_exec(1, "ls", 4, 5, 6);
	kit_exit(1, "ls", 0);
	kit_expect("process 1 sh '' '' ''\n");
	/* Of the first exec: nobody needs them. */
	KIT_TEXT(1, WIRE_EXE, 1, "sh\0bin");
	KIT_TEXT(2, WIRE_ARGV, 1, "sh");
	KIT_TEXT(3, WIRE_CWD, 1, "home");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("");
	KIT_TEXT(4, WIRE_EXE, 1, "ls\0bin");
	KIT_TEXT(5, WIRE_ARGV, 1, "ls");
	KIT_TEXT(6, WIRE_CWD, 1, "tmp");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 1 ls '/bin/ls' 'ls|' '/tmp' exit 0\n");
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_child_inherits_texts_that_have_not_come)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_exec(1, "sh", 1, 2, 3);
	kit_fork(2, 1, 1, 2, 3);
	kit_exit(2, "sh", SIGKILL);
	kit_expect("process 1 sh '' '' ''\nprocess 2 sh '' '' ''\n");
	/* The parent goes on to something else. */
	kit_exec(1, "ls", 4, 5, 6);
	KIT_TEXT(1, WIRE_EXE, 1, "sh\0bin");
	KIT_TEXT(2, WIRE_ARGV, 1, "sh\0-c");
	KIT_TEXT(3, WIRE_CWD, 1, "tmp");
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 2 sh '/bin/sh' 'sh|-c|' '/tmp' signal 9\n");
	kit_expect_bad(0);
}
END_TEST

/*
 * The data ring is drained up to where it was before the life ring: the text can come a round
 * later.
 */
START_TEST(a_child_inherits_a_text_that_comes_after_its_parents_end)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_fork(2, 1, 0, 0, 9);
	kit_exit(1, "sh", 0);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_got[0] = '\0';
	KIT_TEXT(9, WIRE_CWD, 1, "tmp");
	kit_exit(2, "sh", 0);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 2 sh '' '' '/tmp' exit 0\n");
	/* And one that nobody has inherited. */
	KIT_TEXT(10, WIRE_CWD, 1, "tmp");
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_child_begins_where_its_parent_is_now)
{
	kit_fork(1, 0, 0, 0, 3);
	KIT_TEXT(3, WIRE_CWD, 1, "home");
	KIT_TEXT(7, WIRE_CWD, 1, "tmp");
	kit_fork(2, 1, 0, 0, 7);
	kit_exit(1, "sh", 0);
	kit_exit(2, "sh", 0);
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_finish(kit), 0);
	ck_assert_ptr_nonnull(strstr(kit_got, "process 1 sh '' '' '/home' exit 0\n"));
	ck_assert_ptr_nonnull(strstr(kit_got, "process 2 sh '' '' '/tmp' exit 0\n"));
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_process_ends_after_its_streams)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_open(2, 1, 2, false);
	kit_exit(1, "sh", 0);
	kit_close_stream(1, 2);
	kit_close_stream(2, 1);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 1 sh '' '' ''\n");
	kit_chunk_at(1, 0, "ab");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("stream 1 'pipe:[4711]'\nchunk 1 0 'ab'\nclose 1 2 2 0 0 complete\n");
	kit_chunk_at(2, 0, "c");
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("stream 2 'pipe:[4711]'\nchunk 2 0 'c'\nclose 2 1 1 0 0 complete\n"
		   "process 1 sh '' '' '' exit 0\n");
	kit_expect_bad(0);
}
END_TEST

/* Only the last part says that the text is whole; without it the process waits for the end. */
START_TEST(argv_that_lacks_a_part_ends_all_the_same)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_exec(1, "ls", 0, 5, 0);
	kit_exit(1, "ls", 0);
	kit_text(5, WIRE_ARGV, 1, 0, 0, "ls\0", 3);
	kit_text(5, WIRE_ARGV, 1, 9, 0, "-a\0", 3);
	kit_expect_bad(1);
	kit_text(5, WIRE_ARGV, 1, 12, WIRE_LAST, "-l\0", 3);
	kit_expect_bad(2);
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 1 ls '' 'ls|' '' exit 0\n");
}
END_TEST

START_TEST(comms_that_fill_their_field_are_ended)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_got[0] = '\0';
	kit_exec(1, "0123456789abcdef", 0, 0, 0);
	kit_exit(1, "0123456789abcdef", 0);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("process 1 0123456789abcde '' '' '' exit 0\n");
}
END_TEST

/* --- streams --- */

START_TEST(closes_come_before_chunks)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_close_stream(1, 6);
	kit_got[0] = '\0';
	kit_chunk_at(1, 4, "ef");
	kit_chunk_at(1, 0, "ab");
	kit_chunk_at(1, 2, "cd");
	kit_expect("stream 1 'pipe:[4711]'\nchunk 1 4 'ef'\nchunk 1 0 'ab'\nchunk 1 2 'cd'\n"
		   "close 1 6 6 0 0 complete\n");
	/* It is over: nothing may come. */
	kit_chunk_at(1, 6, "g");
	kit_expect_bad(1);
	ck_assert_uint_eq(decode_totals(kit)->captured, 6);
	ck_assert_uint_eq(decode_totals(kit)->lost, 0);
	ck_assert_uint_eq(decode_totals(kit)->streams, 1);
}
END_TEST

START_TEST(holes_are_told_and_counted_by_cause)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_got[0] = '\0';
	kit_chunk_at(1, 0, "ab");
	kit_give_hole(1, 2, 10, CAUSE_FAULT);
	kit_give_hole(1, 12, 5, CAUSE_IN_KERNEL);
	kit_give_hole(1, 17, 3, CAUSE_RING_FULL);
	kit_close_stream(1, 21);
	kit_expect("stream 1 'pipe:[4711]'\nchunk 1 0 'ab'\nhole 1 2+10 fault\n"
		   "hole 1 12+5 in-kernel\nhole 1 17+3 ring-full\n");
	kit_chunk_at(1, 20, "z");
	kit_expect("chunk 1 20 'z'\nclose 1 21 3 13 5 closed\n");
	ck_assert_uint_eq(decode_totals(kit)->captured, 3);
	ck_assert_uint_eq(decode_totals(kit)->lost, 13);
	ck_assert_uint_eq(decode_totals(kit)->holes, 3);
	ck_assert_uint_eq(decode_totals(kit)->lost_by_cause[CAUSE_FAULT], 10);
	ck_assert_uint_eq(decode_totals(kit)->lost_by_cause[CAUSE_IN_KERNEL], 5);
	ck_assert_uint_eq(decode_totals(kit)->lost_by_cause[CAUSE_RING_FULL], 3);
	kit_expect_bad(0);
}
END_TEST

/* Two threads see a new open file at once; one of them makes a stream that nothing goes to. */
START_TEST(streams_of_a_lost_race_leave_nothing)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_open(2, 1, 1, false);
	kit_got[0] = '\0';
	kit_close_stream(2, 0);
	kit_expect("");
	kit_chunk_at(1, 0, "a");
	kit_close_stream(1, 1);
	kit_exit(1, "sh", 0);
	ck_assert_int_eq(decode_settle(kit), 0);
	kit_expect("stream 1 'pipe:[4711]'\nchunk 1 0 'a'\nclose 1 1 1 0 0 complete\n"
		   "process 1 sh '' '' '' exit 0\n");
	ck_assert_uint_eq(decode_totals(kit)->streams, 1);
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_stream_that_nothing_moved_in_ends_without_its_path)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, true);
	kit_got[0] = '\0';
	kit_close_stream(1, 0);
	kit_exit(1, "sh", 0);
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("process 1 sh '' '' '' exit 0\n");
	ck_assert_uint_eq(decode_totals(kit)->streams, 0);
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_stream_waits_for_its_path)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, true);
	kit_close_stream(1, 2);
	kit_got[0] = '\0';
	kit_chunk_at(1, 0, "ab");
	kit_expect("stream 1 'inode:[4711]'\nchunk 1 0 'ab'\n");
	KIT_TEXT(1, WIRE_PATH, 1, "x\0tmp");
	kit_expect("stream 1 '/tmp/x'\nclose 1 2 2 0 0 complete\n");
	kit_expect_bad(0);
}
END_TEST

START_TEST(a_path_that_comes_first_is_there_at_the_first_byte)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, true);
	kit_got[0] = '\0';
	kit_text(1, WIRE_PATH, 1, 0, WIRE_LAST | WIRE_DELETED, "x\0tmp\0", 6);
	kit_expect("");
	kit_chunk_at(1, 0, "ab");
	kit_expect("stream 1 '/tmp/x (deleted)'\nchunk 1 0 'ab'\n");
}
END_TEST

START_TEST(what_is_no_path_has_no_slash)
{
	kit_fork(1, 0, 0, 0, 0);
	for (unsigned i = 1; i <= 3; i++)
		kit_open(i, 1, 1, true);
	KIT_TEXT(1, WIRE_PATH, 1, "[eventfd]");
	kit_text(2, WIRE_PATH, 1, 0, WIRE_LAST | WIRE_DELETED, "memfd:x\0", 8);
	kit_text(3, WIRE_PATH, 1, 0, WIRE_LAST, "", 0);
	kit_got[0] = '\0';
	for (unsigned i = 1; i <= 3; i++)
		kit_chunk_at(i, 0, "a");
	kit_expect("stream 1 '[eventfd]'\nchunk 1 0 'a'\n"
		   "stream 2 'memfd:x (deleted)'\nchunk 2 0 'a'\n"
		   "stream 3 '/'\nchunk 3 0 'a'\n");
}
END_TEST

static enum role seen_role;
static uint64_t seen_first, seen_last, seen_out, seen_in;

static int see_stream(void *context, struct stream *s)
{
	(void)context;
	seen_role = s->role;
	seen_first = s->first_ns;
	seen_last = s->last_ns;
	return 0;
}

static int see_process(void *context, const struct process *p)
{
	(void)context;
	seen_out = p->bytes_out;
	seen_in = p->bytes_in;
	return 0;
}

static int see_none(void *context, struct stream *s, const struct chunk *c, const void *data)
{
	(void)context, (void)s, (void)c, (void)data;
	return 0;
}

static int see_no_hole(void *context, struct stream *s, const struct hole *h)
{
	(void)context, (void)s, (void)h;
	return 0;
}

static void watch(void)
{
	const struct decode_sink sink = {
		.process = see_process,
		.stream = see_stream,
		.chunk = see_none,
		.hole = see_no_hole,
		.close = see_stream,
	};

	decode_free(kit);
	ck_assert_int_eq(decode_create(&sink, KIT_START, &kit), 0);
}

START_TEST(roles_are_by_number_and_direction)
{
	static const struct {
		int fd;
		enum direction direction;
		enum role role;
	} cases[] = {
		{ 0, DIRECTION_IN, ROLE_STDIN },   { 0, DIRECTION_OUT, ROLE_OTHER },
		{ 1, DIRECTION_OUT, ROLE_STDOUT }, { 1, DIRECTION_IN, ROLE_OTHER },
		{ 2, DIRECTION_OUT, ROLE_STDERR }, { 2, DIRECTION_IN, ROLE_OTHER },
		{ 3, DIRECTION_OUT, ROLE_OTHER },  { -1, DIRECTION_OUT, ROLE_OTHER },
	};

	watch();
	kit_fork(1, 0, 0, 0, 0);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_open r = kit_make_open(i + 1, 1, cases[i].fd, false);

		r.direction = cases[i].direction;
		KIT_GIVE(r);
		seen_role = ROLE_COUNT;
		kit_chunk_at(i + 1, 0, "a");
		ck_assert_uint_eq(seen_role, cases[i].role);
	}
}
END_TEST

START_TEST(times_are_those_of_the_first_and_the_last_byte)
{
	struct wire_hole h = { .head = { .type = WIRE_HOLE }, .length = 1, .stream = 1 };

	watch();
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	h.time = KIT_START + 500;
	KIT_GIVE(h);
	h.offset = 1;
	h.time = KIT_START + 400;
	KIT_GIVE(h);
	h.offset = 2;
	h.time = KIT_START - 1;
	KIT_GIVE(h);
	kit_close_stream(1, 3);
	ck_assert_uint_eq(seen_first, 0);
	ck_assert_uint_eq(seen_last, 500);
}
END_TEST

START_TEST(a_process_has_the_sums_of_its_streams)
{
	watch();
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_open(2, 1, 2, false);
	kit_open(3, 1, 0, false);
	kit_chunk_at(1, 0, "ab");
	kit_close_stream(1, 2);
	kit_give_hole(2, 0, 100, CAUSE_FAULT);
	kit_close_stream(2, 100);
	kit_chunk_at(3, 0, "abc");
	kit_exit(1, "sh", 0);
	ck_assert_int_eq(decode_finish(kit), 0);
	ck_assert_uint_eq(seen_out, 102);
	ck_assert_uint_eq(seen_in, 3);
}
END_TEST

/* --- what the disk did not take, and the end --- */

START_TEST(what_the_disk_did_not_take_is_a_hole)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_chunk_at(1, 0, "abcdef");
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_lost(kit, 1, 2, 3), 0);
	kit_expect("hole 1 2+3 store\n");
	ck_assert_int_eq(decode_lost(kit, 1, 0, 2), 0);
	kit_expect("hole 1 0+2 store\n");
	kit_close_stream(1, 6);
	kit_expect("close 1 6 1 5 0 closed\n");
	ck_assert_uint_eq(decode_totals(kit)->captured, 1);
	ck_assert_uint_eq(decode_totals(kit)->lost, 5);
	ck_assert_uint_eq(decode_totals(kit)->lost_by_cause[CAUSE_STORE], 5);
	/* More than there was, nothing, a stream that is over or never was. */
	kit_open(2, 1, 1, false);
	kit_chunk_at(2, 0, "ab");
	ck_assert_int_eq(decode_lost(kit, 2, 0, 3), -EINVAL);
	ck_assert_int_eq(decode_lost(kit, 2, 0, 0), -EINVAL);
	ck_assert_int_eq(decode_lost(kit, 2, UINT64_MAX, 2), -EINVAL);
	ck_assert_int_eq(decode_lost(kit, 2, 1, 2), -EINVAL);
	ck_assert_int_eq(decode_lost(kit, 1, 0, 1), -EINVAL);
	ck_assert_int_eq(decode_lost(kit, 7, 0, 1), -EINVAL);
	ck_assert_uint_eq(decode_totals(kit)->captured, 3);
}
END_TEST

static int lose_at_close(void *context, struct stream *s)
{
	(void)context;
	ck_assert(s->complete);
	ck_assert_int_eq(decode_lost(kit, s->id, 0, s->length), 0);
	kit_close(NULL, s);
	return 0;
}

/* The store writes the last bytes when the stream is closed. */
START_TEST(the_disk_fills_up_at_the_close)
{
	const struct decode_sink sink = {
		.process = kit_process,
		.stream = kit_stream,
		.chunk = kit_chunk,
		.hole = kit_hole,
		.close = lose_at_close,
	};

	decode_free(kit);
	ck_assert_int_eq(decode_create(&sink, KIT_START, &kit), 0);
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_chunk_at(1, 0, "ab");
	kit_got[0] = '\0';
	kit_close_stream(1, 2);
	kit_expect("hole 1 0+2 store\nclose 1 2 0 2 0 closed\n");
	ck_assert_uint_eq(decode_totals(kit)->lost, 2);
}
END_TEST

START_TEST(the_end_closes_what_is_open)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_chunk_at(1, 0, "ab");
	kit_chunk_at(1, 5, "fg");
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("hole 1 2+3 unknown\nclose 1 7 4 3 0 open\nprocess 1 sh '' '' ''\n");
	/* Whatever came: nobody knows what would have. */
	kit_fork(2, 0, 0, 0, 0);
	kit_open(2, 2, 1, false);
	kit_chunk_at(2, 0, "ab");
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("close 2 2 2 0 0 open\nprocess 2 sh '' '' ''\n");
	ck_assert_uint_eq(decode_totals(kit)->processes_alive, 2);
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("");
}
END_TEST

START_TEST(the_end_finds_what_never_came)
{
	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_chunk_at(1, 2, "c");
	kit_give_hole(1, 5, 1, CAUSE_KILLED);
	kit_close_stream(1, 10);
	kit_open(2, 1, 2, false);
	kit_close_stream(2, 4);
	kit_exit(1, "sh", 0);
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_finish(kit), 0);
	ck_assert_ptr_nonnull(strstr(kit_got, "hole 1 0+2 unknown\nhole 1 3+2 unknown\n"
					      "hole 1 6+4 unknown\nclose 1 10 1 9 0 closed\n"));
	ck_assert_ptr_nonnull(strstr(kit_got, "hole 2 0+4 unknown\nclose 2 4 0 4 0 closed\n"));
	ck_assert_uint_eq(decode_totals(kit)->lost, 13);
	ck_assert_uint_eq(decode_totals(kit)->lost_by_cause[CAUSE_UNKNOWN], 12);
}
END_TEST

/* Every table is emptied while it is walked. */
START_TEST(the_end_closes_thousands)
{
	char *at;
	unsigned closed = 0, processes = 0;

	kit_fork(1, 0, 0, 0, 0);
	for (unsigned i = 2; i < 500; i++) {
		/* Some share a slot of the tables, so that removing one moves others. */
		uint32_t id = i % 4 ? i : i << 20;

		kit_fork(id, 1, i, i + 1000, i + 2000);
		kit_open(id, id, 1, i % 2);
		if (i % 3)
			kit_chunk_at(id, 0, "a");
		if (i % 5)
			kit_exit(id, "sh", 0);
		/* More than the note can hold; only the end counts. */
		kit_got[0] = '\0';
	}
	kit_got[0] = '\0';
	ck_assert_int_eq(decode_finish(kit), 0);
	for (at = kit_got; (at = strstr(at, "close ")); at++)
		closed++;
	for (at = kit_got; (at = strstr(at, "process ")); at++)
		processes++;
	ck_assert_uint_eq(closed, 498 - 166);
	ck_assert_uint_eq(processes, 499);
	ck_assert_uint_eq(decode_totals(kit)->streams, closed);
}
END_TEST

START_TEST(nothing_leaks_without_an_end)
{
	kit_fork(1, 0, 1, 2, 3);
	kit_open(1, 1, 1, true);
	kit_chunk_at(1, 0, "ab");
	kit_give_hole(1, 2, 1, CAUSE_FAULT);
	KIT_TEXT(9, WIRE_CWD, 1, "tmp");
	kit_text(2, WIRE_ARGV, 1, 0, 0, "ls", 3);
	kit_exit(1, "sh", 0);
	decode_free(NULL);
}
END_TEST

START_TEST(the_sinks_errors_come_back)
{
	struct wire_fork fork = kit_make_fork(2, 1, (struct wire_texts){ 0 });

	kit_fork(1, 0, 0, 0, 0);
	kit_open(1, 1, 1, false);
	kit_error = -ENOMEM;
	ck_assert_int_eq(kit_give_chunk(1, 0, "a", 1), -ENOMEM);
	ck_assert_int_eq(kit_give(&fork, sizeof(fork)), -ENOMEM);
	ck_assert_int_eq(decode_lost(kit, 1, 0, 1), -ENOMEM);
	kit_exit(1, "sh", 0);
	ck_assert_int_eq(decode_finish(kit), -ENOMEM);
}
END_TEST

/* --- records that make no sense --- */

/* The same state before each of them: process 1, stream 1 with [0, 2), stream 2 closed at 4. */
static void start_good(void)
{
	kit_teardown();
	kit_setup();
	kit_fork(1, 0, 1, 2, 3);
	kit_open(1, 1, 1, false);
	kit_open(2, 1, 2, true);
	kit_chunk_at(1, 0, "ab");
	kit_close_stream(2, 4);
	kit_text(2, WIRE_ARGV, 1, 0, 0, "ls", 2);
	KIT_TEXT(3, WIRE_CWD, 1, "tmp");
	kit_got[0] = '\0';
}

/* Ended as if nothing had come in between. */
static void expect_nothing_changed(unsigned bad)
{
	kit_expect_bad(bad);
	kit_expect("");
	ck_assert_uint_eq(decode_totals(kit)->processes, 1);
	ck_assert_uint_eq(decode_totals(kit)->processes_alive, 1);
	ck_assert_uint_eq(decode_totals(kit)->streams, 2);
	ck_assert_uint_eq(decode_totals(kit)->captured, 2);
	ck_assert_uint_eq(decode_totals(kit)->lost, 0);
	ck_assert_uint_eq(decode_totals(kit)->holes, 0);
	kit_chunk_at(2, 0, "wxyz");
	KIT_TEXT(2, WIRE_PATH, 1, "x");
	kit_close_stream(1, 2);
	kit_text(2, WIRE_ARGV, 1, 2, WIRE_LAST, "", 1);
	KIT_TEXT(1, WIRE_EXE, 1, "ls");
	kit_fork(2, 1, 0, 0, 3);
	kit_exit(1, "ls", 0);
	ck_assert_int_eq(decode_settle(kit), 0);
	ck_assert_int_eq(decode_finish(kit), 0);
	kit_expect("stream 2 'inode:[4711]'\nchunk 2 0 'wxyz'\nstream 2 '/x'\n"
		   "close 2 4 4 0 0 complete\nclose 1 2 2 0 0 complete\n"
		   "process 1 sh '' 'ls|' '/tmp'\nprocess 2 sh '' '' '/tmp'\n"
		   "process 1 ls '/ls' 'ls|' '/tmp' exit 0\nprocess 2 sh '' '' '/tmp'\n");
	kit_expect_bad(bad);
}

static void expect_bad(const void *record, size_t size)
{
	start_good();
	ck_assert_int_eq(kit_give(record, size), 0);
	expect_nothing_changed(1);
}

#define EXPECT_BAD(record) expect_bad(&(record), sizeof(record))

START_TEST(forks_that_make_no_sense)
{
	struct wire_fork r = kit_make_fork(1, 0, (struct wire_texts){ 7, 8, 9 });

	EXPECT_BAD(r);
	r.process = 0;
	EXPECT_BAD(r);
}
END_TEST

START_TEST(execs_and_exits_that_make_no_sense)
{
	struct wire_exec exec = { .head = { .type = WIRE_EXEC }, .process = 7 };
	struct wire_exit exit = { .head = { .type = WIRE_EXIT }, .process = 7 };

	EXPECT_BAD(exec);
	EXPECT_BAD(exit);
	exec.process = exit.process = 0;
	EXPECT_BAD(exec);
	EXPECT_BAD(exit);
	/* A second exit. */
	kit_fork(3, 1, 0, 0, 0);
	kit_exit(3, "a", 0);
	kit_exit(3, "b", 1);
	kit_expect_bad(2);
}
END_TEST

START_TEST(opens_that_make_no_sense)
{
	struct wire_open good = kit_make_open(7, 1, 1, false), r;

	r = good, r.process = 7;
	EXPECT_BAD(r);
	r = good, r.process = 0;
	EXPECT_BAD(r);
	r = good, r.stream = 0;
	EXPECT_BAD(r);
	r = good, r.stream = 1;
	EXPECT_BAD(r);
	r = good, r.direction = 2;
	EXPECT_BAD(r);
	r = good, r.kind = KIND_COUNT;
	EXPECT_BAD(r);
	r = good, r.kind = KIND_SOCKET, r.family = AF_UNIX, r.local_length = WIRE_ADDRESS + 1;
	EXPECT_BAD(r);
	r = good, r.kind = KIND_SOCKET, r.family = AF_INET, r.peer_length = 255;
	EXPECT_BAD(r);
}
END_TEST

START_TEST(closes_that_make_no_sense)
{
	struct wire_close r = { .head = { .type = WIRE_CLOSE }, .stream = 7, .length = 1 };

	EXPECT_BAD(r);
	r.stream = 0;
	EXPECT_BAD(r);
	/* Shorter than what came; for a second time. */
	r.stream = 1;
	EXPECT_BAD(r);
	r.stream = 2;
	EXPECT_BAD(r);
}
END_TEST

START_TEST(holes_that_make_no_sense)
{
	struct wire_hole good = { .head = { .type = WIRE_HOLE },
				  .stream = 1,
				  .offset = 2,
				  .length = 1,
				  .cause = CAUSE_FAULT },
			 r;

	r = good, r.stream = 7;
	EXPECT_BAD(r);
	r = good, r.cause = CAUSE_COUNT;
	EXPECT_BAD(r);
	r = good, r.cause = UINT32_MAX;
	EXPECT_BAD(r);
	r = good, r.length = 0;
	EXPECT_BAD(r);
	r = good, r.offset = 1;
	EXPECT_BAD(r);
	r = good, r.offset = 0, r.length = UINT64_MAX;
	EXPECT_BAD(r);
	r = good, r.offset = UINT64_MAX;
	EXPECT_BAD(r);
	r = good, r.offset = 3, r.length = UINT64_MAX - 2;
	EXPECT_BAD(r);
	r = good, r.stream = 2, r.offset = 4;
	EXPECT_BAD(r);
	r = good, r.stream = 2, r.offset = 0, r.length = 5;
	EXPECT_BAD(r);
}
END_TEST

START_TEST(chunks_that_make_no_sense)
{
	static const struct {
		uint32_t stream;
		uint64_t offset;
		size_t size;
	} cases[] = {
		{ 7, 0, 1 }, { 0, 0, 1 }, { 1, 2, 0 }, { 1, 1, 1 },
		{ 1, 0, 2 }, { 2, 4, 1 }, { 2, 3, 2 }, { 1, UINT64_MAX, 1 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_good();
		ck_assert_int_eq(
			kit_give_chunk(cases[i].stream, cases[i].offset, "XY", cases[i].size), 0);
		expect_nothing_changed(1);
	}
}
END_TEST

START_TEST(texts_that_make_no_sense)
{
	static const struct {
		uint32_t id, kind, process;
		uint64_t offset;
	} cases[] = {
		{ 1, WIRE_EXE, 7, 0 },	{ 1, WIRE_EXE, 0, 0 },	{ 0, WIRE_EXE, 1, 0 },
		{ 1, 0, 1, 0 },		{ 1, 5, 1, 0 },		{ 1, UINT32_MAX, 1, 0 },
		{ 3, WIRE_CWD, 1, 0 },	{ 3, WIRE_ARGV, 1, 0 }, { 2, WIRE_ARGV, 1, 1 },
		{ 7, WIRE_PATH, 1, 0 }, { 0, WIRE_PATH, 1, 0 }, { 8, WIRE_CWD, 7, 0 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_good();
		kit_text(cases[i].id, cases[i].kind, cases[i].process, cases[i].offset, 0, "XY", 2);
		expect_nothing_changed(1);
	}
}
END_TEST

START_TEST(types_that_do_not_exist)
{
	for (unsigned type = 0; type < 65536; type += type < 16 ? 1 : 4111) {
		struct {
			struct wire_head head;
			char rest[400];
		} r = { .head = { .type = (uint16_t)type } };

		if (type < WIRE_FORK || type > WIRE_TEXT)
			EXPECT_BAD(r);
	}
}
END_TEST

/* In memory of exactly its size: a sanitizer sees what is read beyond. */
static void expect_bad_at_every_size(const void *record, size_t size)
{
	start_good();
	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(kit_give(record, i), 0);
	expect_nothing_changed((unsigned)size);
}

START_TEST(records_cut_at_every_size)
{
	struct wire_fork fork = kit_make_fork(7, 1, (struct wire_texts){ 0 });
	struct wire_exec exec = { .head = { .type = WIRE_EXEC }, .process = 1 };
	struct wire_exit exit = { .head = { .type = WIRE_EXIT }, .process = 1 };
	struct wire_open open = kit_make_open(7, 1, 1, false);
	struct wire_close close = { .head = { .type = WIRE_CLOSE }, .stream = 1, .length = 9 };
	struct wire_hole hole = {
		.head = { .type = WIRE_HOLE }, .stream = 1, .offset = 2, .length = 1
	};
	union {
		struct wire_chunk chunk;
		struct wire_text text;
		char room[sizeof(struct wire_chunk) + 24];
	} long_one;
	const size_t long_size = sizeof(struct wire_chunk) + 20;

	expect_bad_at_every_size(&fork, sizeof(fork));
	expect_bad_at_every_size(&exec, sizeof(exec));
	expect_bad_at_every_size(&exit, sizeof(exit));
	expect_bad_at_every_size(&open, sizeof(open));
	expect_bad_at_every_size(&close, sizeof(close));
	expect_bad_at_every_size(&hole, sizeof(hole));
	memset(&long_one, 0, sizeof(long_one));
	long_one.chunk = (struct wire_chunk){ .head = { .type = WIRE_CHUNK, .length = 20 },
					      .stream = 1,
					      .offset = 2 };
	expect_bad_at_every_size(&long_one, long_size);
	long_one.chunk.head.length = UINT32_MAX;
	start_good();
	ck_assert_int_eq(kit_give(&long_one, long_size), 0);
	expect_nothing_changed(1);
	for (unsigned kind = WIRE_ARGV; kind <= WIRE_PATH; kind++) {
		memset(&long_one, 0, sizeof(long_one));
		long_one.text = (struct wire_text){
			.head = { .type = WIRE_TEXT, .flags = WIRE_LAST, .length = 20 },
			.id = kind == WIRE_PATH	 ? 2
			      : kind == WIRE_EXE ? 1
						 : kind + 1,
			.kind = kind,
			.process = 1,
			.offset = 2
		};
		expect_bad_at_every_size(&long_one, long_size);
	}
}
END_TEST

static void add_tests(TCase *tc)
{
	tcase_add_test(tc, a_process_ends_when_its_texts_have_come);
	tcase_add_test(tc, texts_of_a_process_that_lives_are_reported);
	tcase_add_test(tc, exec_twice_before_the_texts_come);
	tcase_add_test(tc, a_child_inherits_texts_that_have_not_come);
	tcase_add_test(tc, a_child_inherits_a_text_that_comes_after_its_parents_end);
	tcase_add_test(tc, a_child_begins_where_its_parent_is_now);
	tcase_add_test(tc, a_process_ends_after_its_streams);
	tcase_add_test(tc, argv_that_lacks_a_part_ends_all_the_same);
	tcase_add_test(tc, comms_that_fill_their_field_are_ended);
	tcase_add_test(tc, closes_come_before_chunks);
	tcase_add_test(tc, holes_are_told_and_counted_by_cause);
	tcase_add_test(tc, streams_of_a_lost_race_leave_nothing);
	tcase_add_test(tc, a_stream_that_nothing_moved_in_ends_without_its_path);
	tcase_add_test(tc, a_stream_waits_for_its_path);
	tcase_add_test(tc, a_path_that_comes_first_is_there_at_the_first_byte);
	tcase_add_test(tc, what_is_no_path_has_no_slash);
	tcase_add_test(tc, roles_are_by_number_and_direction);
	tcase_add_test(tc, times_are_those_of_the_first_and_the_last_byte);
	tcase_add_test(tc, a_process_has_the_sums_of_its_streams);
	tcase_add_test(tc, what_the_disk_did_not_take_is_a_hole);
	tcase_add_test(tc, the_disk_fills_up_at_the_close);
	tcase_add_test(tc, the_end_closes_what_is_open);
	tcase_add_test(tc, the_end_finds_what_never_came);
	tcase_add_test(tc, the_end_closes_thousands);
	tcase_add_test(tc, nothing_leaks_without_an_end);
	tcase_add_test(tc, the_sinks_errors_come_back);
}

int main(void)
{
	Suite *suite = suite_create("decode");
	TCase *good = tcase_create("good"), *bad = tcase_create("bad");

	tcase_add_checked_fixture(good, kit_setup, kit_teardown);
	add_tests(good);
	suite_add_tcase(suite, good);
	tcase_add_checked_fixture(bad, kit_setup, kit_teardown);
	tcase_add_test(bad, forks_that_make_no_sense);
	tcase_add_test(bad, execs_and_exits_that_make_no_sense);
	tcase_add_test(bad, opens_that_make_no_sense);
	tcase_add_test(bad, closes_that_make_no_sense);
	tcase_add_test(bad, holes_that_make_no_sense);
	tcase_add_test(bad, chunks_that_make_no_sense);
	tcase_add_test(bad, texts_that_make_no_sense);
	tcase_add_test(bad, types_that_do_not_exist);
	tcase_add_test(bad, records_cut_at_every_size);
	suite_add_tcase(suite, bad);
	return kit_run(suite);
}
