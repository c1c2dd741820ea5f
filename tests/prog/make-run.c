/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a run directory with known content, for the tests of the viewer.
 *
 *   make-run job DIR                 an ordinary run: processes, sockets, a hole, lines that
 *   overlap make-run losses DIR              holes of all sorts, a stream of nothing else, segments
 *   make-run absurd DIR              numbers that cannot be, with check sums that are right
 *   make-run hostile DIR             names and output that attack terminals and parsers
 *   make-run unfinished DIR          as a recorder leaves it that was killed
 *   make-run big DIR CHUNKS LENGTH STREAMS     lines of LENGTH bytes, one in each chunk
 *
 * The run begins at 2024-05-01T12:32:00Z. In: the command line. Out: DIR, which must not be there.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/runjson.h"
#include "store/store.h"

#define MS 1000000ull
#define MAX_STREAMS 4096
#define TEXT(s) ((struct bytes){ (char *)(s), sizeof(s) - 1 })

static struct store *store;
static int dirfd_;
static struct stream streams[MAX_STREAMS];
static uint32_t nstreams;
static struct runinfo run;

static void must(int r, const char *what)
{
	if (r < 0)
		errx(1, "%s: %s", what, strerror(-r));
}

static void process(struct process p)
{
	p.threads = 1;
	p.uid = 1000;
	must(store_put_process(store, &p), "process");
	run.processes++;
}

static struct stream *stream(struct stream st)
{
	struct stream *own = &streams[nstreams++];

	st.id = nstreams;
	st.generation = 1;
	st.file_id = 1000 + nstreams;
	*own = st;
	must(store_put_stream(store, own), "stream");
	return own;
}

static void touch(struct stream *st, uint64_t time_ns, uint64_t offset, uint64_t length)
{
	if (!st->length)
		st->first_ns = time_ns;
	if (time_ns > st->last_ns)
		st->last_ns = time_ns;
	if (offset + length > st->length)
		st->length = offset + length;
}

static void put_at(struct stream *st, uint64_t time_ns, uint64_t offset, const void *data,
		   size_t length, uint32_t flags)
{
	struct chunk c = {
		.time_ns = time_ns,
		.offset = offset,
		.length = length,
		.stream = st->id,
		.tid = st->pid,
		.flags = flags,
	};

	touch(st, time_ns, offset, length);
	st->captured += length;
	must(store_append(store, st, &c, data), "chunk");
}

static void put(struct stream *st, uint64_t time_ns, const char *text)
{
	put_at(st, time_ns, st->length, text, strlen(text), 0);
}

static void hole(struct stream *st, uint64_t time_ns, uint64_t length, enum cause cause)
{
	struct hole h = {
		.stream = st->id,
		.cause = cause,
		.offset = st->length,
		.length = length,
		.time_ns = time_ns,
	};

	st->holes = reallocarray(st->holes, st->nholes + 1, sizeof(h));
	st->holes[st->nholes++] = h;
	touch(st, time_ns, h.offset, length);
	*(cause == CAUSE_IN_KERNEL ? &st->in_kernel : &st->lost) += length;
	run.holes++;
	must(store_put_hole(store, &h), "hole");
}

static void begin(const char *dir, struct bytes argv)
{
	struct store_config config = { .start_boot_ns = 5000 * MS };

	if (mkdir(dir, 0700) < 0)
		err(1, "%s", dir);
	dirfd_ = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd_ < 0)
		err(1, "%s", dir);
	run.version = (char *)"0.1.0";
	run.state = (char *)"running";
	run.command = argv.data;
	run.argv = argv;
	run.cwd = (char *)"/work";
	run.user = (char *)"nobody";
	run.host = (char *)"here";
	run.backend = (char *)"bpf";
	run.kernel = (char *)"6.1.0";
	run.started = (char *)"2024-05-01T12:32:00.000000000+00:00";
	run.options = (char *)"{\"capture\": \"stdout,stderr,sockets\"}";
	run.exit_code = -1;
	config.dirfd = dirfd_;
	must(runinfo_write(&run, dirfd_), "run.json");
	must(store_create(&config, &store), "store");
}

static void end(int exit_code)
{
	must(store_flush(store), "flush");
	for (uint32_t i = 0; i < nstreams; i++) {
		streams[i].closed = true;
		streams[i].complete = streams[i].captured == streams[i].length;
		must(store_seal_stream(store, &streams[i]), "seal");
		run.captured += streams[i].captured;
		run.lost += streams[i].lost;
	}
	must(store_finish(store), "finish");
	run.streams = nstreams;
	run.state = (char *)"finished";
	run.ended = (char *)"2024-05-01T12:32:03.000000000+00:00";
	run.exit_code = exit_code;
	run.complete = run.holes == 0;
	run.reason = run.lost ? (char *)"bytes were lost because the ring was full" : NULL;
	must(runinfo_write(&run, dirfd_), "run.json");
}

static void make_job(const char *dir)
{
	struct stream *out, *errors, *sent, *received, *file, *null;

	begin(dir, TEXT("./job.sh\0two words\0\0"));
	process((struct process){ .id = 1,
				  .pid = 100,
				  .ppid = 50,
				  .ended = true,
				  .exit_code = 7,
				  .end_ns = 3000 * MS,
				  .comm = "job.sh",
				  .exe = TEXT("/bin/dash"),
				  .argv = TEXT("/bin/sh\0./job.sh\0two words\0\0"),
				  .cwd = TEXT("/work"),
				  .bytes_out = 33 });
	process((struct process){ .id = 2,
				  .parent = 1,
				  .pid = 101,
				  .ppid = 100,
				  .ended = true,
				  .start_ns = 500 * MS,
				  .end_ns = 1500 * MS,
				  .comm = "curl",
				  .exe = TEXT("/usr/bin/curl"),
				  .argv = TEXT("curl\0http://here/\0"),
				  .cwd = TEXT("/work"),
				  .bytes_out = 34,
				  .bytes_in = 28 });
	process((struct process){ .id = 3,
				  .parent = 1,
				  .pid = 102,
				  .ppid = 100,
				  .ended = true,
				  .start_ns = 600 * MS,
				  .end_ns = 2000 * MS,
				  .exit_code = -1,
				  .signal = 15,
				  .comm = "sleep",
				  .exe = TEXT("/bin/sleep"),
				  .argv = TEXT("sleep\0"
					       "60\0"),
				  .cwd = TEXT("/") });
	out = stream((struct stream){ .process = 1,
				      .pid = 100,
				      .fd = 1,
				      .role = ROLE_STDOUT,
				      .direction = DIRECTION_OUT,
				      .kind = KIND_PIPE,
				      .comm = "job.sh",
				      .name = TEXT("pipe:[77]") });
	errors = stream((struct stream){ .process = 1,
					 .pid = 100,
					 .fd = 2,
					 .role = ROLE_STDERR,
					 .direction = DIRECTION_OUT,
					 .kind = KIND_TTY,
					 .comm = "job.sh",
					 .name = TEXT("/dev/pts/1") });
	sent = stream((struct stream){ .process = 2,
				       .pid = 101,
				       .fd = 5,
				       .direction = DIRECTION_OUT,
				       .kind = KIND_SOCKET,
				       .comm = "curl",
				       .name = TEXT("tcp 10.0.0.1:5000 > 10.0.0.2:80") });
	received = stream((struct stream){ .process = 2,
					   .pid = 101,
					   .fd = 5,
					   .direction = DIRECTION_IN,
					   .kind = KIND_SOCKET,
					   .comm = "curl",
					   .name = TEXT("tcp 10.0.0.1:5000 > 10.0.0.2:80") });
	file = stream((struct stream){ .process = 2,
				       .pid = 101,
				       .fd = 1,
				       .role = ROLE_STDOUT,
				       .direction = DIRECTION_OUT,
				       .kind = KIND_FILE,
				       .comm = "curl",
				       .name = TEXT("/tmp/out") });
	null = stream((struct stream){ .process = 3,
				       .pid = 102,
				       .fd = 2,
				       .role = ROLE_STDERR,
				       .direction = DIRECTION_OUT,
				       .kind = KIND_CHAR,
				       .comm = "sleep",
				       .name = TEXT("/dev/null") });
	put(out, 42 * MS, "hel");
	put(errors, 43 * MS, "warn");
	put(out, 44 * MS, "lo\nwor");
	put(out, 50 * MS, "ld\n");
	put(errors, 60 * MS, "ing\n");
	put(sent, 600 * MS, "GET / HTTP/1.0\r\n\r\n");
	put(received, 700 * MS, "HTTP/1.0 200 OK\r\n\r\n");
	put_at(received, 701 * MS, received->length, "\0\1\xff\x1b[31m", 8, CHUNK_MORE);
	put(file, 800 * MS, "a\n");
	hole(file, 801 * MS, 12, CAUSE_RING_FULL);
	put_at(file, 802 * MS, file->length, "b\n", 2, CHUNK_CONCURRENT);
	put_at(null, 901 * MS, 4, "two\n", 4, 0);
	put_at(null, 902 * MS, 0, "one\n", 4, 0);
	put(out, 2000 * MS, "tail");
	end(7);
}

static void make_losses(const char *dir)
{
	struct stream *out, *nothing, *parts;

	begin(dir, TEXT("./lossy\0"));
	process((struct process){ .id = 1,
				  .pid = 100,
				  .ended = true,
				  .exit_code = -1,
				  .signal = 63,
				  .comm = "lossy" });
	out = stream((struct stream){ .process = 1,
				      .pid = 100,
				      .fd = 1,
				      .role = ROLE_STDOUT,
				      .direction = DIRECTION_OUT,
				      .kind = KIND_SOCKET,
				      .comm = "lossy" });
	nothing = stream((struct stream){ .process = 1,
					  .pid = 100,
					  .fd = 2,
					  .role = ROLE_STDERR,
					  .direction = DIRECTION_OUT,
					  .kind = KIND_PIPE,
					  .comm = "lossy",
					  .name = TEXT("pipe:[77]") });
	parts = stream((struct stream){ .process = 1,
					.pid = 100,
					.fd = 0,
					.role = ROLE_STDIN,
					.direction = DIRECTION_IN,
					.kind = KIND_BLOCK,
					.comm = "early",
					.name = TEXT("/dev/vda") });
	put(out, 1 * MS, "before\n");
	hole(out, 2 * MS, 100, CAUSE_IN_KERNEL);
	put(out, 3 * MS, "after\ncut");
	hole(nothing, 4 * MS, 5, CAUSE_FAULT);
	hole(out, 5 * MS, 1, CAUSE_KILLED);
	put(parts, 6 * MS, "head\n");
	hole(parts, 7 * MS, 3 << 20, CAUSE_STALLED);
	put(parts, 8 * MS, "tail\n");
	end(-1);
}

static void make_absurd(const char *dir)
{
	static const uint64_t numbers[] = { 0, 1, 5, 1ull << 40, INT64_MAX / 2, INT64_MAX };
	enum { N = sizeof(numbers) / sizeof(numbers[0]) };
	struct stream *st;

	begin(dir, TEXT("./absurd\0"));
	run.started = (char *)"9999-12-31T23:59:60.999999999999-99:99";
	for (uint32_t i = 0; i < N; i++)
		process((struct process){ .id = i,
					  .parent = i,
					  .pid = -1,
					  .ppid = -1,
					  .ended = i & 1,
					  .start_ns = numbers[N - 1 - i],
					  .end_ns = numbers[i],
					  .exit_code = INT32_MIN,
					  .signal = i - 3,
					  .comm = "x" });
	for (uint32_t i = 0; i < N * N; i++) {
		uint64_t a = numbers[i % N], b = numbers[i / N];
		struct hole h = { .stream = i + 1,
				  .cause = i % CAUSE_COUNT,
				  .offset = a,
				  .length = b,
				  .time_ns = b };

		st = stream((struct stream){ .process = i,
					     .pid = INT32_MIN,
					     .fd = i,
					     .direction = i % 2,
					     .kind = i % KIND_COUNT,
					     .comm = "x",
					     .first_ns = a,
					     .last_ns = b,
					     .lost = b,
					     .cut = a,
					     .in_kernel = a });
		put_at(st, a, 3, "a\nb", 3, 0xffffffff);
		put_at(st, b, 1, "cde\nfg", 6, 0);
		must(store_put_hole(store, &h), "hole");
		h.offset = 4;
		must(store_put_hole(store, &h), "hole");
		st->length = a;
		st->captured = b;
	}
	end(INT32_MIN);
}

#define EVIL "e\x1b[31m\n/\\x\xff"

static void make_hostile(const char *dir)
{
	struct stream *out, *odd;

	run.reason = (char *)"\x1b]0;title\x07";
	begin(dir, TEXT("./evil\x1b[2J\0\xff\0\xe2\x80\xae"
			"txt\0"));
	run.cwd = (char *)"/work\n\x1b[1m";
	run.host = (char *)"h\xc2\x9b"
			   "1m";
	process((struct process){ .id = 1,
				  .pid = 100,
				  .ended = true,
				  .comm = EVIL,
				  .exe = TEXT("/bin/\x1b[2J"),
				  .argv = TEXT("./evil\x1b[2J\0\xff\0\xe2\x80\xae"
					       "txt\0"),
				  .cwd = TEXT("/\n") });
	out = stream((struct stream){ .process = 1,
				      .pid = 100,
				      .fd = 1,
				      .role = ROLE_STDOUT,
				      .direction = DIRECTION_OUT,
				      .kind = KIND_PIPE,
				      .comm = EVIL,
				      .name = TEXT("pipe\x1b[5m\x07") });
	odd = stream((struct stream){ .process = 1,
				      .pid = 100,
				      .fd = 9,
				      .role = ROLE_OTHER,
				      .direction = DIRECTION_OUT,
				      .kind = KIND_FILE,
				      .comm = "x y",
				      .name = TEXT("/tmp/caf\xc3\xa9\xff") });
	put(out, 1 * MS,
	    "\x1b[31mred\x1b[0m \x1b]0;title\x07\x9b"
	    "1mbold\r\b\n");
	put(out, 2 * MS,
	    "\xff caf\xc3\xa9 \xe2\x80\xae"
	    "txt\\\t.\n");
	put(odd, 3 * MS, "pl\x1b[3");
	put(odd, 4 * MS, "1main\n");
	end(0);
}

static void make_unfinished(const char *dir)
{
	struct stream *out, *errors;

	begin(dir, TEXT("./job.sh\0"));
	process((struct process){ .id = 1,
				  .pid = 100,
				  .exit_code = -1,
				  .comm = "job.sh",
				  .argv = TEXT("./job.sh\0") });
	out = stream((struct stream){ .process = 1,
				      .pid = 100,
				      .fd = 1,
				      .role = ROLE_STDOUT,
				      .direction = DIRECTION_OUT,
				      .kind = KIND_PIPE,
				      .comm = "job.sh",
				      .name = TEXT("pipe:[77]") });
	put(out, 42 * MS, "hello\nwor");
	errors = stream((struct stream){ .process = 1,
					 .pid = 100,
					 .fd = 2,
					 .role = ROLE_STDERR,
					 .direction = DIRECTION_OUT,
					 .kind = KIND_PIPE,
					 .comm = "job.sh",
					 .name = TEXT("pipe:[78]") });
	put(out, 43 * MS, "ld\nunfin");
	put(errors, 44 * MS, "later\n");
	must(store_flush(store), "flush");
}

static void make_big(const char *dir, uint64_t chunks, size_t length, uint32_t n)
{
	char *line = malloc(length);

	if (!line || !length || !n || n > MAX_STREAMS)
		errx(1, "big: LENGTH and STREAMS are from 1, STREAMS to %d", MAX_STREAMS);
	memset(line, 'x', length);
	line[length - 1] = '\n';
	begin(dir, TEXT("./big\0"));
	for (uint32_t i = 0; i < n; i++) {
		process((struct process){ .id = i + 1,
					  .pid = 100 + i,
					  .ended = true,
					  .comm = "big",
					  .argv = TEXT("./big\0") });
		stream((struct stream){ .process = i + 1,
					.pid = 100 + i,
					.fd = 1,
					.role = ROLE_STDOUT,
					.direction = DIRECTION_OUT,
					.kind = KIND_PIPE,
					.comm = "big",
					.name = TEXT("pipe:[77]") });
	}
	for (uint64_t i = 0; i < chunks; i++) {
		struct stream *st = &streams[i % n];

		put_at(st, i * 1000, st->length, line, length, 0);
		if (i % 1024 == 1023)
			must(store_flush(store), "flush");
	}
	end(0);
	free(line);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "job") == 0)
		make_job(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "absurd") == 0)
		make_absurd(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "losses") == 0)
		make_losses(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "hostile") == 0)
		make_hostile(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "unfinished") == 0)
		make_unfinished(argv[2]);
	else if (argc == 6 && strcmp(argv[1], "big") == 0)
		make_big(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
			 strtoul(argv[5], NULL, 10));
	else
		errx(2, "usage: make-run job|losses|absurd|hostile|unfinished DIR, "
			"or big DIR CHUNKS LENGTH STREAMS");
	return 0;
}
