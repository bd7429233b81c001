#include "ceremony/describe.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define FIXED_LINES 16U

/* Lines that are being gathered. A failed one is kept. */
typedef struct gathering {
    signet_call_t *call;
    signet_text_t *lines;
    uint64_t count;
    uint64_t room;
    int failed;
} gathering_t;

static void add(gathering_t *gathering, const char *label, signet_text_t value)
{
    signet_text_t line = signet_format(gathering->call, "%s: %.*s", label, SIGNET_FORMAT(value));
    if (value.data == NULL || line.data == NULL || gathering->count == gathering->room) {
        gathering->failed = 1;
        return;
    }
    gathering->lines[gathering->count++] = line;
}

static int32_t begin(signet_call_t *call, uint64_t more, gathering_t *gathering)
{
    *gathering = (gathering_t){.call = call, .room = FIXED_LINES + more};
    gathering->lines = signet_alloc(call, gathering->room, sizeof *gathering->lines);
    return gathering->lines == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static int32_t end(const gathering_t *gathering, signet_text_t **lines, uint64_t *count)
{
    *lines = gathering->lines;
    *count = gathering->count;
    return gathering->failed ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static signet_text_t name_of(signet_call_t *call, signet_bytes_t name)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    signet_text_t text = {NULL, 0};
    int32_t status = signet_name_parse(call, name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &text);
    if (status != SIGNET_OK)
        return (signet_text_t){NULL, 0};
    return text.length == 0 ? SIGNET_TEXT("(empty)") : text;
}

static signet_text_t digest_of(signet_call_t *call, signet_bytes_t octets)
{
    signet_bytes_t digest;
    if (signet_sha256(call, octets, &digest) != SIGNET_OK)
        return (signet_text_t){NULL, 0};
    return signet_hex(call, digest);
}

static void add_extension(gathering_t *gathering, const signet_extension_t *extension)
{
    signet_call_t *call = gathering->call;
    signet_text_t oid = signet_oid_text(call, extension->oid);
    signet_text_t label = signet_format(call, "Extension %.*s%s", SIGNET_FORMAT(oid),
                                        extension->critical ? ", critical" : "");
    const char *string = label.data == NULL ? NULL : signet_text_string(call, label);
    if (string == NULL || oid.data == NULL)
        gathering->failed = 1;
    else
        add(gathering, string, signet_hex(call, extension->value));
}

int32_t ca_describe_certificate(signet_call_t *call, const signet_x509_t *x509,
                                signet_text_t **lines, uint64_t *count)
{
    gathering_t gathering;
    int32_t status = begin(call, x509->extension_count, &gathering);
    if (status != SIGNET_OK)
        return status;
    add(&gathering, "Subject", name_of(call, x509->subject));
    add(&gathering, "Issuer", name_of(call, x509->issuer));
    add(&gathering, "Serial number", signet_hex(call, x509->serial));
    add(&gathering, "Valid from", signet_time_text(call, x509->not_before));
    add(&gathering, "Valid until", signet_time_text(call, x509->not_after));
    add(&gathering, "Signature algorithm", x509->algorithm);
    add(&gathering, "Key type", x509->key.type);
    add(&gathering, "SHA-256 of the key", digest_of(call, x509->key.spki));
    add(&gathering, "Is an authority", x509->is_ca ? SIGNET_TEXT("yes") : SIGNET_TEXT("no"));
    if (x509->is_ca && x509->path_length >= 0)
        add(&gathering, "Path length", signet_format(call, "%lld", (long long)x509->path_length));
    for (uint64_t i = 0; i < x509->extension_count; i++)
        add_extension(&gathering, &x509->extensions[i]);
    return end(&gathering, lines, count);
}

static void add_entry(gathering_t *gathering, const signet_crl_entry_t *entry)
{
    signet_call_t *call = gathering->call;
    signet_text_t since = {NULL, 0};
    signet_text_t when = signet_time_text(call, entry->revoked_at);
    signet_text_t serial = signet_hex(call, entry->serial);
    if (entry->invalid_since != 0)
        since = signet_format(call, ", invalid since %.*s",
                              SIGNET_FORMAT(signet_time_text(call, entry->invalid_since)));
    add(gathering, "Revoked",
        signet_format(call, "%.*s at %.*s, reason %d%.*s", SIGNET_FORMAT(serial),
                      SIGNET_FORMAT(when), (int)entry->reason, SIGNET_FORMAT(since)));
}

int32_t ca_describe_crl(signet_call_t *call, const signet_crl_t *crl, signet_text_t **lines,
                        uint64_t *count)
{
    gathering_t gathering;
    int32_t status = begin(call, crl->entry_count, &gathering);
    if (status != SIGNET_OK)
        return status;
    add(&gathering, "Issuer", name_of(call, crl->issuer));
    add(&gathering, "CRL number", signet_hex(call, crl->number));
    add(&gathering, "This update", signet_time_text(call, crl->this_update));
    add(&gathering, "Next update", signet_time_text(call, crl->next_update));
    add(&gathering, "Signature algorithm", crl->algorithm);
    if (crl->point.length > 0)
        add(&gathering, "Issuing distribution point", signet_hex(call, crl->point));
    add(&gathering, "Entries", signet_format(call, "%llu", (unsigned long long)crl->entry_count));
    for (uint64_t i = 0; i < crl->entry_count; i++)
        add_entry(&gathering, &crl->entries[i]);
    return end(&gathering, lines, count);
}
