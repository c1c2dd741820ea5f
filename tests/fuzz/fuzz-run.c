/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the reader and all views of the viewer with a whole run directory. In: the lengths of
 * index/processes, index/streams and index/timeline (16 bits each, little-endian), the three files,
 * and run.json to the end. Stream files are made where the index wants them.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc.h"
#include "show/show.h"

#define FILES 8
#define FILE_MAX 4096

static char dir[256];
static int dirfd_ = -1;
static int nowhere = -1;
static pid_t owner;

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *ftw)
{
	(void)about, (void)type, (void)ftw;
	return remove(path);
}

static void remove_dir(void)
{
	if (getpid() == owner)
		nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/iotap-fuzz.XXXXXX", tmp ? tmp : "/tmp");
	EXPECT(mkdtemp(dir));
	owner = getpid();
	atexit(remove_dir);
	dirfd_ = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	EXPECT(dirfd_ >= 0);
	EXPECT(mkdirat(dirfd_, "index", 0700) == 0);
	/*
	 * Nothing can be written to it: a view ends when its buffer is full, whatever the index
	 * claims.
	 */
	nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT(nowhere >= 0);
}

static void write_file(const char *name, const void *data, size_t size)
{
	int fd = openat(dirfd_, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	EXPECT(fd >= 0);
	EXPECT(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void write_part(const char *name, struct input *in, size_t want)
{
	size_t size;
	uint8_t *data = input_copy(in, want, &size);

	if (size > sizeof(struct format_header))
		mend_records(data + sizeof(struct format_header),
			     size - sizeof(struct format_header));
	write_file(name, data, size);
	free(data);
}

static void write_index(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t processes = input_u16(&in), streams = input_u16(&in), timeline = input_u16(&in);

	write_part("index/processes", &in, processes);
	write_part("index/streams", &in, streams);
	write_file("index/timeline", in.at, timeline < in.left ? timeline : in.left);
	in.at += timeline < in.left ? timeline : in.left;
	write_file("run.json", in.at, (size_t)(data + size - in.at));
}

/* Lines, an escape sequence, a byte that is no UTF-8. */
static void make_stream_files(struct reader *r, char *names[FILES])
{
	static const char text[] = "one line\n\x1b[31mred\x1b[m\n\xff\r\ntwo\n";
	char content[FILE_MAX];
	const struct stream *st;
	size_t made = 0;

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = text[i % (sizeof(text) - 1)];
	for (size_t i = 0; (st = reader_stream(r, i)); i++)
		for (size_t k = 0; k < st->nsegments && made < FILES; k++) {
			const struct segment *seg = &st->segments[k];
			struct stat about;

			EXPECT(seg->file[0] && !strchr(seg->file, '/'));
			EXPECT(strcmp(seg->file, ".") && strcmp(seg->file, ".."));
			if (strlen(seg->file) > 255 ||
			    fstatat(dirfd_, seg->file, &about, AT_SYMLINK_NOFOLLOW) == 0)
				continue;
			write_file(seg->file, content,
				   seg->length < FILE_MAX ? seg->length : FILE_MAX);
			names[made++] = strdup(seg->file);
		}
}

static void walk(struct reader *r)
{
	const struct process *p;
	const struct stream *st;
	const char *problem;
	uint64_t cursor = 0, last = 0;
	char bytes[512];
	struct chunk c;

	for (size_t i = 0; (problem = reader_problem(r, i)); i++)
		EXPECT(*problem);
	for (size_t i = 0; (p = reader_process(r, i)); i++) {
		EXPECT(reader_find_process(r, p->id) == p);
		EXPECT(!i || reader_process(r, i - 1)->id < p->id);
		touch_bytes(p->argv.data, p->argv.len);
	}
	for (size_t i = 0; (st = reader_stream(r, i)); i++) {
		EXPECT(reader_find_stream(r, st->id) == st);
		EXPECT(!i || reader_stream(r, i - 1)->id < st->id);
		for (unsigned step = 0; step < 8; step++) {
			ssize_t n = reader_read(r, st, step * 100 + (st->length >> step), bytes,
						sizeof(bytes));

			EXPECT(n <= (ssize_t)sizeof(bytes));
			touch_bytes(bytes, n > 0 ? (size_t)n : 0);
		}
	}
	while (reader_next_chunk(r, &cursor, &c) > 0) {
		EXPECT(reader_find_stream(r, c.stream));
		EXPECT(chunk_order(&c) >= last);
		last = chunk_order(&c);
	}
}

static void show(struct reader *r, struct show_options *o, int (*view)(struct show *))
{
	static struct output out;
	struct show s = { .options = o, .dir = dir, .reader = r, .output = &out };

	output_init(&out, nowhere);
	when_init(&s.when, o->time_style, o->time_format, reader_run(r)->started);
	view(&s);
	touch_bytes(out.buffer, out.used);
}

static void show_all(struct reader *r)
{
	static int (*const views[])(struct show *) = {
		show_streams, show_processes, show_holes, show_timeline, show_summary, show_log,
	};
	struct show_options o = { .prefix = PREFIX_ALL,
				  .ansi_given = true,
				  .time_style = WHEN_ISO };

	for (o.ansi = ANSI_KEEP; o.ansi <= ANSI_ESCAPE; o.ansi++)
		show(r, &o, show_log);
	o.ansi = ANSI_STRIP;
	for (int json = 0; json < 2; json++)
		for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
			o.json = json;
			show(r, &o, views[i]);
		}
	show(r, &o, show_raw);
	show(r, &o, show_verify);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *names[FILES] = { NULL };
	struct reader *r;

	if (dirfd_ < 0)
		make_dir();
	write_index(data, size);
	if (reader_open(dir, &r) < 0)
		return 0;
	make_stream_files(r, names);
	walk(r);
	show_all(r);
	reader_free(r);
	for (size_t i = 0; i < FILES && names[i]; i++) {
		unlinkat(dirfd_, names[i], 0);
		free(names[i]);
	}
	return 0;
}
