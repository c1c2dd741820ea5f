/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See recorder.h. It ties the arrow together: backend, decoder, store. What comes in: the run's
 * config and the words of the front. What goes out: the run directory. It never touches the
 * terminal, and goes on when the front is dead.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode/decode.h"
#include "run/control.h"
#include "run/recorder.h"
#include "run/report.h"
#include "store/runjson.h"
#include "store/store.h"

#define EXIT_OWN_FAILURE 125

struct recorder {
	const struct run_config *config;
	const struct backend_ops *ops;
	struct backend *backend;
	struct decoder *decoder;
	struct store *store;
	struct runinfo info;
	int control; /* -1: the front is dead */
	int dirfd;
	bool stop; /* the front wants the run to end now */
	int error; /* what ended the run too early: negative errno */
};

/* --- the arrow: each function hands on to the next room --- */

static int to_decoder(void *context, const struct wire_head *record, size_t size)
{
	struct recorder *r = context;

	return decode_record(r->decoder, record, size);
}

static int on_commit(void *context)
{
	struct recorder *r = context;
	int err = store_flush(r->store);

	return err ? err : decode_settle(r->decoder);
}

static int to_store_process(void *context, const struct process *p)
{
	struct recorder *r = context;

	return store_put_process(r->store, p);
}

static int to_store_stream(void *context, struct stream *s)
{
	struct recorder *r = context;

	return store_put_stream(r->store, s);
}

static int to_store_chunk(void *context, struct stream *s, const struct chunk *c, const void *data)
{
	struct recorder *r = context;

	return store_append(r->store, s, c, data);
}

static int to_store_hole(void *context, struct stream *s, const struct hole *h)
{
	struct recorder *r = context;

	(void)s;
	return store_put_hole(r->store, h);
}

static int to_store_close(void *context, struct stream *s)
{
	struct recorder *r = context;

	return store_seal_stream(r->store, s);
}

/* The way back: the disk did not take what was handed over. */
static void on_lost(void *context, uint32_t stream, uint64_t offset, uint64_t length, int error)
{
	struct recorder *r = context;

	(void)error;
	decode_lost(r->decoder, stream, offset, length);
}

/* --- run.json --- */

static int conclude_run(struct recorder *r, struct control_message *ret_done)
{
	const struct decode_totals *t = decode_totals(r->decoder);
	struct runinfo *info = &r->info;
	struct backend_totals b;

	*ret_done = (struct control_message){ .type = CONTROL_DONE };
	r->ops->totals(r->backend, &b);
	report_losses(t, &b, r->error, ret_done->text, sizeof(ret_done->text));
	free(info->state);
	info->state = strdup("finished");
	info->ended = report_timestamp();
	if (t->root_ended && WIFSIGNALED(t->root_status))
		info->signal = WTERMSIG(t->root_status);
	else if (t->root_ended)
		info->exit_code = WEXITSTATUS(t->root_status);
	info->captured = t->captured;
	info->lost = t->lost;
	info->holes = t->holes;
	info->streams = t->streams;
	info->processes = t->processes;
	info->complete = !ret_done->text[0];
	info->reason = info->complete ? NULL : strdup(ret_done->text);
	ret_done->complete = info->complete;
	ret_done->captured = info->captured;
	ret_done->lost = info->lost;
	ret_done->holes = info->holes;
	return runinfo_write(info, r->dirfd);
}

/* --- stages --- */

static int say(struct recorder *r, uint32_t type)
{
	struct control_message m = { .type = type };

	return control_send(r->control, &m, -1);
}

__attribute__((format(printf, 2, 3))) static void say_failed(struct recorder *r, const char *format,
							     ...)
{
	struct control_message m = { .type = CONTROL_FAILED };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(m.text, sizeof(m.text), format, arguments);
	va_end(arguments);
	control_send(r->control, &m, -1);
}

static int load(struct recorder *r)
{
	char reason[sizeof(((struct control_message *)0)->text)];
	int err = r->ops->open(&r->config->backend, &r->backend, reason, sizeof(reason));

	if (err)
		say_failed(r, "%s", reason);
	return err ? err : say(r, CONTROL_READY);
}

static int prepare(struct recorder *r)
{
	const struct decode_sink sink = {
		.context = r,
		.process = to_store_process,
		.stream = to_store_stream,
		.chunk = to_store_chunk,
		.hole = to_store_hole,
		.close = to_store_close,
	};
	struct store_config store = {
		.dirfd = r->dirfd,
		.on_lost = on_lost,
		.context = r,
	};
	int err;

	err = report_begin(r->config, r->ops->name, &r->info, &store.start_boot_ns);
	if (!err)
		err = store_create(&store, &r->store);
	if (!err)
		err = decode_create(&sink, store.start_boot_ns, &r->decoder);
	if (!err)
		err = runinfo_write(&r->info, r->dirfd);
	return err;
}

/* The child is held: enters it in the tree. */
static int tap(struct recorder *r, const struct backend_sink *sink)
{
	struct control_message m;
	int pidfd = -1, err;

	err = control_receive(r->control, &m, &pidfd);
	if (err <= 0 || m.type != CONTROL_CHILD || pidfd < 0)
		return err < 0 ? err : -EPIPE;
	err = prepare(r);
	if (err)
		say_failed(r, "cannot write to the run directory (%s); choose another one with -o",
			   strerror(-err));
	if (!err) {
		err = r->ops->add(r->backend, pidfd, m.pid, sink);
		if (err)
			say_failed(r, "cannot tap process %d: %s", m.pid, strerror(-err));
	}
	close(pidfd);
	return err ? err : say(r, CONTROL_TAPPED);
}

static void listen_to_front(struct recorder *r)
{
	struct control_message m;
	int err = control_receive(r->control, &m, NULL);

	if (err > 0) {
		r->stop |= m.type == CONTROL_STOP;
	} else if (err != -EAGAIN && err != -EINTR) {
		close(r->control);
		r->control = -1;
	}
}

static bool is_over(struct recorder *r)
{
	struct backend_totals totals;

	r->ops->totals(r->backend, &totals);
	if (r->stop || r->error || !totals.tasks)
		return true;
	return r->config->wait_for == WAIT_ROOT && decode_totals(r->decoder)->root_ended;
}

static void record(struct recorder *r, const struct backend_sink *sink)
{
	int sleep_ms = 0;

	while (!is_over(r)) {
		struct pollfd fds[] = {
			{ .fd = r->ops->poll_fd(r->backend), .events = POLLIN },
			{ .fd = r->control, .events = POLLIN },
		};
		int records;

		poll(fds, 2, sleep_ms);
		if (fds[1].revents)
			listen_to_front(r);
		records = r->ops->pump(r->backend, sink, &sleep_ms);
		if (records < 0)
			r->error = records;
	}
}

static int conclude(struct recorder *r, const struct backend_sink *sink)
{
	struct control_message done;
	int err;

	err = r->ops->finish(r->backend, sink);
	if (!err)
		err = decode_finish(r->decoder);
	if (!err)
		err = store_finish(r->store);
	if (err && !r->error)
		r->error = err;
	err = conclude_run(r, &done);
	if (err) {
		done.complete = false;
		report_unfinished(err, done.text, sizeof(done.text));
	}
	if (r->control >= 0)
		control_send(r->control, &done, -1);
	return err;
}

static void release(struct recorder *r)
{
	/* 1 who fills  2 who is filled */
	r->ops->free(r->backend);
	decode_free(r->decoder);
	store_free(r->store);
	runinfo_release(&r->info);
	if (r->control >= 0)
		close(r->control);
}

int recorder_run(const struct run_config *config, int control, int dirfd)
{
	struct recorder r = {
		.config = config,
		.ops = &backend_bpf,
		.control = control,
		.dirfd = dirfd,
	};
	const struct backend_sink sink = {
		.context = &r,
		.record = to_decoder,
		.commit = on_commit,
	};
	int err;

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/*
	 * Whoever fills the rings must not outrun whoever empties them; without the right to it, so
	 * be it.
	 */
	setpriority(PRIO_PROCESS, 0, -10);
	err = load(&r);
	if (!err)
		err = tap(&r, &sink);
	if (!err) {
		record(&r, &sink);
		err = conclude(&r, &sink);
	}
	release(&r);
	return err ? EXIT_OWN_FAILURE : 0;
}
