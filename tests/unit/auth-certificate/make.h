/* Certificates and revocation lists of foreign authorities, made by OpenSSL. */
#ifndef TESTS_UNIT_AUTH_CERTIFICATE_MAKE_H
#define TESTS_UNIT_AUTH_CERTIFICATE_MAKE_H

#include <openssl/x509v3.h>
#include <signet/base.h>

/* A certificate and its key. */
typedef struct made {
    X509 *certificate;
    EVP_PKEY *key;
} made_t;

/* What a certificate is to say. Texts are OpenSSL's notation; NULL leaves the extension out. */
typedef struct recipe {
    const char *subject;  /* "/CN=x/O=y" */
    const char *names;    /* "email:a@b.example" */
    const char *usages;   /* "clientAuth" */
    const char *basic;    /* "critical,CA:TRUE" */
    const char *access;   /* authorityInfoAccess */
    const char *lists;    /* crlDistributionPoints */
    long serial;          /* 0: 1 */
    long from;            /* seconds from now */
    long to;              /* 0: in an hour */
    const EVP_MD *digest; /* NULL: SHA-256 */
    EVP_PKEY *key;        /* NULL: a new P-256 key */
} recipe_t;

/* One signed by `issuer`; NULL: by itself. Ends the test where OpenSSL fails. */
made_t make(const recipe_t *recipe, const made_t *issuer);
/* An authority that may have others below it. */
made_t make_authority(const char *subject, const made_t *issuer);
void make_free(made_t *made);
/* DER, to be freed with OPENSSL_free. */
signet_bytes_t make_der(const X509 *certificate);
/* Writes certificates as PEM, one after the other. */
void make_write(const char *path, const made_t *const *list, size_t count);
/* Writes a list of `issuer` that revokes `count` serials and ends in `ends` seconds; 0: never. The
 * file is replaced as a whole. */
void make_list(const char *path, const made_t *issuer, const long *serials, size_t count, long ends,
               int der);

#endif
