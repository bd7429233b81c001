#include "oracle.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <signet/sdk/error.h>
#include <time.h>

static const char *compare_time(const ASN1_TIME *theirs, int64_t ours)
{
    struct tm time;
    if (ASN1_TIME_to_tm(theirs, &time) != 1) {
        return "a time that OpenSSL cannot read";
    }
    return (int64_t)timegm(&time) * 1000 == ours ? NULL : "a time";
}

static const char *compare_serial(const X509 *theirs, signet_bytes_t ours)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(theirs), NULL);
    BIGNUM *our_number = BN_bin2bn(ours.data, (int)ours.length, NULL);
    int same = number != NULL && our_number != NULL && BN_cmp(number, our_number) == 0;
    BN_free(our_number);
    BN_free(number);
    return same ? NULL : "serial number";
}

static const char *compare_constraints(const X509 *theirs, const signet_x509_t *ours)
{
    BASIC_CONSTRAINTS *constraints = X509_get_ext_d2i(theirs, NID_basic_constraints, NULL, NULL);
    int is_ca = constraints != NULL && constraints->ca;
    int64_t length = constraints != NULL && constraints->pathlen != NULL
                         ? ASN1_INTEGER_get(constraints->pathlen)
                         : -1;
    BASIC_CONSTRAINTS_free(constraints);
    return is_ca == ours->is_ca && length == ours->path_length ? NULL : "basicConstraints";
}

static const char *compare_usage(const X509 *theirs, const signet_x509_t *ours)
{
    ASN1_BIT_STRING *usage = X509_get_ext_d2i(theirs, NID_key_usage, NULL, NULL);
    uint32_t flags = 0;
    for (int bit = 0; usage != NULL && bit < 16; bit++) {
        flags |= ASN1_BIT_STRING_get_bit(usage, bit) ? 1U << bit : 0;
    }
    ASN1_BIT_STRING_free(usage);
    return flags == ours->key_usage ? NULL : "keyUsage";
}

static const char *compare_key_id(const X509 *theirs, const signet_x509_t *ours)
{
    ASN1_OCTET_STRING *id = X509_get_ext_d2i(theirs, NID_subject_key_identifier, NULL, NULL);
    int same = id == NULL ? ours->subject_key_id.length == 0
                          : oracle_same(ours->subject_key_id, ASN1_STRING_get0_data(id),
                                        (uint64_t)ASN1_STRING_length(id));
    ASN1_OCTET_STRING_free(id);
    return same ? NULL : "subjectKeyIdentifier";
}

/* Last, because it has OpenSSL encode anew. */
static const char *compare_tbs(X509 *theirs, const signet_x509_t *ours)
{
    uint8_t *der = NULL;
    int length = i2d_X509(theirs, &der);
    int same = length > 0 && oracle_same(ours->der, der, (uint64_t)length);
    OPENSSL_free(der);
    if (!same) {
        return "encoding of the certificate";
    }
    der = NULL;
    length = i2d_re_X509_tbs(theirs, &der);
    /* A critical flag of FALSE that was written is not written again, so lengths may differ. */
    same = length > 0 && (uint64_t)length <= ours->tbs.length;
    OPENSSL_free(der);
    return same ? NULL : "what is signed";
}

static const char *compare(signet_call_t *call, X509 *theirs, const signet_x509_t *ours)
{
    const ASN1_BIT_STRING *signature = NULL;
    const X509_ALGOR *algorithm = NULL;
    X509_get0_signature(&signature, &algorithm, theirs);
    const signet_attribute_t *issuer = NULL;
    uint64_t issuer_count = 0;
    if (signet_name_parse(call, ours->issuer, &issuer, &issuer_count) != SIGNET_OK) {
        return "issuer";
    }
    const char *differences[] = {
        compare_serial(theirs, ours->serial),
        oracle_name(X509_get_issuer_name(theirs), ours->issuer, issuer, issuer_count),
        oracle_name(X509_get_subject_name(theirs), ours->subject, ours->attributes,
                    ours->attribute_count),
        compare_time(X509_get0_notBefore(theirs), ours->not_before),
        compare_time(X509_get0_notAfter(theirs), ours->not_after),
        oracle_key(call, X509_get_X509_PUBKEY(theirs), &ours->key),
        oracle_extensions(X509_get0_extensions(theirs), ours->extensions, ours->extension_count),
        compare_constraints(theirs, ours),
        compare_usage(theirs, ours),
        compare_key_id(theirs, ours),
        oracle_algorithm(algorithm, ours->algorithm),
        oracle_same(ours->signature, ASN1_STRING_get0_data(signature),
                    (uint64_t)ASN1_STRING_length(signature))
            ? NULL
            : "signature",
        compare_tbs(theirs, ours),
    };
    for (unsigned i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        if (differences[i] != NULL) {
            return differences[i];
        }
    }
    return NULL;
}

/* OpenSSL takes what is no time at all; the SDK does not. */
static int times_are_strict(const X509 *theirs)
{
    const ASN1_TIME *times[] = {X509_get0_notBefore(theirs), X509_get0_notAfter(theirs)};
    for (int i = 0; i < 2; i++) {
        int length = times[i]->type == V_ASN1_UTCTIME ? 13 : 15;
        struct tm time;
        if (times[i]->length != length || ASN1_TIME_to_tm(times[i], &time) != 1 ||
            times[i]->data[length - 1] != 'Z' || time.tm_year + 1900 < 1) {
            return 0;
        }
    }
    return 1;
}

oracle_verdict_t oracle_x509(signet_call_t *call, signet_bytes_t input)
{
    oracle_verdict_t verdict = {0, NULL};
    const signet_x509_t *ours = NULL;
    int32_t status = signet_x509_parse(call, input, &ours);
    const uint8_t *next = input.data;
    X509 *theirs = d2i_X509(NULL, &next, (long)input.length);
    if (theirs != NULL && next != input.data + input.length) {
        X509_free(theirs);
        theirs = NULL;
    }
    if (status == SIGNET_OK && theirs == NULL) {
        verdict.difference = "accepted here and refused by OpenSSL";
    } else if (status == SIGNET_OK) {
        verdict.accepted = 1;
        verdict.difference = compare(call, theirs, ours);
    } else if (theirs != NULL && times_are_strict(theirs) &&
               !oracle_refusal_is_listed(call, input)) {
        verdict.difference = "refused here without a listed reason and accepted by OpenSSL";
    }
    X509_free(theirs);
    ERR_clear_error();
    return verdict;
}
