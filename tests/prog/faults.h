/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes wrong in the file system faultfs, and when: commands in, the fate of each write out.
 */
#ifndef IOTAP_TESTS_FAULTS_H
#define IOTAP_TESTS_FAULTS_H

#include <stddef.h>
#include <sys/types.h>

/* Obeys a command, see faultfs.c. 0 or negative errno. */
int faults_command(const char *text);

/*
 * A write of `size` bytes to a file: waits as long as it has to. How many are taken; or negative
 * errno.
 */
ssize_t faults_admit(const char *path, size_t size);

/* Whether a file may be made or grow. 0 or negative errno. */
int faults_used_up(void);

/* "WRITES BYTES": what was taken since the start. Returns the length of the text. */
int faults_totals(char *to, size_t size);

#endif
