#include "caa_record.h"

#include "issue_value.h"

#define CRITICAL 0x80U

/* One record (RFC 8659, 4.1). */
typedef struct record {
    int critical;
    signet_text_t tag;
    signet_text_t value;
} record_t;

static int read_record(signet_bytes_t data, record_t *record)
{
    if (data.length < 3 || data.data[1] == 0 || data.data[1] > data.length - 2) {
        return 0;
    }
    const char *octets = (const char *)data.data;
    record->critical = (data.data[0] & CRITICAL) != 0;
    record->tag = (signet_text_t){octets + 2, data.data[1]};
    record->value =
        (signet_text_t){octets + 2 + record->tag.length, data.length - 2 - record->tag.length};
    for (uint64_t i = 0; i < record->tag.length; i++) {
        if (!acme_is_alphanumeric(record->tag.data[i])) {
            return 0;
        }
    }
    return 1;
}

static int is_identity(const acme_caa_asker_t *asker, signet_text_t domain)
{
    for (uint64_t i = 0; i < asker->identity_count; i++) {
        if (domain.length > 0 && signet_text_equal_nocase(asker->identities[i], domain)) {
            return 1;
        }
    }
    return 0;
}

static int is_label(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        if (!acme_is_alphanumeric(text.data[i]) && text.data[i] != '-') {
            return 0;
        }
    }
    return text.length > 0;
}

/* validationmethods (RFC 8657, 4): labels with commas between them. */
static int lists_method(signet_text_t list, signet_text_t method)
{
    int found = 0;
    signet_text_t rest = list;
    uint64_t commas = 0;
    uint64_t labels = 0;
    for (uint64_t i = 0; i < list.length; i++) {
        commas += list.data[i] == ',';
    }
    for (; labels <= commas; labels++) {
        signet_text_t label = signet_text_split(rest, ',', &rest);
        if (!is_label(label)) {
            return 0;
        }
        found = found || signet_text_equal(label, method);
    }
    return found;
}

static int parameter_fits(const acme_caa_asker_t *asker, const acme_issue_parameter_t *parameter)
{
    if (signet_text_equal_nocase(parameter->tag, SIGNET_TEXT("accounturi"))) {
        return asker->account.length > 0 && signet_text_equal(parameter->value, asker->account);
    }
    return signet_text_equal_nocase(parameter->tag, SIGNET_TEXT("validationmethods")) &&
           lists_method(parameter->value, asker->method);
}

/* Whether an issue or issuewild property names us (RFC 8659, 4.2). A malformed one names nobody,
 * nor does one with a parameter that stands twice or is not known here. */
static int names_us(const acme_caa_asker_t *asker, signet_text_t text)
{
    acme_issue_value_t value;
    signet_text_t found;
    if (acme_issue_value_parse(text, &value) != 0 || !is_identity(asker, value.issuer) ||
        acme_issue_value_find(&value, "accounturi", &found) > 1 ||
        acme_issue_value_find(&value, "validationmethods", &found) > 1) {
        return 0;
    }
    for (uint64_t i = 0; i < value.count; i++) {
        if (!parameter_fits(asker, &value.parameters[i])) {
            return 0;
        }
    }
    return 1;
}

const char *acme_caa_refusal(const signet_bytes_t *records, uint64_t count,
                             const acme_caa_asker_t *asker)
{
    uint64_t plain = 0;
    uint64_t wild = 0;
    int plain_fits = 0;
    int wild_fits = 0;
    for (uint64_t i = 0; i < count; i++) {
        record_t record;
        if (!read_record(records[i], &record)) {
            return "one of them is malformed";
        }
        if (signet_text_equal_nocase(record.tag, SIGNET_TEXT("issue"))) {
            plain++;
            plain_fits = plain_fits || names_us(asker, record.value);
        } else if (signet_text_equal_nocase(record.tag, SIGNET_TEXT("issuewild"))) {
            wild++;
            wild_fits = wild_fits || names_us(asker, record.value);
        } else if (record.critical && !signet_text_equal_nocase(record.tag, SIGNET_TEXT("iodef"))) {
            return "one of them is critical and not known here";
        }
    }
    /* For wildcards issuewild takes the place of issue (RFC 8659, 4.3). */
    int by_wild = asker->wildcard && wild > 0;
    int bound = by_wild || plain > 0;
    int fits = by_wild ? wild_fits : plain_fits;
    return bound && !fits ? "none of them permits this authority, account and challenge" : NULL;
}
