/* What becomes of certificates after they expired: archived, then purged, as their profiles say. */
#ifndef CA_RETENTION_H
#define CA_RETENTION_H

#include "ca.h"

/* Whether any profile has a rule, so that the job is needed. */
int ca_retention_wanted(const ca_t *ca);
/* The job: moves what expired long enough ago to ca.archive, and deletes what need not be kept.
 * Each is journaled with its change. What has not expired is never touched, revoked or not. */
int32_t ca_retention_job(void *instance, signet_call_t *call);

#endif
