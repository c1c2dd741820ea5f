/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The captured bytes and nothing else. In: pieces. Out: their bytes, in order of time, each
 * stream's in order; what is missing is left out. Only a terminal is protected.
 */
#include <errno.h>
#include <stdlib.h>

#include "show/replay.h"
#include "show/show.h"

#define STEP 16384

struct raw {
	struct output *out;
	enum ansi ansi;
	struct windows *windows;
	struct ansi_state *states; /* one for each stream */
};

static void put(struct raw *raw, size_t index, const char *data, size_t len)
{
	if (raw->ansi == ANSI_KEEP) {
		output_write(raw->out, data, len);
		return;
	}
	while (len) {
		size_t step = len < STEP ? len : STEP;
		char *room = output_room(raw->out, ANSI_ROOM(STEP));

		output_did(raw->out, ansi_filter(&raw->states[index], raw->ansi, data, step, room));
		data += step;
		len -= step;
	}
}

static int take(void *context, const struct piece *p)
{
	struct raw *raw = context;
	uint64_t offset = p->offset, left = p->kind == PIECE_DATA ? p->length : 0;

	while (left && !output_error(raw->out)) {
		const char *data;
		ssize_t n =
			windows_get(raw->windows, p->index, p->stream, offset, offset, left, &data);

		if (n <= 0)
			break;
		put(raw, p->index, data, n);
		offset += n;
		left -= n;
	}
	if (p->kind == PIECE_END)
		windows_forget(raw->windows, p->index);
	return output_error(raw->out);
}

static int play(struct raw *raw, struct replay *replay)
{
	struct window_source source = replay_source(replay);
	int r = windows_create(replay->nstreams, &source, &raw->windows);

	if (r < 0)
		return r;
	raw->states = calloc(replay->nstreams + 1, sizeof(*raw->states));
	r = raw->states ? replay_run(replay, &(struct sequence_sink){ raw, take }) : -ENOMEM;
	free(raw->states);
	windows_free(raw->windows);
	return r;
}

int show_raw(struct show *s)
{
	struct raw raw = { .out = s->output };
	struct replay replay;
	int r;

	if (s->output->terminal)
		raw.ansi = s->options->ansi_given ? s->options->ansi : ANSI_STRIP;
	r = replay_init(&replay, s->reader, &s->options->selection);
	if (r < 0)
		return r;
	r = play(&raw, &replay);
	replay_release(&replay);
	return r;
}
