/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between whoever captures and everything else.
 *
 * A backend fills wire records and hands them to a sink. What it promises:
 *   - WIRE_FORK of a process comes before anything else of it; WIRE_OPEN of a
 *     stream before its chunks and holes;
 *   - each stream gets exactly one WIRE_CLOSE, with its length by return values, at the
 *     latest in finish(). Chunks, holes and texts may still come after it;
 *   - the data of a record is valid until the sink's commit returns.
 */
#ifndef IOTAP_BACKEND_H
#define IOTAP_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "words.h"

struct wire_head;

struct backend_config {
	uint32_t capture;     /* CAPTURE_ */
	uint32_t without;     /* CAPTURE_ taken away again by `!x` */
	uint64_t capture_fds; /* bit N: fd=N */
	size_t ring_size;     /* bytes, a power of two of at least one page */
	bool wait;	      /* --on-full=wait */
};

/* What a run of a backend adds up to; see backend_totals(). */
struct backend_totals {
	uint64_t tasks;	       /* that are alive in the tree now */
	uint64_t lost_events;  /* life records that did not fit: the index has gaps */
	uint64_t lost_tasks;   /* tasks that could not be entered in the tree */
	uint64_t unseen_calls; /* byte-moving calls of a kind that is not decoded */
};

struct backend_sink {
	void *context;
	/* One record of `size` bytes. Returns 0 or negative errno, which stops the pump. */
	int (*record)(void *context, const struct wire_head *record, size_t size);
	/* The memory of all records since the last commit is about to be reused. */
	int (*commit)(void *context);
};

struct backend;

struct backend_ops {
	const char *name;
	/*
	 * Whether this machine can capture with this backend. Returns 0, or negative
	 * errno with one sentence in ret_reason that names the next step.
	 */
	int (*probe)(char *ret_reason, size_t reason_size);
	/* Loads and attaches. Nothing is captured before backend add. Same errors as probe. */
	int (*open)(const struct backend_config *config, struct backend **ret, char *ret_reason,
		    size_t reason_size);
	/* Enters the process behind the pidfd, which must not run yet, as number 1. */
	int (*add)(struct backend *b, int pidfd, pid_t pid, const struct backend_sink *sink);
	/* An fd to poll for input. */
	int (*poll_fd)(struct backend *b);
	/*
	 * Hands over what is there. Returns the number of records. sleep_ms of the next
	 * poll is what the backend wants: -1 when it will wake the poller by itself.
	 */
	int (*pump)(struct backend *b, const struct backend_sink *sink, int *ret_sleep_ms);
	/* Stops capturing, hands over what is left, closes every stream. */
	int (*finish)(struct backend *b, const struct backend_sink *sink);
	void (*totals)(struct backend *b, struct backend_totals *ret);
	void (*free)(struct backend *b); /* NULL is fine */
};

extern const struct backend_ops backend_bpf;

#endif
