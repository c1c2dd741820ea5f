/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/capture/ring.c on memory that is laid out and mapped as the kernel's ring is. */
#include <config.h>

#include <check.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/ring.h"

static struct ring r;
static uint64_t producer;
static uint64_t consumer;
static uint8_t *data;
static size_t size;

/* The same pages twice in a row. */
static void setup(void)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);

	size = (size_t)sysconf(_SC_PAGESIZE);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	data = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(data, MAP_FAILED);
	for (int half = 0; half < 2; half++)
		ck_assert_ptr_ne(mmap(data + half * size, size, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_FIXED, fd, 0),
				 MAP_FAILED);
	close(fd);
	producer = consumer = 0;
	r = (struct ring){
		.consumer = &consumer, .producer = &producer, .data = data, .size = size
	};
}

static void teardown(void)
{
	munmap(data, 2 * size);
}

/* As bpf_ringbuf_reserve() does it; filled with a byte that is the record's mark. */
static uint64_t reserve(uint32_t length, uint8_t mark)
{
	uint64_t at = producer;
	uint8_t *slot = data + (at & (size - 1));

	ck_assert_uint_le(ring_used(&r) + length + BPF_RINGBUF_HDR_SZ, size);
	*(uint32_t *)slot = length | BPF_RINGBUF_BUSY_BIT;
	memset(slot + BPF_RINGBUF_HDR_SZ, mark, length);
	producer += (length + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
	return at;
}

static void finish(uint64_t at, uint32_t bits)
{
	uint32_t *head = (uint32_t *)(data + (at & (size - 1)));

	*head = (*head & ~BPF_RINGBUF_BUSY_BIT) | bits;
}

static void submit(uint32_t length, uint8_t mark)
{
	finish(reserve(length, mark), 0);
}

static void expect_record(uint32_t length, uint8_t mark)
{
	const void *record = NULL;
	size_t got = 0;

	ck_assert(ring_next(&r, ring_end(&r), &record, &got));
	ck_assert_uint_eq(got, length);
	for (size_t i = 0; i < length; i++)
		if (((const uint8_t *)record)[i] != mark)
			ck_abort_msg("byte %zu of record %u", i, mark);
}

static void expect_none(uint64_t end)
{
	const void *record;
	size_t got;

	ck_assert(!ring_next(&r, end, &record, &got));
}

START_TEST(records_come_in_order)
{
	expect_none(ring_end(&r));
	for (unsigned i = 1; i < 20; i++)
		submit(i, (uint8_t)i);
	for (unsigned i = 1; i < 20; i++)
		expect_record(i, (uint8_t)i);
	expect_none(ring_end(&r));
}
END_TEST

START_TEST(memory_is_given_back_at_release_only)
{
	submit(100, 1);
	submit(16, 2);
	ck_assert_uint_eq(ring_used(&r), 112 + 24);
	expect_record(100, 1);
	ck_assert_uint_eq(consumer, 0);
	ck_assert_uint_eq(ring_used(&r), 112 + 24);
	ring_release(&r);
	ck_assert_uint_eq(consumer, 112);
	ck_assert_uint_eq(ring_used(&r), 24);
	expect_record(16, 2);
	ring_release(&r);
	ck_assert_uint_eq(ring_used(&r), 0);
}
END_TEST

START_TEST(a_record_that_is_not_submitted_stops_the_reader)
{
	uint64_t first, second;

	submit(8, 1);
	first = reserve(8, 2);
	second = reserve(8, 3);
	finish(second, 0);
	expect_record(8, 1);
	expect_none(ring_end(&r));
	expect_none(ring_end(&r));
	ring_release(&r);
	ck_assert_uint_eq(consumer, first);
	finish(first, 0);
	expect_record(8, 2);
	expect_record(8, 3);
	expect_none(ring_end(&r));
}
END_TEST

START_TEST(discarded_records_are_stepped_over)
{
	finish(reserve(8, 1), BPF_RINGBUF_DISCARD_BIT);
	finish(reserve(24, 2), BPF_RINGBUF_DISCARD_BIT);
	submit(8, 3);
	finish(reserve(8, 4), BPF_RINGBUF_DISCARD_BIT);
	expect_record(8, 3);
	expect_none(ring_end(&r));
	ring_release(&r);
	ck_assert_uint_eq(ring_used(&r), 0);
}
END_TEST

START_TEST(nothing_behind_the_given_end_is_taken)
{
	uint64_t end;

	submit(8, 1);
	end = ring_end(&r);
	submit(8, 2);
	{
		const void *record;
		size_t got;

		ck_assert(ring_next(&r, end, &record, &got));
	}
	expect_none(end);
	expect_record(8, 2);
}
END_TEST

/* Records that begin at every place of the ring, and go on at its start. */
START_TEST(records_go_round)
{
	unsigned wrapped = 0;

	for (unsigned i = 0; i < 2000; i++) {
		uint32_t length = 1 + i * 37 % 1500;
		uint64_t at = producer & (size - 1);

		wrapped += at + BPF_RINGBUF_HDR_SZ + length > size;
		submit(length, (uint8_t)(i % 251));
		expect_record(length, (uint8_t)(i % 251));
		ring_release(&r);
	}
	ck_assert_uint_gt(wrapped, 300);
	ck_assert_uint_eq(ring_used(&r), 0);
}
END_TEST

START_TEST(the_ring_can_be_full)
{
	submit((uint32_t)size - BPF_RINGBUF_HDR_SZ, 7);
	ck_assert_uint_eq(ring_used(&r), size);
	expect_record((uint32_t)size - BPF_RINGBUF_HDR_SZ, 7);
	expect_none(ring_end(&r));
	ring_release(&r);
	ck_assert_uint_eq(ring_used(&r), 0);
	submit(8, 8);
	expect_record(8, 8);
}
END_TEST

START_TEST(a_ring_that_cannot_be_mapped)
{
	struct ring none;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_lt(ring_open(&none, ends[0], size), 0);
	ck_assert_ptr_null(none.consumer);
	ring_close(&none);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ring");
	TCase *tc = tcase_create("ring");
	SRunner *runner;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, records_come_in_order);
	tcase_add_test(tc, memory_is_given_back_at_release_only);
	tcase_add_test(tc, a_record_that_is_not_submitted_stops_the_reader);
	tcase_add_test(tc, discarded_records_are_stepped_over);
	tcase_add_test(tc, nothing_behind_the_given_end_is_taken);
	tcase_add_test(tc, records_go_round);
	tcase_add_test(tc, the_ring_can_be_full);
	tcase_add_test(tc, a_ring_that_cannot_be_mapped);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
