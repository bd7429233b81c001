#include "ceremony/revoked.h"

#include "ceremony/describe.h"
#include "record/reason.h"

#include <signet/inventory.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define REASON_MAX 10
#define ENTRIES_MAX 100000U

static int32_t malformed(signet_call_t *call, uint64_t line, const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "crl.revoked",
                       "line %llu of the file of revoked certificates: %s; write SERIAL TIME "
                       "REASON [INVALID_SINCE]",
                       (unsigned long long)line, what);
}

static int parse_reason(signet_call_t *call, signet_text_t word, int32_t *reason)
{
    for (int32_t known = 0; known <= REASON_MAX; known++) {
        signet_text_t name = {NULL, 0};
        if (ca_reason_check(call, known, 1, &name) != SIGNET_OK) {
            call->services->clear(call);
            continue;
        }
        if (signet_text_equal_nocase(name, word)) {
            *reason = known;
            return 1;
        }
    }
    return 0;
}

/* The next word of a line. */
static signet_text_t word(signet_text_t *rest)
{
    while (rest->length > 0 &&
           (rest->data[0] == ' ' || rest->data[0] == '\t' || rest->data[0] == '\r')) {
        rest->data++;
        rest->length--;
    }
    signet_text_t found = {rest->data, 0};
    while (found.length < rest->length && found.data[found.length] != ' ' &&
           found.data[found.length] != '\t' && found.data[found.length] != '\r')
        found.length++;
    rest->data += found.length;
    rest->length -= found.length;
    return found;
}

static int32_t parse_line(signet_call_t *call, signet_text_t rest, uint64_t number,
                          signet_crl_entry_t *entry)
{
    signet_text_t serial = word(&rest);
    signet_text_t time = word(&rest);
    signet_text_t reason = word(&rest);
    signet_text_t since = word(&rest);
    if (signet_hex_decode(call, serial, &entry->serial) != SIGNET_OK) {
        call->services->clear(call);
        return malformed(call, number, "the serial number is not hexadecimal");
    }
    while (entry->serial.length > 0 && entry->serial.data[0] == 0) {
        entry->serial.data++;
        entry->serial.length--;
    }
    if (entry->serial.length == 0 || entry->serial.length > 20)
        return malformed(call, number, "the serial number is empty or too long");
    if (signet_time_parse(call, time, &entry->revoked_at) != SIGNET_OK ||
        (since.length > 0 && signet_time_parse(call, since, &entry->invalid_since) != SIGNET_OK)) {
        call->services->clear(call);
        return malformed(call, number, "a time is none, such as 2026-11-24T00:00:00Z");
    }
    if (entry->revoked_at > signet_now())
        return malformed(call, number, "the revocation lies in the future");
    if (!parse_reason(call, reason, &entry->reason))
        return malformed(call, number, "the reason is none of RFC 5280");
    return word(&rest).length == 0 ? SIGNET_OK : malformed(call, number, "more follows");
}

int32_t ca_revoked_parse(signet_call_t *call, signet_text_t text, signet_crl_entry_t **entries,
                         uint64_t *count)
{
    uint64_t room = 1;
    for (uint64_t i = 0; i < text.length; i++)
        room += text.data[i] == '\n';
    if (room > ENTRIES_MAX)
        return signet_fail(call, SIGNET_TOO_LARGE, "crl.revoked",
                           "the file of revoked certificates has more than %u lines", ENTRIES_MAX);
    *entries = signet_alloc(call, room, sizeof **entries);
    *count = 0;
    if (*entries == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t number = 1; text.length > 0; number++) {
        signet_text_t line = signet_text_split(text, '\n', &text);
        signet_text_t rest = line;
        signet_text_t first = word(&rest);
        if (first.length == 0 || first.data[0] == '#')
            continue;
        int32_t status = parse_line(call, line, number, &(*entries)[(*count)++]);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

/* Which entries may go: those of certificates that had expired when the list before was made, so
 * that each was listed once after its end (RFC 5280, 3.3). The certificates prove it. */
static int32_t mark_expired(signet_call_t *call, ca_step_t *step, const signet_crl_t *previous,
                            uint8_t *gone)
{
    signet_bytes_t file;
    signet_bytes_t der;
    signet_public_key_t key;
    const signet_x509_t *x509 = NULL;
    int32_t status = ca_step_file(call, step, "expired", "Expired certificates", &file);
    signet_text_t rest = signet_bytes_text(file);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, step->authority->spki, &key);
    while (status == SIGNET_OK) {
        status = signet_pem_decode(call, rest, "CERTIFICATE", &der, &rest);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            return SIGNET_OK;
        }
        if (status == SIGNET_OK)
            status = signet_x509_parse(call, der, &x509);
        if (status == SIGNET_OK)
            status = signet_verify(call, &key, x509->algorithm, x509->tbs, x509->signature);
        if (status != SIGNET_OK)
            return status;
        const signet_crl_entry_t *entry = signet_crl_find(previous, x509->serial);
        if (entry == NULL || x509->not_after >= previous->this_update)
            return signet_fail(call, SIGNET_INVALID, "crl.dropped",
                               "the certificate %.*s is not listed, or had not expired when the "
                               "list before was signed; its entry stays",
                               SIGNET_FORMAT(signet_hex(call, x509->serial)));
        gone[entry - previous->entries] = 1;
        status = ca_step_value(call, step, "Expired and left out", "%.*s",
                               SIGNET_FORMAT(signet_hex(call, x509->serial)));
    }
    return status;
}

static int32_t add_previous(signet_call_t *call, ca_step_t *step, const signet_crl_t *previous,
                            signet_buffer_t *buffer)
{
    uint8_t *gone = signet_alloc(call, previous->entry_count + 1, 1);
    int32_t status = gone == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    if (status == SIGNET_OK && signet_setting_text(step->setting, "expired").length > 0)
        status = mark_expired(call, step, previous, gone);
    for (uint64_t i = 0; status == SIGNET_OK && i < previous->entry_count; i++) {
        if (!gone[i])
            signet_crl_add_entry(buffer, &previous->entries[i]);
    }
    return status;
}

static int32_t add_new(signet_call_t *call, ca_step_t *step, const signet_crl_t *previous,
                       signet_buffer_t *buffer)
{
    signet_bytes_t file;
    signet_crl_entry_t *entries = NULL;
    uint64_t count = 0;
    int32_t status = ca_step_file(call, step, "revoked", "Newly revoked", &file);
    if (status == SIGNET_OK)
        status = ca_revoked_parse(call, signet_bytes_text(file), &entries, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        int twice = previous != NULL && signet_crl_find(previous, entries[i].serial) != NULL;
        for (uint64_t j = 0; j < i; j++)
            twice = twice || signet_bytes_equal(entries[j].serial, entries[i].serial);
        if (twice)
            return signet_fail(call, SIGNET_INVALID, "crl.revoked",
                               "the certificate %.*s is listed already",
                               SIGNET_FORMAT(signet_hex(call, entries[i].serial)));
        signet_crl_add_entry(buffer, &entries[i]);
    }
    return status;
}

int32_t ca_revoked_gather(signet_call_t *call, ca_step_t *step, const signet_crl_t *previous,
                          signet_bytes_t *entries)
{
    signet_buffer_t buffer = signet_buffer(call, 1024);
    int32_t status = SIGNET_OK;
    if (previous != NULL)
        status = add_previous(call, step, previous, &buffer);
    if (status == SIGNET_OK && signet_setting_text(step->setting, "revoked").length > 0)
        status = add_new(call, step, previous, &buffer);
    return status == SIGNET_OK ? signet_buffer_bytes(&buffer, entries) : status;
}

int32_t ca_revoked_present(signet_call_t *call, ca_step_t *step, signet_bytes_t identifier)
{
    static const uint8_t nothing[] = {0};
    signet_bytes_t whole;
    const signet_crl_t *crl = NULL;
    signet_text_t *lines = NULL;
    uint64_t count = 0;
    int32_t status = signet_crl_join(call, step->tbs, identifier,
                                     (signet_bytes_t){nothing, sizeof nothing}, &whole);
    if (status == SIGNET_OK)
        status = signet_crl_parse(call, whole, &crl);
    if (status == SIGNET_OK)
        status = ca_describe_crl(call, crl, &lines, &count);
    if (status != SIGNET_OK)
        return status;
    signet_text_t *values = signet_alloc(call, step->value_count + count, sizeof *values);
    if (values == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < step->value_count; i++)
        values[i] = step->values[i];
    for (uint64_t i = 0; i < count; i++)
        values[step->value_count + i] = lines[i];
    step->values = values;
    step->value_count += count;
    return SIGNET_OK;
}
