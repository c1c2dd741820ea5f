/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front's signals: taken from the caller, passed on to the command, given back to it. */
#ifndef IOTAP_SIGNALS_H
#define IOTAP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>

struct signals {
	int fd; /* signalfd, -1 before signals_take */
	sigset_t caller_mask;
	bool caller_ignored[NSIG];
};

/* Notes the caller's mask and dispositions and has all signals come over s->fd. */
int signals_take(struct signals *s);

/* In a forked child: mask and dispositions are the caller's again. */
void signals_give_back(const struct signals *s);

/* In the forked recorder: nothing that a terminal or a user sends ends or stops it. */
void signals_shut_out(void);

/* The next one. Returns 1, 0 when there is none now, negative errno. */
int signals_next(struct signals *s, struct signalfd_siginfo *ret);

/* It came from the terminal, which has sent it to the whole foreground group. */
bool signals_from_terminal(const struct signalfd_siginfo *info);

/* One of those by which a user ends a program (TERM INT HUP QUIT), unless the caller ignored it. */
bool signals_means_end(const struct signals *s, const struct signalfd_siginfo *info);

/* Stops this process, so that the shell sees it; returns when it is continued. */
void signals_stop_self(void);

#endif
