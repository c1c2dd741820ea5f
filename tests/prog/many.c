/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * many N TINY: N processes one after the other, each the program TINY with an argument, a text and
 * a status of its own. Out: their lives, as the truth.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lives.h"
#include "truth.h"

int main(int argc, char **argv)
{
	char status[20], text[40];
	char *args[] = { "tiny", status, text, NULL };
	struct life life = { .argv = args, .text = text };
	int i;

	truth_start();
	if (argc != 3)
		truth_die("usage: many N TINY");
	life.exe = argv[2];
	for (i = 0; i < atoi(argv[1]); i++) {
		snprintf(status, sizeof(status), "%d", i % 256);
		snprintf(text, sizeof(text), "process %d\n", i);
		life_run(&life);
	}
	return 0;
}
