/* What is received: headers and body within their limits. */
#include <string.h>
#include <strings.h>

#include "transfer.h"

static size_t receive_body(char *data, size_t size, size_t count, void *argument)
{
    signet_outbound_transfer_t *transfer = argument;
    size_t length = size * count;
    transfer->has_body = 1;
    if (transfer->body.length + length > transfer->body_limit) {
        transfer->too_large = 1;
        return 0;
    }
    signet_buffer_add(&transfer->body, data, length);
    return transfer->body.failed ? 0 : length;
}

static signet_text_t trim(signet_text_t text)
{
    while (text.length > 0 && strchr(" \t", text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && strchr(" \t\r\n", text.data[text.length - 1])) {
        text.length--;
    }
    return text;
}

/* A copy in the arena, in lower case. */
static signet_text_t lower(signet_call_t *call, signet_text_t text)
{
    char *memory = signet_alloc(call, text.length + 1, 1);
    if (memory == NULL) {
        return (signet_text_t){NULL, 0};
    }
    for (uint64_t i = 0; i < text.length; i++) {
        char octet = text.data[i];
        memory[i] = (char)(octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet);
    }
    return (signet_text_t){memory, text.length};
}

/* Keeps one header; 0 where it cannot. */
static int keep(signet_outbound_transfer_t *transfer, signet_text_t line)
{
    signet_text_t value;
    signet_text_t name = signet_text_split(line, ':', &value);
    if (transfer->pair_count == SIGNET_TRANSFER_HEADERS) {
        transfer->too_large = 1;
        return 0;
    }
    signet_pair_t *pair = &transfer->pairs[transfer->pair_count++];
    *pair = (signet_pair_t){.size = sizeof *pair,
                            .name = lower(transfer->call, name),
                            .value = signet_text_copy(transfer->call, trim(value))};
    return pair->name.data != NULL && pair->value.data != NULL;
}

static size_t receive_header(char *data, size_t size, size_t count, void *argument)
{
    signet_outbound_transfer_t *transfer = argument;
    size_t length = size * count;
    signet_text_t line = {data, length};
    if (transfer->header_octets + length > transfer->header_limit) {
        transfer->too_large = 1;
        return 0;
    }
    transfer->header_octets += length;
    if (signet_text_starts(line, "HTTP/")) {
        /* A status line: what came before belonged to an interim answer (1xx). */
        transfer->pair_count = 0;
        return length;
    }
    /* What follows the body are trailers, which nobody has asked for. */
    if (transfer->has_body || memchr(data, ':', length) == NULL) {
        return length;
    }
    return keep(transfer, line) ? length : 0;
}

CURLcode signet_outbound_receive(signet_outbound_transfer_t *transfer, CURL *curl)
{
    transfer->pair_count = 0;
    transfer->header_octets = 0;
    transfer->has_body = 0;
    transfer->too_large = 0;
    transfer->body = signet_buffer(transfer->call, 0);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_body);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_header);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    return code;
}
