#include "issue/denial.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define NAME_MAX_LENGTH 64U

/* In a child call, so that whatever recording does, the refusal's own error stands. */
static void record(ca_t *ca, signet_call_t *call, const char *event, signet_text_t object,
                   const signet_pair_t *fields, uint64_t count)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return;
    signet_journal_t journal;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(event),
                            .object = object,
                            .fields = fields,
                            .field_count = count};
    if (ca_journal(ca, child, &journal) == SIGNET_OK)
        journal.interface->denied(journal.instance, child, call->services->actor(call)->id, &entry);
    else
        signet_log_error(ca->host, child, SIGNET_LOG_ERROR, "ca.denial-unrecorded");
    call->services->end(child);
    ca->host->services->record(ca->host, ca->denied_metric, 1);
}

void ca_denial_issue(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                     signet_text_t policy)
{
    const signet_error_t *error = call->services->error(call);
    if (error == NULL)
        return;
    signet_pair_t fields[] = {
        signet_pair("reason", error->reason),
        signet_pair("message", error->message),
        signet_pair("policy", policy),
    };
    uint64_t count = sizeof fields / sizeof fields[0] - (policy.length == 0);
    /* An unknown profile's name is the client's own text. */
    signet_text_t profile = request->profile;
    if (profile.length > NAME_MAX_LENGTH)
        profile.length = 0;
    signet_text_t object = signet_format(call, "profile:%.*s", SIGNET_FORMAT(profile));
    record(ca, call, SIGNET_EVENT_CERTIFICATE_DENIED, object, fields, count);
}

void ca_denial_change(ca_t *ca, signet_call_t *call, signet_text_t authority, signet_bytes_t serial)
{
    const signet_error_t *error = call->services->error(call);
    signet_text_t hex = signet_hex(call, serial);
    if (error == NULL || hex.data == NULL)
        return;
    signet_pair_t fields[] = {
        signet_pair("reason", error->reason),
        signet_pair("message", error->message),
    };
    signet_text_t object =
        signet_format(call, "certificate:%.*s/%.*s", SIGNET_FORMAT(authority), SIGNET_FORMAT(hex));
    record(ca, call, SIGNET_EVENT_ACCESS_DENIED, object, fields, sizeof fields / sizeof fields[0]);
}
