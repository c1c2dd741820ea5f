/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays the selected streams of a run directory back, as pieces in order of time. */
#ifndef IOTAP_REPLAY_H
#define IOTAP_REPLAY_H

#include "show/select.h"
#include "show/sequence.h"
#include "show/window.h"
#include "store/reader.h"

struct replay {
	struct reader *reader;
	const struct stream **streams; /* the selected ones, in order of id */
	size_t nstreams;
};

/* -ENOMEM */
int replay_init(struct replay *p, struct reader *r, const struct selection *sel);
void replay_release(struct replay *p);

/* A selected stream by its id; NULL: it is not among them. */
const struct stream *replay_find(const struct replay *p, uint32_t id);

/* Returns what the sink returned when that was not 0. */
int replay_run(struct replay *p, const struct sequence_sink *sink);

/* Where windows read from. */
struct window_source replay_source(struct replay *p);

#endif
