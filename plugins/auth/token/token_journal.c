#include "token_journal.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "token_grant.h"

/* The grants as JSON. */
static signet_text_t describe_grants(signet_call_t *call, const token_t *token)
{
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_text_t text = {NULL, 0};
    token_grants_write(&writer, NULL, token->grants, token->grant_count);
    (void)signet_json_finish(&writer, &text);
    return text;
}

int32_t token_journal(const token_auth_t *auth, signet_call_t *call, const char *event,
                      const token_t *token, const signet_change_t *changes, uint64_t count)
{
    signet_journal_t journal;
    int32_t status = signet_journal(call, auth->journal, &journal);
    if (status != SIGNET_OK)
        return status;
    signet_pair_t fields[] = {
        signet_pair("name", token->name),
        signet_pair("person", token->person),
        signet_pair("grants", describe_grants(call, token)),
        signet_pair("expires", signet_time_text(call, token->expires)),
        signet_pair("tenant", token->tenant),
        signet_pair("entry", token->entry),
        signet_pair("reason", token->reason),
    };
    uint64_t entry_fields = 3;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(event),
                            .object = signet_format(call, "token:%.*s", SIGNET_FORMAT(token->id)),
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0] -
                                           (token->entry.length == 0 ? entry_fields : 0)};
    if (fields[2].value.data == NULL || fields[3].value.data == NULL || entry.object.data == NULL)
        return signet_status(call);
    return journal.interface->commit(journal.instance, call, changes, count, &entry);
}
