/* signet recovery-key create */
#include "archive/archive.h"
#include "command/command.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t generate(signet_call_t *call, const ca_recovery_key_t *key, signet_text_t type,
                        const signet_key_t **made)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), key->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    signet_key_request_t request = {
        .size = sizeof request, .purposes = SIGNET_PURPOSE_DECRYPT, .name = key->key, .type = type};
    return keys->generate(provider->instance, call, &request, made);
}

static int32_t record(ca_t *ca, signet_call_t *call, const ca_recovery_key_t *key,
                      const signet_key_t *made)
{
    signet_journal_t journal;
    signet_pair_t pairs[] = {signet_pair("recovery_key", key->name),
                             signet_pair("type", made->type), signet_pair("origin", made->origin)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_KEY_GENERATED),
                            .object = signet_format(call, "key:%.*s", SIGNET_FORMAT(made->uri)),
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    if (entry.object.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_journal(ca, call, &journal);
    return status == SIGNET_OK ? journal.interface->commit(journal.instance, call, NULL, 0, &entry)
                               : status;
}

int32_t ca_command_recovery_key(void *instance, signet_call_t *call,
                                const signet_command_input_t *input)
{
    ca_t *ca = instance;
    signet_text_t name = signet_setting_text(input->options, "name");
    const ca_recovery_key_t *key = ca_archive_find_key(ca, name);
    const signet_key_t *made = NULL;
    if (key == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "archive.recovery-key", "name",
                                 "recovery_keys has no key \"%.*s\"", SIGNET_FORMAT(name));
    /* What is made for a tenant is in its journal. */
    int32_t status = call->services->set_tenant(call, key->tenant);
    if (status != SIGNET_OK)
        return status;
    status = generate(call, key, signet_setting_text(input->options, "type"), &made);
    if (status != SIGNET_OK || made == NULL)
        return status;
    status = record(ca, call, key, made);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "recovery_key", "Recovery key", key->name);
    return status == SIGNET_OK ? ca_command_say(call, input, "uri", "Key", made->uri) : status;
}
