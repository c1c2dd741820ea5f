/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words between the front and the recorder, over a SOCK_SEQPACKET pair.
 *
 *   recorder                       front
 *   READY or FAILED        ->
 *                          <-      CHILD with a pidfd (the child is held before exec)
 *   TAPPED or FAILED       ->      lets the child go
 *                          <-      STOP (maybe: end the run now, whatever still runs)
 *   DONE                   ->      the run directory is finished
 *
 * End of file on either side means that the other one is dead. The recorder goes on without the
 * front.
 */
#ifndef IOTAP_CONTROL_H
#define IOTAP_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

enum control_type {
	CONTROL_READY = 1,
	CONTROL_FAILED = 2, /* text: one sentence */
	CONTROL_CHILD = 3,  /* pid; carries a pidfd */
	CONTROL_TAPPED = 4,
	CONTROL_STOP = 5,
	CONTROL_DONE = 6, /* complete, lost, holes; text: why not complete */
};

struct control_message {
	uint32_t type;
	int32_t pid;
	uint32_t complete;
	uint32_t holes;
	uint64_t captured;
	uint64_t lost;
	char text[480]; /* NUL-terminated */
};

/* fd: one to send along, or -1. Returns 0 or negative errno (-EPIPE: the other side is dead). */
int control_send(int sock, const struct control_message *m, int fd);

/* ret_fd may be NULL; -1 when none came. Returns 1, 0 at end of file, negative errno. */
int control_receive(int sock, struct control_message *ret, int *ret_fd);

#endif
