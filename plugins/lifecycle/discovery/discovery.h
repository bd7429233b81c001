/* An instance: what one discovery finds goes into the inventory, again and again. */
#ifndef LIFECYCLE_DISCOVERY_H
#define LIFECYCLE_DISCOVERY_H

#include <signet/ext/draft/discovery.h>
#include <signet/host.h>

#define DISCOVERY_JOB "discover"

typedef struct discovery {
    const signet_host_t *host;
    signet_text_t source; /* the instance that looks */
    uint64_t faults_told; /* of this scan, in the log */
    struct {
        uint64_t found;
        uint64_t faults;
        uint64_t scans;
    } metrics;
} discovery_t;

/* The job: one scan from beginning to end. */
int32_t discovery_run(void *instance, signet_call_t *call);
/* Whether the discovery and an inventory that takes what it finds are there; for start. */
int32_t discovery_find(const discovery_t *discovery, signet_call_t *call,
                       const signet_provider_t **source, const signet_provider_t **inventory);
int32_t discovery_add_metrics(discovery_t *discovery, signet_call_t *call);

#endif
