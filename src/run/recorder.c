/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorder of a build without a backend: says so. */
#include <stdio.h>

#include "run/control.h"
#include "run/recorder.h"

int recorder_run(const struct run_config *config, int control, int dirfd)
{
	struct control_message m = { .type = CONTROL_FAILED };

	(void)config, (void)dirfd;
	snprintf(m.text, sizeof(m.text), "this build of iotap-run has no backend that captures");
	control_send(control, &m, -1);
	return 1;
}
