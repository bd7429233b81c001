#include "persist_record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "issue_value.h"

#define NAME_MAX 255U
#define UNTIL_MAX (INT64_MAX / 1000)

signet_text_t acme_persist_prefix(signet_call_t *call, signet_text_t base)
{
    return signet_format(call, "%.*s/account-hash/", SIGNET_FORMAT(base));
}

int32_t acme_persist_uri(signet_call_t *call, signet_text_t prefix, signet_text_t domain,
                         signet_text_t thumbprint, signet_text_t account_url, signet_text_t *uri)
{
    signet_bytes_t input;
    signet_bytes_t digest = {NULL, 0};
    signet_buffer_t buffer =
        signet_buffer(call, 1 + domain.length + thumbprint.length + account_url.length);
    if (domain.length > NAME_MAX) {
        return signet_fail(call, SIGNET_INVALID, "acme.persist", "The name is too long.");
    }
    signet_buffer_add_byte(&buffer, (uint8_t)domain.length);
    signet_buffer_add_text(&buffer, domain);
    signet_buffer_add_text(&buffer, thumbprint);
    signet_buffer_add_text(&buffer, account_url);
    int32_t status = signet_buffer_bytes(&buffer, &input);
    if (status == SIGNET_OK) {
        status = signet_sha256(call, input, &digest);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t encoded = signet_base64url(call, digest);
    *uri = signet_format(call, "%.*ssha-256/%.*s", SIGNET_FORMAT(prefix), SIGNET_FORMAT(encoded));
    return uri->data != NULL ? SIGNET_OK : signet_status(call);
}

static int is_issuer(const signet_setting_t *issuers, signet_text_t name)
{
    if (name.length > 0 && name.data[name.length - 1] == '.') {
        name.length--;
    }
    for (uint64_t i = 0; name.length > 0 && i < issuers->member_count; i++) {
        if (signet_text_equal_nocase(signet_setting_at(issuers, i)->text, name)) {
            return 1;
        }
    }
    return 0;
}

/* Seconds since 1970 to ms; -1 where it is no number. */
static int64_t read_until(signet_text_t text)
{
    int64_t seconds = 0;
    for (uint64_t i = 0; i < text.length; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || seconds > (UNTIL_MAX - digit) / 10) {
            return -1;
        }
        seconds = seconds * 10 + digit;
    }
    return text.length > 0 ? seconds * 1000 : -1;
}

const char *acme_persist_judge(signet_text_t record, const acme_persist_wanted_t *wanted,
                               int64_t *until)
{
    acme_issue_value_t value;
    signet_text_t uri = {NULL, 0};
    signet_text_t policy = {NULL, 0};
    signet_text_t persist = {NULL, 0};
    *until = 0;
    if (acme_issue_value_parse(record, &value) != 0) {
        return "it is malformed";
    }
    if (!is_issuer(wanted->issuers, value.issuer)) {
        return "it is for another issuer";
    }
    unsigned policies = acme_issue_value_find(&value, "policy", &policy);
    unsigned limits = acme_issue_value_find(&value, "persistUntil", &persist);
    if (acme_issue_value_find(&value, "accounturi", &uri) != 1 || policies > 1 || limits > 1) {
        return "it has no accounturi, or a parameter twice";
    }
    if (!signet_text_equal(uri, wanted->uris[0]) && !signet_text_equal(uri, wanted->uris[1])) {
        return "it is for another account, or another key of it";
    }
    if (wanted->wildcard &&
        (policies == 0 || !signet_text_equal_nocase(policy, SIGNET_TEXT("wildcard")))) {
        return "it does not say policy=wildcard";
    }
    if (limits == 1) {
        *until = read_until(persist);
        if (*until < 0) {
            return "its persistUntil is no number";
        }
        if (*until <= wanted->now) {
            return "its persistUntil has passed";
        }
    }
    return NULL;
}
