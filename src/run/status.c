/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends iotap-run as its command ended. In: a status of wait(2). Never returns,
 * never leaves a core: that one would be ours, over the command's own.
 */
#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/status.h"

void status_leave_by_signal(int sig)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t set;

	/* The limit does not hold for a core_pattern that is a pipe, the attribute does. */
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(sig, &act, NULL);
	kill(getpid(), sig);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + sig);
}

void status_leave(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		status_leave_by_signal(WTERMSIG(wait_status));
	exit(WEXITSTATUS(wait_status));
}
