/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tiny [STATUS [TEXT]]: writes TEXT to fd 1 and ends with STATUS; with `kN` for STATUS it ends by
 * signal N.
 *
 * A process of less than a millisecond: linked statically, it tells no truth (who starts it knows).
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 2 && write(1, argv[2], strlen(argv[2])) < 0)
		return 99;
	if (argc > 1 && argv[1][0] == 'k') {
		kill(getpid(), atoi(argv[1] + 1));
		return 99;
	}
	return argc > 1 ? atoi(argv[1]) : 0;
}
