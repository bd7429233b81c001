#include "edge/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"

#define KEY_FILE_LIMIT 65536

/* A certificate, its chain and its key; OpenSSL's context holds them and has checked them. */
typedef struct edge_certificate {
    SSL_CTX *holder;
    int like_first; /* it has the same names as the first one, and so a key of another kind */
} edge_certificate_t;

struct edge_certificates {
    size_t count;
    edge_certificate_t items[];
};

/* What OpenSSL says of the last failure. */
static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());

    return text != NULL ? text : "not a PEM file";
}

/* An encrypted key is refused: nobody is there to type the passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *argument)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)argument;
    return -1;
}

static int32_t fail_key(signet_call_t *call, signet_text_t listener, const char *path,
                        const char *what)
{
    return core_fail(call, SIGNET_INVALID, "http.key-invalid",
                     "Listener \"%.*s\": the key file %s %s.", (int)listener.length, listener.data,
                     path, what);
}

/* Reads the key file, which must be closed to everybody but its owner, into `data`. */
static int32_t read_key(signet_call_t *call, signet_text_t listener, const char *path,
                        unsigned char *data, size_t *length)
{
    struct stat info;
    ssize_t count;
    char what[160];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    *length = 0;
    if (file < 0) {
        (void)snprintf(what, sizeof(what), "cannot be opened (%s): set `key` to a readable file",
                       strerror(errno));
        return fail_key(call, listener, path, what);
    }
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(file);
        return fail_key(call, listener, path, "is not a regular file: set `key` to a PEM file");
    }
    if ((info.st_mode & 077U) != 0) {
        (void)close(file);
        (void)snprintf(what, sizeof(what), "has mode %04o, open to others: chmod 600 %s",
                       (unsigned int)(info.st_mode & 07777U), path);
        return fail_key(call, listener, path, what);
    }
    while (*length < KEY_FILE_LIMIT) {
        count = read(file, data + *length, KEY_FILE_LIMIT - *length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        *length += (size_t)count;
    }
    (void)close(file);
    return SIGNET_OK;
}

static int32_t load_key(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                        const char *certificate, const char *path)
{
    unsigned char data[KEY_FILE_LIMIT];
    size_t length;
    EVP_PKEY *key = NULL;
    BIO *memory;
    int32_t status = read_key(call, listener, path, data, &length);

    if (status != SIGNET_OK) {
        return status;
    }
    ERR_clear_error();
    memory = BIO_new_mem_buf(data, (int)length);
    if (memory != NULL) {
        key = PEM_read_bio_PrivateKey(memory, NULL, no_passphrase, NULL);
        BIO_free(memory);
    }
    OPENSSL_cleanse(data, length);
    if (key == NULL) {
        return fail_key(call, listener, path,
                        "holds no unencrypted private key in PEM: write it with openssl pkey");
    }
    if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1) {
        EVP_PKEY_free(key);
        return core_fail(call, SIGNET_INVALID, "http.key-mismatch",
                         "Listener \"%.*s\": the key in %s does not belong to the certificate in "
                         "%s: set `certificate` and `key` to a pair.",
                         (int)listener.length, listener.data, path, certificate);
    }
    EVP_PKEY_free(key);
    return SIGNET_OK;
}

static int32_t load_chain(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                          const char *path)
{
    if (access(path, R_OK) != 0) {
        return core_fail(call, SIGNET_NOT_FOUND, "http.certificate-missing",
                         "Listener \"%.*s\": the certificate file %s cannot be opened (%s): set "
                         "`certificate` to a readable file.",
                         (int)listener.length, listener.data, path, strerror(errno));
    }
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, path) != 1) {
        return core_fail(call, SIGNET_INVALID, "http.certificate-invalid",
                         "Listener \"%.*s\": the certificate file %s cannot be read (%s): it must "
                         "hold the certificate and its chain in PEM.",
                         (int)listener.length, listener.data, path, reason());
    }
    return SIGNET_OK;
}

/* The alternative names as they are encoded, or NULL. */
static const ASN1_OCTET_STRING *names_of(const SSL_CTX *holder)
{
    const X509 *certificate = SSL_CTX_get0_certificate(holder);
    int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);

    return at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(certificate, at));
}

static int has_same_names(const SSL_CTX *one, const SSL_CTX *other)
{
    const ASN1_OCTET_STRING *names = names_of(one);
    const ASN1_OCTET_STRING *others = names_of(other);

    return names != NULL && others != NULL && ASN1_OCTET_STRING_cmp(names, others) == 0;
}

static int32_t load(signet_call_t *call, signet_text_t listener,
                    const edge_certificate_files_t *files, edge_certificate_t *item)
{
    int32_t status;

    item->holder = SSL_CTX_new(TLS_server_method());
    if (item->holder == NULL) {
        return core_fail(call, SIGNET_NO_MEMORY, "http.tls-failed",
                         "Listener \"%.*s\": TLS cannot be set up.", (int)listener.length,
                         listener.data);
    }
    SSL_CTX_set_default_passwd_cb(item->holder, no_passphrase);
    status = load_chain(call, listener, item->holder, files->certificate);
    return status == SIGNET_OK
               ? load_key(call, listener, item->holder, files->certificate, files->key)
               : status;
}

int32_t edge_certificates_load(signet_call_t *call, signet_text_t listener,
                               const edge_certificate_files_t *files, size_t count,
                               edge_certificates_t **certificates)
{
    edge_certificates_t *made = calloc(1, sizeof(*made) + count * sizeof(made->items[0]));
    int32_t status = SIGNET_OK;

    if (made == NULL) {
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory", "No memory is left for TLS.");
    }
    while (made->count < count && status == SIGNET_OK) {
        edge_certificate_t *item = &made->items[made->count];

        status = load(call, listener, &files[made->count], item);
        made->count++;
        item->like_first =
            status == SIGNET_OK && has_same_names(made->items[0].holder, item->holder);
    }
    if (status != SIGNET_OK) {
        edge_certificates_free(made);
        return status;
    }
    *certificates = made;
    return SIGNET_OK;
}

void edge_certificates_free(edge_certificates_t *certificates)
{
    size_t i;

    for (i = 0; certificates != NULL && i < certificates->count; i++) {
        SSL_CTX_free(certificates->items[i].holder);
    }
    free(certificates);
}

static int use(const edge_certificate_t *item, SSL *ssl)
{
    STACK_OF(X509) *chain = NULL;

    return SSL_CTX_get0_chain_certs(item->holder, &chain) == 1 &&
           SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(item->holder),
                                SSL_CTX_get0_privatekey(item->holder), chain, 1) == 1;
}

int edge_certificates_use(const edge_certificates_t *certificates, SSL *ssl)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    int used = 0;
    size_t i;

    for (i = 0; name != NULL && certificates->count > 1 && i < certificates->count; i++) {
        const edge_certificate_t *item = &certificates->items[i];

        if (X509_check_host(SSL_CTX_get0_certificate(item->holder), name, 0, 0, NULL) == 1) {
            if (!use(item, ssl)) {
                return 0;
            }
            used = 1;
        }
    }
    for (i = 0; !used && i < certificates->count; i++) {
        if ((i == 0 || certificates->items[i].like_first) && !use(&certificates->items[i], ssl)) {
            return 0;
        }
    }
    return 1;
}
