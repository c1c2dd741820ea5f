/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what sendfile, copy_file_range or splice moved out of a regular file, while the task that
 * moved it waits: see struct wire_fetch.
 */
#ifndef IOTAP_FETCH_H
#define IOTAP_FETCH_H

#include <stdint.h>

#include "backend.h"

struct wire_fetch;

/*
 * Hands over WIRE_CHUNK records with the content, or WIRE_HOLE for what cannot be had, and tells
 * the task. `acks` is the map's fd; *beat is moved on at each step, so that a long one is not taken
 * for a standstill. Commits the sink. 0 or the sink's error.
 */
int fetch_run(const struct wire_fetch *f, int acks, uint64_t *beat,
	      const struct backend_sink *sink);

#endif
