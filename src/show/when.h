/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of a run as text. */
#ifndef IOTAP_WHEN_H
#define IOTAP_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEN_SIZE 256

enum when_style {
	WHEN_CLOCK,    /* 14:32:01.042, local time */
	WHEN_ISO,      /* 2024-05-01T14:32:01.042123+02:00, local time */
	WHEN_UNIX,     /* 1714566721.042123 */
	WHEN_RELATIVE, /* 0.042123: seconds since the run's start */
	WHEN_STRFTIME,
};

struct when {
	enum when_style style;
	const char *format; /* of strftime(3) */
	int64_t start_s;    /* wall clock at time 0 of the run */
	uint32_t start_ns;
	/* The text of one second, kept. */
	bool cached;
	int64_t cached_s;
	size_t head_len, tail_len;
	char head[WHEN_SIZE]; /* stands before the fraction */
	char tail[16];	      /* stands after it */
};

/*
 * `started` is RFC 3339, or NULL. Returns 0; -EINVAL when it is not a time: then times are
 * written as WHEN_RELATIVE.
 */
int when_init(struct when *w, enum when_style style, const char *format, const char *started);

/* Writes the time into `out` without a NUL; returns its length. */
size_t when_format(struct when *w, uint64_t time_ns, char out[WHEN_SIZE + 32]);

/* Reads RFC 3339 as in 2024-05-01T14:32:01.042+02:00. 0 or -EINVAL. */
int when_parse(const char *text, int64_t *ret_s, uint32_t *ret_ns);

#endif
