/* Cursors: "PLACE TAKEN HEX-OF-PATH". */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

static int32_t invalid(signet_call_t *call)
{
    call->services->clear(call);
    return signet_fail(call, SIGNET_INVALID, "files.cursor",
                       "The cursor is none of this discovery: begin anew.");
}

static int read_number(signet_call_t *call, signet_text_t text, uint64_t *number)
{
    const char *string = text.length > 0 ? signet_text_string(call, text) : NULL;
    char *end = NULL;
    if (string == NULL || *string < '0' || *string > '9') {
        return -1;
    }
    errno = 0;
    *number = strtoull(string, &end, 10);
    return errno == 0 && *end == '\0' ? 0 : -1;
}

int32_t files_cursor_read(signet_call_t *call, signet_text_t text, files_cursor_t *cursor)
{
    signet_text_t rest;
    signet_bytes_t path;
    *cursor = (files_cursor_t){.path = NULL};
    if (text.length == 0) {
        return SIGNET_OK;
    }
    signet_text_t place = signet_text_split(text, ' ', &rest);
    signet_text_t taken = signet_text_split(rest, ' ', &rest);
    if (read_number(call, place, &cursor->place) != 0 ||
        read_number(call, taken, &cursor->taken) != 0 || rest.length > (uint64_t)2 * PATH_MAX) {
        return invalid(call);
    }
    int32_t status = signet_hex_decode(call, rest, &path);
    if (status != SIGNET_OK) {
        return status == SIGNET_INVALID ? invalid(call) : status;
    }
    cursor->path = signet_alloc(call, path.length + 1, 1);
    if (cursor->path == NULL) {
        return signet_status(call);
    }
    if (path.length > 0) {
        memcpy(cursor->path, path.data, path.length);
    }
    return strlen(cursor->path) == path.length ? SIGNET_OK : invalid(call);
}

int32_t files_cursor_write(signet_call_t *call, uint64_t place, const char *path, uint64_t taken,
                           signet_text_t *text)
{
    const signet_bytes_t octets = {(const uint8_t *)path, strlen(path)};
    *text = signet_format(call, "%" PRIu64 " %" PRIu64 " %.*s", place, taken,
                          SIGNET_FORMAT(signet_hex(call, octets)));
    return text->data ? SIGNET_OK : signet_status(call);
}
