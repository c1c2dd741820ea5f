/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream's open file is called, where it is not a path. */
#ifndef IOTAP_NAMES_H
#define IOTAP_NAMES_H

#include "model.h"

struct wire_open;

/*
 * `tcp 127.0.0.1:8080 > 127.0.0.1:51234` (local end first), `udp [::1]:53 > *`, `unix /run/x.sock`,
 * `pipe:[4711]`. 0 or -ENOMEM.
 */
int stream_name(const struct wire_open *o, struct bytes *ret);

#endif
