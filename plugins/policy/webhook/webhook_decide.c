/* signet.policy/1: from a request to what the receiver says of it. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#include "webhook.h"
#include "webhook_answer.h"
#include "webhook_document.h"

#define SECRET_MIN 16U

/* Whether this webhook is asked about requests of a profile. */
static int concerns(const webhook_t *webhook, signet_text_t profile)
{
    const signet_setting_t *profiles = signet_setting(webhook->host->settings, "profiles");
    uint64_t count = signet_setting_count(webhook->host->settings, "profiles");
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_matches(profile, signet_setting_at(profiles, i)->text)) {
            return 1;
        }
    }
    return count == 0;
}

int32_t webhook_secret(signet_call_t *call, const webhook_t *webhook, signet_bytes_t *secret)
{
    signet_bytes_t text;
    int32_t status = webhook->host->services->secret(webhook->host, call, webhook->secret, &text);
    if (status == SIGNET_OK) {
        status = signet_base64_decode(call, signet_bytes_text(text), secret);
    }
    if (status == SIGNET_NO_MEMORY || (status == SIGNET_OK && secret->length >= SECRET_MIN)) {
        return status;
    }
    if (status != SIGNET_OK && status != SIGNET_INVALID) {
        return status;
    }
    call->services->clear(call);
    return signet_setting_fail(call, signet_setting(webhook->host->settings, "secret"),
                               "webhook.secret",
                               "The secret of a webhook is the Base64 of at least %u octets: make "
                               "one with openssl rand -base64 32.",
                               SECRET_MIN);
}

/* Sends the document with its signature, as receivers of step-ca's webhooks verify it. */
static int32_t ask(signet_call_t *call, const webhook_t *webhook, signet_text_t document,
                   const signet_outbound_response_t **response)
{
    signet_bytes_t secret = {NULL, 0};
    signet_bytes_t code = {NULL, 0};
    signet_bytes_t token = {NULL, 0};
    int32_t status = webhook_secret(call, webhook, &secret);
    if (status == SIGNET_OK) {
        status = signet_hmac_sha256(call, secret, signet_text_bytes(document), &code);
    }
    if (status == SIGNET_OK && webhook->token.length > 0) {
        status = webhook->host->services->secret(webhook->host, call, webhook->token, &token);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_pair_t headers[] = {
        signet_pair("Content-Type", SIGNET_TEXT("application/json")),
        signet_pair("Accept", SIGNET_TEXT("application/json")),
        signet_pair("X-Smallstep-Webhook-ID", webhook->id),
        signet_pair("X-Smallstep-Signature", signet_hex(call, code)),
        signet_pair("Authorization",
                    signet_format(call, "Bearer %.*s", SIGNET_FORMAT(signet_bytes_text(token)))),
    };
    const signet_outbound_request_t request = {
        .method = "POST",
        .url = webhook->url,
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers - (webhook->token.length == 0),
        .body = signet_text_bytes(document),
        .body_limit = WEBHOOK_ANSWER_LIMIT,
    };
    return signet_outbound_send(call, webhook->outbound, &request, response);
}

/* The requester learns that the policy could not be asked; where it is and why stands in the log.
 */
static int32_t hide(signet_call_t *call, const webhook_t *webhook, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_NO_MEMORY || status == SIGNET_CANCELLED || error == NULL) {
        return status;
    }
    signet_text_t detail = signet_text_copy(call, error->message);
    const char *cause = detail.data ? signet_text_string(call, detail) : NULL;
    if (cause == NULL) {
        return status;
    }
    call->services->clear(call);
    int is_late = status == SIGNET_TIMEOUT;
    return signet_fail_detail(call, is_late ? SIGNET_TIMEOUT : SIGNET_UNAVAILABLE,
                              is_late ? "policy.webhook.timeout" : "policy.webhook.unreachable",
                              cause,
                              "The policy \"%.*s\" could not be asked, so the request is refused: "
                              "try again later, or tell whoever runs this node; the log says why.",
                              SIGNET_FORMAT(webhook->host->name));
}

static int32_t ask_and_read(signet_call_t *call, const webhook_t *webhook,
                            const signet_policy_request_t *request,
                            const signet_policy_answer_t **answer)
{
    const signet_outbound_response_t *response = NULL;
    signet_text_t document;
    int32_t status = webhook_document(call, request, &document);
    if (status != SIGNET_OK) {
        return status;
    }
    status = ask(call, webhook, document, &response);
    return status == SIGNET_OK ? webhook_answer(call, webhook, response, answer)
                               : hide(call, webhook, status);
}

int32_t webhook_decide(void *instance, signet_call_t *call, const signet_policy_request_t *request,
                       const signet_policy_answer_t **answer)
{
    static const signet_policy_answer_t permit = {.size = sizeof permit,
                                                  .decision = SIGNET_POLICY_PERMIT};
    const webhook_t *webhook = instance;
    const signet_host_services_t *services = webhook->host->services;
    if (!concerns(webhook, request->profile)) {
        *answer = &permit;
        return SIGNET_OK;
    }
    int64_t begun = signet_monotonic();
    int32_t status = ask_and_read(call, webhook, request, answer);
    services->record(webhook->host, webhook->requests, 1);
    services->record(webhook->host, webhook->duration, (signet_monotonic() - begun) * 1000);
    if (status != SIGNET_OK) {
        services->record(webhook->host, webhook->failures, 1);
        signet_log_error(webhook->host, call, SIGNET_LOG_WARNING, "webhook.failed");
    }
    return status;
}
