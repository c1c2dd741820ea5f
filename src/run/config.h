/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run was asked to do: filled by the options, read by the front and the recorder.
 */
#ifndef IOTAP_CONFIG_H
#define IOTAP_CONFIG_H

#include <stdbool.h>

#include "backend.h"

enum wait_for {
	WAIT_TREE, /* until the last task of the tree is gone */
	WAIT_ROOT, /* until the command has ended */
};

struct run_config {
	char **command;		  /* NULL-terminated */
	const char *output;	  /* template of the run directory; NULL: the default */
	const char *capture_text; /* as given or the default, for run.json */
	struct backend_config backend;
	enum wait_for wait_for;
	bool strict; /* incomplete: status 125 if the command succeeded */
	bool quiet;
	bool verbose;
};

#endif
