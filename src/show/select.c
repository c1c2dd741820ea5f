/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes and streams are shown. In: what was asked for, and rows. Out: yes or no. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/select.h"

static int words_add_one(struct words *w, const char *word, size_t len)
{
	char **more = reallocarray(w->word, w->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	w->word = more;
	more[w->n] = strndup(word, len);
	if (!more[w->n])
		return -ENOMEM;
	w->n++;
	return 0;
}

int words_add(struct words *w, const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int r = len ? words_add_one(w, list, len) : -EINVAL;

		if (r < 0)
			return r;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

static void words_release(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i]);
	free(w->word);
	*w = (struct words){ 0 };
}

void selection_release(struct selection *sel)
{
	words_release(&sel->pids);
	words_release(&sel->comms);
	words_release(&sel->streams);
}

static bool is_number(const char *word, long long n)
{
	char *end;
	long long value = strtoll(word, &end, 10);

	return end != word && !*end && value == n;
}

static bool pid_matches(const struct words *pids, int32_t pid)
{
	for (size_t i = 0; i < pids->n; i++)
		if (is_number(pids->word[i], pid))
			return true;
	return pids->n == 0;
}

static bool glob_matches(const struct words *globs, const char *text)
{
	for (size_t i = 0; i < globs->n; i++)
		if (fnmatch(globs->word[i], text, 0) == 0)
			return true;
	return globs->n == 0;
}

char *stream_label(const struct stream *st, char out[STREAM_LABEL_SIZE])
{
	bool sent = st->kind == KIND_SOCKET, outward = st->direction == DIRECTION_OUT;
	const char *verb = outward ? (sent ? "sent" : "written") : (sent ? "received" : "read");

	if (st->role > ROLE_OTHER && st->role < ROLE_COUNT)
		snprintf(out, STREAM_LABEL_SIZE, "%s", role_name(st->role));
	else
		snprintf(out, STREAM_LABEL_SIZE, "fd%d.%s", st->fd, verb);
	return out;
}

static bool stream_matches(const struct words *words, const struct stream *st)
{
	char label[STREAM_LABEL_SIZE];

	for (size_t i = 0; i < words->n; i++)
		if (is_number(words->word[i], st->id) ||
		    fnmatch(words->word[i], role_name(st->role), 0) == 0 ||
		    fnmatch(words->word[i], stream_label(st, label), 0) == 0)
			return true;
	return words->n == 0;
}

static bool kind_matches(unsigned kinds, enum kind kind)
{
	unsigned bit = kind < KIND_COUNT ? kind : KIND_OTHER;

	return !kinds || (kinds & 1u << bit);
}

static bool select_process(const struct selection *sel, const struct process *p)
{
	return pid_matches(&sel->pids, p->pid) && glob_matches(&sel->comms, p->comm);
}

bool select_stream(const struct selection *sel, const struct reader *r, const struct stream *st)
{
	const struct process *p;

	if (!pid_matches(&sel->pids, st->pid) || !kind_matches(sel->kinds, st->kind) ||
	    !stream_matches(&sel->streams, st))
		return false;
	if (glob_matches(&sel->comms, st->comm))
		return true;
	p = reader_find_process(r, st->process);
	return p && glob_matches(&sel->comms, p->comm);
}

static void mark(const struct reader *r, bool *marks, size_t n, uint32_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct process *p = reader_process(r, middle);

		if (p->id == id)
			marks[middle] = true;
		if (p->id < id)
			low = middle + 1;
		else
			high = middle;
	}
}

bool *select_processes(const struct selection *sel, const struct reader *r, size_t *ret_n)
{
	bool by_stream = sel->kinds || sel->streams.n;
	const struct stream *st;
	size_t n = 0;
	bool *marks;

	while (reader_process(r, n))
		n++;
	marks = calloc(n + 1, sizeof(*marks));
	if (!marks)
		return NULL;
	for (size_t i = 0; by_stream && (st = reader_stream(r, i)); i++)
		if (select_stream(sel, r, st))
			mark(r, marks, n, st->process);
	for (size_t i = 0; !by_stream && i < n; i++)
		marks[i] = select_process(sel, reader_process(r, i));
	*ret_n = n;
	return marks;
}
