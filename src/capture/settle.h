/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records that the kernel side does not send itself: the first process, and the ends of streams
 * that were open when their process ended. Reads and empties the maps of shared.h.
 */
#ifndef IOTAP_SETTLE_H
#define IOTAP_SETTLE_H

#include "backend.h"

/* The first process, which no fork of the tree reports: WIRE_FORK, and WIRE_TEXT of its cwd. */
int settle_root(pid_t pid, uint32_t cwd_text, const struct backend_sink *sink);

/*
 * The process has gone: WIRE_CLOSE for the streams that it left open; forgets it. `fds` and
 * `processes` are map fds.
 */
int settle_process(int fds, int processes, uint32_t number, const struct backend_sink *sink);

/* The same for all processes that are still known. */
int settle_all(int fds, int processes, const struct backend_sink *sink);

#endif
