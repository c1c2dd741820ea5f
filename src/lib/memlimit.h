/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory this process may hope for. */
#ifndef IOTAP_MEMLIMIT_H
#define IOTAP_MEMLIMIT_H

#include <stdint.h>

/* The least of the machine's memory and our cgroups' limits (v1 and v2), in bytes; never 0. */
uint64_t memory_limit(void);

#endif
