/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this machine and this user lack for BPF, in one sentence that names the next step. */
#ifndef IOTAP_PROBE_H
#define IOTAP_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/* 0, or negative errno with the sentence in ret_reason. */
int probe_bpf(char *ret_reason, size_t reason_size);

/* Keeps what libbpf complains of, and silences it. To be called before a load. */
void probe_listen(void);

/*
 * The sentence for a load that failed with `error` (negative errno) although the probe was content.
 */
void probe_explain(int error, char *ret_reason, size_t reason_size);

/* A kernel of PREEMPT_RT runs task_work too late for a writer to wait in it. */
bool probe_is_realtime(void);

#endif
