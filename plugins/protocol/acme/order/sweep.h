/* The job that removes orders and authorizations which expired long ago. */
#ifndef ACME_SWEEP_H
#define ACME_SWEEP_H

#include "acme.h"

/* Registers the job; one node of many runs it. [worker] */
int32_t acme_sweep_start(signet_call_t *call, const acme_t *acme);

#endif
