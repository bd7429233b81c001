#include "name_rule.h"

#include <arpa/inet.h>
#include <string.h>

const char *signet_name_rule_ip(signet_call_t *call, signet_text_t value, signet_text_t *canonical,
                                signet_bytes_t *octets)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t address[16];
    if (value.length == 0 || value.length >= sizeof(text) ||
        memchr(value.data, 0, value.length) != NULL) {
        return "it is not an IPv4 or IPv6 address";
    }
    memcpy(text, value.data, value.length);
    text[value.length] = 0;
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, address) != 1 ||
        inet_ntop(family, address, text, sizeof(text)) == NULL) {
        return "it is not an IPv4 or IPv6 address";
    }
    *canonical = signet_text_copy(call, signet_text(text));
    *octets = signet_bytes_copy(call, (signet_bytes_t){address, family == AF_INET6 ? 16 : 4});
    return NULL;
}
