/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the command's process. Between fork and exec the child only waits, restores its
 * signals and calls exec: what goes wrong comes up a pipe as (step, errno), and the
 * parent words it.
 *
 * The child is held at a pipe and not by SIGSTOP: a stop shows in job control, and anyone may
 * send SIGCONT. When the front dies the pipe ends, and the child exits.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/fd.h"
#include "run/launch.h"
#include "run/status.h"

/* In the child, from here to exec. */
__attribute__((noreturn)) static void child_main(int gate, int failure, char **command,
						 const struct signals *signals)
{
	struct launch_failure f = { .step = LAUNCH_EXEC };
	ssize_t n;
	char go;

	do
		n = read(gate, &go, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(STATUS_FAILED);
	signals_give_back(signals);
	execvp(command[0], command);
	f.error = errno;
	/* SIGPIPE may be deadly again, and the front dead. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || write(failure, &f, sizeof(f)) != sizeof(f))
		_exit(STATUS_FAILED);
	_exit(launch_failure_status(&f));
}

int launch_fork(struct launch *l, char **command, const struct signals *signals)
{
	CLEANUP_CLOSE int gate_read = -1, gate_write = -1, failure_read = -1, failure_write = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	gate_read = ends[0];
	gate_write = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	failure_read = ends[0];
	failure_write = ends[1];

	l->pid = fork();
	if (l->pid < 0) {
		l->pid = 0;
		return -errno;
	}
	if (l->pid == 0) {
		gate_write = fd_close(gate_write);
		failure_read = fd_close(failure_read);
		child_main(gate_read, failure_write, command, signals);
	}
	l->gate = fd_take(&gate_write);
	l->failure = fd_take(&failure_read);
	l->pidfd = pidfd_open(l->pid, 0);
	return l->pidfd < 0 ? -errno : 0;
}

int launch_release(struct launch *l)
{
	ssize_t n = write(l->gate, "", 1);

	if (n != 1)
		return n < 0 ? -errno : -EIO;
	l->gate = fd_close(l->gate);
	return 0;
}

void launch_abandon(struct launch *l)
{
	if (l->pid > 0) {
		kill(l->pid, SIGKILL);
		while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	l->pid = 0;
	l->gate = fd_close(l->gate);
	l->failure = fd_close(l->failure);
	l->pidfd = fd_close(l->pidfd);
}

int launch_outcome(struct launch *l, struct launch_failure *ret)
{
	ssize_t n;

	if (l->failure < 0)
		return 0;
	do
		n = read(l->failure, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	l->failure = fd_close(l->failure);
	return n == sizeof(*ret);
}

int launch_failure_status(const struct launch_failure *f)
{
	return f->error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

void launch_failure_text(const struct launch_failure *f, const char *command, char *ret,
			 size_t size)
{
	struct stat st;

	if (f->error == ENOENT && !strchr(command, '/'))
		snprintf(ret, size, "command '%s' not found: check its name and PATH", command);
	else if (f->error == ENOENT && stat(command, &st) == 0)
		snprintf(ret, size,
			 "cannot run '%s': the interpreter in its first line is not there: "
			 "correct that line",
			 command);
	else if (f->error == ENOENT)
		snprintf(ret, size, "cannot run '%s': there is no such file: check the path",
			 command);
	else if (f->error == EACCES && stat(command, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(ret, size, "cannot run '%s': it is a directory: name a program", command);
	else if (f->error == EACCES)
		snprintf(ret, size, "cannot run '%s': %s: is it executable (chmod +x)?", command,
			 strerror(f->error));
	else
		snprintf(ret, size, "cannot run '%s': %s", command, strerror(f->error));
}
