#include "world.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <signet/auth.h>
#include <signet/journal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

watch_t watch;

static void require(int condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "the test's world is broken: %s\n", what);
        abort();
    }
}

/* The stand-in for the registry. */

/* Says by the actor's name how many certificates came with the client's own. */
static int32_t authenticate_certificate(signet_call_t *call, const signet_credential_t *credential,
                                        const signet_actor_t **actor)
{
    signet_actor_t *made = call->services->alloc(call, sizeof(*made));

    if (!atomic_load(&watch.trusting)) {
        return core_fail(call, SIGNET_UNAUTHENTICATED, "auth.certificate-invalid",
                         "The certificate is not valid.");
    }
    require(made != NULL, "actor");
    made->size = sizeof(*made);
    made->id = core_format(call, "cert:%d+%d", credential->certificate.length > 0,
                           (int)credential->chain_count);
    made->method = SIGNET_TEXT("certificate");
    *actor = made;
    return SIGNET_OK;
}

static int32_t authenticate(void *instance, signet_call_t *call,
                            const signet_credential_t *credential, const signet_actor_t **actor)
{
    static const signet_grant_t grant = {.size = sizeof(grant),
                                         .role = SIGNET_TEXT_INIT("requester")};
    static const signet_actor_t known = {.size = sizeof(known),
                                         .id = SIGNET_TEXT_INIT("token:1"),
                                         .name = SIGNET_TEXT_INIT("tester"),
                                         .method = SIGNET_TEXT_INIT("token"),
                                         .grants = &grant,
                                         .grant_count = 1};

    (void)instance;
    if (credential->scheme.length == 0 && credential->certificate.length > 0) {
        return authenticate_certificate(call, credential, actor);
    }
    if (credential->scheme.length != 6 || memcmp(credential->scheme.data, "bearer", 6) != 0) {
        return core_fail(call, SIGNET_UNSUPPORTED, "auth.unsupported", "not a token");
    }
    if (credential->value.length != 4 || memcmp(credential->value.data, "good", 4) != 0) {
        return core_fail(call, SIGNET_UNAUTHENTICATED, "auth.token-invalid",
                         "The token is not valid.");
    }
    *actor = &known;
    return SIGNET_OK;
}

static void denied(void *instance, signet_call_t *call, signet_text_t source,
                   const signet_entry_t *entry)
{
    (void)instance;
    (void)call;
    if (source.length > 0 && entry->event.length == strlen(SIGNET_EVENT_LOGIN_FAILED)) {
        atomic_fetch_add(&watch.denied, 1);
        if (entry->field_count == 4 && entry->fields[3].value.length == 64) {
            atomic_fetch_add(&watch.named, 1);
        }
    }
}

static const signet_auth_interface_t auth = {.size = sizeof(auth), .authenticate = authenticate};
static const signet_journal_interface_t journal = {.size = sizeof(journal), .denied = denied};
static const signet_provider_t auth_provider = {.size = sizeof(auth_provider), .interface = &auth};
static const signet_provider_t journal_provider = {.size = sizeof(journal_provider),
                                                   .interface = &journal};

const core_route_t *core_registry_routes(const core_registry_t *registry, uint64_t *count)
{
    (void)registry;
    return world_routes(count);
}

core_registry_t *core_registry_hold(core_registry_t *registry)
{
    return registry;
}

void core_registry_release(core_registry_t *registry)
{
    (void)registry;
}

const signet_provider_t *const *core_registry_providers(const core_registry_t *registry,
                                                        signet_text_t interface, uint64_t *count)
{
    static const signet_provider_t *const auths[] = {&auth_provider};
    static const signet_provider_t *const journals[] = {&journal_provider};

    (void)registry;
    *count = 1;
    if (interface.length == strlen(SIGNET_AUTH_INTERFACE) &&
        memcmp(interface.data, SIGNET_AUTH_INTERFACE, interface.length) == 0) {
        return auths;
    }
    return journals;
}

const signet_provider_t *core_registry_find(const core_registry_t *registry,
                                            signet_text_t interface, signet_text_t name,
                                            uint64_t *matches)
{
    (void)registry;
    (void)interface;
    (void)name;
    *matches = 0;
    return NULL;
}

/* Certificates and settings. */

void world_write_named(const char *folder, const char *certificate, const char *key,
                       const char *dns, int rsa)
{
    char path[256];
    EVP_PKEY *pair = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *made = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    FILE *file;

    require(pair != NULL && made != NULL, "key");
    (void)X509_set_version(made, X509_VERSION_3);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(made), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1,
                                     -1, 0);
    (void)X509_set_issuer_name(made, name);
    (void)X509_set_pubkey(made, pair);
    if (dns != NULL) {
        char names[128];
        X509_EXTENSION *extension;

        (void)snprintf(names, sizeof(names), "DNS:%s", dns);
        extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
        require(extension != NULL && X509_add_ext(made, extension, -1) == 1, "names");
        X509_EXTENSION_free(extension);
    }
    require(X509_sign(made, pair, EVP_sha256()) > 0, "certificate");
    (void)snprintf(path, sizeof(path), "%s/%s", folder, certificate);
    file = fopen(path, "w");
    require(file != NULL && PEM_write_X509(file, made) == 1, path);
    (void)fclose(file);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, key);
    file = fopen(path, "w");
    require(file != NULL && PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL) == 1, path);
    (void)fclose(file);
    require(chmod(path, 0600) == 0, path);
    X509_free(made);
    EVP_PKEY_free(pair);
}

void world_write_certificate(const char *folder, const char *certificate, const char *key)
{
    world_write_named(folder, certificate, key, NULL, 0);
}

signet_setting_t world_text(const char *name, const char *text)
{
    return (signet_setting_t){.size = sizeof(signet_setting_t),
                              .type = SIGNET_OPTION_TEXT,
                              .name = {name, strlen(name)},
                              .text = {text, strlen(text)}};
}

signet_setting_t world_number(const char *name, int64_t integer)
{
    return (signet_setting_t){.size = sizeof(signet_setting_t),
                              .type = SIGNET_OPTION_INTEGER,
                              .name = {name, strlen(name)},
                              .integer = integer};
}

signet_setting_t world_group(const char *name, const signet_setting_t *members, uint64_t count)
{
    return (signet_setting_t){.size = sizeof(signet_setting_t),
                              .type = SIGNET_OPTION_GROUP,
                              .name = {name, strlen(name)},
                              .members = members,
                              .member_count = count};
}

static void keep_url(const char *line, const char *end, const char *name, char *url)
{
    size_t length = strlen(name);

    if (strncmp(line, name, length) == 0 && line[length] == ' ') {
        (void)snprintf(url, 128, "%.*s", (int)(end - line - (long)length - 1), line + length + 1);
    }
}

static void read_urls(signet_call_t *call, world_t *world)
{
    signet_text_t lines = {NULL, 0};
    const char *line;
    const char *last;

    require(edge_addresses(call, world->edge, &lines) == SIGNET_OK, "addresses");
    line = lines.data;
    last = lines.data + lines.length;
    while (line < last) {
        const char *end = memchr(line, '\n', (size_t)(last - line));

        keep_url(line, end, "plain", world->plain);
        keep_url(line, end, "tls", world->tls);
        keep_url(line, end, "local", world->local);
        keep_url(line, end, "optional", world->optional);
        keep_url(line, end, "required", world->required);
        line = end + 1;
    }
}

/* Two certificates with one name and keys of two kinds. */
static void write_more(const world_t *world, signet_setting_t *second, signet_setting_t *second_rsa)
{
    world_write_named(world->folder, "second.pem", "second.key", "second.test", 0);
    world_write_named(world->folder, "second-rsa.pem", "second-rsa.key", "second.test", 1);
    second[0] = world_text("certificate", world_path(world, "second.pem"));
    second[1] = world_text("key", world_path(world, "second.key"));
    second_rsa[0] = world_text("certificate", world_path(world, "second-rsa.pem"));
    second_rsa[1] = world_text("key", world_path(world, "second-rsa.key"));
}

static int64_t or_long(int64_t value)
{
    return value > 0 ? value : 300000;
}

void world_open(world_t *world, const world_options_t *options)
{
    static const world_options_t none;
    char certificate[128];
    char key[128];
    char path[128];
    core_call_options_t call_options = {0};
    signet_call_t *call = core_call_new(&call_options);
    core_config_t config = {0};
    signet_setting_t role = world_text("", "officer");
    signet_setting_t guarded = world_text("", "/show/guarded/");
    signet_setting_t second[2] = {{0}};
    signet_setting_t second_rsa[2] = {{0}};
    int32_t status;

    options = options != NULL ? options : &none;
    memset(&watch, 0, sizeof(watch));
    memset(world, 0, sizeof(*world));
    (void)strcpy(world->folder, "/tmp/signet-edge-XXXXXX");
    require(call != NULL && mkdtemp(world->folder) != NULL, "folder");
    world_write_certificate(world->folder, "server.pem", "server.key");
    (void)snprintf(certificate, sizeof(certificate), "%s/server.pem", world->folder);
    (void)snprintf(key, sizeof(key), "%s/server.key", world->folder);
    (void)snprintf(path, sizeof(path), "%s/socket", world->folder);
    if (options->more_certificates) {
        write_more(world, second, second_rsa);
    }
    {
        signet_setting_t more[] = {world_group("", second, 2), world_group("", second_rsa, 2)};
        signet_setting_t plain[] = {world_text("name", "plain"),
                                    world_text("address", "127.0.0.1:0")};
        signet_setting_t tls[] = {
            world_text("name", "tls"),
            world_text("address", "127.0.0.1:0"),
            world_text("certificate", certificate),
            world_text("key", key),
            world_text("minimum_tls", "1.2"),
            world_number("http2", !options->only_http1),
            world_group("certificates", more, options->more_certificates ? 2 : 0)};
        signet_setting_t local[] = {world_text("name", "local"), world_text("unix", path),
                                    world_text("mode", "0660"), world_group("roles", &role, 1)};
        signet_setting_t optional[] = {world_text("name", "optional"),
                                       world_text("address", "127.0.0.1:0"),
                                       world_text("certificate", certificate),
                                       world_text("key", key),
                                       world_text("minimum_tls", "1.2"),
                                       world_text("client_certificates", "optional"),
                                       world_group("certificate_paths", &guarded, 1),
                                       world_text("client_authorities", certificate)};
        signet_setting_t required[] = {
            world_text("name", "required"),         world_text("address", "127.0.0.1:0"),
            world_text("certificate", certificate), world_text("key", key),
            world_text("minimum_tls", "1.2"),       world_text("client_certificates", "required")};
        signet_setting_t listeners[] = {world_group("", plain, 2), world_group("", tls, 7),
                                        world_group("", local, 4), world_group("", optional, 8),
                                        world_group("", required, 6)};
        signet_setting_t limits[] = {
            world_number("header_time", or_long(options->header_ms)),
            world_number("body_time", or_long(options->body_ms)),
            world_number("idle_time", or_long(options->idle_ms)),
            world_number("handshake_time", or_long(options->handshake_ms)),
            world_number("request_time", or_long(options->request_ms)),
            world_number("connections", options->connections > 0 ? options->connections : 500),
            world_number("streams", options->streams > 0 ? options->streams : 100),
            world_number("address_rate", options->address_rate),
            world_number("actor_rate", options->actor_rate),
            world_number("address_burst", options->burst > 0 ? options->burst : 1),
            world_number("actor_burst", options->burst > 0 ? options->burst : 1),
        };
        signet_setting_t log[] = {world_number("access", 1)};
        signet_setting_t members[] = {
            world_group("listeners", listeners, 5), world_group("limits", limits, 11),
            world_group("log", log, 1),
            world_number("certificate_check", or_long(options->check_ms))};
        signet_setting_t host = world_group("host", members, 4);

        config.host = &host;
        world->lanes = core_lanes_new(2);
        require(world->lanes != NULL, "lanes");
        /* Only the functions of this file look at the registry. */
        status = edge_start(call, &config, (core_registry_t *)(void *)world, world->lanes, NULL,
                            &world->edge);
    }
    if (status != SIGNET_OK) {
        const signet_error_t *error = call->services->error(call);

        (void)fprintf(stderr, "%.*s\n", (int)error->message.length, error->message.data);
    }
    require(status == SIGNET_OK, "edge");
    read_urls(call, world);
    core_call_free(call);
    if (!options->not_ready) {
        edge_ready(world->edge);
    }
}

void world_close(world_t *world)
{
    char path[128];
    static const char *const files[] = {"server.pem", "server.key",     "second.pem",
                                        "second.key", "second-rsa.pem", "second-rsa.key",
                                        "socket"};
    size_t i;

    atomic_store(&watch.gate, 1);
    edge_free(world->edge);
    core_lanes_free(world->lanes);
    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", world->folder, files[i]);
        (void)unlink(path);
    }
    require(rmdir(world->folder) == 0, "folder not empty");
}

const char *world_path(const world_t *world, const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", world->folder, name);
    return path;
}

int world_await(atomic_int *value, int expected)
{
    struct timespec pause = {0, 1000000};
    int tries;

    for (tries = 0; tries < 60000 && atomic_load(value) != expected; tries++) {
        (void)nanosleep(&pause, NULL);
    }
    return atomic_load(value) == expected;
}
