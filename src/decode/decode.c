/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See decode.h. The two rings are not in step: an exit is often seen before the last bytes and texts of its
 * process. So a stream ends when it is closed and accounted for, and a process when it has exited, its streams have ended and
 * its texts are whole.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/accounts.h"
#include "decode/decode.h"
#include "decode/names.h"
#include "decode/table.h"
#include "decode/texts.h"
#include "wire.h"

struct life {
	struct process p; /* its bytes are those of the texts while a row is written */
	struct text *exe;
	struct text *argv;
	struct text *cwd; /* at the last exec, or at the fork */
	struct text *cwd_now; /* what a fork hands on */
	unsigned open_streams;
	struct life *next_ended;
};

struct flow {
	struct stream s; /* first: the sink's pointer is ours */
	struct spans covered; /* bytes that came, and holes */
	struct life *life;
	bool is_known; /* the sink has seen it */
	bool is_closing; /* WIRE_CLOSE has come, length is final */
	bool path_due; /* its path is on the way */
};

struct decoder {
	struct decode_sink sink;
	struct decode_totals totals;
	uint64_t start;
	struct table lives;
	struct table flows;
	struct table texts;
	struct life *ended; /* exited, not yet reported for the last time */
};

int decode_create(const struct decode_sink *sink, uint64_t start_boot_ns, struct decoder **ret)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->sink = *sink;
	d->start = start_boot_ns;
	*ret = d;
	return 0;
}

static void life_free(struct decoder *d, struct life *l)
{
	text_drop(&d->texts, l->exe);
	text_drop(&d->texts, l->argv);
	text_drop(&d->texts, l->cwd);
	text_drop(&d->texts, l->cwd_now);
	free(l);
}

static void flow_free(struct flow *f)
{
	stream_release(&f->s);
	spans_release(&f->covered);
	free(f);
}

void decode_free(struct decoder *d)
{
	struct text *t;
	struct flow *f;
	struct life *l;

	if (!d)
		return;
	for (size_t at = 0; (f = table_next(&d->flows, &at));)
		flow_free(f);
	for (size_t at = 0; (l = table_next(&d->lives, &at));)
		life_free(d, l);
	for (size_t at = 0; (t = table_next(&d->texts, &at));) {
		free(t->bytes.data);
		free(t);
	}
	table_release(&d->flows);
	table_release(&d->lives);
	table_release(&d->texts);
	free(d);
}

const struct decode_totals *decode_totals(const struct decoder *d)
{
	return &d->totals;
}

static uint64_t since_start(const struct decoder *d, uint64_t time)
{
	return time > d->start ? time - d->start : 0;
}

static int bad_record(struct decoder *d)
{
	d->totals.bad_records++;
	return 0;
}

/* --- processes --- */

static int report_life(struct decoder *d, struct life *l)
{
	int err;

	l->p.exe = l->exe ? l->exe->bytes : (struct bytes){ 0 };
	l->p.argv = l->argv ? l->argv->bytes : (struct bytes){ 0 };
	l->p.cwd = l->cwd ? l->cwd->bytes : (struct bytes){ 0 };
	err = d->sink.process(d->sink.context, &l->p);
	l->p.exe = l->p.argv = l->p.cwd = (struct bytes){ 0 };
	return err;
}

static void refer(struct decoder *d, struct text **to, uint32_t id)
{
	struct text *t = text_refer(&d->texts, id);

	text_drop(&d->texts, *to);
	*to = t;
}

static void copy_comm(char to[COMM_SIZE], const char *from)
{
	memcpy(to, from, COMM_SIZE - 1);
	to[COMM_SIZE - 1] = 0;
}

static int decode_fork(struct decoder *d, const struct wire_fork *r)
{
	struct life *l;

	if (!r->process || table_get(&d->lives, r->process))
		return bad_record(d);
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	if (table_put(&d->lives, r->process, l)) {
		free(l);
		return -ENOMEM;
	}
	l->p = (struct process){
		.id = r->process,
		.parent = r->parent,
		.pid = r->pid,
		.ppid = r->ppid,
		.uid = r->uid,
		.threads = 1,
		.start_ns = since_start(d, r->time),
		.exit_code = -1,
	};
	copy_comm(l->p.comm, r->comm);
	refer(d, &l->exe, r->texts.exe);
	refer(d, &l->argv, r->texts.argv);
	refer(d, &l->cwd, r->texts.cwd);
	refer(d, &l->cwd_now, r->texts.cwd);
	d->totals.processes++;
	d->totals.processes_alive++;
	return report_life(d, l);
}

static int decode_exec(struct decoder *d, const struct wire_exec *r)
{
	struct life *l = table_get(&d->lives, r->process);

	if (!l)
		return bad_record(d);
	l->p.uid = r->uid;
	l->p.pid = r->pid;
	copy_comm(l->p.comm, r->comm);
	refer(d, &l->exe, r->texts.exe);
	refer(d, &l->argv, r->texts.argv);
	refer(d, &l->cwd, r->texts.cwd);
	return 0;
}

static int decode_exit(struct decoder *d, const struct wire_exit *r)
{
	struct life *l = table_get(&d->lives, r->process);

	if (!l || l->p.ended)
		return bad_record(d);
	l->p.ended = true;
	l->p.end_ns = since_start(d, r->time);
	l->p.threads = r->threads;
	l->p.waited_ns = r->waited_ns;
	if (WIFSIGNALED((int)r->status))
		l->p.signal = WTERMSIG((int)r->status);
	else
		l->p.exit_code = WEXITSTATUS((int)r->status);
	copy_comm(l->p.comm, r->comm);
	l->next_ended = d->ended;
	d->ended = l;
	d->totals.processes_alive--;
	if (r->process == 1) {
		d->totals.root_ended = true;
		d->totals.root_status = r->status;
	}
	return 0;
}

static bool is_whole(const struct text *t)
{
	return !t || t->whole;
}

static int end_life(struct decoder *d, struct life *l)
{
	int err = report_life(d, l);

	table_remove(&d->lives, l->p.id);
	life_free(d, l);
	return err;
}

int decode_settle(struct decoder *d)
{
	struct life **at = &d->ended;
	int err = 0;

	while (*at && !err) {
		struct life *l = *at;

		if (l->open_streams || !is_whole(l->exe) || !is_whole(l->argv) ||
		    !is_whole(l->cwd)) {
			at = &l->next_ended;
			continue;
		}
		*at = l->next_ended;
		err = end_life(d, l);
	}
	return err;
}

/* --- streams --- */

static enum role role_of(int fd, unsigned direction)
{
	if (fd == 0 && direction == DIRECTION_IN)
		return ROLE_STDIN;
	if (fd == 1 && direction == DIRECTION_OUT)
		return ROLE_STDOUT;
	if (fd == 2 && direction == DIRECTION_OUT)
		return ROLE_STDERR;
	return ROLE_OTHER;
}

static int decode_open(struct decoder *d, const struct wire_open *r)
{
	struct life *l = table_get(&d->lives, r->process);
	struct flow *f;

	if (!l || !r->stream || table_get(&d->flows, r->stream) || r->direction > DIRECTION_OUT ||
	    r->kind >= KIND_COUNT || r->local_length > WIRE_ADDRESS ||
	    r->peer_length > WIRE_ADDRESS)
		return bad_record(d);
	f = calloc(1, sizeof(*f));
	if (!f || table_put(&d->flows, r->stream, f)) {
		free(f);
		return -ENOMEM;
	}
	f->life = l;
	f->path_due = r->path_follows;
	f->s = (struct stream){
		.id = r->stream,
		.process = r->process,
		.pid = l->p.pid,
		.fd = r->fd,
		.generation = r->generation,
		.file_id = r->file_id,
		.role = role_of(r->fd, r->direction),
		.direction = r->direction,
		.kind = r->kind,
		.first_ns = since_start(d, r->time),
	};
	copy_comm(f->s.comm, r->comm);
	l->open_streams++;
	d->totals.streams++;
	return stream_name(r, &f->s.name);
}

static uint64_t accounted(const struct stream *s)
{
	return s->captured + s->lost + s->in_kernel + s->cut;
}

static int add_hole(struct decoder *d, struct flow *f, const struct hole *h)
{
	if (!stream_add_hole(&f->s, h))
		return -ENOMEM;
	f->s.complete = false;
	if (!f->is_closing && accounted(&f->s) > f->s.length)
		f->s.length = accounted(&f->s);
	d->totals.holes++;
	d->totals.lost_by_cause[h->cause] += h->length;
	if (h->cause != CAUSE_IN_KERNEL)
		d->totals.lost += h->length;
	return d->sink.hole(d->sink.context, &f->s, h);
}

/* What was moved and neither came nor was reported: it is found out here. */
static int find_gaps(struct decoder *d, struct flow *f)
{
	uint64_t at = 0, end;
	int err = 0;

	while (!err && spans_gap(&f->covered, &at, f->s.length, &end)) {
		struct hole h = {
			.stream = f->s.id,
			.cause = CAUSE_UNKNOWN,
			.offset = at,
			.length = end - at,
			.time_ns = f->s.last_ns,
		};

		err = add_hole(d, f, &h);
		at = end;
	}
	return err;
}

static int end_flow(struct decoder *d, struct flow *f)
{
	struct stream *s = &f->s;
	int err = 0;

	if (!f->is_closing && s->length < spans_end(&f->covered))
		s->length = spans_end(&f->covered);
	if (accounted(s) < s->length)
		err = find_gaps(d, f);
	s->closed = f->is_closing;
	s->complete = s->closed && s->captured + s->cut == s->length;
	if (s->direction == DIRECTION_OUT)
		f->life->p.bytes_out += s->length;
	else
		f->life->p.bytes_in += s->length;
	f->life->open_streams--;
	/* A thread that lost the race for the first byte leaves a stream behind that nothing is in. */
	if (!s->length)
		d->totals.streams--;
	else if (!err)
		err = d->sink.close(d->sink.context, s);
	table_remove(&d->flows, s->id);
	flow_free(f);
	return err;
}

static int end_if_accounted(struct decoder *d, struct flow *f)
{
	return f->is_closing && !f->path_due && accounted(&f->s) >= f->s.length ? end_flow(d, f)
										: 0;
}

static int decode_close(struct decoder *d, const struct wire_close *r)
{
	struct flow *f = table_get(&d->flows, r->stream);

	if (!f || f->is_closing || r->length < spans_end(&f->covered))
		return bad_record(d);
	f->is_closing = true;
	f->s.length = r->length;
	return end_if_accounted(d, f);
}

/* The first and every later sign of a stream: its times, and that the sink knows it. */
static int touch_flow(struct decoder *d, struct flow *f, uint64_t time_ns)
{
	if (!f->is_known || time_ns < f->s.first_ns)
		f->s.first_ns = time_ns;
	if (time_ns > f->s.last_ns)
		f->s.last_ns = time_ns;
	if (f->is_known)
		return 0;
	f->is_known = true;
	return d->sink.stream(d->sink.context, &f->s);
}

/* Enters [offset, offset + length) as covered. 1: it is; 0: the record makes no sense; or negative errno. */
static int cover(struct decoder *d, struct flow *f, uint64_t offset, uint64_t length)
{
	uint64_t end;
	int err;

	if (!length || __builtin_add_overflow(offset, length, &end) ||
	    (f->is_closing && end > f->s.length))
		return bad_record(d);
	err = spans_add(&f->covered, offset, end);
	if (err == -EEXIST)
		return bad_record(d);
	return err ? err : 1;
}

static int decode_hole(struct decoder *d, const struct wire_hole *r)
{
	struct flow *f = table_get(&d->flows, r->stream);
	struct hole h;
	int err;

	if (!f || r->cause >= CAUSE_COUNT)
		return bad_record(d);
	err = cover(d, f, r->offset, r->length);
	if (err <= 0)
		return err;
	h = (struct hole){
		.stream = r->stream,
		.cause = r->cause,
		.offset = r->offset,
		.length = r->length,
		.time_ns = since_start(d, r->time),
	};
	err = touch_flow(d, f, h.time_ns);
	if (!err)
		err = add_hole(d, f, &h);
	return err ? err : end_if_accounted(d, f);
}

static int decode_chunk(struct decoder *d, const struct wire_chunk *r)
{
	struct flow *f = table_get(&d->flows, r->stream);
	struct chunk c;
	int err;

	if (!f)
		return bad_record(d);
	err = cover(d, f, r->offset, r->head.length);
	if (err <= 0)
		return err;
	c = (struct chunk){
		.time_ns = since_start(d, r->time),
		.offset = r->offset,
		.length = r->head.length,
		.stream = r->stream,
		.tid = r->tid,
		.flags = r->head.flags & WIRE_MORE ? CHUNK_MORE : 0,
	};
	f->s.captured += c.length;
	d->totals.captured += c.length;
	if (!f->is_closing && accounted(&f->s) > f->s.length)
		f->s.length = accounted(&f->s);
	err = touch_flow(d, f, c.time_ns);
	if (!err)
		err = d->sink.chunk(d->sink.context, &f->s, &c, r->data);
	return err ? err : end_if_accounted(d, f);
}

int decode_lost(struct decoder *d, uint32_t stream, uint64_t offset, uint64_t length)
{
	struct flow *f = table_get(&d->flows, stream);
	struct hole h = {
		.stream = stream,
		.cause = CAUSE_STORE,
		.offset = offset,
		.length = length,
	};

	if (!f || length > f->s.captured)
		return -EINVAL;
	h.time_ns = f->s.last_ns;
	f->s.captured -= length;
	d->totals.captured -= length;
	return add_hole(d, f, &h);
}

/* --- texts --- */

static bool is_no_path(const struct bytes *path)
{
	static const char memfd[] = "/memfd:";

	return (path->len >= 2 && path->data[1] == '[') ||
	       (path->len >= strlen(memfd) && !memcmp(path->data, memfd, strlen(memfd)));
}

static int decode_path(struct decoder *d, const struct wire_text *r)
{
	struct flow *f = table_get(&d->flows, r->id);
	struct bytes path;
	int err;

	if (!f)
		return bad_record(d);
	err = path_from_wire(r->data, r->head.length, r->head.flags & WIRE_CUT,
			     r->head.flags & WIRE_DELETED, &path);
	if (err)
		return err;
	/* Anonymous inodes and memfds have a name that is no path: `[eventfd]`, `memfd:x`. */
	if (is_no_path(&path)) {
		path.len--;
		memmove(path.data, path.data + 1, path.len);
	}
	free(f->s.name.data);
	f->s.name = path;
	f->path_due = false;
	err = f->is_known ? d->sink.stream(d->sink.context, &f->s) : 0;
	return err ? err : end_if_accounted(d, f);
}

static int decode_text(struct decoder *d, const struct wire_text *r)
{
	struct life *l = table_get(&d->lives, r->process);
	struct text *t;
	struct bytes path;
	int err;

	if (r->kind == WIRE_PATH)
		return decode_path(d, r);
	if (!l || !r->id)
		return bad_record(d);
	if (r->kind == WIRE_CWD)
		refer(d, &l->cwd_now, r->id);
	t = table_get(&d->texts, r->id);
	if (!t || t->whole)
		return bad_record(d);
	if (r->kind == WIRE_ARGV) {
		err = text_add(t, r->offset, r->data, r->head.length);
		t->whole = r->head.flags & WIRE_LAST;
	} else {
		err = path_from_wire(r->data, r->head.length, r->head.flags & WIRE_CUT,
				     r->head.flags & WIRE_DELETED, &path);
		if (!err) {
			free(t->bytes.data);
			t->bytes = path;
		}
		t->whole = true;
	}
	if (err == -EINVAL)
		return bad_record(d);
	/* What runs is on disk while it runs: whoever is killed leaves that. */
	return err || !t->whole || r->kind == WIRE_EXE || l->p.ended ? err : report_life(d, l);
}

/* --- all --- */

int decode_record(struct decoder *d, const struct wire_head *record, size_t size)
{
	static const struct {
		size_t fixed;
		bool has_data;
	} shapes[] = {
		[WIRE_FORK] = { sizeof(struct wire_fork) },
		[WIRE_EXEC] = { sizeof(struct wire_exec) },
		[WIRE_EXIT] = { sizeof(struct wire_exit) },
		[WIRE_OPEN] = { sizeof(struct wire_open) },
		[WIRE_CLOSE] = { sizeof(struct wire_close) },
		[WIRE_HOLE] = { sizeof(struct wire_hole) },
		[WIRE_CHUNK] = { sizeof(struct wire_chunk), true },
		[WIRE_TEXT] = { sizeof(struct wire_text), true },
	};

	if (size < sizeof(*record) || record->type >= sizeof(shapes) / sizeof(shapes[0]) ||
	    !shapes[record->type].fixed || size < shapes[record->type].fixed ||
	    (shapes[record->type].has_data && record->length > size - shapes[record->type].fixed))
		return bad_record(d);
	switch (record->type) {
	case WIRE_FORK:
		return decode_fork(d, (const void *)record);
	case WIRE_EXEC:
		return decode_exec(d, (const void *)record);
	case WIRE_EXIT:
		return decode_exit(d, (const void *)record);
	case WIRE_OPEN:
		return decode_open(d, (const void *)record);
	case WIRE_CLOSE:
		return decode_close(d, (const void *)record);
	case WIRE_HOLE:
		return decode_hole(d, (const void *)record);
	case WIRE_CHUNK:
		return decode_chunk(d, (const void *)record);
	}
	return decode_text(d, (const void *)record);
}

int decode_finish(struct decoder *d)
{
	struct flow *f;
	struct life *l;
	int err = 0;

	/* What is removed leaves its slot to another one: look at it again. */
	for (size_t at = 0; !err && (f = table_next(&d->flows, &at)); at--)
		err = end_flow(d, f);
	d->ended = NULL;
	for (size_t at = 0; !err && (l = table_next(&d->lives, &at)); at--)
		err = end_life(d, l);
	return err;
}
