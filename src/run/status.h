/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How iotap-run ends. */
#ifndef IOTAP_STATUS_H
#define IOTAP_STATUS_H

enum {
	STATUS_FAILED = 125, /* iotap-run itself failed */
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

/*
 * Ends the process as the one with this wait(2) status ended: with its exit code, or by the
 * same signal and without a core. Where a signal cannot end it (process 1 of a pid namespace) the
 * exit code is 128 + signal.
 */
__attribute__((noreturn)) void status_leave(int wait_status);

/* The same for a signal. */
__attribute__((noreturn)) void status_leave_by_signal(int sig);

#endif
