/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper FILE SECONDS COMMAND [ARG]...: runs a command and waits for all that comes of it.
 *
 * Whoever loses its parent becomes a child of the keeper. Out: FILE, one line "PID STATUS" for each
 * child that ended, STATUS as a shell has it. The keeper's own status is that of the command; 98
 * when something still runs after SECONDS: it is killed then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t is_late;

static void on_alarm(int number)
{
	(void)number;
	is_late = 1;
}

/* Also what became ours a moment ago. */
static void kill_children(FILE *out)
{
	char name[60];
	FILE *list;
	int pid;

	snprintf(name, sizeof(name), "/proc/self/task/%d/children", getpid());
	list = fopen(name, "r");
	while (list && fscanf(list, "%d", &pid) == 1) {
		fprintf(out, "%d late\n", pid);
		kill(pid, SIGKILL);
	}
	if (list)
		fclose(list);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int status, code = 99, late = 0;
	pid_t command, pid;
	FILE *out;

	if (argc < 4 || !(out = fopen(argv[1], "we")))
		return 99;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command = fork();
	if (command == 0) {
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	sigaction(SIGALRM, &action, NULL);
	alarm((unsigned)atoi(argv[2]));
	while ((pid = wait(&status)) > 0 || errno == EINTR) {
		int result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

		if (pid > 0)
			fprintf(out, "%d %d\n", pid, result);
		if (pid > 0 && pid == command)
			code = result;
		if (is_late) {
			late = 1;
			is_late = 0;
			kill_children(out);
			alarm(1);
		}
	}
	fclose(out);
	return late ? 98 : code;
}
