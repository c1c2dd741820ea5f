/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SET of --capture. */
#ifndef IOTAP_CAPTURE_SET_H
#define IOTAP_CAPTURE_SET_H

#include <stddef.h>

#include "backend.h"

#define CAPTURE_DEFAULT "stdout,stderr,sockets"

/*
 * Reads a comma list into capture, without and capture_fds of ret. A list of which every
 * word takes something away begins with the default. 0, or -EINVAL with one sentence in ret_error.
 */
int capture_set_parse(const char *text, struct backend_config *ret, char *ret_error,
		      size_t error_size);

#endif
