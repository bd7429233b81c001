#include "webhook_answer.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

#define FIELDS_MAX 64U
#define REASON_MAX 40U
#define MESSAGE_MAX 1000U

static int32_t invalid(signet_call_t *call, const webhook_t *webhook, const char *what)
{
    return signet_fail_detail(call, SIGNET_UNAVAILABLE, "policy.webhook.answer-invalid", what,
                              "The policy \"%.*s\" did not give a proper answer, so the request is "
                              "refused: tell whoever runs it; the log says what is wrong.",
                              SIGNET_FORMAT(webhook->host->name));
}

/* application/json, with or without parameters. */
static int is_json(signet_text_t type)
{
    signet_text_t rest;
    signet_text_t name = signet_text_split(type, ';', &rest);
    while (signet_text_ends(name, " ")) {
        name.length--;
    }
    return signet_text_equal_nocase(name, SIGNET_TEXT("application/json"));
}

/* A member that is true or false; `otherwise` where it is missing, -1 where it is something else.
 */
static int boolean(const signet_json_t *object, const char *name, int otherwise)
{
    const signet_json_t *member = signet_json_get(object, name);
    if (member == NULL) {
        return otherwise;
    }
    return member->kind == SIGNET_JSON_BOOLEAN ? member->integer != 0 : -1;
}

/* "policy." before what the receiver says, so that it cannot pass for an error of others. */
static int read_reason(signet_call_t *call, const signet_json_t *object, signet_text_t *reason)
{
    const signet_json_t *member = signet_json_get(object, "reason");
    if (member == NULL) {
        *reason = SIGNET_TEXT("policy.webhook.refused");
        return 1;
    }
    if (member->kind != SIGNET_JSON_TEXT || member->text.length == 0 ||
        member->text.length > REASON_MAX) {
        return 0;
    }
    for (uint64_t i = 0; i < member->text.length; i++) {
        char octet = member->text.data[i];
        if (!((octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-')) {
            return 0;
        }
    }
    *reason = signet_format(call, "policy.%.*s", SIGNET_FORMAT(member->text));
    return 1;
}

/* A sentence for the requester, without control characters. */
static int read_message(signet_call_t *call, const webhook_t *webhook, const signet_json_t *object,
                        signet_text_t *message)
{
    const signet_json_t *member = signet_json_get(object, "message");
    if (member == NULL) {
        *message = signet_format(call, "The policy \"%.*s\" refuses the request.",
                                 SIGNET_FORMAT(webhook->host->name));
        return 1;
    }
    if (member->kind != SIGNET_JSON_TEXT || member->text.length == 0 ||
        member->text.length > MESSAGE_MAX) {
        return 0;
    }
    char *copy = signet_alloc(call, member->text.length, 1);
    for (uint64_t i = 0; copy != NULL && i < member->text.length; i++) {
        char octet = member->text.data[i];
        copy[i] = (char)((uint8_t)octet < ' ' || octet == 0x7f ? ' ' : octet);
    }
    *message = (signet_text_t){copy, copy ? member->text.length : 0};
    return 1;
}

static int read_fields(signet_call_t *call, const signet_json_t *object,
                       signet_policy_answer_t *answer)
{
    const signet_json_t *member = signet_json_get(object, "fields");
    if (member == NULL) {
        return 1;
    }
    if (member->kind != SIGNET_JSON_OBJECT || member->count > FIELDS_MAX) {
        return 0;
    }
    signet_pair_t *fields = signet_alloc(call, member->count + 1, sizeof *fields);
    for (uint64_t i = 0; fields != NULL && i < member->count; i++) {
        if (member->items[i].kind != SIGNET_JSON_TEXT) {
            return 0;
        }
        fields[i] = (signet_pair_t){
            .size = sizeof *fields, .name = member->items[i].name, .value = member->items[i].text};
    }
    answer->fields = fields;
    answer->field_count = fields ? member->count : 0;
    return 1;
}

/* Takes what the object says; NULL, or what is wrong with it. */
static const char *take(signet_call_t *call, const webhook_t *webhook, const signet_json_t *object,
                        signet_policy_answer_t *answer)
{
    const signet_json_t *data = signet_json_get(object, "data");
    int allow = boolean(object, "allow", -1);
    int hold = boolean(object, "hold", 0);
    if (allow < 0 || hold < 0) {
        return "allow must be there, and allow and hold must be true or false";
    }
    if (data != NULL && data->kind != SIGNET_JSON_OBJECT && data->kind != SIGNET_JSON_NULL) {
        return "data is not an object";
    }
    if (signet_json_get(object, "fields") != NULL && !webhook->may_fill) {
        return "it fills fields, which a webhook of the kind authorise may not";
    }
    if (!read_fields(call, object, answer)) {
        return "fields is not an object of at most 64 texts";
    }
    if (!read_reason(call, object, &answer->reason)) {
        return "reason is not made of at most 40 lower-case letters, digits and '-'";
    }
    if (!read_message(call, webhook, object, &answer->message)) {
        return "message is not a text of at most 1000 octets";
    }
    answer->decision = !allow ? SIGNET_POLICY_REFUSE
                       : hold ? SIGNET_POLICY_HOLD
                              : SIGNET_POLICY_PERMIT;
    return NULL;
}

int32_t webhook_answer(signet_call_t *call, const webhook_t *webhook,
                       const signet_outbound_response_t *response,
                       const signet_policy_answer_t **answer)
{
    static const char *const members[] = {"allow", "hold", "reason", "message", "fields", "data"};
    const signet_json_t *object = NULL;
    signet_policy_answer_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL) {
        return signet_status(call);
    }
    if (response->status != 200) {
        signet_text_t what = signet_format(call, "its status is %u", response->status);
        return what.data ? invalid(call, webhook, what.data) : signet_status(call);
    }
    if (!is_json(response->content_type)) {
        return invalid(call, webhook, "its type is not application/json");
    }
    int32_t status = signet_json_parse(call, response->body, WEBHOOK_ANSWER_LIMIT, &object);
    if (status == SIGNET_OK) {
        status = signet_json_only(call, object, members, sizeof members / sizeof *members);
    }
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK || object->kind != SIGNET_JSON_OBJECT) {
        call->services->clear(call);
        return invalid(call, webhook,
                       "it is not a JSON object of allow, hold, reason, message, fields and data");
    }
    made->size = sizeof *made;
    made->document = signet_bytes_text(response->body);
    const char *wrong = take(call, webhook, object, made);
    if (call->services->error(call) != NULL) {
        return signet_status(call);
    }
    if (wrong != NULL) {
        return invalid(call, webhook, wrong);
    }
    *answer = made;
    return SIGNET_OK;
}
