/* signet.notifier/1: one alert is one POST. */
#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>

#include "webhook.h"

#define ANSWER_LIMIT 65536U

int32_t webhook_body(signet_call_t *call, const signet_alert_t *alert, signet_text_t *body)
{
    const struct {
        const char *name;
        signet_text_t value;
    } members[] = {
        {"key", alert->key},
        {"rule", alert->rule},
        {"severity", alert->severity},
        {"summary", alert->summary},
        {"description", alert->description},
        {"source", alert->source},
        {"event", alert->event},
        {"object", alert->object},
        {"actor", alert->actor},
        {"tenant", alert->tenant},
        {"entry", alert->entry},
        {"url", alert->url},
    };
    int is_over = alert->state == SIGNET_ALERT_RESOLVED;
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "type",
                     is_over ? SIGNET_TEXT("alert.resolved") : SIGNET_TEXT("alert.raised"));
    signet_json_time(&writer, "timestamp", alert->time);
    signet_json_begin_object(&writer, "data");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (members[i].value.length > 0) {
            signet_json_text(&writer, members[i].name, members[i].value);
        }
    }
    signet_json_begin_object(&writer, "fields");
    for (uint64_t i = 0; i < alert->field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, alert->fields, i);
        signet_json_member(&writer, field->name, field->value);
    }
    signet_json_end_object(&writer);
    signet_json_end_object(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

int32_t webhook_notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                       signet_text_t *receipt)
{
    const webhook_t *webhook = instance;
    const signet_outbound_response_t *response = NULL;
    signet_bytes_t keys[2];
    signet_text_t body;
    signet_text_t signature;
    (void)receipt;
    signet_text_t timestamp = signet_format(call, "%" PRId64, signet_now() / 1000);
    int32_t status = timestamp.data ? SIGNET_OK : signet_status(call);
    if (status == SIGNET_OK) {
        status = webhook_body(call, alert, &body);
    }
    if (status == SIGNET_OK) {
        status = webhook_key(call, webhook, "secret", &keys[0]);
    }
    if (status == SIGNET_OK) {
        status = webhook_key(call, webhook, "former_secret", &keys[1]);
    }
    if (status == SIGNET_OK) {
        status = webhook_signature(call, keys, 2, alert->id, timestamp, body, &signature);
    }
    if (status == SIGNET_INVALID) {
        /* A secret that was changed to something else: the alert is all right. */
        const signet_error_t *error = call->services->error(call);
        signet_text_t message = error->message;
        call->services->clear(call);
        return signet_fail(call, SIGNET_DENIED, "webhook.secret", "%.*s", SIGNET_FORMAT(message));
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_pair_t headers[] = {
        signet_pair("Content-Type", SIGNET_TEXT("application/json")),
        signet_pair("User-Agent", SIGNET_TEXT("Signet")),
        signet_pair("webhook-id", alert->id),
        signet_pair("webhook-timestamp", timestamp),
        signet_pair("webhook-signature", signature),
    };
    const signet_outbound_request_t request = {
        .method = "POST",
        .url = webhook->url,
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .body = signet_text_bytes(body),
        .body_limit = ANSWER_LIMIT,
    };
    return signet_outbound_deliver(call, webhook->outbound, &request, "webhook.refused", &response);
}
