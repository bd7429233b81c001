/* Octets that stand for themselves in a JSON text. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_JSON_PLAIN_H
#define SIGNET_SDK_SRC_JSON_PLAIN_H

#include <signet/base.h>
#include <string.h>

static inline int signet_json_plain(uint8_t octet)
{
    return octet >= 0x20 && octet < 0x80 && octet != '"' && octet != '\\';
}

/* Whether eight octets all stand for themselves. The long texts of requests and answers are PEM, of
 * which nearly all octets do: one by one, they are a third of what the REST plugin computes for an
 * issuance. For each kind of octet that does not, the top bit of its place stays set. */
static inline int signet_json_plain_eight(const uint8_t *data)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = ones * 0x80;
    uint64_t octets;
    memcpy(&octets, data, sizeof octets);
    uint64_t quotes = octets ^ (ones * '"');
    uint64_t slashes = octets ^ (ones * '\\');
    uint64_t found = (octets - ones * 0x20) | (quotes - ones) | (slashes - ones) | octets;
    return (found & tops) == 0;
}

#endif
