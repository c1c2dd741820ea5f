/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the BPF programs, with as much as the kernel has for them. */
#ifndef IOTAP_LOAD_H
#define IOTAP_LOAD_H

#include "backend.h"
#include "capture/ring.h"
#include "iotap.skel.h"

/*
 * Loads, and maps the data ring; nothing is attached. 0 or negative errno; *ret and *ret_ring may
 * be set then, too, and are the caller's to destroy and to close.
 */
int bpf_load(const struct backend_config *config, struct iotap_bpf **ret, struct ring *ret_ring);

#endif
