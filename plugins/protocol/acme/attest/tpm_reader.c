#include "tpm_reader.h"

acme_tpm_reader_t acme_tpm_reader(signet_bytes_t input)
{
    return (acme_tpm_reader_t){.next = input.data, .left = input.length};
}

signet_bytes_t acme_tpm_octets(acme_tpm_reader_t *reader, uint64_t length)
{
    if (reader->failed || length > reader->left) {
        reader->failed = 1;
        return (signet_bytes_t){NULL, 0};
    }
    const signet_bytes_t octets = {reader->next, length};
    if (length > 0) {
        reader->next += length;
        reader->left -= length;
    }
    return octets;
}

static uint32_t number(acme_tpm_reader_t *reader, unsigned length)
{
    uint32_t value = 0;
    signet_bytes_t octets = acme_tpm_octets(reader, length);
    for (uint64_t i = 0; i < octets.length; i++) {
        value = value << 8 | octets.data[i];
    }
    return value;
}

uint16_t acme_tpm_uint16(acme_tpm_reader_t *reader)
{
    return (uint16_t)number(reader, 2);
}

uint32_t acme_tpm_uint32(acme_tpm_reader_t *reader)
{
    return number(reader, 4);
}

signet_bytes_t acme_tpm_sized(acme_tpm_reader_t *reader)
{
    uint16_t length = acme_tpm_uint16(reader);
    return acme_tpm_octets(reader, length);
}

int acme_tpm_done(const acme_tpm_reader_t *reader)
{
    return !reader->failed && reader->left == 0;
}
