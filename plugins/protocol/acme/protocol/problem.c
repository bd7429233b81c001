/* What is refused for good gets 403 or 409: clients repeat what got a 400, because a nonce may have
 * been the cause. */
#include "problem.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "acme."
#define MESSAGE_MAX 512U

static const struct {
    const char *type;
    int32_t status;
    uint32_t http;
} types[] = {
    {"accountDoesNotExist", SIGNET_INVALID, 400},
    {"alreadyReplaced", SIGNET_CONFLICT, 409},
    {"alreadyRevoked", SIGNET_INVALID, 400},
    {"badCSR", SIGNET_INVALID, 403},
    {"badNonce", SIGNET_INVALID, 400},
    {"badPublicKey", SIGNET_INVALID, 403},
    {"badRevocationReason", SIGNET_INVALID, 403},
    {"badSignatureAlgorithm", SIGNET_INVALID, 400},
    {"caa", SIGNET_DENIED, 403},
    {"externalAccountRequired", SIGNET_DENIED, 403},
    {"invalidContact", SIGNET_INVALID, 403},
    {"invalidProfile", SIGNET_INVALID, 403},
    {"malformed", SIGNET_INVALID, 400},
    {"orderNotReady", SIGNET_DENIED, 403},
    {"rateLimited", SIGNET_LIMITED, 429},
    {"rejectedIdentifier", SIGNET_DENIED, 403},
    {"serverInternal", SIGNET_INTERNAL, 500},
    {"unauthorized", SIGNET_DENIED, 403},
    {"unsupportedContact", SIGNET_INVALID, 403},
    {"unsupportedIdentifier", SIGNET_INVALID, 403},
    {"userActionRequired", SIGNET_DENIED, 403},
};

/* What the reasons of the CA become, by their beginning; the first that fits. */
static const struct {
    const char *reason;
    const char *type;
} others[] = {
    {"csr.", "badCSR"},
    {"key.", "badPublicKey"},
    {"jwk.", "badPublicKey"},
    {"name.", "rejectedIdentifier"},
    {"permission.names", "rejectedIdentifier"},
    {"profile.name", "rejectedIdentifier"},
    {"profile.wildcard", "rejectedIdentifier"},
    {"profile.too-many-names", "rejectedIdentifier"},
    {"authority.name-constraint", "rejectedIdentifier"},
    {"profile.key", "badPublicKey"},
    {"profile.", "badCSR"},
    {"lint.", "badCSR"},
    {"json.", "malformed"},
};

int32_t acme_fail(signet_call_t *call, const char *type, const char *format, ...)
{
    char message[MESSAGE_MAX];
    char reason[64];
    int32_t status = SIGNET_INTERNAL;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(message, sizeof message, format, arguments) < 0) {
        message[0] = 0;
    }
    va_end(arguments);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type) == 0) {
            status = types[i].status;
        }
    }
    (void)snprintf(reason, sizeof reason, PREFIX "%s", type);
    return signet_fail(call, status, reason, "%s", message);
}

int32_t acme_fail_missing(signet_call_t *call, const char *what)
{
    return signet_fail(call, SIGNET_NOT_FOUND, PREFIX "malformed", "There is no such %s.", what);
}

signet_text_t acme_problem_type(const signet_error_t *error)
{
    if (signet_text_starts(error->reason, PREFIX)) {
        uint64_t length = strlen(PREFIX);
        return (signet_text_t){error->reason.data + length, error->reason.length - length};
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (signet_text_starts(error->reason, others[i].reason)) {
            return signet_text(others[i].type);
        }
    }
    switch (error->status) {
    case SIGNET_INVALID:
    case SIGNET_NOT_FOUND:
    case SIGNET_TOO_LARGE:
    case SIGNET_UNSUPPORTED:
        return SIGNET_TEXT("malformed");
    case SIGNET_DENIED:
    case SIGNET_UNAUTHENTICATED:
    case SIGNET_CONFLICT:
        return SIGNET_TEXT("unauthorized");
    case SIGNET_LIMITED:
        return SIGNET_TEXT("rateLimited");
    default:
        return SIGNET_TEXT("serverInternal");
    }
}

uint32_t acme_problem_status(const signet_error_t *error)
{
    signet_text_t type = acme_problem_type(error);
    switch (error->status) {
    case SIGNET_DENIED:
        return 403;
    case SIGNET_NOT_FOUND:
        return 404;
    case SIGNET_TOO_LARGE:
        return 413;
    case SIGNET_BUSY:
    case SIGNET_UNAVAILABLE:
    case SIGNET_TIMEOUT:
    case SIGNET_UNKNOWN:
    case SIGNET_FULL:
        return 503;
    default:
        break;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (signet_text_is(type, types[i].type)) {
            return types[i].http;
        }
    }
    return 500;
}

void acme_problem_write(signet_json_writer_t *writer, const char *name, signet_text_t type,
                        signet_text_t detail, uint32_t status)
{
    char urn[96];
    (void)snprintf(urn, sizeof urn, "urn:ietf:params:acme:error:%.*s", SIGNET_FORMAT(type));
    signet_json_begin_object(writer, name);
    signet_json_text(writer, "type", signet_text(urn));
    signet_json_text(writer, "detail", detail);
    if (status > 0) {
        signet_json_integer(writer, "status", status);
    }
    signet_json_end_object(writer);
}
