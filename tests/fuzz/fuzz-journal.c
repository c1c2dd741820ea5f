/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the rows of the index. In: a journal without its header. What can be read is written and
 * read again: it must be the same.
 */
#include <config.h>

#include "crc.h"
#include "store/scan.h"

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static struct row parse_again(const struct blob *b)
{
	struct row row;

	EXPECT(row_parse(b->data, b->len, &row) == (ssize_t)b->len);
	return row;
}

static void check_process(const struct row *row, struct blob *b)
{
	struct process p, q;
	struct row again;

	if (decode_process(row, &p) < 0)
		return;
	EXPECT(encode_process(b, &p) == 0);
	again = parse_again(b);
	EXPECT(decode_process(&again, &q) == 0);
	EXPECT(p.id == q.id && p.parent == q.parent && p.pid == q.pid && p.ppid == q.ppid);
	EXPECT(p.exit_code == q.exit_code && p.signal == q.signal && p.ended == q.ended);
	EXPECT(p.start_ns == q.start_ns && p.end_ns == q.end_ns && p.waited_ns == q.waited_ns);
	EXPECT(p.bytes_out == q.bytes_out && p.bytes_in == q.bytes_in);
	EXPECT(memcmp(p.comm, q.comm, sizeof(p.comm)) == 0);
	EXPECT(memchr(p.comm, 0, sizeof(p.comm)));
	EXPECT(same_bytes(&p.exe, &q.exe) && same_bytes(&p.argv, &q.argv) &&
	       same_bytes(&p.cwd, &q.cwd));
	process_release(&p);
	process_release(&q);
}

static void check_stream(const struct row *row, struct blob *b)
{
	struct stream s, t;
	struct row again;

	if (decode_stream(row, &s) < 0)
		return;
	EXPECT(encode_stream(b, &s) == 0);
	again = parse_again(b);
	EXPECT(decode_stream(&again, &t) == 0);
	EXPECT(s.id == t.id && s.process == t.process && s.pid == t.pid && s.fd == t.fd);
	EXPECT(s.role == t.role && s.direction == t.direction && s.kind == t.kind);
	EXPECT(s.length == t.length && s.captured == t.captured && s.lost == t.lost);
	EXPECT(s.in_kernel == t.in_kernel && s.cut == t.cut && s.closed == t.closed);
	EXPECT(s.complete == t.complete && s.hashed == t.hashed);
	EXPECT(memchr(s.comm, 0, sizeof(s.comm)));
	EXPECT(same_bytes(&s.name, &t.name));
	EXPECT(s.nsegments == t.nsegments);
	for (size_t i = 0; i < s.nsegments; i++) {
		EXPECT(s.segments[i].offset == t.segments[i].offset);
		EXPECT(s.segments[i].length == t.segments[i].length);
		EXPECT(strcmp(s.segments[i].file, t.segments[i].file) == 0);
	}
	stream_release(&s);
	stream_release(&t);
}

static void check_hole(const struct row *row, struct blob *b)
{
	struct hole h, g;
	struct row again;

	if (decode_hole(row, &h) < 0)
		return;
	EXPECT(encode_hole(b, &h) == 0);
	again = parse_again(b);
	EXPECT(decode_hole(&again, &g) == 0);
	EXPECT(h.stream == g.stream && h.cause == g.cause && h.offset == g.offset &&
	       h.length == g.length && h.time_ns == g.time_ns);
}

static void check_segment(const struct row *row, struct blob *b)
{
	struct segment_row s, t;
	struct row again;

	if (decode_segment(row, &s) < 0)
		return;
	EXPECT(encode_segment(b, s.stream, s.offset, s.file) == 0);
	again = parse_again(b);
	EXPECT(decode_segment(&again, &t) == 0);
	EXPECT(s.stream == t.stream && s.offset == t.offset && !strcmp(s.file, t.file));
	free(s.file);
	free(t.file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t *journal = input_copy(&in, size, &size);
	uint64_t bytes = 0;
	struct scan scan;
	struct row row;

	mend_records(journal, size);
	scan_memory(&scan, journal, size);
	while (scan_next(&scan, &row) > 0) {
		struct blob b = { 0 };

		EXPECT(row.fixed <= row.length);
		touch_bytes(row.payload, row.length);
		bytes += sizeof(struct format_record) + row.length;
		check_process(&row, &b);
		b.len = 0;
		check_stream(&row, &b);
		b.len = 0;
		check_hole(&row, &b);
		b.len = 0;
		check_segment(&row, &b);
		free(b.data);
	}
	EXPECT(bytes + scan.skipped <= size);
	scan_release(&scan);
	free(journal);
	return 0;
}
