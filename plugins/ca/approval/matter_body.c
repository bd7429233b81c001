#include "approval/matter_body.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

static const char *decision_word(int32_t decision)
{
    switch (decision) {
    case SIGNET_DECISION_APPROVE:
        return "approve";
    case SIGNET_DECISION_DENY:
        return "deny";
    default:
        return "comment";
    }
}

static int32_t word_decision(signet_text_t word)
{
    if (signet_text_is(word, "approve"))
        return SIGNET_DECISION_APPROVE;
    return signet_text_is(word, "deny") ? SIGNET_DECISION_DENY : 0;
}

int32_t ca_matter_body_write(signet_call_t *call, const signet_approval_t *approval,
                             signet_bytes_t *body)
{
    signet_json_writer_t writer = signet_json_writer(call, approval->document.length + 512);
    signet_json_begin_object(&writer, NULL);
    /* As text, so that it comes back byte for byte. */
    signet_json_text(&writer, "document", approval->document);
    signet_json_texts(&writer, "roles", approval->roles, approval->role_count);
    signet_json_texts(&writer, "methods", approval->methods, approval->method_count);
    signet_json_begin_array(&writer, "decisions");
    for (uint64_t i = 0; i < approval->decision_count; i++) {
        const signet_approval_decision_t *decision = approval->decisions[i];
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "decision", signet_text(decision_word(decision->decision)));
        signet_json_text(&writer, "person", decision->person);
        signet_json_text(&writer, "actor", decision->actor);
        signet_json_integer(&writer, "at", decision->at);
        signet_json_text(&writer, "comment", decision->comment);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    signet_text_t text;
    int32_t status = signet_json_finish(&writer, &text);
    if (status == SIGNET_OK)
        *body = signet_text_bytes(text);
    return status;
}

static int32_t read_texts(signet_call_t *call, const signet_json_t *list,
                          const signet_text_t **texts, uint64_t *count)
{
    *count = list == NULL ? 0 : list->count;
    signet_text_t *read = signet_alloc(call, *count + 1, sizeof *read);
    if (read == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < *count; i++)
        read[i] = list->items[i].text;
    *texts = read;
    return SIGNET_OK;
}

static int32_t read_decision(signet_call_t *call, const signet_json_t *object,
                             const signet_approval_decision_t **decision)
{
    signet_text_t word;
    signet_approval_decision_t *read = signet_alloc(call, 1, sizeof *read);
    if (read == NULL)
        return SIGNET_NO_MEMORY;
    read->size = sizeof *read;
    int32_t status = signet_json_get_text(call, object, "decision", &word);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "person", &read->person);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "actor", &read->actor);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "comment", &read->comment);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, object, "at", &read->at);
    if (status != SIGNET_OK)
        return status;
    read->decision = word_decision(word);
    *decision = read;
    return SIGNET_OK;
}

static int32_t read_decisions(signet_call_t *call, const signet_json_t *list,
                              signet_approval_t *approval)
{
    uint64_t count = list == NULL ? 0 : list->count;
    const signet_approval_decision_t **decisions = signet_alloc(call, count + 1, sizeof *decisions);
    if (decisions == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        int32_t status = read_decision(call, &list->items[i], &decisions[i]);
        if (status != SIGNET_OK)
            return status;
    }
    approval->decisions = decisions;
    approval->decision_count = count;
    return SIGNET_OK;
}

int32_t ca_matter_body_read(signet_call_t *call, signet_bytes_t body, signet_approval_t *approval)
{
    const signet_json_t *object = NULL;
    int32_t status = signet_json_parse(call, body, SIGNET_STORE_MAX_BODY, &object);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, object, "document", &approval->document);
    if (status == SIGNET_OK)
        status = read_texts(call, signet_json_get(object, "roles"), &approval->roles,
                            &approval->role_count);
    if (status == SIGNET_OK)
        status = read_texts(call, signet_json_get(object, "methods"), &approval->methods,
                            &approval->method_count);
    if (status == SIGNET_OK)
        status = read_decisions(call, signet_json_get(object, "decisions"), approval);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "approval.record",
                       "the record of the request %.*s is damaged; restore the store from a backup",
                       SIGNET_FORMAT(approval->id));
}
