/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iotap-run: the front. Reads the options, makes the run directory, starts the recorder,
 * launches the command, waits for both, and ends as the command ended.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/fd.h"
#include "run/launch.h"
#include "run/message.h"
#include "run/recorder_process.h"
#include "run/run_options.h"
#include "run/rundir.h"
#include "run/signals.h"
#include "run/status.h"
#include "run/watch.h"

struct front {
	struct run_options options;
	struct signals signals;
	struct rundir dir;
	struct recorder_process recorder;
	struct launch child;
	char error[1024];
};

static int print_and_leave(bool help)
{
	if (help)
		run_options_help(stdout);
	else
		puts("iotap-run " PACKAGE_VERSION);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		message("cannot write to the standard output: %s", strerror(errno));
		return STATUS_FAILED;
	}
	return EXIT_SUCCESS;
}

/* Nothing has run yet, and nothing will. */
__attribute__((noreturn)) static void give_up(struct front *f, int sig)
{
	if (!sig)
		message("%s", f->error);
	launch_abandon(&f->child);
	recorder_process_end(&f->recorder, true);
	rundir_abandon(&f->dir);
	if (sig)
		status_leave_by_signal(sig);
	exit(STATUS_FAILED);
}

static const char *next_step(int error)
{
	switch (error) {
	case -EAGAIN:
		return ": raise the limit of processes (ulimit -u, pids.max of the cgroup)";
	case -EMFILE:
	case -ENFILE:
		return ": raise the limit of open files (ulimit -n)";
	case -ENOMEM:
		return ": end other programs, or raise the memory limit";
	case -ENOSYS:
	case -EPERM:
		return ": look at the kernel's version (uname -r), and at a seccomp filter or "
		       "container around this shell";
	default:
		return "";
	}
}

/* As give_up, for a step that says no more than its errno. */
__attribute__((noreturn)) static void give_up_at(struct front *f, const char *what, int error)
{
	snprintf(f->error, sizeof(f->error), "cannot %s: %s%s", what, strerror(-error),
		 next_step(error));
	give_up(f, 0);
}

static void make_directory(struct front *f)
{
	const struct run_config *c = &f->options.config;
	CLEANUP_FREE char *path = NULL;
	int r = rundir_expand(c->output, c->command[0], &path, f->error, sizeof(f->error));

	if (r == 0)
		r = rundir_create(path, &f->dir, f->error, sizeof(f->error));
	if (r < 0)
		give_up(f, 0);
	if (c->verbose)
		message("the run goes to '%s'", f->dir.path);
}

static void expect(struct front *f, unsigned type)
{
	int r = recorder_process_expect(&f->recorder, &f->signals, type, f->error,
					sizeof(f->error));

	if (r != 0)
		give_up(f, r > 0 ? r : 0);
}

static void start_recorder(struct front *f)
{
	int r = recorder_process_start(&f->recorder, &f->options.config, f->dir.fd);

	if (r < 0)
		give_up_at(f, "start the recorder", r);
	expect(f, CONTROL_READY);
}

/* The job's pipes must see their ends: the front gives up whatever it inherited but stderr. */
static void let_go_of_fds(struct front *f)
{
	int keep[] = {
		f->signals.fd, f->dir.fd,      f->recorder.control,
		f->child.gate, f->child.pidfd, f->child.failure,
	};
	int r = fd_blank(STDIN_FILENO);

	if (r == 0)
		r = fd_blank(STDOUT_FILENO);
	if (r < 0)
		give_up_at(f, "let go of the standard output", r);
	fd_close_others(keep, sizeof(keep) / sizeof(keep[0]));
}

static void launch_command(struct front *f)
{
	int r = launch_fork(&f->child, f->options.config.command, &f->signals);

	if (r < 0)
		give_up_at(f, "make a process for the command", r);
	let_go_of_fds(f);
	r = recorder_process_tell(&f->recorder, CONTROL_CHILD, f->child.pid, f->child.pidfd);
	if (r < 0 && r != -EPIPE)
		give_up_at(f, "speak with the recorder", r);
	expect(f, CONTROL_TAPPED);
	f->child.pidfd = fd_close(f->child.pidfd);
	r = launch_release(&f->child);
	if (r < 0)
		give_up_at(f, "let the command go", r);
}

static void tell_losses(const struct front *f, const struct control_message *done)
{
	const char *text = done->text[0] ? done->text : "see there why";

	if (done->holes)
		message("the capture is not complete (%s); iotap-show --holes '%s' lists %s", text,
			f->dir.path, done->holes == 1 ? "the hole" : "the holes");
	else
		message("the capture is not complete (%s); see '%s/run.json'", text, f->dir.path);
}

static void tell_totals(const struct front *f, const struct control_message *done)
{
	message("%" PRIu64 " byte%s captured, %" PRIu64 " lost, in '%s'", done->captured,
		done->captured == 1 ? "" : "s", done->lost, f->dir.path);
}

/* Says what there is to say, and ends as the command ended. */
__attribute__((noreturn)) static void conclude(struct front *f, const struct watch *w)
{
	const struct run_config *c = &f->options.config;
	bool complete = w->finished && w->done.complete;

	if (w->finished && !complete && !c->quiet)
		tell_losses(f, &w->done);
	if (w->finished && c->verbose)
		tell_totals(f, &w->done);
	rundir_unlock(&f->dir);
	if (!w->impatient)
		recorder_process_end(&f->recorder, false);
	if (!complete && c->strict && WIFEXITED(w->status) && WEXITSTATUS(w->status) == 0)
		exit(STATUS_FAILED);
	status_leave(w->status);
}

int main(int argc, char **argv)
{
	struct front f = {
		.signals.fd = -1,
		.dir = RUNDIR_INIT,
		.recorder = RECORDER_PROCESS_INIT,
		.child = LAUNCH_INIT,
	};
	struct watch watch = {
		.config = &f.options.config,
		.signals = &f.signals,
		.child = &f.child,
		.recorder = &f.recorder,
	};
	int r = fd_fill_standard();

	if (r < 0)
		give_up_at(&f, "open /", r);
	r = run_options_parse(argc, argv, &f.options, f.error, sizeof(f.error));
	if (r < 0)
		give_up(&f, 0);
	if (f.options.help || f.options.version)
		return print_and_leave(f.options.help);
	r = signals_take(&f.signals);
	if (r < 0)
		give_up_at(&f, "take over the signals", r);
	make_directory(&f);
	start_recorder(&f);
	launch_command(&f);
	r = watch_run(&watch);
	if (r < 0)
		give_up_at(&f, "wait for the command", r);
	conclude(&f, &watch);
}
