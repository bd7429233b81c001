#include "caller.h"

#include <signet/sdk/text.h>
#include <stdlib.h>

/* Four texts, each with its length. */
#define GRANT_OCTETS 32U
#define GRANTS_MAX 4096U

void remote_write_caller(remote_writer_t *writer, signet_call_t *call, int64_t remaining_ms)
{
    const signet_actor_t *actor = call->services->actor(call);
    const signet_text_t none = {NULL, 0};
    remote_write_u64(writer, (uint64_t)remaining_ms);
    remote_write_text(writer, call->services->tenant(call));
    remote_write_text(writer, call->services->trace(call));
    remote_write_text(writer, actor->id);
    remote_write_text(writer, actor->name);
    remote_write_text(writer, actor->method);
    remote_write_text(writer, actor->tenant);
    remote_write_text(writer, SIGNET_HAS(actor, person.data) ? actor->person : none);
    remote_write_u64(writer, actor->grant_count);
    for (uint64_t at = 0; at < actor->grant_count; at++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, at);
        remote_write_text(writer, grant->role);
        remote_write_text(writer, grant->authority);
        remote_write_text(writer, grant->profile);
        remote_write_text(writer, grant->names);
    }
}

static signet_grant_t *read_grants(remote_reader_t *reader, uint64_t count)
{
    signet_grant_t *grants = count && count <= GRANTS_MAX ? calloc(count, sizeof *grants) : NULL;
    if (!grants) {
        reader->failed |= count > 0;
        return NULL;
    }
    for (uint64_t at = 0; at < count; at++) {
        grants[at].size = sizeof *grants;
        grants[at].role = remote_read_text(reader);
        grants[at].authority = remote_read_text(reader);
        grants[at].profile = remote_read_text(reader);
        grants[at].names = remote_read_text(reader);
    }
    return grants;
}

void remote_read_caller(remote_reader_t *reader, signet_remote_caller_t *caller,
                        signet_actor_t *actor, signet_grant_t **grants)
{
    *caller = (signet_remote_caller_t){.size = sizeof *caller, .actor = actor};
    *actor = (signet_actor_t){.size = sizeof *actor};
    caller->remaining_ms = (int64_t)remote_read_u64(reader);
    caller->tenant = remote_read_text(reader);
    caller->trace = remote_read_text(reader);
    actor->id = remote_read_text(reader);
    actor->name = remote_read_text(reader);
    actor->method = remote_read_text(reader);
    actor->tenant = remote_read_text(reader);
    actor->person = remote_read_text(reader);
    actor->grant_count = remote_read_count(reader, GRANT_OCTETS);
    *grants = read_grants(reader, actor->grant_count);
    actor->grants = *grants;
}

void remote_write_error(remote_writer_t *writer, int32_t status, const signet_error_t *error)
{
    const signet_text_t none = {NULL, 0};
    remote_write_u32(writer, (uint32_t)status);
    if (!error) {
        remote_write_text(writer, SIGNET_TEXT("isolate.unexplained"));
        remote_write_text(writer, SIGNET_TEXT("it failed and did not say why: report it to the "
                                              "plugin's author"));
        remote_write_text(writer, none);
        remote_write_text(writer, none);
        remote_write_u64(writer, 0);
        return;
    }
    remote_write_text(writer, error->reason);
    remote_write_text(writer, error->message);
    remote_write_text(writer, SIGNET_HAS(error, detail.data) ? error->detail : none);
    remote_write_text(writer, SIGNET_HAS(error, field.data) ? error->field : none);
    remote_write_u64(writer,
                     SIGNET_HAS(error, retry_after_ms) ? (uint64_t)error->retry_after_ms : 0);
}

int remote_read_error(remote_reader_t *reader, signet_error_t *error)
{
    *error = (signet_error_t){.size = sizeof *error};
    error->status = (int32_t)remote_read_u32(reader);
    error->reason = remote_read_text(reader);
    error->message = remote_read_text(reader);
    error->detail = remote_read_text(reader);
    error->field = remote_read_text(reader);
    error->retry_after_ms = (int64_t)remote_read_u64(reader);
    return remote_reader_done(reader) && error->status < SIGNET_OK &&
           error->status >= SIGNET_PENDING && error->reason.length && error->message.length &&
           error->retry_after_ms >= 0;
}
