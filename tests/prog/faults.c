/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See faults.h. */
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* All under the lock. */
static struct {
	long slow_ms;
	int error; /* what happens when `room` is used up; 0: nothing */
	uint64_t room;
	bool stalls;
	uint64_t until_stall;
	char stall_file[400]; /* only writes to files whose path ends like this */
	unsigned standing;
	unsigned round; /* goes up when those that stand still may go on */
	bool half;
	int ask_out, ask_in;
	uint64_t writes, bytes;
} state = { .ask_out = -1, .ask_in = -1 };

/* --- the commands --- */

static void let_go(bool half)
{
	state.stalls = false;
	state.half = half;
	state.round++;
	pthread_cond_broadcast(&changed);
}

static void clear(void)
{
	state.slow_ms = 0;
	state.error = 0;
	if (state.ask_out >= 0)
		close(state.ask_out);
	if (state.ask_in >= 0)
		close(state.ask_in);
	state.ask_out = state.ask_in = -1;
	let_go(false);
}

static int limit(int error, uint64_t room)
{
	state.error = error;
	state.room = room;
	return 0;
}

/* Opening a FIFO waits for its other end: not under the lock. */
static int ask(const char *out, const char *in)
{
	int ask_out = open(out, O_WRONLY | O_CLOEXEC);
	int ask_in = open(in, O_RDONLY | O_CLOEXEC);

	if (ask_out < 0 || ask_in < 0)
		return -errno;
	pthread_mutex_lock(&lock);
	state.ask_out = ask_out;
	state.ask_in = ask_in;
	pthread_mutex_unlock(&lock);
	return 0;
}

static int await(void)
{
	unsigned round = state.round;

	while (!state.standing && state.round == round)
		pthread_cond_wait(&changed, &lock);
	return state.standing ? 0 : -EINTR;
}

static int obey(const char *word, uint64_t n, const char *file)
{
	if (!strcmp(word, "slow"))
		state.slow_ms = (long)n;
	else if (!strcmp(word, "fail"))
		return limit(EIO, n);
	else if (!strcmp(word, "room"))
		return limit(ENOSPC, n);
	else if (!strcmp(word, "quota"))
		return limit(EDQUOT, n);
	else if (!strcmp(word, "readonly"))
		return limit(EROFS, n);
	else if (!strcmp(word, "half"))
		let_go(true);
	else if (!strcmp(word, "clear"))
		clear();
	else if (!strcmp(word, "await"))
		return await();
	else if (!strcmp(word, "stall")) {
		state.stalls = true;
		state.until_stall = n;
		snprintf(state.stall_file, sizeof(state.stall_file), "%s", file);
	} else
		return -EINVAL;
	return 0;
}

int faults_command(const char *text)
{
	char word[20] = "", a[400] = "", b[400] = "";
	int r;

	sscanf(text, "%19s %399s %399s", word, a, b);
	if (!strcmp(word, "ask"))
		r = ask(a, b);
	else {
		pthread_mutex_lock(&lock);
		r = obey(word, strtoull(a, NULL, 10), b);
		pthread_mutex_unlock(&lock);
	}
	return r;
}

/* --- what happens to a write --- */

static void wait_for_answer(void)
{
	char byte = '?';
	int out, in;

	pthread_mutex_lock(&lock);
	out = state.ask_out;
	in = state.ask_in;
	pthread_mutex_unlock(&lock);
	if (out >= 0 && (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)) {
		pthread_mutex_lock(&lock);
		state.ask_out = state.ask_in = -1;
		pthread_mutex_unlock(&lock);
	}
}

static void stand_still(void)
{
	unsigned round = state.round;

	state.standing++;
	pthread_cond_broadcast(&changed);
	while (state.round == round)
		pthread_cond_wait(&changed, &lock);
	state.standing--;
}

static bool concerns(const char *path)
{
	size_t length = strlen(path), end = strlen(state.stall_file);

	return length >= end && !strcmp(path + length - end, state.stall_file);
}

ssize_t faults_admit(const char *path, size_t size)
{
	struct timespec pause;

	wait_for_answer();
	pthread_mutex_lock(&lock);
	if (state.stalls && concerns(path) && !state.until_stall--) {
		state.until_stall = 0;
		stand_still();
		if (state.half)
			size = (size + 1) / 2;
	}
	if (state.error && state.room < size)
		size = state.room;
	if (state.error)
		state.room -= size;
	pause = (struct timespec){ state.slow_ms / 1000, state.slow_ms % 1000 * 1000000 };
	state.writes++;
	state.bytes += size;
	if (state.error && !size)
		size = (size_t)-state.error;
	pthread_mutex_unlock(&lock);
	nanosleep(&pause, NULL);
	return (ssize_t)size;
}

int faults_used_up(void)
{
	int error;

	pthread_mutex_lock(&lock);
	error = state.room ? 0 : state.error;
	pthread_mutex_unlock(&lock);
	return -error;
}

int faults_totals(char *to, size_t size)
{
	int n;

	pthread_mutex_lock(&lock);
	n = snprintf(to, size, "%ju %ju\n", (uintmax_t)state.writes, (uintmax_t)state.bytes);
	pthread_mutex_unlock(&lock);
	return n;
}
