#include "edge/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"
#include "edge/setting.h"

static struct sockaddr_in *ip4(edge_listener_t *listener)
{
    return (struct sockaddr_in *)(void *)&listener->address;
}

static struct sockaddr_in6 *ip6(edge_listener_t *listener)
{
    return (struct sockaddr_in6 *)(void *)&listener->address;
}

static struct sockaddr_un *local(edge_listener_t *listener)
{
    return (struct sockaddr_un *)(void *)&listener->address;
}

/* Copies texts of a setting; OK, or the call's error. */
static int32_t keep_texts(signet_call_t *call, edge_listener_t *listener, const char *name,
                          const signet_setting_t *texts, signet_text_t *kept, uint64_t most,
                          uint64_t *count)
{
    uint64_t given = texts != NULL ? texts->member_count : 0;

    if (given > most) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": `%s` has %llu members: name at most %llu.",
                         (int)listener->name.length, listener->name.data, name,
                         (unsigned long long)given, (unsigned long long)most);
    }
    while (*count < given) {
        signet_text_t text = SIGNET_AT(signet_setting_t, texts->members, *count)->text;
        char *copy = strndup(text.data, text.length);

        if (copy == NULL) {
            return SIGNET_NO_MEMORY;
        }
        listener->kept[listener->kept_count++] = copy;
        kept[(*count)++] = (signet_text_t){copy, text.length};
    }
    return SIGNET_OK;
}

/* "127.0.0.1:8443" or "[::1]:8443". */
static int parse_address(edge_listener_t *listener, signet_text_t address)
{
    char text[64];
    char *host = text;
    char *colon;
    char *end;
    unsigned long port;

    if (address.length == 0 || address.length >= sizeof(text)) {
        return 0;
    }
    memcpy(text, address.data, address.length);
    text[address.length] = '\0';
    colon = strrchr(text, ':');
    if (colon == NULL || colon[1] < '0' || colon[1] > '9') {
        return 0;
    }
    port = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || port > 65535) {
        return 0;
    }
    *colon = '\0';
    if (host[0] == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        ip6(listener)->sin6_family = AF_INET6;
        ip6(listener)->sin6_port = htons((uint16_t)port);
        listener->address_length = sizeof(struct sockaddr_in6);
        return inet_pton(AF_INET6, host + 1, &ip6(listener)->sin6_addr) == 1;
    }
    ip4(listener)->sin_family = AF_INET;
    ip4(listener)->sin_port = htons((uint16_t)port);
    listener->address_length = sizeof(struct sockaddr_in);
    return inet_pton(AF_INET, host, &ip4(listener)->sin_addr) == 1;
}

static int32_t read_unix(signet_call_t *call, const signet_setting_t *setting, signet_text_t path,
                         edge_listener_t *listener)
{
    const signet_setting_t *roles = edge_setting_find(setting, "roles");
    signet_text_t mode = edge_setting_text(setting, "mode");
    char digits[8] = "";
    char *end = digits;

    if (path.length >= sizeof(local(listener)->sun_path)) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": the path %.*s is longer than the %zu octets a Unix "
                         "socket can have: choose a shorter one.",
                         (int)listener->name.length, listener->name.data, (int)path.length,
                         path.data, sizeof(local(listener)->sun_path) - 1);
    }
    listener->is_unix = 1;
    listener->mode = 0600;
    if (mode.length > 0 && mode.length < sizeof(digits)) {
        memcpy(digits, mode.data, mode.length);
        listener->mode = (uint32_t)strtoul(digits, &end, 8);
    }
    if (mode.length >= sizeof(digits) || *end != '\0' || listener->mode > 0777) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": \"%.*s\" is not a mode: write it in octal, as in "
                         "\"0660\".",
                         (int)listener->name.length, listener->name.data, (int)mode.length,
                         mode.data);
    }
    local(listener)->sun_family = AF_UNIX;
    memcpy(local(listener)->sun_path, path.data, path.length);
    listener->address_length = sizeof(struct sockaddr_un);
    return keep_texts(call, listener, "roles", roles, listener->roles, EDGE_LISTENER_ROLES,
                      &listener->role_count);
}

static int32_t add_files(signet_call_t *call, edge_tls_options_t *tls, signet_text_t certificate,
                         signet_text_t key)
{
    if (certificate.length == 0 && key.length == 0) {
        return SIGNET_OK;
    }
    if (certificate.length == 0 || key.length == 0) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": `certificate` and `key` belong together: set both "
                         "for TLS, or none.",
                         (int)tls->listener.length, tls->listener.data);
    }
    if (!edge_tls_files_add(&tls->files, certificate, key)) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\" has too many certificates: name at most %u.",
                         (int)tls->listener.length, tls->listener.data, EDGE_TLS_FILES);
    }
    return SIGNET_OK;
}

/* The files of all certificates, the default one's first. */
static int32_t read_files(signet_call_t *call, const signet_setting_t *setting,
                          edge_tls_options_t *tls)
{
    const signet_setting_t *more = edge_setting_find(setting, "certificates");
    int32_t status = add_files(call, tls, edge_setting_text(setting, "certificate"),
                               edge_setting_text(setting, "key"));
    uint64_t i;

    for (i = 0; more != NULL && i < more->member_count && status == SIGNET_OK; i++) {
        const signet_setting_t *pair = SIGNET_AT(signet_setting_t, more->members, i);

        status = add_files(call, tls, edge_setting_text(pair, "certificate"),
                           edge_setting_text(pair, "key"));
    }
    return status;
}

/* Without TLS nobody can show a certificate. */
static int32_t read_tls(signet_call_t *call, const signet_setting_t *setting,
                        edge_listener_t *listener)
{
    edge_tls_options_t tls = {
        .listener = listener->name,
        .minimum = edge_setting_text(setting, "minimum_tls"),
        .client_authorities = edge_setting_text(setting, "client_authorities"),
        .client_certificates = listener->client_certificates,
        .only_http1 = edge_setting_integer(setting, "http2", 1) == 0,
    };
    int32_t status = read_files(call, setting, &tls);

    if (status == SIGNET_OK && tls.files.count > 0) {
        return edge_tls_new(call, &tls, &listener->tls);
    }
    edge_tls_files_free(&tls.files);
    if (status == SIGNET_OK && tls.client_certificates != EDGE_CLIENT_CERTIFICATES_NONE) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": `client_certificates` needs TLS: set `certificate` "
                         "and `key` too.",
                         (int)tls.listener.length, tls.listener.data);
    }
    return status;
}

int32_t edge_listener_read_place(signet_call_t *call, const signet_setting_t *setting,
                                 edge_listener_t *listener)
{
    signet_text_t address = edge_setting_text(setting, "address");
    signet_text_t path = edge_setting_text(setting, "unix");
    signet_text_t name = edge_setting_text(setting, "name");

    listener->kept[0] = strndup(name.data != NULL ? name.data : "", name.length);
    if (listener->kept[0] == NULL) {
        return SIGNET_NO_MEMORY;
    }
    listener->kept_count = 1;
    listener->name = (signet_text_t){listener->kept[0], name.length};
    listener->client_certificates =
        edge_client_certificates(edge_setting_text(setting, "client_certificates"));
    if ((address.length > 0) == (path.length > 0)) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": set either `address` or `unix`.",
                         (int)listener->name.length, listener->name.data);
    }
    if (path.length > 0) {
        return listener->client_certificates == EDGE_CLIENT_CERTIFICATES_NONE
                   ? read_unix(call, setting, path, listener)
                   : core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                               "Listener \"%.*s\": `client_certificates` needs TLS: set "
                               "`address`, `certificate` and `key`.",
                               (int)listener->name.length, listener->name.data);
    }
    if (!parse_address(listener, address)) {
        return core_fail(call, SIGNET_INVALID, "http.listener-invalid",
                         "Listener \"%.*s\": \"%.*s\" is not an address: write IP:PORT, as in "
                         "\"127.0.0.1:8443\" or \"[::1]:8443\".",
                         (int)listener->name.length, listener->name.data, (int)address.length,
                         address.data);
    }
    return SIGNET_OK;
}

int32_t edge_listener_read(signet_call_t *call, const signet_setting_t *setting,
                           edge_listener_t *listener)
{
    int32_t status = edge_listener_read_place(call, setting, listener);

    if (status == SIGNET_OK) {
        status =
            keep_texts(call, listener, "instances", edge_setting_find(setting, "instances"),
                       listener->instances, EDGE_LISTENER_INSTANCES, &listener->instance_count);
    }
    if (status != SIGNET_OK || listener->is_unix) {
        return status;
    }
    status = keep_texts(
        call, listener, "certificate_paths", edge_setting_find(setting, "certificate_paths"),
        listener->certificate_paths, EDGE_LISTENER_PATHS, &listener->certificate_path_count);
    return status == SIGNET_OK ? read_tls(call, setting, listener) : status;
}

int edge_listener_wants_certificate(const edge_listener_t *listener, signet_text_t path)
{
    uint64_t i;

    if (listener->client_certificates == EDGE_CLIENT_CERTIFICATES_REQUIRED) {
        return 1;
    }
    for (i = 0; i < listener->certificate_path_count; i++) {
        signet_text_t prefix = listener->certificate_paths[i];

        while (prefix.length > 0 && prefix.data[prefix.length - 1] == '/') {
            prefix.length--;
        }
        if (path.length >= prefix.length && memcmp(path.data, prefix.data, prefix.length) == 0 &&
            (path.length == prefix.length || path.data[prefix.length] == '/')) {
            return 1;
        }
    }
    return 0;
}

int edge_listener_serves(const edge_listener_t *listener, signet_text_t instance)
{
    uint64_t i;

    for (i = 0; i < listener->instance_count; i++) {
        if (listener->instances[i].length == instance.length &&
            memcmp(listener->instances[i].data, instance.data, instance.length) == 0) {
            return 1;
        }
    }
    return listener->instance_count == 0;
}

signet_text_t edge_listener_url(signet_call_t *call, const edge_listener_t *listener)
{
    const char *scheme = listener->tls != NULL ? "https" : "http";
    char host[INET6_ADDRSTRLEN] = "";

    if (listener->is_unix) {
        return core_format(
            call, "unix:%s",
            ((const struct sockaddr_un *)(const void *)&listener->address)->sun_path);
    }
    if (listener->address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *address = (const void *)&listener->address;

        (void)inet_ntop(AF_INET6, &address->sin6_addr, host, sizeof(host));
        return core_format(call, "%s://[%s]:%u", scheme, host, ntohs(address->sin6_port));
    } else {
        const struct sockaddr_in *address = (const void *)&listener->address;

        (void)inet_ntop(AF_INET, &address->sin_addr, host, sizeof(host));
        return core_format(call, "%s://%s:%u", scheme, host, ntohs(address->sin_port));
    }
}

static int32_t fail_bind(signet_call_t *call, const edge_listener_t *listener, int error)
{
    signet_text_t url = edge_listener_url(call, listener);
    const char *remedy = "set `address` or `unix` to one that this machine and user can use";

    if (error == EADDRINUSE) {
        remedy = "another process listens there: stop it or choose another address";
    } else if (error == EACCES && !listener->is_unix) {
        remedy = "ports below 1024 need CAP_NET_BIND_SERVICE: grant it or choose another port";
    }
    return core_fail(call, error == EADDRINUSE ? SIGNET_EXISTS : SIGNET_UNAVAILABLE,
                     "http.listen-failed", "Listener \"%.*s\" cannot listen on %.*s (%s): %s.",
                     (int)listener->name.length, listener->name.data, (int)url.length, url.data,
                     strerror(error), remedy);
}

/* A socket file that nobody listens on is left over from a process that was killed, and removed. */
static int32_t remove_stale(signet_call_t *call, edge_listener_t *listener)
{
    const char *path = local(listener)->sun_path;
    struct stat info;
    int probe;
    int error = 0;

    if (lstat(path, &info) != 0) {
        return SIGNET_OK;
    }
    if (!S_ISSOCK(info.st_mode)) {
        return core_fail(call, SIGNET_EXISTS, "http.listen-failed",
                         "Listener \"%.*s\": %s is there already and is not a socket: remove it or "
                         "set `unix` to another path.",
                         (int)listener->name.length, listener->name.data, path);
    }
    probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return fail_bind(call, listener, errno);
    }
    if (connect(probe, (struct sockaddr *)&listener->address, listener->address_length) != 0) {
        error = errno;
    }
    (void)close(probe);
    if (error != ECONNREFUSED) {
        return fail_bind(call, listener, error == 0 ? EADDRINUSE : error);
    }
    if (unlink(path) != 0) {
        return core_fail(
            call, SIGNET_UNAVAILABLE, "http.listen-failed",
            "Listener \"%.*s\": the stale socket %s cannot be removed (%s): remove it.",
            (int)listener->name.length, listener->name.data, path, strerror(errno));
    }
    return SIGNET_OK;
}

static int32_t bind_unix(signet_call_t *call, edge_listener_t *listener, int file)
{
    const char *path = local(listener)->sun_path;
    int32_t status = remove_stale(call, listener);

    if (status != SIGNET_OK) {
        return status;
    }
    /* The mode before the file exists, so that it is never open to more than it should be. */
    if (fchmod(file, 0) != 0 ||
        bind(file, (struct sockaddr *)&listener->address, listener->address_length) != 0) {
        return fail_bind(call, listener, errno);
    }
    listener->bound = 1;
    if (chmod(path, listener->mode) != 0) {
        return fail_bind(call, listener, errno);
    }
    return SIGNET_OK;
}

/* Sockets with SO_REUSEPORT share a port even among processes of one user; this one shares with
 * nobody and so tells whether the port is in use. */
static int probe_port(const edge_listener_t *listener)
{
    int on = 1;
    int error = 0;
    int probe = socket(listener->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (probe < 0) {
        return errno;
    }
    if (setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (listener->address.ss_family == AF_INET6 &&
         setsockopt(probe, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
        bind(probe, (const struct sockaddr *)&listener->address, listener->address_length) != 0) {
        error = errno;
    }
    (void)close(probe);
    return error;
}

static int32_t bind_port(signet_call_t *call, edge_listener_t *listener, int file)
{
    int on = 1;
    int error = listener->bound ? 0 : probe_port(listener);

    if (error == 0 &&
        (setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
         setsockopt(file, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
         (listener->address.ss_family == AF_INET6 &&
          setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
         bind(file, (struct sockaddr *)&listener->address, listener->address_length) != 0 ||
         getsockname(file, (struct sockaddr *)&listener->address, &listener->address_length) !=
             0)) {
        error = errno;
    }
    if (error != 0) {
        return fail_bind(call, listener, error);
    }
    listener->bound = 1;
    return SIGNET_OK;
}

int32_t edge_listener_bind(signet_call_t *call, edge_listener_t *listener, int *socket_file)
{
    int file = socket(listener->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int32_t status;

    if (file < 0) {
        return fail_bind(call, listener, errno);
    }
    status = listener->is_unix ? bind_unix(call, listener, file) : bind_port(call, listener, file);
    if (status != SIGNET_OK) {
        (void)close(file);
        return status;
    }
    *socket_file = file;
    return SIGNET_OK;
}

void edge_listener_unbind(edge_listener_t *listener)
{
    if (listener->is_unix && listener->bound) {
        (void)unlink(local(listener)->sun_path);
    }
    listener->bound = 0;
}

edge_listener_t *edge_listener_new(void)
{
    edge_listener_t *listener = calloc(1, sizeof(*listener));

    if (listener != NULL) {
        atomic_init(&listener->holders, 1);
    }
    return listener;
}

edge_listener_t *edge_listener_hold(edge_listener_t *listener)
{
    atomic_fetch_add_explicit(&listener->holders, 1, memory_order_relaxed);
    return listener;
}

void edge_listener_release(edge_listener_t *listener)
{
    if (listener != NULL &&
        atomic_fetch_sub_explicit(&listener->holders, 1, memory_order_acq_rel) == 1) {
        edge_listener_free(listener);
        free(listener);
    }
}

void edge_listener_free(edge_listener_t *listener)
{
    edge_listener_unbind(listener);
    edge_tls_free(listener->tls);
    while (listener->kept_count > 0) {
        free(listener->kept[--listener->kept_count]);
    }
}
