/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/run/control.c. */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/control.h"

static int pair[2];

static void open_pair(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

START_TEST(a_message_comes_whole)
{
	struct control_message m = {
		.type = CONTROL_DONE,
		.complete = 1,
		.holes = 2,
		.captured = 3,
		.lost = 1ull << 40,
		.text = "why",
	};
	struct control_message got;
	int fd = 0;

	open_pair();
	ck_assert_int_eq(control_send(pair[0], &m, -1), 0);
	ck_assert_int_eq(control_receive(pair[1], &got, &fd), 1);
	ck_assert_mem_eq(&m, &got, sizeof(m));
	ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(a_descriptor_comes_along)
{
	const struct control_message m = { .type = CONTROL_CHILD };
	struct control_message got;
	struct stat sent, received;
	int fd = -1, null = open("/dev/null", O_RDONLY);

	open_pair();
	ck_assert_int_eq(control_send(pair[0], &m, null), 0);
	ck_assert_int_eq(control_receive(pair[1], &got, &fd), 1);
	ck_assert_int_ge(fd, 3);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fstat(null, &sent) + fstat(fd, &received), 0);
	ck_assert_uint_eq(sent.st_rdev, received.st_rdev);
}
END_TEST

START_TEST(a_descriptor_that_nobody_wants_is_closed)
{
	const struct control_message m = { .type = CONTROL_CHILD };
	struct control_message got;
	int next;

	open_pair();
	ck_assert_int_eq(control_send(pair[0], &m, 0), 0);
	next = dup(0);
	close(next);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), 1);
	ck_assert_int_eq(dup(0), next);
}
END_TEST

START_TEST(the_end_of_the_other_side)
{
	const struct control_message m = { .type = CONTROL_STOP };
	struct control_message got;

	open_pair();
	ck_assert_int_eq(control_send(pair[0], &m, -1), 0);
	close(pair[0]);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), 1);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), 0);
	ck_assert_int_eq(control_send(pair[1], &m, -1), -EPIPE);
}
END_TEST

START_TEST(what_was_not_read_does_not_look_like_trouble)
{
	const struct control_message m = { .type = CONTROL_STOP };
	struct control_message got;

	open_pair();
	ck_assert_int_eq(control_send(pair[1], &m, -1), 0);
	close(pair[0]);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), 0);
}
END_TEST

START_TEST(a_message_of_another_size_is_refused)
{
	struct control_message got = { .type = 99 };

	open_pair();
	ck_assert_int_eq(write(pair[0], "short", 5), 5);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), -EPROTO);
	ck_assert_uint_eq(got.type, 99);
}
END_TEST

START_TEST(text_is_always_ended)
{
	struct control_message m = { .type = CONTROL_FAILED };
	struct control_message got;

	memset(m.text, 'x', sizeof(m.text));
	open_pair();
	ck_assert_int_eq(control_send(pair[0], &m, -1), 0);
	ck_assert_int_eq(control_receive(pair[1], &got, NULL), 1);
	ck_assert_uint_eq(strlen(got.text), sizeof(got.text) - 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control");
	TCase *messages = tcase_create("messages");
	SRunner *runner;

	tcase_add_test(messages, a_message_comes_whole);
	tcase_add_test(messages, a_descriptor_comes_along);
	tcase_add_test(messages, a_descriptor_that_nobody_wants_is_closed);
	tcase_add_test(messages, the_end_of_the_other_side);
	tcase_add_test(messages, what_was_not_read_does_not_look_like_trouble);
	tcase_add_test(messages, a_message_of_another_size_is_refused);
	tcase_add_test(messages, text_is_always_ended);
	suite_add_tcase(suite, messages);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
