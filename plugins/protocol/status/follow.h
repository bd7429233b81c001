/* Follows the journal: what was revoked, held or released becomes known here. */
#ifndef STATUS_FOLLOW_H
#define STATUS_FOLLOW_H

#include <signet/call.h>

#define STATUS_FOLLOW_JOB "follow"

/* A job. */
int32_t status_follow_job(void *instance, signet_call_t *call);

#endif
