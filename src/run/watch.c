/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The front's loop. In: signals, the ends of children, the recorder's words, the launch's
 * outcome. Out: the command's status and what the recorder said at the end.
 *
 * The recorder is never waited for with wait(2): its words and the end of its socket say all.
 * See signals.c for what becomes of each signal.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/fd.h"
#include "run/launch.h"
#include "run/message.h"
#include "run/recorder_process.h"
#include "run/signals.h"
#include "run/watch.h"

static void lose_recorder(struct watch *w)
{
	w->recorder->control = fd_close(w->recorder->control);
}

static void stop_recorder(struct watch *w)
{
	w->stop_sent = true;
	/* When the recorder is dead, the end of the socket tells. */
	recorder_process_tell(w->recorder, CONTROL_STOP, 0, -1);
}

static void on_child_status(struct watch *w, int status)
{
	if (WIFSTOPPED(status)) {
		signals_stop_self();
	} else if (WIFEXITED(status) || WIFSIGNALED(status)) {
		w->child_ended = true;
		w->status = status;
		if (w->config->wait_for == WAIT_ROOT)
			stop_recorder(w);
	}
}

/* Also reaps strangers: as process 1 we inherit every orphan. */
static void reap(struct watch *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid == w->child->pid)
			on_child_status(w, status);
		else if (pid == w->recorder->pid && !WIFSTOPPED(status))
			w->recorder->pid = 0;
	}
}

/* Whether the command got a CONT after its last stop; asked only once for each. */
static bool child_continued(const struct watch *w)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)w->child->pid, &info, WCONTINUED | WNOHANG) == 0 &&
	       info.si_pid == w->child->pid;
}

/* A signal while the command runs, or is stopped. */
static void pass_on(struct watch *w, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGTTIN:
	case SIGTTOU:
		return;
	case SIGCONT:
		if (!child_continued(w))
			kill(w->child->pid, SIGCONT);
		return;
	default:
		if (!signals_from_terminal(info))
			kill(w->child->pid, (int)info->ssi_signo);
	}
}

/* A signal when the command has ended, and others of its tree go on. */
static void after_the_end(struct watch *w, const struct signalfd_siginfo *info)
{
	if (info->ssi_signo == SIGTSTP)
		signals_stop_self();
	if (!signals_means_end(w->signals, info))
		return;
	if (w->stop_sent) {
		w->impatient = true;
		return;
	}
	if (w->config->wait_for == WAIT_TREE)
		message("the command has ended, and the capture ends now: processes that it left "
			"behind run on");
	stop_recorder(w);
}

static void on_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (signals_next(w->signals, &info) > 0) {
		if (info.ssi_signo == SIGCHLD)
			reap(w);
		else if (w->child_ended)
			after_the_end(w, &info);
		else
			pass_on(w, &info);
	}
}

static void on_control(struct watch *w)
{
	struct control_message m;
	int r = control_receive(w->recorder->control, &m, NULL);

	if (r > 0 && m.type == CONTROL_DONE) {
		w->finished = true;
		w->done = m;
	}
	if (r <= 0 && !w->finished)
		message("the recorder died: %s",
			w->child_ended ? "processes that the command left behind run on, and are "
					 "not captured any more"
				       : "the command runs on, and what it writes from now on is "
					 "not captured");
	if (r <= 0 || w->finished)
		lose_recorder(w);
}

static void on_launch(struct watch *w)
{
	struct launch_failure f;
	char text[1024];

	if (launch_outcome(w->child, &f) <= 0)
		return;
	launch_failure_text(&f, w->config->command[0], text, sizeof(text));
	message("%s", text);
}

int watch_run(struct watch *w)
{
	/* A child's end may have been read from the signalfd before this. */
	reap(w);
	while (!w->child_ended || (w->recorder->control >= 0 && !w->impatient)) {
		struct pollfd fds[] = {
			{ .fd = w->signals->fd, .events = POLLIN },
			{ .fd = w->recorder->control, .events = POLLIN },
			{ .fd = w->child->failure, .events = POLLIN },
		};

		if (poll(fds, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		/* The launch's failure comes before the end that it leads to. */
		if (fds[2].revents)
			on_launch(w);
		if (fds[0].revents)
			on_signals(w);
		if (fds[1].revents)
			on_control(w);
	}
	on_launch(w);
	return 0;
}
