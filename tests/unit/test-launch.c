/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/run/launch.c: the child at the gate. */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"
#include "run/launch.h"

/* Exits with 7, which nothing else here does. */
static char *job[] = { "sh", "-c", "exit 7", NULL };

static struct launch hold(char **command)
{
	struct signals s = { .fd = -1 };
	struct launch l = LAUNCH_INIT;

	ck_assert_int_eq(launch_fork(&l, command, &s), 0);
	return l;
}

static int end_of(const struct launch *l)
{
	int status;

	ck_assert_int_eq(waitpid(l->pid, &status, 0), l->pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(runs_when_it_is_released)
{
	struct launch l = hold(job);
	struct launch_failure f;

	ck_assert_int_eq(launch_release(&l), 0);
	ck_assert_int_eq(launch_outcome(&l, &f), 0);
	ck_assert_int_eq(end_of(&l), 7);
}
END_TEST

START_TEST(runs_nothing_when_the_front_is_dead)
{
	struct launch l = hold(job);

	l.gate = fd_close(l.gate);
	ck_assert_int_eq(end_of(&l), 125);
}
END_TEST

START_TEST(is_held_until_then)
{
	struct launch l = hold(job);

	ck_assert_int_eq(kill(l.pid, SIGSTOP), 0);
	ck_assert_int_eq(waitpid(l.pid, NULL, WUNTRACED), l.pid);
	ck_assert_int_eq(kill(l.pid, SIGCONT), 0);
	/* Somebody continued it; the gate is shut all the same. */
	ck_assert_int_eq(waitpid(l.pid, NULL, WCONTINUED), l.pid);
	l.gate = fd_close(l.gate);
	ck_assert_int_eq(end_of(&l), 125);
}
END_TEST

START_TEST(is_gone_when_it_is_abandoned)
{
	struct launch l = hold(job);
	pid_t pid = l.pid;

	launch_abandon(&l);
	ck_assert_int_eq(waitpid(pid, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
	ck_assert_int_eq(l.gate & l.failure & l.pidfd, -1);
}
END_TEST

START_TEST(says_why_exec_failed)
{
	char *command[] = { "/dev/null/none", NULL };
	struct launch l = hold(command);
	struct launch_failure f;
	char text[256];

	ck_assert_int_eq(launch_release(&l), 0);
	ck_assert_int_eq(launch_outcome(&l, &f), 1);
	ck_assert_int_eq(f.step, LAUNCH_EXEC);
	ck_assert_int_eq(f.error, ENOTDIR);
	ck_assert_int_eq(end_of(&l), 126);
	launch_failure_text(&f, command[0], text, sizeof(text));
	ck_assert_str_eq(text, "cannot run '/dev/null/none': Not a directory");
	ck_assert_int_eq(launch_outcome(&l, &f), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("launch");
	TCase *child = tcase_create("child");
	SRunner *runner;

	tcase_add_test(child, runs_when_it_is_released);
	tcase_add_test(child, runs_nothing_when_the_front_is_dead);
	tcase_add_test(child, is_held_until_then);
	tcase_add_test(child, is_gone_when_it_is_abandoned);
	tcase_add_test(child, says_why_exec_failed);
	suite_add_tcase(suite, child);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
