/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts the recorder as a process of its own and speaks with it until the command may run.
 * In: the configuration and the run directory. Out: a process that nothing but its work ends.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/fd.h"
#include "run/recorder.h"
#include "run/recorder_process.h"
#include "run/rundir.h"
#include "run/signals.h"
#include "run/status.h"

#define FDS_WANTED 4160 /* as many stream files as the store keeps open, and 64 for the rest */
#define END_MS 1000	/* that is a hundred times what it takes */

/* What it makes belongs to the user whose run it is; the right to capture stays root's. */
static void become_owner(void)
{
	uid_t uid;
	gid_t gid;

	if (!rundir_owner(&uid, &gid))
		return;
	setfsgid(gid);
	setfsuid(uid);
}

/* Maps, programs and stream files need descriptors; the command keeps the limit of the caller. */
static void raise_limit(void)
{
	struct rlimit limit, more;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= FDS_WANTED)
		return;
	more.rlim_cur = FDS_WANTED;
	more.rlim_max = limit.rlim_max > FDS_WANTED ? limit.rlim_max : FDS_WANTED;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The recorder, from its first moment. What goes wrong here the front sees as an end of file. */
__attribute__((noreturn)) static void recorder_main(const struct run_config *config, int control,
						    int dirfd)
{
	int keep[] = { control, dirfd };

	signals_shut_out();
	umask(0077);
	raise_limit();
	prctl(PR_SET_NAME, "iotap-recorder");
	if (setsid() < 0)
		_exit(STATUS_FAILED);
	for (int fd = 0; fd <= 2; fd++)
		if (fd_blank(fd) < 0)
			_exit(STATUS_FAILED);
	fd_close_others(keep, sizeof(keep) / sizeof(keep[0]));
	become_owner();
	_exit(recorder_run(config, control, dirfd));
}

int recorder_process_start(struct recorder_process *p, const struct run_config *config, int dirfd)
{
	CLEANUP_CLOSE int mine = -1, its = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	mine = pair[0];
	its = pair[1];
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		return -errno;
	}
	if (p->pid == 0)
		recorder_main(config, its, dirfd);
	p->control = fd_take(&mine);
	return 0;
}

/* Signals before the command runs: those that end a program end us, ^Z stops us. */
static int check_signals(struct signals *signals)
{
	struct signalfd_siginfo info;

	while (signals_next(signals, &info) > 0) {
		if (signals_means_end(signals, &info))
			return (int)info.ssi_signo;
		if (info.ssi_signo == SIGTSTP && !signals->caller_ignored[SIGTSTP])
			signals_stop_self();
	}
	return 0;
}

static int fail(char *error, size_t size, int r, const char *text)
{
	snprintf(error, size, "%s", text);
	return r;
}

int recorder_process_expect(struct recorder_process *p, struct signals *signals, unsigned wanted,
			    char *ret_error, size_t error_size)
{
	struct pollfd fds[] = {
		{ .fd = p->control, .events = POLLIN },
		{ .fd = signals->fd, .events = POLLIN },
	};
	struct control_message m;
	int r;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail(ret_error, error_size, -errno, strerror(errno));
		if (fds[1].revents) {
			r = check_signals(signals);
			if (r > 0)
				return r;
		}
		if (fds[0].revents)
			break;
	}
	r = control_receive(p->control, &m, NULL);
	if (r < 0)
		return fail(ret_error, error_size, r, strerror(-r));
	if (r == 0)
		return fail(ret_error, error_size, -EPIPE,
			    "the recorder died before the command could run: try again, and look "
			    "into the kernel's log (dmesg) if it happens again");
	if (m.type == CONTROL_FAILED)
		return fail(ret_error, error_size, -EIO, m.text);
	if (m.type != wanted)
		return fail(ret_error, error_size, -EPROTO,
			    "the recorder said something unexpected: please report this");
	return 0;
}

int recorder_process_tell(struct recorder_process *p, unsigned type, pid_t pid, int fd)
{
	const struct control_message m = { .type = type, .pid = pid };

	return p->control < 0 ? -EPIPE : control_send(p->control, &m, fd);
}

void recorder_process_end(struct recorder_process *p, bool kill_it)
{
	CLEANUP_CLOSE int pidfd = p->pid > 0 ? pidfd_open(p->pid, 0) : -1;
	struct pollfd fds = { .fd = pidfd, .events = POLLIN };

	p->control = fd_close(p->control);
	if (p->pid <= 0)
		return;
	if (kill_it)
		kill(p->pid, SIGKILL);
	poll(&fds, 1, END_MS);
	waitpid(p->pid, NULL, WNOHANG);
	p->pid = 0;
}
