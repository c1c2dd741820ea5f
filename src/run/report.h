/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What run.json says about a run: filled in at its start and at its end. */
#ifndef IOTAP_REPORT_H
#define IOTAP_REPORT_H

#include "backend.h"
#include "decode/decode.h"
#include "run/config.h"
#include "store/runjson.h"

/*
 * Everything that is known at the start, which is now: by the wall clock in ret->started, and by
 * CLOCK_BOOTTIME. The caller releases it. 0 or -ENOMEM.
 */
int report_begin(const struct run_config *config, const char *backend, struct runinfo *ret,
		 uint64_t *ret_start_boot_ns);

/*
 * Why the run is not complete, one sentence; empty: it is. `error` is what ended it too early
 * (negative errno), or 0.
 */
void report_losses(const struct decode_totals *t, const struct backend_totals *b, int error,
		   char *to, size_t size);

/* Adds to that list that the disk did not take the last word. */
void report_unfinished(int error, char *to, size_t size);

/* The time now as RFC 3339 has it, with nanoseconds, in local time; heap memory or NULL. */
char *report_timestamp(void);

#endif
