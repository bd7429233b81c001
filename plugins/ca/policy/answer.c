#include "policy/answer.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <string.h>

#define SUBJECT "subject."
#define REASON_MAX 64U
#define MESSAGE_MAX 1024U
#define DOCUMENT_MAX 16384U

static int32_t invalid(signet_call_t *call, signet_text_t policy, const char *what)
{
    return signet_fail(call, SIGNET_INTERNAL, "policy.answer-invalid",
                       "the policy \"%.*s\" answered with %s, so the request is refused; whoever "
                       "runs the policy must mend it",
                       SIGNET_FORMAT(policy), what);
}

/* A reason is shown as an error's, and so must look like one. */
static int is_reason(signet_text_t reason)
{
    if (reason.length == 0 || reason.length > REASON_MAX)
        return 0;
    for (uint64_t i = 0; i < reason.length; i++) {
        char character = reason.data[i];
        if (!(character >= 'a' && character <= 'z') && !(character >= '0' && character <= '9') &&
            character != '.' && character != '-')
            return 0;
    }
    return 1;
}

static int32_t refuse(signet_call_t *call, signet_text_t policy,
                      const signet_policy_answer_t *answer)
{
    if (!SIGNET_HAS(answer, reason.length) || !SIGNET_HAS(answer, message.length) ||
        !is_reason(answer->reason) || answer->message.length > MESSAGE_MAX ||
        !signet_text_valid(answer->message))
        return invalid(call, policy, "a refusal without a proper reason and message");
    signet_error_t error = {.size = sizeof error,
                            .status = SIGNET_DENIED,
                            .reason = answer->reason,
                            .message = answer->message};
    return call->services->fail(call, &error);
}

static int32_t not_open(signet_call_t *call, signet_text_t policy, signet_text_t name)
{
    return signet_fail(call, SIGNET_DENIED, "policy.field-not-open",
                       "the policy \"%.*s\" fills \"%.*s\", which the profile does not leave open, "
                       "so the request is refused",
                       SIGNET_FORMAT(policy), SIGNET_FORMAT(name));
}

static int32_t conflict(signet_call_t *call, signet_text_t policy, signet_text_t name)
{
    return signet_fail(call, SIGNET_DENIED, "policy.conflict",
                       "the policy \"%.*s\" fills \"%.*s\" with another value than the one that "
                       "was asked for or filled before, so the request is refused",
                       SIGNET_FORMAT(policy), SIGNET_FORMAT(name));
}

/* The value that the request or an earlier policy gives an attribute; NULL: none. */
static const signet_text_t *subject_value(const ca_draft_t *draft, const ca_subject_rule_t *rule)
{
    if (rule->is_common_name && draft->names.common_name.length > 0)
        return &draft->names.common_name;
    for (uint64_t i = 0; i < draft->csr->attribute_count; i++) {
        if (signet_bytes_equal(draft->csr->attributes[i].oid, rule->oid))
            return &draft->csr->attributes[i].value;
    }
    for (uint64_t i = 0; i < draft->filled_count; i++) {
        if (signet_bytes_equal(draft->filled[i].oid, rule->oid))
            return &draft->filled[i].value;
    }
    return NULL;
}

static int32_t fill_subject(signet_call_t *call, signet_text_t policy, const signet_pair_t *field,
                            ca_draft_t *draft, int *subject)
{
    signet_text_t type = {field->name.data + strlen(SUBJECT), field->name.length - strlen(SUBJECT)};
    signet_bytes_t oid = signet_attribute_oid(type);
    const ca_profile_t *profile = draft->profile;
    const ca_subject_rule_t *rule = NULL;
    for (uint64_t i = 0; oid.length > 0 && i < profile->rule_count; i++) {
        if (signet_bytes_equal(profile->rules[i].oid, oid))
            rule = &profile->rules[i];
    }
    if (rule == NULL || rule->kind != CA_SUBJECT_OPTIONAL || field->value.length == 0)
        return not_open(call, policy, field->name);
    const signet_text_t *given = subject_value(draft, rule);
    if (given != NULL)
        return signet_text_equal(*given, field->value) ? SIGNET_OK
                                                       : conflict(call, policy, field->name);
    if (draft->filled == NULL)
        draft->filled = signet_alloc(call, profile->rule_count, sizeof *draft->filled);
    signet_text_t value = signet_text_copy(call, field->value);
    if (draft->filled == NULL || value.data == NULL)
        return SIGNET_NO_MEMORY;
    draft->filled[draft->filled_count++] = (signet_attribute_t){.oid = rule->oid, .value = value};
    *subject = 1;
    return SIGNET_OK;
}

static int32_t fill(signet_call_t *call, signet_text_t policy, const signet_pair_t *field,
                    ca_draft_t *draft, int *subject)
{
    if (signet_text_starts(field->name, SUBJECT))
        return fill_subject(call, policy, field, draft, subject);
    if (!ca_field_known(field->name))
        return not_open(call, policy, field->name);
    const signet_text_t *given = ca_field_value(&draft->fields, field->name);
    if (given != NULL)
        return signet_text_equal(*given, field->value) ? SIGNET_OK
                                                       : conflict(call, policy, field->name);
    signet_text_t name = signet_text_copy(call, field->name);
    signet_text_t value = signet_text_copy(call, field->value);
    if (name.data == NULL || value.data == NULL)
        return SIGNET_NO_MEMORY;
    /* What goes into an extension has it built anew. */
    *subject = *subject || signet_text_is(name, CA_FIELD_SID);
    return ca_field_add(call, &draft->fields, name, value);
}

/* Checks what is to be kept of the policy's own: a JSON object of modest size. */
static int32_t check_document(signet_call_t *call, signet_text_t policy, signet_text_t document)
{
    const signet_json_t *value = NULL;
    int32_t status = signet_json_parse(call, signet_text_bytes(document), DOCUMENT_MAX, &value);
    if (status == SIGNET_NO_MEMORY || (status == SIGNET_OK && value->kind == SIGNET_JSON_OBJECT))
        return status;
    call->services->clear(call);
    return invalid(call, policy, "a document that is no JSON object of at most 16 KiB");
}

static int32_t take_fields(signet_call_t *call, signet_text_t policy,
                           const signet_policy_answer_t *answer, ca_draft_t *draft, int *subject,
                           signet_json_writer_t *writer)
{
    int32_t status = SIGNET_OK;
    uint64_t count =
        SIGNET_HAS(answer, field_count) && answer->fields != NULL ? answer->field_count : 0;
    signet_json_begin_object(writer, "fields");
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, answer->fields, i);
        status = fill(call, policy, field, draft, subject);
        if (status == SIGNET_OK)
            signet_json_member(writer, field->name, field->value);
    }
    signet_json_end_object(writer);
    return status;
}

int32_t ca_policy_answer(signet_call_t *call, signet_text_t policy,
                         const signet_policy_answer_t *answer, ca_draft_t *draft, int *subject,
                         ca_policy_outcome_t *outcome, signet_json_writer_t *writer)
{
    if (answer == NULL || !SIGNET_HAS(answer, decision) ||
        (answer->decision != SIGNET_POLICY_PERMIT && answer->decision != SIGNET_POLICY_REFUSE &&
         answer->decision != SIGNET_POLICY_HOLD))
        return invalid(call, policy, "a decision that is none");
    if (answer->decision == SIGNET_POLICY_REFUSE)
        return refuse(call, policy, answer);
    int hold = answer->decision == SIGNET_POLICY_HOLD;
    if (hold && !outcome->hold) {
        outcome->hold = 1;
        outcome->name = policy;
    }
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "policy", policy);
    signet_json_text(writer, "decision", hold ? SIGNET_TEXT("hold") : SIGNET_TEXT("permit"));
    int32_t status = take_fields(call, policy, answer, draft, subject, writer);
    if (status == SIGNET_OK && SIGNET_HAS(answer, document.length) && answer->document.length > 0) {
        status = check_document(call, policy, answer->document);
        signet_json_raw(writer, "document", answer->document);
    }
    signet_json_end_object(writer);
    return status;
}
