/* An instance: one receiver of alerts, called as Standard Webhooks describes. */
#ifndef NOTIFIER_WEBHOOK_H
#define NOTIFIER_WEBHOOK_H

#include <signet/ext/draft/notifier.h>
#include <signet/sdk/outbound.h>

typedef struct webhook {
    const signet_host_t *host;
    signet_text_t url;
    signet_outbound_t *outbound;
} webhook_t;

/* The key behind the SECRET setting `name`, in the arena: empty where the setting is not set.
 * INVALID
 * ("webhook.secret") names file and line. */
int32_t webhook_key(signet_call_t *call, const webhook_t *webhook, const char *name,
                    signet_bytes_t *key);
/* The value of the header webhook-signature: "v1,…" for each key that is not empty. */
int32_t webhook_signature(signet_call_t *call, const signet_bytes_t *keys, uint64_t count,
                          signet_text_t id, signet_text_t timestamp, signet_text_t body,
                          signet_text_t *signature);
/* The body: one JSON object. */
int32_t webhook_body(signet_call_t *call, const signet_alert_t *alert, signet_text_t *body);
/* signet.notifier/1. */
int32_t webhook_notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                       signet_text_t *receipt);

#endif
