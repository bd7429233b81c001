#include "header.h"

#include <signet/sdk/error.h>
#include <string.h>

/* A token (RFC 9110, 5.6.2). */
static int is_token(signet_text_t name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        char octet = name.data[i];
        if (!((octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
              (octet >= '0' && octet <= '9') || (octet && strchr("!#$%&'*+-.^_`|~", octet)))) {
            return 0;
        }
    }
    return name.length > 0;
}

static int is_value(signet_text_t value)
{
    for (uint64_t i = 0; i < value.length; i++) {
        uint8_t octet = (uint8_t)value.data[i];
        if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
            return 0;
        }
    }
    return 1;
}

int32_t signet_header_add_line(signet_call_t *call, struct curl_slist **list, const char *line)
{
    if (line == NULL) {
        return signet_status(call);
    }
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL) {
        return signet_fail_memory(call);
    }
    *list = longer;
    return SIGNET_OK;
}

int32_t signet_header_add(signet_call_t *call, struct curl_slist **list, signet_text_t name,
                          signet_text_t value)
{
    if (!is_token(name) || !is_value(value)) {
        return signet_fail(call, SIGNET_INVALID, "outbound.header",
                           "The header \"%.*s\" cannot be sent: a name is a token, a value has no "
                           "control characters.",
                           is_token(name) ? (int)name.length : 0, name.data ? name.data : "");
    }
    /* With "NAME:" alone libcurl would leave the header out. */
    signet_text_t line = value.length > 0 ? signet_format(call, "%.*s: %.*s", SIGNET_FORMAT(name),
                                                          SIGNET_FORMAT(value))
                                          : signet_format(call, "%.*s;", SIGNET_FORMAT(name));
    return signet_header_add_line(call, list, line.data);
}

void signet_header_free(struct curl_slist *list)
{
    for (struct curl_slist *header = list; header; header = header->next) {
        signet_wipe(header->data, strlen(header->data));
    }
    curl_slist_free_all(list);
}
