#include "certificate_list.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signet/sdk/der.h>
#include <signet/sdk/error.h>
#include <string.h>

#define FILE_MAX (INT64_C(256) * 1024 * 1024)

static int same(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino &&
           left->st_size == right->st_size && left->st_mtim.tv_sec == right->st_mtim.tv_sec &&
           left->st_mtim.tv_nsec == right->st_mtim.tv_nsec &&
           left->st_ctim.tv_sec == right->st_ctim.tv_sec &&
           left->st_ctim.tv_nsec == right->st_ctim.tv_nsec;
}

int certificate_file_changed(signet_call_t *call, certificate_file_t *file)
{
    struct stat now;
    const char *path = signet_text_string(call, file->path);
    if (path == NULL)
        return 1;
    if (stat(path, &now) != 0)
        memset(&now, 0, sizeof now);
    int changed = !same(&now, &file->seen);
    file->seen = now;
    return changed;
}

static int32_t refuse(signet_call_t *call, signet_text_t path, const char *what)
{
    ERR_clear_error();
    return signet_fail(call, SIGNET_INVALID, "certificate.file-invalid", "The file %.*s %s.",
                       SIGNET_FORMAT(path), what);
}

/* A regular file, for OpenSSL's readers: a list may be larger than a call's memory. */
static int32_t open_file(signet_call_t *call, signet_text_t path, BIO **file)
{
    struct stat about;
    const char *name = signet_text_string(call, path);
    if (name == NULL)
        return signet_status(call);
    if (stat(name, &about) != 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "certificate.file-missing",
                           "The file %s cannot be found (%s): put it there.", name,
                           strerror(errno));
    if (!S_ISREG(about.st_mode) || about.st_size > FILE_MAX)
        return refuse(call, path, "is not a regular file of at most 256 MiB");
    *file = BIO_new_file(name, "r");
    return *file != NULL ? SIGNET_OK : refuse(call, path, "cannot be opened");
}

/* Whether a reader of PEM stopped because there is no more, and not at something malformed. */
static int is_end(void)
{
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

int32_t certificate_file_anchors(signet_call_t *call, signet_text_t path,
                                 certificate_trust_t *trust)
{
    BIO *file = NULL;
    X509 *certificate;
    int count = 0;
    int32_t status = open_file(call, path, &file);
    ERR_clear_error();
    while (status == SIGNET_OK &&
           (certificate = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL) {
        count++;
        status = X509_check_ca(certificate) > 0
                     ? certificate_trust_anchor(call, trust, certificate)
                     : refuse(call, path, "holds a certificate that is not of an authority");
        X509_free(certificate);
    }
    if (status == SIGNET_OK && (count == 0 || !is_end()))
        status = refuse(call, path, "does not hold certificates in PEM, and nothing else");
    ERR_clear_error();
    BIO_free(file);
    return status;
}

static int32_t add_list(signet_call_t *call, signet_text_t path, certificate_trust_t *trust,
                        X509_CRL *list)
{
    if (certificate_time(X509_CRL_get0_nextUpdate(list)) == INT64_MIN)
        return refuse(call, path, "holds a revocation list without nextUpdate");
    return certificate_trust_list(call, trust, list);
}

static int32_t read_der(signet_call_t *call, signet_text_t path, BIO *file,
                        certificate_trust_t *trust)
{
    char more;
    X509_CRL *list = d2i_X509_CRL_bio(file, NULL);
    int32_t status = list != NULL && BIO_read(file, &more, 1) <= 0
                         ? add_list(call, path, trust, list)
                         : refuse(call, path, "does not hold one revocation list in DER");
    X509_CRL_free(list);
    return status;
}

static int32_t read_pem(signet_call_t *call, signet_text_t path, BIO *file,
                        certificate_trust_t *trust)
{
    X509_CRL *list;
    int count = 0;
    int32_t status = SIGNET_OK;
    ERR_clear_error();
    while (status == SIGNET_OK && (list = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL)) != NULL) {
        count++;
        status = add_list(call, path, trust, list);
        X509_CRL_free(list);
    }
    if (status == SIGNET_OK && (count == 0 || !is_end()))
        status = refuse(call, path, "does not hold revocation lists in PEM, and nothing else");
    ERR_clear_error();
    return status;
}

int32_t certificate_file_lists(signet_call_t *call, signet_text_t path, certificate_trust_t *trust)
{
    BIO *file = NULL;
    char first = 0;
    int32_t status = open_file(call, path, &file);
    if (status == SIGNET_OK && (BIO_read(file, &first, 1) != 1 || BIO_seek(file, 0) != 0))
        status = refuse(call, path, "is empty");
    if (status == SIGNET_OK)
        status = first == SIGNET_DER_SEQUENCE ? read_der(call, path, file, trust)
                                              : read_pem(call, path, file, trust);
    ERR_clear_error();
    BIO_free(file);
    return status;
}
