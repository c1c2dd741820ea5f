/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts lines together from the pieces of many streams. A line is given out when its newline has
 * come, or when what came cannot become a whole line any more.
 */
#ifndef IOTAP_LINES_H
#define IOTAP_LINES_H

#include "show/sequence.h"
#include "show/window.h"

#define LINE_MAX_BYTES (1024 * 1024) /* a longer line is given out in parts */

enum line_kind {
	LINE_TEXT,
	LINE_HOLE,    /* bytes that are known to be missing: length and cause */
	LINE_MISSING, /* bytes that nothing accounts for, or that no file has */
};

struct line {
	enum line_kind kind;
	enum cause cause;
	size_t index;
	const struct stream *stream;
	uint64_t time_ns; /* when its last byte came */
	uint64_t offset;
	uint64_t length;  /* with the newline */
	const char *text; /* without the newline; LINE_TEXT only; valid during the call */
	size_t text_len;
	bool partial;	 /* no newline at its end */
	bool concurrent; /* a part of it overlapped another call on the same file */
};

struct lines_sink {
	void *context;
	int (*take)(void *context, const struct line *line); /* not 0: stop, and return it */
};

struct lines;

int lines_create(size_t nstreams, const struct window_source *source, const struct lines_sink *sink,
		 struct lines **ret);
void lines_free(struct lines *l); /* NULL is fine */

/* The take() of struct sequence_sink; context is struct lines. */
int lines_take(void *context, const struct piece *p);

#endif
