#include "oracle.h"

#include <openssl/err.h>
#include <signet/sdk/error.h>

static const char *compare_challenge(X509_REQ *theirs, const signet_csr_t *ours)
{
    int index = X509_REQ_get_attr_by_NID(theirs, NID_pkcs9_challengePassword, -1);
    if (index < 0) {
        return ours->challenge.data == NULL ? NULL : "challenge";
    }
    const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(theirs, index), 0);
    uint8_t *text = NULL;
    int length = ASN1_STRING_to_UTF8(&text, value->value.asn1_string);
    int same =
        length >= 0 && oracle_same(signet_text_bytes(ours->challenge), text, (uint64_t)length);
    OPENSSL_free(text);
    return same ? NULL : "challenge";
}

static const char *compare_extensions(X509_REQ *theirs, const signet_csr_t *ours)
{
    X509_EXTENSIONS *extensions = X509_REQ_get_extensions(theirs);
    GENERAL_NAMES *names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
    const char *difference = oracle_extensions(extensions, ours->extensions, ours->extension_count);
    if (difference == NULL) {
        difference = oracle_names(names, ours->names, ours->name_count);
    }
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return difference;
}

static const char *compare_verification(signet_call_t *call, X509_REQ *theirs,
                                        const signet_csr_t *ours)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey(theirs);
    int32_t status = signet_verify(call, &ours->key, ours->algorithm, ours->info, ours->signature);
    int right = key != NULL && X509_REQ_verify(theirs, key) == 1;
    return right == (status == SIGNET_OK) ? NULL : "verification";
}

static const char *compare(signet_call_t *call, X509_REQ *theirs, const signet_csr_t *ours)
{
    const ASN1_BIT_STRING *signature = NULL;
    const X509_ALGOR *algorithm = NULL;
    X509_REQ_get0_signature(theirs, &signature, &algorithm);
    const char *difference = oracle_name(X509_REQ_get_subject_name(theirs), ours->subject,
                                         ours->attributes, ours->attribute_count);
    if (difference == NULL) {
        difference = oracle_key(call, X509_REQ_get_X509_PUBKEY(theirs), &ours->key);
    }
    if (difference == NULL) {
        difference = compare_extensions(theirs, ours);
    }
    if (difference == NULL) {
        difference = compare_challenge(theirs, ours);
    }
    if (difference == NULL) {
        difference = oracle_algorithm(algorithm, ours->algorithm);
    }
    if (difference == NULL && !oracle_same(ours->signature, ASN1_STRING_get0_data(signature),
                                           (uint64_t)ASN1_STRING_length(signature))) {
        difference = "signature";
    }
    if (difference == NULL) {
        difference = compare_verification(call, theirs, ours);
    }
    return difference;
}

oracle_verdict_t oracle_csr(signet_call_t *call, signet_bytes_t input)
{
    oracle_verdict_t verdict = {0, NULL};
    const signet_csr_t *ours = NULL;
    int32_t status = signet_csr_parse(call, input, &ours);
    const uint8_t *next = input.data;
    X509_REQ *theirs = d2i_X509_REQ(NULL, &next, (long)input.length);
    if (theirs != NULL && next != input.data + input.length) {
        X509_REQ_free(theirs);
        theirs = NULL;
    }
    if (status == SIGNET_OK && theirs == NULL) {
        verdict.difference = "accepted here and refused by OpenSSL";
    } else if (status == SIGNET_OK) {
        verdict.accepted = 1;
        verdict.difference = compare(call, theirs, ours);
    } else if (theirs != NULL && !oracle_refusal_is_listed(call, input)) {
        verdict.difference = "refused here without a listed reason and accepted by OpenSSL";
    }
    X509_REQ_free(theirs);
    ERR_clear_error();
    return verdict;
}
