/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads many streams at once, each a good piece ahead, within a bound of memory. */
#ifndef IOTAP_WINDOW_H
#define IOTAP_WINDOW_H

#include <sys/types.h>

#include "model.h"

#define WINDOW_SIZE (256 * 1024)

/* As reader_read(): fewer bytes than asked, 0 where there is nothing, negative errno. */
struct window_source {
	void *context;
	ssize_t (*read)(void *context, const struct stream *st, uint64_t offset, void *buf,
			size_t size);
};

struct windows;

int windows_create(size_t nstreams, const struct window_source *source, struct windows **ret);
void windows_free(struct windows *w); /* NULL is fine */

/*
 * Bytes of the stream from `offset` on: returns how many, at most size, 0 or negative errno where
 * there is nothing. *ret is good until the next call. When bytes must be read, those from
 * `from` (not more than offset) on are read, if that is not too far away.
 */
ssize_t windows_get(struct windows *w, size_t index, const struct stream *st, uint64_t from,
		    uint64_t offset, uint64_t size, const char **ret);

/* The bytes when all of them are in memory already, else NULL. Reads nothing. */
const char *windows_peek(const struct windows *w, size_t index, uint64_t offset, size_t len);

/* The stream is over: its memory is free. */
void windows_forget(struct windows *w, size_t index);

#endif
