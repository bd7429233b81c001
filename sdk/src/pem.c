/* PEM (RFC 7468): the textual form of DER. */
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

#define LINE_LENGTH 64U

signet_text_t signet_pem(signet_call_t *call, const char *label, signet_bytes_t der)
{
    signet_text_t body = signet_base64(call, der);
    if (!body.data) {
        return (signet_text_t){NULL, 0};
    }
    uint64_t frame = 2 * (strlen(label) + sizeof "-----BEGIN -----\n");
    signet_buffer_t buffer = signet_buffer(call, body.length + body.length / LINE_LENGTH + frame);
    signet_buffer_add_string(&buffer, "-----BEGIN ");
    signet_buffer_add_string(&buffer, label);
    signet_buffer_add_string(&buffer, "-----\n");
    for (uint64_t i = 0; i < body.length; i += LINE_LENGTH) {
        uint64_t left = body.length - i;
        signet_buffer_add(&buffer, body.data + i, left < LINE_LENGTH ? left : LINE_LENGTH);
        signet_buffer_add_byte(&buffer, '\n');
    }
    signet_buffer_add_string(&buffer, "-----END ");
    signet_buffer_add_string(&buffer, label);
    signet_buffer_add_string(&buffer, "-----\n");
    signet_text_t text;
    signet_buffer_text(&buffer, &text);
    return text;
}

/* The next line without its end and without white space before that. */
static signet_text_t next_line(signet_text_t *text)
{
    signet_text_t line = signet_text_split(*text, '\n', text);
    while (line.length > 0 && strchr(" \t\r", line.data[line.length - 1])) {
        line.length--;
    }
    return line;
}

/* Whether the line is "-----`kind` `label`-----". */
static int is_boundary(signet_text_t line, const char *kind, const char *label)
{
    if (!signet_text_starts(line, "-----") || line.length < 10) {
        return 0;
    }
    line = (signet_text_t){line.data + 5, line.length - 5};
    if (!signet_text_starts(line, kind)) {
        return 0;
    }
    line = (signet_text_t){line.data + strlen(kind), line.length - strlen(kind)};
    return signet_text_starts(line, label) && line.length == strlen(label) + 5 &&
           signet_text_ends(line, "-----");
}

int32_t signet_pem_decode(signet_call_t *call, signet_text_t text, const char *label,
                          signet_bytes_t *der, signet_text_t *rest)
{
    signet_text_t next = text;
    int found = 0;
    while (!found && next.length > 0) {
        found = is_boundary(next_line(&next), "BEGIN ", label);
    }
    if (!found) {
        return signet_fail(call, SIGNET_NOT_FOUND, "pem.missing",
                           "There is no PEM block \"%s\" here: it begins with a line of its own, "
                           "-----BEGIN %s-----.",
                           label, label);
    }
    signet_text_t body = {next.data, 0};
    found = 0;
    while (!found && next.length > 0) {
        body.length = (uint64_t)(next.data - body.data);
        found = is_boundary(next_line(&next), "END ", label);
    }
    if (!found) {
        return signet_fail(call, SIGNET_INVALID, "pem.malformed",
                           "The PEM block \"%s\" has no end: its last line must be "
                           "-----END %s-----.",
                           label, label);
    }
    signet_bytes_t decoded = {NULL, 0};
    int32_t status = signet_base64_decode(call, body, &decoded);
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK || decoded.length == 0) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_INVALID, "pem.malformed",
                           "The PEM block \"%s\" holds something else than base64: it must not "
                           "have headers and must not be empty.",
                           label);
    }
    *der = decoded;
    if (rest) {
        *rest = next;
    }
    return SIGNET_OK;
}
