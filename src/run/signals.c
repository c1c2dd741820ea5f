/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of each signal that reaches the front.
 *
 * The front stands between a user and the command, and neither should notice.
 * All signals that concern it are blocked for its whole life and read from one
 * signalfd. The stories, from the user's keyboard:
 *
 * ^C, ^\, a window that changes its size. The terminal sends INT, QUIT or WINCH
 * to every process of the foreground group: to the front and, by itself, to the
 * command. The front must not pass it on, or the command gets it twice. Such a
 * signal has si_code SI_KERNEL. The command ends or does not; the front waits.
 *
 * kill PID, a supervisor, cron, a closing connection. Somebody sends TERM, HUP,
 * USR1 ... to the front alone, as the only process that he knows. The front
 * passes it on to the command. When somebody sends it to the whole group by
 * kill(2), nothing tells the two cases apart: the command may see it twice.
 *
 * ^Z. The terminal sends TSTP to the group. The command stops, or saves its screen
 * first and stops later, or does not stop at all: so the front waits until it
 * learns (as the command's parent) that the command has stopped, and only then
 * stops itself, and the shell gives the user a prompt. It stops by TSTP, not
 * by STOP: the kernel then refuses when the group is orphaned, that is when nobody
 * with job control is there who could ever continue it.
 *
 * fg, bg. The shell sends CONT to the group. The front goes on; the command has
 * got its own CONT. Only if the command is still stopped then (somebody
 * continued the front alone) is CONT passed on.
 *
 * A background job reads from the terminal, or writes to it under `stty tostop`.
 * The kernel sends TTIN or TTOU to the group. Blocked here: the command decides,
 * and with these two blocked the front's own messages never stop it.
 *
 * A signal that the caller ignored (HUP under nohup, INT for a background job of a script)
 * is passed on as any other, and the command, which inherits that, ignores it.
 *
 * SIGPIPE is ignored: a stderr that nobody reads must not end the front.
 */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "run/signals.h"

static const int ours[] = {
	SIGTERM,  SIGINT,  SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2,
	SIGWINCH, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD,
};

/* Whose disposition the front changes. */
static const struct {
	int sig;
	void (*handler)(int);
} changed[] = {
	{ SIGCHLD, SIG_DFL }, { SIGPIPE, SIG_IGN }, { SIGTSTP, SIG_DFL },
	{ SIGTTIN, SIG_DFL }, { SIGTTOU, SIG_DFL },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void set(int sig, void (*handler)(int))
{
	struct sigaction act = { .sa_handler = handler };

	sigaction(sig, &act, NULL);
}

static void our_signals(sigset_t *ret)
{
	sigemptyset(ret);
	for (size_t i = 0; i < COUNT(ours); i++)
		sigaddset(ret, ours[i]);
}

int signals_take(struct signals *s)
{
	struct sigaction old;
	sigset_t mask;

	our_signals(&mask);
	if (sigprocmask(SIG_SETMASK, &mask, &s->caller_mask) < 0)
		return -errno;
	for (int sig = 1; sig < NSIG; sig++)
		s->caller_ignored[sig] =
			sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
	for (size_t i = 0; i < COUNT(changed); i++)
		set(changed[i].sig, changed[i].handler);
	s->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->fd < 0 ? -errno : 0;
}

void signals_give_back(const struct signals *s)
{
	for (size_t i = 0; i < COUNT(changed); i++)
		set(changed[i].sig, s->caller_ignored[changed[i].sig] ? SIG_IGN : SIG_DFL);
	sigprocmask(SIG_SETMASK, &s->caller_mask, NULL);
}

void signals_shut_out(void)
{
	static const int ignored[] = {
		SIGTERM, SIGINT,  SIGHUP,  SIGQUIT, SIGPIPE,
		SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
	};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		set(sig, SIG_DFL);
	for (size_t i = 0; i < COUNT(ignored); i++)
		set(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int signals_next(struct signals *s, struct signalfd_siginfo *ret)
{
	ssize_t n;

	do
		n = read(s->fd, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n == sizeof(*ret) ? 1 : -EIO;
}

bool signals_from_terminal(const struct signalfd_siginfo *info)
{
	return info->ssi_code == SI_KERNEL;
}

bool signals_means_end(const struct signals *s, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
	case SIGQUIT:
		return !s->caller_ignored[info->ssi_signo];
	default:
		return false;
	}
}

void signals_stop_self(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}
