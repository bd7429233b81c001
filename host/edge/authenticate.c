#include "edge/authenticate.h"

#include <openssl/evp.h>
#include <signet/auth.h>
#include <signet/journal.h>
#include <string.h>

#include "core/call.h"

int32_t edge_authenticate_local(edge_request_t *request)
{
    signet_call_t *call = request->call;
    const edge_listener_t *listener = request->listener;
    signet_text_t id = core_format(call, "uid:%lu", (unsigned long)request->user);
    signet_grant_t grants[EDGE_LISTENER_ROLES];
    signet_actor_t actor;
    uint64_t i;

    memset(grants, 0, sizeof(grants));
    memset(&actor, 0, sizeof(actor));
    for (i = 0; i < listener->role_count; i++) {
        grants[i].size = sizeof(grants[i]);
        grants[i].role = listener->roles[i];
    }
    actor.size = sizeof(actor);
    actor.id = id;
    actor.name = id;
    actor.method = SIGNET_TEXT("peer");
    actor.grants = grants;
    actor.grant_count = listener->role_count;
    return call->services->set_actor(call, &actor);
}

/* What the TLS client proved. Nothing that is written into a header counts as a certificate. */
static signet_credential_t certificate_of(const edge_request_t *request)
{
    return (signet_credential_t){
        .size = sizeof(signet_credential_t),
        .certificate = request->view.certificate,
        .peer = request->view.peer,
        .chain = request->view.chain,
        .chain_count = request->view.chain_count,
    };
}

/* Adds the Authorization header, split into scheme, in lower case, and value. */
static int32_t add_header(edge_request_t *request, signet_credential_t *credential)
{
    signet_text_t header = request->http.authorization;
    uint64_t length = 0;
    char *scheme;
    uint64_t i;

    while (length < header.length && header.data[length] != ' ') {
        length++;
    }
    if (length == 0) {
        return SIGNET_OK;
    }
    scheme = request->call->services->alloc(request->call, length);
    if (scheme == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (i = 0; i < length; i++) {
        char octet = header.data[i];

        scheme[i] = (char)(octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet);
    }
    credential->scheme = (signet_text_t){scheme, length};
    while (length < header.length && header.data[length] == ' ') {
        length++;
    }
    credential->value = (signet_text_t){header.data + length, header.length - length};
    return SIGNET_OK;
}

/* The SHA-256 of a certificate as hexadecimal text, so that the journal names it. */
static signet_text_t fingerprint(signet_call_t *call, signet_bytes_t certificate)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[32];
    char *text = call->services->alloc(call, 2 * sizeof(digest));
    size_t i;

    if (text == NULL || EVP_Q_digest(NULL, "SHA256", NULL, certificate.data,
                                     (size_t)certificate.length, digest, NULL) != 1) {
        return (signet_text_t){NULL, 0};
    }
    for (i = 0; i < sizeof(digest); i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    return (signet_text_t){text, 2 * sizeof(digest)};
}

/* Has the journal record a failed login; the error of the call stays as it is. */
static void journal_failure(edge_request_t *request, const signet_credential_t *credential)
{
    signet_call_t *call = request->call;
    uint64_t count = 0;
    const signet_provider_t *const *journals =
        call->services->providers(call, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), &count);
    int has_certificate = credential->certificate.length > 0;
    signet_pair_t fields[4] = {
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("peer"), request->view.peer},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("scheme"), credential->scheme},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("listener"), request->view.listener},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("certificate"), {NULL, 0}},
    };
    signet_entry_t entry = {sizeof(entry),
                            0,
                            SIGNET_TEXT_INIT(SIGNET_EVENT_LOGIN_FAILED),
                            SIGNET_TEXT_INIT("login"),
                            fields,
                            has_certificate ? 4 : 3};
    const signet_journal_interface_t *journal;
    signet_call_t *child;

    if (count == 0) {
        return;
    }
    journal = journals[0]->interface;
    child = call->services->child(call);
    if (child == NULL) {
        return;
    }
    if (has_certificate) {
        fields[3].value = fingerprint(child, credential->certificate);
    }
    if (SIGNET_HAS(journal, denied)) {
        journal->denied(journals[0]->instance, child, request->view.peer, &entry);
    }
    call->services->end(child);
}

/* Sets the error unless the plugin has, and records it. */
static int32_t refuse(edge_request_t *request, const signet_credential_t *credential)
{
    signet_call_t *call = request->call;

    if (call->services->error(call) == NULL) {
        (void)core_fail(call, SIGNET_UNAUTHENTICATED, "auth.credential-invalid",
                        "The credential is not valid: log in again or ask for a new one.");
    }
    journal_failure(request, credential);
    return SIGNET_UNAUTHENTICATED;
}

/* The actor behind a credential, as the first plugin says that knows its kind. */
static int32_t find_actor(edge_request_t *request, const signet_credential_t *credential,
                          const signet_actor_t **actor)
{
    signet_call_t *call = request->call;
    uint64_t count = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_AUTH_INTERFACE), &count);
    uint64_t i;

    for (i = 0; i < count; i++) {
        const signet_auth_interface_t *auth = providers[i]->interface;
        int32_t status = auth->authenticate(providers[i]->instance, call, credential, actor);

        if (status == SIGNET_OK && *actor != NULL) {
            return SIGNET_OK;
        }
        if (status == SIGNET_UNAUTHENTICATED) {
            return refuse(request, credential);
        }
        if (status != SIGNET_UNSUPPORTED) {
            return status != SIGNET_OK ? status
                                       : core_fail(call, SIGNET_INTERNAL, "auth.no-actor",
                                                   "The login could not be completed.");
        }
        call->services->clear(call);
    }
    return refuse(request, credential);
}

int32_t edge_authenticate_certificate(edge_request_t *request)
{
    signet_credential_t credential = certificate_of(request);
    const signet_actor_t *actor = NULL;

    if (credential.certificate.length == 0) {
        return core_fail(request->call, SIGNET_UNAUTHENTICATED, "auth.certificate-missing",
                         "This is served only to clients that show a TLS certificate.");
    }
    return find_actor(request, &credential, &actor);
}

int32_t edge_authenticate(edge_request_t *request)
{
    signet_call_t *call = request->call;
    signet_credential_t credential = certificate_of(request);
    const signet_actor_t *actor = NULL;
    int32_t status = add_header(request, &credential);

    if (status != SIGNET_OK) {
        return status;
    }
    if (credential.scheme.length == 0 && credential.certificate.length == 0) {
        return core_fail(
            call, SIGNET_UNAUTHENTICATED, "auth.credential-missing",
            request->listener->client_certificates != EDGE_CLIENT_CERTIFICATES_NONE
                ? "This needs a credential: send one in the Authorization header, or show a client "
                  "certificate."
                : "This needs a credential: send one in the Authorization header.");
    }
    if (credential.scheme.length > 0 && edge_request_wants_certificate(request)) {
        status = edge_authenticate_certificate(request);
    }
    if (status == SIGNET_OK) {
        status = find_actor(request, &credential, &actor);
    }
    return status == SIGNET_OK ? call->services->set_actor(call, actor) : status;
}
