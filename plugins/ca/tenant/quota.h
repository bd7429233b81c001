/* Quotas of a tenant: how fast it may have certificates issued, and how many it may have that are
 * neither expired nor revoked. Kept in memory; what is on record is counted where the limit seems
 * reached, and from time to time where nodes share a store. */
#ifndef CA_QUOTA_H
#define CA_QUOTA_H

#include <pthread.h>
#include <signet/call.h>
#include <signet/option.h>

typedef struct ca ca_t;

typedef struct ca_quota {
    uint64_t rate;       /* certificates a minute; 0: no limit */
    int64_t interval_us; /* between two certificates at the full rate; 0: no limit */
    int64_t burst_us;    /* how far ahead of that rate a burst may get */
    uint64_t limit;      /* of active certificates; 0: no limit */
    int ready;           /* the lock is there */

    pthread_mutex_t lock; /* never held while something waits */
    int64_t due_us;       /* when the next one would come at the full rate */
    uint64_t counted;     /* active certificates on record when they were counted */
    uint64_t added;       /* issued since, or being issued */
    uint64_t pending;     /* of those, being issued */
    int64_t counted_at;   /* monotonic ms; 0: never */
    int counting;         /* somebody does */
} ca_quota_t;

int32_t ca_quota_configure(signet_call_t *call, const signet_setting_t *setting, ca_quota_t *quota);
void ca_quota_free(ca_quota_t *quota);
/* Whether the rate leaves room for one more now: what is refused early costs little. LIMITED
 * ("quota.rate") with the time to wait. `quota` may be NULL, here and below: no limit. */
int32_t ca_quota_look(signet_call_t *call, ca_quota_t *quota);
/* Takes one certificate from the quotas of the call's tenant. LIMITED ("quota.rate",
 * "quota.active"). */
int32_t ca_quota_take(ca_t *ca, signet_call_t *call, ca_quota_t *quota);
/* What became of it: 1 issued, 0 not. */
void ca_quota_settle(ca_quota_t *quota, int issued);
/* Counts what is on record of the call's tenant. */
int32_t ca_quota_count(ca_t *ca, signet_call_t *call, ca_quota_t *quota);
/* Active certificates as they are known; 0 where they are not limited and so not counted. */
uint64_t ca_quota_active(ca_quota_t *quota);
/* Whether a tenant has a limit of active certificates. */
int ca_quota_wanted(const ca_t *ca);
/* The job: counts anew for each tenant with a limit, since other nodes issue as well. */
int32_t ca_quota_job(void *instance, signet_call_t *call);

#endif
