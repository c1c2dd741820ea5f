/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and their texts. An exit is often seen before the last bytes and texts of its process:
 * so a process ends when it has exited, its streams have ended and its texts are whole.
 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/tables.h"

void life_free(struct decoder *d, struct life *l)
{
	text_drop(&d->texts, l->exe);
	text_drop(&d->texts, l->argv);
	text_drop(&d->texts, l->cwd);
	text_drop(&d->texts, l->cwd_now);
	free(l);
}

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

int see_fork(struct decoder *d, const struct wire_fork *r)
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
	if (r->process > d->last_process)
		d->last_process = r->process;
	d->totals.processes++;
	d->totals.processes_alive++;
	return report_life(d, l);
}

int see_exec(struct decoder *d, const struct wire_exec *r)
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

int see_exit(struct decoder *d, const struct wire_exit *r)
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

int life_end(struct decoder *d, struct life *l)
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
		err = life_end(d, l);
	}
	return err;
}

int see_text(struct decoder *d, const struct wire_text *r)
{
	struct life *l = table_get(&d->lives, r->process);
	struct text *t = table_get(&d->texts, r->id);
	struct bytes path;
	int err;

	if (r->kind == WIRE_PATH)
		return see_path(d, r);
	if (!r->id || r->kind < WIRE_ARGV || r->kind > WIRE_CWD || !r->process ||
	    r->process > d->last_process || (t && t->whole))
		return bad_record(d);
	if (l && r->kind == WIRE_CWD) {
		refer(d, &l->cwd_now, r->id);
		t = l->cwd_now;
	}
	/*
	 * Nobody needs it any more: its process has made another exec since, or is over. But a
	 * child of one that is over can have inherited it: the exit travels on the other ring and
	 * overtakes.
	 */
	if (!t)
		return 0;
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
	return err || !t->whole || r->kind == WIRE_EXE || !l || l->p.ended ? err
									   : report_life(d, l);
}
