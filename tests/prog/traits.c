/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traits TINY: processes that are special in every respect that a process record tells.
 *
 * Makes directories and links in the current directory. Out: their lives, as the truth.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lives.h"
#include "truth.h"

#define LONG_ARGUMENT (100 * 1024)
#define MANY_ARGUMENTS 5000

static const char *tiny;

static void run(char **argv)
{
	struct life life = { .exe = tiny, .argv = argv };

	life_run(&life);
}

static void endings(void)
{
	struct life forked = { .status = 3 };

	run((char *[]){ "tiny", NULL });
	run((char *[]){ "tiny", "255", NULL });
	run((char *[]){ "tiny", "k9", NULL });
	run((char *[]){ "tiny", "k15", NULL });
	run((char *[]){ "tiny", "k6", NULL });
	life_run(&forked);
}

static void arguments(void)
{
	char *words[MANY_ARGUMENTS + 2] = { "tiny" };
	char *large = malloc(LONG_ARGUMENT + 1);
	int i;

	if (!large)
		truth_die("no memory");
	run((char *[]){ "another name", "0", "", "", NULL });
	run((char *[]){ "", "0", NULL });
	run((char *[]){ "tiny", "0", "", "\n", "\x1b[31mred\x1b[0m", "\xff\xfe\x80", "\"\\'",
			"\xc3\xa4\xe2\x82\xac", "\x01\x7f", "a b\tc\r", NULL });
	for (i = 0; i < LONG_ARGUMENT; i++)
		large[i] = (char)('!' + i * 7 % 90);
	large[i] = '\0';
	run((char *[]){ "tiny", "0", "", large, NULL });
	for (i = 1; i <= MANY_ARGUMENTS; i++)
		if (asprintf(&words[i], i == 1 ? "%d" : "argument %d", i == 1 ? 0 : i) < 0)
			truth_die("no memory");
	words[2] = "";
	run(words);
}

static void places(void)
{
	static const char hostile[] = "dir \n\x1b[2J\xff";
	char *argv[] = { "tiny", "7", NULL };
	struct life life = { .argv = argv };
	char deep[2000];
	size_t i;

	mkdir(hostile, 0755);
	life.exe = tiny;
	life.cwd = hostile;
	life_run(&life);
	strcpy(deep, ".");
	for (i = 0; i < 30; i++) {
		strcat(deep, "/a-directory-with-a-name-that-is-not-short");
		mkdir(deep, 0755);
	}
	life.cwd = deep;
	life_run(&life);
	life.cwd = "/";
	life_run(&life);
	life.cwd = NULL;
	unlink("./a-name-that-is-longer-than-fifteen");
	unlink("./x\n\x1b[1m\xff");
	if (symlink(tiny, "./a-name-that-is-longer-than-fifteen") ||
	    symlink(tiny, "./x\n\x1b[1m\xff"))
		truth_die("symlink");
	life.exe = "./a-name-that-is-longer-than-fifteen";
	life_run(&life);
	life.exe = "./x\n\x1b[1m\xff";
	life_run(&life);
}

static void users(void)
{
	struct life life = {
		.exe = "/bin/true",
		.argv = (char *[]){ "true", NULL },
		.cwd = "/",
		.uid = 65534,
	};

	life_run(&life);
}

int main(int argc, char **argv)
{
	truth_start();
	if (argc != 2)
		truth_die("usage: traits TINY");
	tiny = argv[1];
	endings();
	arguments();
	places();
	users();
	return 0;
}
