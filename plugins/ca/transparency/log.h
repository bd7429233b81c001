/* The logs of Certificate Transparency that precertificates go to, and the policies that say how
 * many of them must answer (RFC 6962). Read-only once it is open, but for what is marked. */
#ifndef CA_LOG_H
#define CA_LOG_H

#include "pool.h"

#include <signet/host.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/outbound.h>
#include <stdatomic.h>

#define CA_LOG_ID_LENGTH 32U
/* No list of logs is longer, and none of SCTs. */
#define CA_LOGS_MAX 64U

/* A log. */
typedef struct ca_log {
    signet_text_t name;
    signet_text_t operator_name;
    signet_text_t url; /* without a slash at its end */
    signet_bytes_t id; /* SHA-256 of its key */
    signet_text_t algorithm;
    signet_verifier_t *verifier;
    int usable;
    int64_t expires_from;   /* it takes what expires at this time or later; 0: any */
    int64_t expires_before; /* and before this one; 0: any */
    uint64_t failed_metric;
    atomic_llong resting_until; /* monotonic ms: it failed, so others are asked first */
} ca_log_t;

/* A policy. */
typedef struct ca_log_policy {
    signet_text_t name;
    uint64_t scts;
    uint64_t operators;
} ca_log_policy_t;

typedef struct ca_log_list {
    ca_log_t *logs;
    uint64_t log_count;
    ca_log_policy_t *policies;
    uint64_t policy_count;
    int64_t log_timeout_ms; /* for each log */
    int64_t wait_ms;        /* for all of them */
} ca_log_list_t;

extern const signet_option_t ca_log_options[];
#define CA_LOG_OPTION_COUNT 5U

/* Fills the list from the group of options `group`. INVALID at the setting. */
int32_t ca_logs_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *group,
                          ca_log_list_t *list);
/* Reads the keys of the logs. INVALID, NOT_FOUND at the setting. [worker] */
int32_t ca_logs_load(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *group,
                     ca_log_list_t *list);
/* Whether a log takes certificates that expire then. */
int ca_log_takes(const ca_log_t *log, int64_t not_after);
const ca_log_policy_t *ca_log_policy_find(const ca_log_list_t *list, signet_text_t name);
void ca_logs_free(ca_log_list_t *list);

#endif
