#include "record/foreign.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/name.h>
#include <time.h>

#define NAMES_MAX 1000

static int32_t malformed(signet_call_t *call)
{
    ERR_clear_error();
    return signet_fail_field(call, SIGNET_INVALID, "inventory.not-a-certificate", "der",
                             "What was found is not an X.509 certificate.");
}

static int32_t read_name(signet_call_t *call, const X509_NAME *name, signet_text_t *text)
{
    char *data = NULL;
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL)
        return signet_fail_memory(call);
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    int32_t status = SIGNET_OK;
    if (X509_NAME_print_ex(memory, name, 0, flags) < 0) {
        status = malformed(call);
    } else {
        long length = BIO_get_mem_data(memory, &data);
        *text = signet_text_copy(call, (signet_text_t){data, (uint64_t)length});
        if (text->data == NULL)
            status = SIGNET_NO_MEMORY;
        else if (!signet_text_valid(*text))
            status = malformed(call);
    }
    BIO_free(memory);
    return status;
}

static int read_time(const ASN1_TIME *from, int64_t *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(from, &parts) != 1)
        return -1;
    *time = (int64_t)timegm(&parts) * 1000;
    return 0;
}

/* The common name; only texts of one line can be searched for. */
static int32_t read_common_name(signet_call_t *call, X509 *x509, signet_text_t *text)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *utf8 = NULL;
    *text = (signet_text_t){NULL, 0};
    if (at < 0)
        return SIGNET_OK;
    int length =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (length <= 0) {
        ERR_clear_error();
        OPENSSL_free(utf8);
        return SIGNET_OK;
    }
    signet_text_t name = {(const char *)utf8, (uint64_t)length};
    int is_line = signet_text_valid(name);
    for (uint64_t i = 0; i < name.length && is_line; i++)
        is_line = utf8[i] >= 0x20 && utf8[i] != 0x7f;
    int32_t status = SIGNET_OK;
    if (is_line) {
        *text = signet_format(call, "cn:%.*s", SIGNET_FORMAT(name));
        status = text->data ? SIGNET_OK : SIGNET_NO_MEMORY;
    }
    OPENSSL_free(utf8);
    return status;
}

/* A name in its canonical form; the empty text where it has none. */
static int32_t read_alternative(signet_call_t *call, const GENERAL_NAME *from, signet_text_t *text)
{
    signet_canonical_t name;
    int type = 0;
    const ASN1_STRING *string = GENERAL_NAME_get0_value(from, &type);
    *text = (signet_text_t){NULL, 0};
    if (string == NULL ||
        (type != GEN_DNS && type != GEN_EMAIL && type != GEN_URI && type != GEN_IPADD))
        return SIGNET_OK;
    const signet_bytes_t value =
        signet_bytes_copy(call, (signet_bytes_t){ASN1_STRING_get0_data(string),
                                                 (uint64_t)ASN1_STRING_length(string)});
    const signet_general_name_t general = {.type = (uint8_t)type, .value = value};
    /* As text, so that capitals and the like, which others write, are no fault. */
    int32_t status = type == GEN_IPADD ? signet_name_from_general(call, &general, &name)
                                       : signet_name_canonical(call,
                                                               type == GEN_DNS     ? "dns"
                                                               : type == GEN_EMAIL ? "email"
                                                                                   : "uri",
                                                               signet_bytes_text(value), &name);
    if (status == SIGNET_OK)
        *text = name.text;
    if (status == SIGNET_INVALID || status == SIGNET_UNSUPPORTED) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    return status;
}

static int32_t read_names(signet_call_t *call, X509 *x509, signet_certificate_t *certificate)
{
    GENERAL_NAMES *general = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    int count = general ? sk_GENERAL_NAME_num(general) : 0;
    count = count < NAMES_MAX ? count : NAMES_MAX;
    signet_text_t *names = signet_alloc(call, (uint64_t)count + 1, sizeof *names);
    int32_t status = names ? read_common_name(call, x509, &names[0]) : SIGNET_NO_MEMORY;
    ERR_clear_error();
    if (status == SIGNET_OK)
        certificate->name_count = names[0].length > 0;
    for (int i = 0; i < count && status == SIGNET_OK; i++) {
        signet_text_t *name = &names[certificate->name_count];
        status = read_alternative(call, sk_GENERAL_NAME_value(general, i), name);
        certificate->name_count += name->length > 0;
    }
    certificate->names = names;
    GENERAL_NAMES_free(general);
    return status;
}

static int32_t read_serial(signet_call_t *call, X509 *x509, signet_certificate_t *certificate)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    certificate->serial =
        signet_bytes_copy(call, (signet_bytes_t){ASN1_STRING_get0_data(serial),
                                                 (uint64_t)ASN1_STRING_length(serial)});
    return certificate->serial.data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t ca_foreign_read(signet_call_t *call, signet_bytes_t der, signet_certificate_t *certificate,
                        signet_text_t *issuer)
{
    const uint8_t *position = der.data;
    if (der.length > CA_FOREIGN_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "inventory.too-large", "der",
                                 "What was found is larger than %u octets.", CA_FOREIGN_MAX);
    X509 *x509 = der.length > 0 ? d2i_X509(NULL, &position, (long)der.length) : NULL;
    if (x509 == NULL || position != der.data + der.length) {
        X509_free(x509);
        return malformed(call);
    }
    certificate->der = der;
    int32_t status = read_time(X509_get0_notBefore(x509), &certificate->not_before) == 0 &&
                             read_time(X509_get0_notAfter(x509), &certificate->not_after) == 0
                         ? signet_sha256(call, der, &certificate->fingerprint)
                         : malformed(call);
    if (status == SIGNET_OK)
        status = read_serial(call, x509, certificate);
    if (status == SIGNET_OK)
        status = read_name(call, X509_get_subject_name(x509), &certificate->subject);
    if (status == SIGNET_OK)
        status = read_name(call, X509_get_issuer_name(x509), issuer);
    if (status == SIGNET_OK)
        status = read_names(call, x509, certificate);
    X509_free(x509);
    return status;
}
