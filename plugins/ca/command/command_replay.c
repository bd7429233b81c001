#include "command/command.h"
#include "error.h"
#include "issue/replay.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/progress.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#define PAGE 500U

static const signet_column_t columns[] = {
    {.size = sizeof(signet_column_t),
     .name = SIGNET_TEXT_INIT("certificate"),
     .title = SIGNET_TEXT_INIT("Certificate")},
    {.size = sizeof(signet_column_t),
     .name = SIGNET_TEXT_INIT("profile"),
     .title = SIGNET_TEXT_INIT("Profile")},
    {.size = sizeof(signet_column_t),
     .name = SIGNET_TEXT_INIT("outcome"),
     .title = SIGNET_TEXT_INIT("Outcome")},
    {.size = sizeof(signet_column_t),
     .flags = SIGNET_COLUMN_WIDE,
     .name = SIGNET_TEXT_INIT("detail"),
     .title = SIGNET_TEXT_INIT("Detail")},
};

/* Where a replay stands. */
typedef struct replay {
    ca_t *ca;
    const signet_command_input_t *input;
    signet_store_t store;
    signet_text_t profile;
    int64_t since;
    uint64_t looked_at;
    uint64_t refused;
    uint64_t different;
} replay_t;

static int32_t look(signet_call_t *call, replay_t *replay, const signet_record_t *stored)
{
    ca_record_t *record = NULL;
    signet_text_t detail = {NULL, 0};
    int outcome = 0;
    int32_t status = ca_record_decode(call, stored, &record);
    /* Authorities are made by ceremonies, under no profile. */
    if (status != SIGNET_OK || record->unconfirmed || record->certificate.profile.length == 0 ||
        signet_text_is(record->certificate.profile, "authority") ||
        record->certificate.issued_at < replay->since ||
        (replay->profile.length > 0 &&
         !signet_text_equal(replay->profile, record->certificate.profile)))
        return status;
    status = ca_replay(replay->ca, call, record, &outcome, &detail);
    if (status != SIGNET_OK)
        return status;
    replay->looked_at++;
    signet_progress(replay->input->output, SIGNET_TEXT("certificates looked at"), replay->looked_at,
                    0);
    replay->refused += outcome == CA_REPLAY_REFUSED;
    replay->different += outcome == CA_REPLAY_DIFFERENT;
    if (outcome == CA_REPLAY_SAME)
        return SIGNET_OK;
    const signet_text_t cells[] = {
        stored->key, record->certificate.profile,
        outcome == CA_REPLAY_REFUSED ? SIGNET_TEXT("refused") : SIGNET_TEXT("different"), detail};
    return replay->input->output->services->row(replay->input->output, call, cells,
                                                sizeof cells / sizeof cells[0]);
}

/* Each certificate in a call of its own, so that memory does not grow with their number. */
static int32_t look_apart(signet_call_t *call, replay_t *replay, const signet_record_t *stored)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = child->services->set_tenant(child, stored->tenant);
    if (status == SIGNET_OK)
        status = look(child, replay, stored);
    status = signet_child_end(call, child, status);
    return status;
}

static int32_t next_page(signet_call_t *call, replay_t *replay, signet_query_t *query, int *more)
{
    signet_call_t *child = call->services->child(call);
    const signet_page_t *page = NULL;
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = replay->store.interface->query(replay->store.instance, child, query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++)
        status = look_apart(child, replay, page->records[i]);
    if (status == SIGNET_OK) {
        *more = page->cursor.length > 0;
        query->cursor = signet_text_copy(call, page->cursor);
        if (*more && query->cursor.data == NULL)
            status = SIGNET_NO_MEMORY;
    } else {
        status = signet_error_pass(call, child);
    }
    call->services->end(child);
    return status;
}

int32_t ca_command_policy_replay(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input)
{
    replay_t replay = {.ca = instance,
                       .input = input,
                       .profile = signet_setting_text(input->options, "profile"),
                       .since = signet_now() - signet_setting_integer(input->options, "since", 0)};
    signet_query_t query = {
        .size = sizeof query, .collection = SIGNET_TEXT(CA_CERTIFICATES), .limit = PAGE};
    int more = 1;
    int32_t status = call->services->set_tenant(call, SIGNET_TEXT("*"));
    if (status == SIGNET_OK)
        status = ca_store(instance, call, &replay.store);
    if (status == SIGNET_OK)
        status = input->output->services->columns(input->output, call, columns,
                                                  sizeof columns / sizeof columns[0]);
    while (status == SIGNET_OK && more)
        status = next_page(call, &replay, &query, &more);
    if (status != SIGNET_OK)
        return status;
    signet_text_t sentence = signet_format(
        call, "%llu certificates looked at: %llu would be refused, %llu would be different.",
        (unsigned long long)replay.looked_at, (unsigned long long)replay.refused,
        (unsigned long long)replay.different);
    return sentence.data == NULL ? SIGNET_NO_MEMORY
                                 : input->output->services->note(input->output, call, sentence);
}
