/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the moment when the command runs to the end of the run. */
#ifndef IOTAP_WATCH_H
#define IOTAP_WATCH_H

#include <stdbool.h>

#include "run/config.h"
#include "run/control.h"

struct launch;
struct recorder_process;
struct signals;

struct watch {
	const struct run_config *config;
	struct signals *signals;
	struct launch *child;
	struct recorder_process *recorder;

	/* What came out: */
	int status;		     /* the command's, as of wait(2) */
	bool finished;		     /* the recorder has said DONE */
	struct control_message done; /* if finished */

	/* On the way: */
	bool child_ended;
	bool stop_sent;
	bool impatient; /* a second signal after the command's end: do not wait */
};

/* Passes signals on, stops and goes on with the command, waits for its end and the recorder's. */
int watch_run(struct watch *w);

#endif
