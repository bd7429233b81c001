#include "caa_record.h"

#include <string.h>

#define CRITICAL 0x80U

/* One record (RFC 8659, 4.1). */
typedef struct record {
    int critical;
    signet_text_t tag;
    signet_text_t value;
} record_t;

/* What is still to be read of a value. */
typedef struct cursor {
    const char *next;
    const char *end;
} cursor_t;

static int is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

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
        if (!is_alphanumeric(record->tag.data[i])) {
            return 0;
        }
    }
    return 1;
}

static void skip_space(cursor_t *cursor)
{
    while (cursor->next < cursor->end && (*cursor->next == ' ' || *cursor->next == '\t')) {
        cursor->next++;
    }
}

static int skip_octet(cursor_t *cursor, char octet)
{
    if (cursor->next == cursor->end || *cursor->next != octet) {
        return 0;
    }
    cursor->next++;
    return 1;
}

/* Letters, digits and, but for its ends, hyphens; empty where there is none. */
static signet_text_t read_label(cursor_t *cursor)
{
    const char *begin = cursor->next;
    while (cursor->next < cursor->end && (is_alphanumeric(*cursor->next) || *cursor->next == '-')) {
        cursor->next++;
    }
    const signet_text_t label = {begin, (uint64_t)(cursor->next - begin)};
    int whole = label.length > 0 && label.data[0] != '-' && label.data[label.length - 1] != '-';
    return whole ? label : (signet_text_t){begin, 0};
}

/* The domain of an issuer: labels and dots. 0 where it is malformed; an empty one is not. */
static int read_domain(cursor_t *cursor, signet_text_t *domain)
{
    domain->data = cursor->next;
    domain->length = 0;
    if (cursor->next == cursor->end || *cursor->next == ';') {
        return 1;
    }
    do {
        if (read_label(cursor).length == 0) {
            return 0;
        }
    } while (skip_octet(cursor, '.'));
    domain->length = (uint64_t)(cursor->next - domain->data);
    return 1;
}

static signet_text_t read_value(cursor_t *cursor)
{
    const char *begin = cursor->next;
    while (cursor->next<cursor->end && * cursor->next> ' ' && *cursor->next <= '~' &&
           *cursor->next != ';') {
        cursor->next++;
    }
    return (signet_text_t){begin, (uint64_t)(cursor->next - begin)};
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

/* validationmethods (RFC 8657, 4): labels with commas between them. */
static int lists_method(signet_text_t list, signet_text_t method)
{
    int found = 0;
    cursor_t cursor = {list.data, list.data + list.length};
    do {
        signet_text_t label = read_label(&cursor);
        if (label.length == 0) {
            return 0;
        }
        found = found || signet_text_equal(label, method);
    } while (skip_octet(&cursor, ','));
    return found && cursor.next == cursor.end;
}

/* Parameters that a property has; one that stands twice, or that is not known here, fits nobody. */
typedef struct parameters {
    int account;
    int method;
} parameters_t;

static int parameter_fits(const acme_caa_asker_t *asker, signet_text_t tag, signet_text_t value,
                          parameters_t *seen)
{
    if (signet_text_equal_nocase(tag, SIGNET_TEXT("accounturi"))) {
        return !seen->account++ && asker->account.length > 0 &&
               signet_text_equal(value, asker->account);
    }
    if (signet_text_equal_nocase(tag, SIGNET_TEXT("validationmethods"))) {
        return !seen->method++ && lists_method(value, asker->method);
    }
    return 0;
}

/* Whether an issue or issuewild property names us (RFC 8659, 4.2). A malformed one names nobody. */
static int names_us(const acme_caa_asker_t *asker, signet_text_t text)
{
    signet_text_t domain;
    parameters_t seen = {0, 0};
    cursor_t cursor = {text.data, text.data + text.length};
    skip_space(&cursor);
    int fits = read_domain(&cursor, &domain) && is_identity(asker, domain);
    skip_space(&cursor);
    if (!fits || cursor.next == cursor.end || !skip_octet(&cursor, ';')) {
        return fits && cursor.next == cursor.end;
    }
    skip_space(&cursor);
    if (cursor.next == cursor.end) {
        return 1;
    }
    do {
        skip_space(&cursor);
        signet_text_t tag = read_label(&cursor);
        skip_space(&cursor);
        if (tag.length == 0 || !skip_octet(&cursor, '=')) {
            return 0;
        }
        skip_space(&cursor);
        if (!parameter_fits(asker, tag, read_value(&cursor), &seen)) {
            return 0;
        }
        skip_space(&cursor);
    } while (skip_octet(&cursor, ';'));
    return cursor.next == cursor.end;
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
