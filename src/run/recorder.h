/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder: a process of its own that loads, drains and stores, from READY to DONE.
 */
#ifndef IOTAP_RECORDER_H
#define IOTAP_RECORDER_H

#include "run/config.h"

/*
 * The whole life of the recorder, called in the forked child of the front. `control` is its
 * end of the pair of control.h, `dirfd` the run directory. Neither belongs to fds 0 to 2. Returns
 * its exit status.
 */
int recorder_run(const struct run_config *config, int control, int dirfd);

#endif
