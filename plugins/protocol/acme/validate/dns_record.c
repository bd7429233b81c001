#include "dns_record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>

/* The part of the digest that an account's label is made of: 16 characters. */
#define LABEL_OCTETS 10U
#define LABEL_LENGTH 16U

/* Base32 (RFC 4648, 6) in lower case, five octets at a time. */
static void write_label(const uint8_t *octets, char *label)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    for (unsigned i = 0; i < LABEL_OCTETS; i += 5) {
        uint64_t bits = 0;
        for (unsigned j = 0; j < 5; j++) {
            bits = bits << 8 | octets[i + j];
        }
        for (unsigned j = 0; j < 8; j++) {
            *label++ = alphabet[bits >> (35 - 5 * j) & 31];
        }
    }
}

int32_t acme_dns_account_name(signet_call_t *call, signet_text_t account_url,
                              signet_text_t identifier, signet_text_t *name)
{
    char label[LABEL_LENGTH];
    signet_bytes_t digest = {NULL, 0};
    int32_t status = signet_sha256(call, signet_text_bytes(account_url), &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    write_label(digest.data, label);
    *name = signet_format(call, "_%.*s._acme-challenge.%.*s", (int)LABEL_LENGTH, label,
                          SIGNET_FORMAT(identifier));
    return name->data != NULL ? SIGNET_OK : signet_status(call);
}

int32_t acme_dns_text(signet_call_t *call, signet_bytes_t record, signet_text_t *text)
{
    signet_buffer_t buffer = signet_buffer(call, record.length + 1);
    for (uint64_t i = 0; i < record.length;) {
        uint64_t length = record.data[i++];
        if (length > record.length - i) {
            *text = (signet_text_t){NULL, 0};
            return SIGNET_OK;
        }
        signet_buffer_add(&buffer, record.data + i, length);
        i += length;
    }
    return signet_buffer_text(&buffer, text);
}
