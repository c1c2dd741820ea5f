/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/store/journal.c, journal_decode.c and scan.c. */
#include <config.h>

#include <errno.h>

#include "store-kit.h"
#include "store/journal.h"
#include "store/scan.h"

static const struct process a_process = {
	.id = 3,
	.parent = 1,
	.pid = 4711,
	.ppid = 4700,
	.uid = 1000,
	.threads = 4,
	.start_ns = 1,
	.end_ns = UINT64_MAX,
	.ended = true,
	.exit_code = -1,
	.signal = 15,
	.waited_ns = 99,
	.bytes_out = 1u << 31,
	.bytes_in = 5,
	.comm = "a\n/b",
	.exe = { "/bin/\xff", 6 },
	.argv = { "sh\0\0x", 6 },
	.cwd = { NULL, 0 },
};

static struct stream full_stream(void)
{
	static struct segment segments[] = {
		{ .offset = 0, .length = 10, .file = "4711-sh.stdout" },
		{ .offset = 1u << 21, .length = 1, .file = "4711-sh.stdout@2097152" },
	};
	struct stream st = kit_stream(9, 4711, "sh");

	st.file_id = 0x123456789abcdef0;
	st.generation = 2;
	st.name = (struct bytes){ "/tmp/x", 6 };
	st.length = 100;
	st.captured = 11;
	st.lost = 80;
	st.in_kernel = 8;
	st.cut = 1;
	st.first_ns = 5;
	st.last_ns = 6;
	st.closed = st.hashed = true;
	memset(st.sha256, 0xa5, SHA256_SIZE);
	st.segments = segments;
	st.nsegments = 2;
	return st;
}

static struct row only_row(const struct blob *b)
{
	struct row row;

	ck_assert_int_eq(row_parse(b->data, b->len, &row), (ssize_t)b->len);
	ck_assert_uint_eq(b->len % 8, 0);
	return row;
}

START_TEST(a_process_comes_back)
{
	struct blob b = { 0 };
	struct process p;
	struct row row;

	ck_assert_int_eq(encode_process(&b, &a_process), 0);
	ck_assert_uint_eq(b.len, 16 + 80 + 4 * 4 + 4 + 6 + 6);
	row = only_row(&b);
	ck_assert_uint_eq(row.type, FORMAT_PROCESS);
	ck_assert_int_eq(decode_process(&row, &p), 0);
	ck_assert_uint_eq(p.id, 3);
	ck_assert_uint_eq(p.parent, 1);
	ck_assert_int_eq(p.pid, 4711);
	ck_assert_int_eq(p.ppid, 4700);
	ck_assert_uint_eq(p.uid, 1000);
	ck_assert_uint_eq(p.threads, 4);
	ck_assert_uint_eq(p.start_ns, 1);
	ck_assert_uint_eq(p.end_ns, UINT64_MAX);
	ck_assert(p.ended);
	ck_assert_int_eq(p.exit_code, -1);
	ck_assert_int_eq(p.signal, 15);
	ck_assert_uint_eq(p.waited_ns, 99);
	ck_assert_uint_eq(p.bytes_out, 1u << 31);
	ck_assert_uint_eq(p.bytes_in, 5);
	ck_assert_str_eq(p.comm, "a\n/b");
	ck_assert_uint_eq(p.exe.len, 6);
	ck_assert_mem_eq(p.exe.data, "/bin/\xff", 6);
	ck_assert_uint_eq(p.argv.len, 6);
	ck_assert_mem_eq(p.argv.data, "sh\0\0x", 6);
	ck_assert_uint_eq(p.cwd.len, 0);
	ck_assert_ptr_null(p.cwd.data);
	process_release(&p);
	free(b.data);
}
END_TEST

START_TEST(a_stream_comes_back)
{
	struct stream st, wanted = full_stream();
	struct blob b = { 0 };
	struct row row;

	ck_assert_int_eq(encode_stream(&b, &wanted), 0);
	row = only_row(&b);
	ck_assert_int_eq(decode_stream(&row, &st), 0);
	ck_assert_uint_eq(st.id, 9);
	ck_assert_uint_eq(st.process, 1);
	ck_assert_int_eq(st.pid, 4711);
	ck_assert_int_eq(st.fd, 1);
	ck_assert_uint_eq(st.generation, 2);
	ck_assert_uint_eq(st.file_id, 0x123456789abcdef0);
	ck_assert_uint_eq(st.role, ROLE_STDOUT);
	ck_assert_uint_eq(st.direction, DIRECTION_OUT);
	ck_assert_uint_eq(st.kind, KIND_PIPE);
	ck_assert_str_eq(st.comm, "sh");
	ck_assert_uint_eq(st.name.len, 6);
	ck_assert_mem_eq(st.name.data, "/tmp/x", 6);
	ck_assert_uint_eq(st.length, 100);
	ck_assert_uint_eq(st.captured, 11);
	ck_assert_uint_eq(st.lost, 80);
	ck_assert_uint_eq(st.in_kernel, 8);
	ck_assert_uint_eq(st.cut, 1);
	ck_assert_uint_eq(st.first_ns, 5);
	ck_assert_uint_eq(st.last_ns, 6);
	ck_assert(st.closed && st.hashed && !st.complete);
	ck_assert_mem_eq(st.sha256, wanted.sha256, SHA256_SIZE);
	ck_assert_uint_eq(st.nsegments, 2);
	ck_assert_uint_eq(st.segments[1].offset, 1u << 21);
	ck_assert_uint_eq(st.segments[1].length, 1);
	ck_assert_str_eq(st.segments[1].file, "4711-sh.stdout@2097152");
	stream_release(&st);
	free(b.data);
}
END_TEST

START_TEST(a_hole_and_a_segment_come_back)
{
	struct hole h, wanted = { 7, CAUSE_FAULT, 1u << 20, 17, 12 };
	struct segment_row seg;
	struct blob b = { 0 };
	struct row row;

	ck_assert_int_eq(encode_hole(&b, &wanted), 0);
	row = only_row(&b);
	ck_assert_int_eq(decode_hole(&row, &h), 0);
	ck_assert_mem_eq(&h, &wanted, sizeof(h));
	b.len = 0;
	ck_assert_int_eq(encode_segment(&b, 7, 12, "name"), 0);
	row = only_row(&b);
	ck_assert_int_eq(decode_segment(&row, &seg), 0);
	ck_assert_uint_eq(seg.stream, 7);
	ck_assert_uint_eq(seg.offset, 12);
	ck_assert_str_eq(seg.file, "name");
	free(seg.file);
	free(b.data);
}
END_TEST

static void segment_name_is_refused(const char *name)
{
	struct segment segment = { .length = 1, .file = (char *)name };
	struct stream st = kit_stream(9, 4711, "sh"), back;
	struct segment_row seg;
	struct blob b = { 0 };
	struct row row;

	st.segments = &segment;
	st.nsegments = 1;
	ck_assert_int_eq(encode_stream(&b, &st), 0);
	row = only_row(&b);
	ck_assert_int_eq(decode_stream(&row, &back), -EBADMSG);
	b.len = 0;
	ck_assert_int_eq(encode_segment(&b, 7, 12, name), 0);
	row = only_row(&b);
	ck_assert_int_eq(decode_segment(&row, &seg), -EBADMSG);
	free(b.data);
}

START_TEST(names_that_leave_the_directory_are_refused)
{
	segment_name_is_refused("../secret");
	segment_name_is_refused("/etc/passwd");
	segment_name_is_refused("..");
	segment_name_is_refused(".");
	segment_name_is_refused("");
	segment_name_is_refused("index/streams");
}
END_TEST

/* What the payload says is changed, then its CRC made good again. */
static int decode_changed(size_t at, uint32_t value, uint32_t type)
{
	struct stream st = full_stream(), back;
	struct process p;
	struct blob b = { 0 };
	struct row row;
	int r;

	ck_assert_int_eq(
		type == FORMAT_STREAM ? encode_stream(&b, &st) : encode_process(&b, &a_process), 0);
	row = only_row(&b);
	memcpy((char *)row.payload + at, &value, sizeof(value));
	r = type == FORMAT_STREAM ? decode_stream(&row, &back) : decode_process(&row, &p);
	if (r == 0 && type == FORMAT_STREAM)
		stream_release(&back);
	else if (r == 0)
		process_release(&p);
	free(b.data);
	return r;
}

START_TEST(lengths_and_counts_are_not_believed)
{
	size_t count = offsetof(struct format_stream, segments);

	ck_assert_int_eq(decode_changed(count, 1, FORMAT_STREAM), 0);
	ck_assert_int_eq(decode_changed(count, 3, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(count, UINT32_MAX, FORMAT_STREAM), -EBADMSG);
	/* The length of comm, of name, of the first file. */
	ck_assert_int_eq(decode_changed(128, UINT32_MAX, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(128, 16, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(134, 0xfffffff0, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(144 + 16, 1u << 31, FORMAT_STREAM), -EBADMSG);
	/* Ids of 0, a direction that is none. */
	ck_assert_int_eq(decode_changed(0, 0, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(20, 0x0202, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(0, 0, FORMAT_PROCESS), -EBADMSG);
	ck_assert_int_eq(decode_changed(80, 1000, FORMAT_PROCESS), -EBADMSG);
	/* Segments that overlap: the first one gets longer. */
	ck_assert_int_eq(decode_changed(144 + 8, (1u << 21) + 1, FORMAT_STREAM), -EBADMSG);
	ck_assert_int_eq(decode_changed(144 + 8, 1u << 21, FORMAT_STREAM), 0);
}
END_TEST

START_TEST(every_flipped_bit_is_noticed)
{
	struct stream st = full_stream();
	struct blob b = { 0 };
	struct row row;
	size_t payload;

	ck_assert_int_eq(encode_stream(&b, &st), 0);
	payload = only_row(&b).length;
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		size_t at = bit / 8;
		ssize_t n;

		b.data[at] ^= (char)(1 << bit % 8);
		n = row_parse(b.data, b.len, &row);
		/* Only padding means nothing. */
		if (at < 16 + payload)
			ck_assert_msg(n <= 0, "bit %zu", bit);
		b.data[at] ^= (char)(1 << bit % 8);
	}
	free(b.data);
}
END_TEST

START_TEST(every_prefix_is_too_short)
{
	struct blob b = { 0 };
	struct row row;

	ck_assert_int_eq(encode_process(&b, &a_process), 0);
	for (size_t n = 0; n < b.len; n++)
		ck_assert_int_eq(row_parse(b.data, n, &row), 0);
	free(b.data);
}
END_TEST

START_TEST(a_fixed_part_of_a_later_version_is_skipped)
{
	struct format_hole old = { .stream = 1, .length = 5 };
	struct row row = { .type = FORMAT_HOLE, .fixed = 40, .length = 44 };
	char payload[44] = { 0 };
	struct hole h;

	memcpy(payload, &old, sizeof(old));
	row.payload = payload;
	ck_assert_int_eq(decode_hole(&row, &h), 0);
	ck_assert_uint_eq(h.length, 5);
	row.fixed = 31;
	ck_assert_int_eq(decode_hole(&row, &h), -EBADMSG);
}
END_TEST

/* Ten holes of 48 bytes each. */
static struct blob ten_holes(void)
{
	struct blob b = { 0 };

	for (uint32_t i = 1; i <= 10; i++) {
		struct hole h = { .stream = i, .length = 1 };

		ck_assert_int_eq(encode_hole(&b, &h), 0);
	}
	ck_assert_uint_eq(b.len, 480);
	return b;
}

/* Scans the bytes from memory and from a file: the ids of the holes, as a bit mask. */
static unsigned scan_both(const struct blob *b, uint64_t *ret_skipped, uint64_t *ret_first)
{
	unsigned mask[2] = { 0, 0 };
	FILE *file = tmpfile();

	ck_assert_uint_eq(fwrite(b->data, 1, b->len, file), b->len);
	fflush(file);
	for (int i = 0; i < 2; i++) {
		struct scan scan;
		struct row row;
		struct hole h;

		if (i == 0)
			scan_memory(&scan, b->data, b->len);
		else
			scan_file(&scan, fileno(file), 0);
		while (scan_next(&scan, &row) > 0) {
			ck_assert_int_eq(decode_hole(&row, &h), 0);
			mask[i] |= 1u << h.stream;
		}
		*ret_skipped = scan.skipped;
		*ret_first = scan.first_skipped;
		scan_release(&scan);
	}
	fclose(file);
	ck_assert_uint_eq(mask[0], mask[1]);
	return mask[0];
}

START_TEST(after_a_bad_record_it_goes_on)
{
	struct blob b = ten_holes();
	uint64_t skipped, first;

	ck_assert_uint_eq(scan_both(&b, &skipped, &first), 0x7fe);
	ck_assert_uint_eq(skipped, 0);
	b.data[3 * 48 + 20] ^= 1;
	ck_assert_uint_eq(scan_both(&b, &skipped, &first), 0x7fe & ~(1u << 4));
	ck_assert_uint_eq(skipped, 48);
	ck_assert_uint_eq(first, 144);
	/* A length that reaches beyond the end, and one that cannot be. */
	memcpy(b.data + 6 * 48 + 4, "\xff\xff\xff\x00", 4);
	ck_assert_uint_eq(scan_both(&b, &skipped, &first), 0x7fe & ~(1u << 4 | 1u << 7));
	memcpy(b.data + 6 * 48 + 4, "\xff\xff\xff\xff", 4);
	ck_assert_uint_eq(scan_both(&b, &skipped, &first), 0x7fe & ~(1u << 4 | 1u << 7));
	ck_assert_uint_eq(skipped, 96);
	/* The first and the last. */
	b.data[0] ^= 1;
	b.data[479] ^= 1;
	ck_assert_uint_eq(scan_both(&b, &skipped, &first),
			  0x7fe & ~(1u << 1 | 1u << 4 | 1u << 7 | 1u << 10));
	ck_assert_uint_eq(skipped, 4 * 48);
	ck_assert_uint_eq(first, 0);
	free(b.data);
}
END_TEST

START_TEST(every_prefix_has_its_whole_records)
{
	struct blob b = ten_holes();
	uint64_t skipped, first;

	for (; b.len > 0; b.len--) {
		ck_assert_uint_eq(scan_both(&b, &skipped, &first), (2u << b.len / 48) - 2);
		ck_assert_uint_eq(skipped, b.len % 48);
	}
	free(b.data);
}
END_TEST

START_TEST(records_larger_than_the_window)
{
	char *text = kit_data(1, 0, 3 * MIB);
	struct process p = { .id = 1, .argv = { text, 3 * MIB } };
	FILE *file = tmpfile();
	struct blob b = { 0 };
	struct scan scan;
	struct row row;

	for (p.id = 1; p.id <= 3; p.id++)
		ck_assert_int_eq(encode_process(&b, &p), 0);
	ck_assert_uint_eq(fwrite(b.data, 1, b.len, file), b.len);
	fflush(file);
	scan_file(&scan, fileno(file), 0);
	for (uint32_t id = 1; id <= 3; id++) {
		struct process back;

		ck_assert_int_eq(scan_next(&scan, &row), 1);
		ck_assert_int_eq(decode_process(&row, &back), 0);
		ck_assert_uint_eq(back.id, id);
		ck_assert_uint_eq(back.argv.len, 3 * MIB);
		ck_assert_int_eq(memcmp(back.argv.data, text, 3 * MIB), 0);
		process_release(&back);
	}
	ck_assert_int_eq(scan_next(&scan, &row), 0);
	scan_release(&scan);
	fclose(file);
	free(b.data);
	free(text);
}
END_TEST

START_TEST(a_row_that_is_too_long_is_refused_whole)
{
	struct process p = { .id = 1, .argv = { "", (size_t)ROW_MAX + 1 } };
	struct blob b = { 0 };

	ck_assert_int_eq(encode_process(&b, &p), -E2BIG);
	ck_assert_uint_eq(b.len, 0);
	free(b.data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journal");
	TCase *rows = tcase_create("rows");
	TCase *scan = tcase_create("scan");

	tcase_add_test(rows, a_process_comes_back);
	tcase_add_test(rows, a_stream_comes_back);
	tcase_add_test(rows, a_hole_and_a_segment_come_back);
	tcase_add_test(rows, names_that_leave_the_directory_are_refused);
	tcase_add_test(rows, lengths_and_counts_are_not_believed);
	tcase_add_test(rows, every_flipped_bit_is_noticed);
	tcase_add_test(rows, every_prefix_is_too_short);
	tcase_add_test(rows, a_fixed_part_of_a_later_version_is_skipped);
	tcase_add_test(rows, a_row_that_is_too_long_is_refused_whole);
	suite_add_tcase(suite, rows);
	tcase_add_test(scan, after_a_bad_record_it_goes_on);
	tcase_add_test(scan, every_prefix_has_its_whole_records);
	tcase_add_test(scan, records_larger_than_the_window);
	suite_add_tcase(suite, scan);
	return kit_run(suite);
}
