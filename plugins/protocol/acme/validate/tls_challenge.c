/* tls-alpn-01 (RFC 8737; for addresses RFC 8738, 6). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/name.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "validate.h"

#define TIMEOUT_MS 10000
#define PROTOCOL "acme-tls/1"
#define DIGEST_OCTETS 32U

static const uint8_t acme_identifier[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f};
static const uint8_t alternative_name[] = {0x55, 0x1d, 0x11};

/* Waits until a socket can be read or written. 0 where the time is over. */
static int wait_for(int descriptor, short events, int64_t ends)
{
    int64_t left = ends - signet_monotonic();
    struct pollfd wait = {.fd = descriptor, .events = events};
    return left > 0 && poll(&wait, 1, (int)left) > 0;
}

static int address_of(signet_text_t text, uint16_t port, struct sockaddr_storage *address,
                      socklen_t *length)
{
    char string[INET6_ADDRSTRLEN];
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    (void)snprintf(string, sizeof string, "%.*s", SIGNET_FORMAT(text));
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, string, &v4.sin_addr) == 1) {
        memcpy(address, &v4, sizeof v4);
        *length = sizeof v4;
        return 1;
    }
    if (inet_pton(AF_INET6, string, &v6.sin6_addr) == 1) {
        memcpy(address, &v6, sizeof v6);
        *length = sizeof v6;
        return 1;
    }
    return 0;
}

/* A connection to one address, or -1; whether it is permitted is judged for the very address that
 * connect gets. */
static int connect_to(const acme_proof_t *proof, signet_text_t text, int64_t ends,
                      acme_outcome_t *outcome, signet_call_t *call)
{
    struct sockaddr_storage address;
    socklen_t length = 0;
    int error = 0;
    socklen_t error_length = sizeof error;
    if (!address_of(text, proof->directory->tls_port, &address, &length)) {
        return -1;
    }
    if (!signet_outbound_permits(proof->acme->outbound, &address, length)) {
        acme_outcome_fail(call, outcome, "connection",
                          "%.*s is at the address %.*s, which may not be connected to.",
                          SIGNET_FORMAT(proof->identifier), SIGNET_FORMAT(text));
        return -1;
    }
    int descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return -1;
    }
    int connected = connect(descriptor, (const struct sockaddr *)&address, length) == 0;
    if (!connected && errno == EINPROGRESS && wait_for(descriptor, POLLOUT, ends)) {
        connected =
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &error_length) == 0 && error == 0;
    }
    if (!connected) {
        acme_outcome_fail(call, outcome, "connection", "%.*s at %.*s cannot be connected to.",
                          SIGNET_FORMAT(proof->identifier), SIGNET_FORMAT(text));
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/* The name in the client's hello: of an address, its name in the reverse zone. */
static int server_name(const acme_proof_t *proof, char *name, size_t size)
{
    uint8_t octets[16];
    char string[INET6_ADDRSTRLEN];
    size_t used = 0;
    if (signet_text_is(proof->identifier_type, "dns")) {
        return snprintf(name, size, "%.*s", SIGNET_FORMAT(proof->identifier)) > 0;
    }
    (void)snprintf(string, sizeof string, "%.*s", SIGNET_FORMAT(proof->identifier));
    if (inet_pton(AF_INET, string, octets) == 1) {
        return snprintf(name, size, "%u.%u.%u.%u.in-addr.arpa", octets[3], octets[2], octets[1],
                        octets[0]) > 0;
    }
    if (inet_pton(AF_INET6, string, octets) != 1) {
        return 0;
    }
    for (int i = 15; i >= 0; i--) {
        used += (size_t)snprintf(name + used, size - used, "%x.%x.", octets[i] & 15U,
                                 (unsigned)octets[i] >> 4);
    }
    return snprintf(name + used, size - used, "ip6.arpa") > 0;
}

static SSL *make_tls(SSL_CTX *context, const char *name, int descriptor)
{
    static const uint8_t protocols[] = "\x0a" PROTOCOL;
    SSL *tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, descriptor) != 1 ||
        SSL_set_tlsext_host_name(tls, name) != 1 ||
        SSL_set_alpn_protos(tls, protocols, sizeof protocols - 1) != 0) {
        SSL_free(tls);
        return NULL;
    }
    return tls;
}

static int shake_hands(SSL *tls, int descriptor, int64_t ends)
{
    for (;;) {
        int result = SSL_connect(tls);
        if (result == 1) {
            return 1;
        }
        int wanted = SSL_get_error(tls, result);
        if ((wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) ||
            !wait_for(descriptor, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, ends)) {
            return 0;
        }
    }
}

/* The peer's certificate, DER, after a handshake with the right protocol; empty with the outcome
 * set otherwise. */
static int32_t fetch(signet_call_t *call, const acme_proof_t *proof, int descriptor, int64_t ends,
                     signet_bytes_t *der, acme_outcome_t *outcome)
{
    char name[256];
    const uint8_t *protocol = NULL;
    unsigned length = 0;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *tls = NULL;
    int32_t status = SIGNET_OK;
    if (context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
        server_name(proof, name, sizeof name)) {
        tls = make_tls(context, name, descriptor);
    }
    if (tls == NULL) {
        SSL_CTX_free(context);
        return signet_fail_memory(call);
    }
    if (!shake_hands(tls, descriptor, ends)) {
        acme_outcome_fail(call, outcome, "tls",
                          "%.*s did not finish a handshake of TLS 1.2 or later.",
                          SIGNET_FORMAT(proof->identifier));
    } else {
        SSL_get0_alpn_selected(tls, &protocol, &length);
        X509 *certificate = SSL_get1_peer_certificate(tls);
        uint8_t *encoded = NULL;
        int octets = certificate != NULL ? i2d_X509(certificate, &encoded) : 0;
        if (length != strlen(PROTOCOL) || memcmp(protocol, PROTOCOL, length) != 0) {
            acme_outcome_fail(call, outcome, "unauthorized",
                              "%.*s did not choose the protocol " PROTOCOL ".",
                              SIGNET_FORMAT(proof->identifier));
        } else if (octets > 0) {
            *der = signet_bytes_copy(call, (signet_bytes_t){encoded, (uint64_t)octets});
            status = der->data != NULL ? SIGNET_OK : signet_status(call);
        }
        OPENSSL_free(encoded);
        X509_free(certificate);
    }
    SSL_free(tls);
    SSL_CTX_free(context);
    return status;
}

/* Exactly one alternative name, which is the identifier (RFC 8737, 3). */
static int names_identifier(signet_call_t *call, const acme_proof_t *proof,
                            const signet_x509_t *certificate)
{
    const signet_general_name_t *names = NULL;
    uint64_t count = 0;
    signet_canonical_t name;
    const signet_extension_t *extension =
        signet_extension_find(certificate->extensions, certificate->extension_count,
                              alternative_name, sizeof alternative_name);
    if (extension == NULL ||
        signet_general_names_parse(call, extension->value, &names, &count) != SIGNET_OK ||
        count != 1 || names[0].type != (signet_text_is(proof->identifier_type, "dns") ? 2 : 7) ||
        signet_name_from_general(call, &names[0], &name) != SIGNET_OK) {
        return 0;
    }
    return signet_text_equal(name.value, proof->identifier);
}

static int holds_digest(const signet_x509_t *certificate, signet_bytes_t digest)
{
    const signet_extension_t *extension =
        signet_extension_find(certificate->extensions, certificate->extension_count,
                              acme_identifier, sizeof acme_identifier);
    return extension != NULL && extension->critical &&
           extension->value.length == 2 + DIGEST_OCTETS &&
           extension->value.data[0] == SIGNET_DER_OCTET_STRING &&
           extension->value.data[1] == DIGEST_OCTETS &&
           memcmp(extension->value.data + 2, digest.data, DIGEST_OCTETS) == 0;
}

static int32_t judge(signet_call_t *call, const acme_proof_t *proof, signet_bytes_t der,
                     acme_outcome_t *outcome)
{
    const signet_x509_t *certificate = NULL;
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, signet_text_bytes(proof->key_authorization), &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    if (signet_x509_parse(call, der, &certificate) != SIGNET_OK) {
        call->services->clear(call);
        acme_outcome_fail(call, outcome, "unauthorized", "The certificate of %.*s is malformed.",
                          SIGNET_FORMAT(proof->identifier));
        return SIGNET_OK;
    }
    int named = names_identifier(call, proof, certificate);
    call->services->clear(call);
    if (!named) {
        acme_outcome_fail(call, outcome, "unauthorized",
                          "The certificate of %.*s does not have it as its only alternative name.",
                          SIGNET_FORMAT(proof->identifier));
    } else if (!holds_digest(certificate, digest)) {
        acme_outcome_fail(call, outcome, "unauthorized",
                          "The certificate of %.*s does not hold the digest of the key "
                          "authorization in a critical extension.",
                          SIGNET_FORMAT(proof->identifier));
    } else {
        outcome->valid = 1;
    }
    return SIGNET_OK;
}

int32_t acme_validate_tls(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome)
{
    int64_t ends = signet_monotonic() + TIMEOUT_MS;
    acme_addresses_t addresses;
    int32_t status = acme_validate_addresses(call, proof, ends, &addresses, outcome);
    int descriptor = -1;
    for (uint64_t i = 0; status == SIGNET_OK && descriptor < 0 && i < addresses.count; i++) {
        descriptor = connect_to(proof, addresses.texts[i], ends, outcome, call);
    }
    if (status != SIGNET_OK || descriptor < 0) {
        return status;
    }
    signet_bytes_t der = {NULL, 0};
    *outcome = (acme_outcome_t){0};
    status = fetch(call, proof, descriptor, ends, &der, outcome);
    close(descriptor);
    return status == SIGNET_OK && der.length > 0 ? judge(call, proof, der, outcome) : status;
}
