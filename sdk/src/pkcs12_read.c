/* Reading PKCS#12 from outside: bag by bag, so that nothing is derived before its cost is known. */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>

/* What one file gathers. */
typedef struct reading {
    signet_call_t *call;
    const char *password;
    uint64_t iterations; /* so far */
    uint64_t bags;
    PKCS8_PRIV_KEY_INFO *key;
    STACK_OF(X509) * certificates;
} reading_t;

static int32_t malformed(signet_call_t *call, const char *what)
{
    ERR_clear_error();
    return signet_fail_field(call, SIGNET_INVALID, "pkcs12.malformed", "pkcs12",
                             "the PKCS#12 file %s", what);
}

/* Adds to the count of iterations; too many are refused before one is done. */
static int32_t spend(reading_t *reading, const ASN1_INTEGER *iterations)
{
    int64_t count = 1;
    if (iterations != NULL && ASN1_INTEGER_get_int64(&count, iterations) != 1)
        count = INT64_MAX;
    if (count < 1)
        return malformed(reading->call, "has a count of iterations below 1");
    if (count > SIGNET_PKCS12_MAX_ITERATIONS - (int64_t)reading->iterations) {
        ERR_clear_error();
        return signet_fail_field(reading->call, SIGNET_TOO_LARGE, "pkcs12.iterations", "pkcs12",
                                 "the PKCS#12 file asks for more than %u iterations",
                                 SIGNET_PKCS12_MAX_ITERATIONS);
    }
    reading->iterations += (uint64_t)count;
    return SIGNET_OK;
}

/* PBES2 with PBKDF2, and triple DES by the method of PKCS#12, which old files have. */
static int32_t judge(reading_t *reading, const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = 0;
    int32_t status = SIGNET_OK;
    if (algorithm == NULL)
        return malformed(reading->call, "lacks an algorithm");
    X509_ALGOR_get0(&object, &type, &value, algorithm);
    int nid = OBJ_obj2nid(object);
    if (type != V_ASN1_SEQUENCE)
        return malformed(reading->call, "lacks the parameters of its encryption");
    if (nid == NID_pbe_WithSHA1And3_Key_TripleDES_CBC) {
        PBEPARAM *old = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
        status = old != NULL ? spend(reading, old->iter)
                             : malformed(reading->call, "has damaged parameters of encryption");
        PBEPARAM_free(old);
        return status;
    }
    if (nid != NID_pbes2)
        return malformed(reading->call, "is encrypted in a way that is weak or unknown");
    PBE2PARAM *modern = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
    PBKDF2PARAM *derivation = NULL;
    if (modern != NULL && modern->keyfunc != NULL &&
        OBJ_obj2nid(modern->keyfunc->algorithm) == NID_id_pbkdf2)
        derivation =
            ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), modern->keyfunc->parameter);
    status = derivation != NULL ? spend(reading, derivation->iter)
                                : malformed(reading->call, "derives its key other than by PBKDF2");
    PBKDF2PARAM_free(derivation);
    PBE2PARAM_free(modern);
    return status;
}

static int32_t take_key(reading_t *reading, PKCS8_PRIV_KEY_INFO *info)
{
    if (info == NULL) {
        ERR_clear_error();
        return signet_fail_field(reading->call, SIGNET_DENIED, "pkcs12.password", "password",
                                 "the password does not open the PKCS#12 file");
    }
    if (reading->key != NULL) {
        PKCS8_PRIV_KEY_INFO_free(info);
        return malformed(reading->call, "holds several keys");
    }
    reading->key = info;
    return SIGNET_OK;
}

static int32_t read_bag(reading_t *reading, const PKCS12_SAFEBAG *bag)
{
    if (reading->bags++ == SIGNET_PKCS12_MAX_BAGS)
        return malformed(reading->call, "holds too many parts");
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag: {
        const PKCS8_PRIV_KEY_INFO *info = PKCS12_SAFEBAG_get0_p8inf(bag);
        return info != NULL
                   ? take_key(reading, ASN1_item_dup(ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), info))
                   : malformed(reading->call, "has an empty part");
    }
    case NID_pkcs8ShroudedKeyBag: {
        const X509_SIG *encrypted = PKCS12_SAFEBAG_get0_pkcs8(bag);
        const X509_ALGOR *algorithm = NULL;
        if (encrypted == NULL)
            return malformed(reading->call, "has an empty part");
        X509_SIG_get0(encrypted, &algorithm, NULL);
        int32_t status = judge(reading, algorithm);
        return status == SIGNET_OK
                   ? take_key(reading, PKCS12_decrypt_skey(bag, reading->password, -1))
                   : status;
    }
    case NID_certBag: {
        X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
        if (certificate == NULL || sk_X509_push(reading->certificates, certificate) == 0) {
            X509_free(certificate);
            return malformed(reading->call, "has a certificate that cannot be read");
        }
        return SIGNET_OK;
    }
    default:
        return malformed(reading->call, "holds a part of another kind than keys and certificates");
    }
}

static int32_t read_safe(reading_t *reading, PKCS7 *safe)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    int32_t status = SIGNET_OK;
    if (PKCS7_type_is_data(safe)) {
        bags = PKCS12_unpack_p7data(safe);
    } else if (PKCS7_type_is_encrypted(safe) && safe->d.encrypted != NULL &&
               safe->d.encrypted->enc_data != NULL) {
        status = judge(reading, safe->d.encrypted->enc_data->algorithm);
        if (status == SIGNET_OK)
            bags = PKCS12_unpack_p7encdata(safe, reading->password, -1);
    }
    if (status == SIGNET_OK && bags == NULL)
        status = malformed(reading->call, "has a part that cannot be read");
    for (int i = 0; status == SIGNET_OK && i < sk_PKCS12_SAFEBAG_num(bags); i++)
        status = read_bag(reading, sk_PKCS12_SAFEBAG_value(bags, i));
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return status;
}

/* The MAC proves the password and that nothing was changed. */
static int32_t check_mac(reading_t *reading, PKCS12 *file)
{
    const ASN1_INTEGER *iterations = NULL;
    const ASN1_OCTET_STRING *mac = NULL;
    if (PKCS12_mac_present(file) != 1)
        return malformed(reading->call, "has no MAC, so that nothing tells who wrote it");
    PKCS12_get0_mac(&mac, NULL, NULL, &iterations, file);
    int32_t status = spend(reading, iterations);
    if (status != SIGNET_OK || PKCS12_verify_mac(file, reading->password, -1) == 1)
        return status;
    ERR_clear_error();
    return signet_fail_field(reading->call, SIGNET_DENIED, "pkcs12.password", "password",
                             "the password does not open the PKCS#12 file");
}

static int32_t keep_der(signet_call_t *call, int length, uint8_t *octets, signet_bytes_t *kept)
{
    if (length <= 0)
        return malformed(call, "holds what cannot be written again");
    *kept = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_clear_free(octets, (size_t)length);
    return kept->data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

/* Sorts what was found: the certificate of the key first, the others as its chain. */
static int32_t sort(reading_t *reading, signet_key_bundle_t *bundle)
{
    signet_call_t *call = reading->call;
    int count = sk_X509_num(reading->certificates);
    uint8_t *octets = NULL;
    signet_bytes_t *chain = signet_alloc(call, (uint64_t)count + 1, sizeof *chain);
    EVP_PKEY *key = reading->key != NULL ? EVP_PKCS82PKEY(reading->key) : NULL;
    if (chain == NULL || key == NULL) {
        EVP_PKEY_free(key);
        return chain == NULL ? SIGNET_NO_MEMORY
                             : malformed(call, "holds no key, or one that cannot be used");
    }
    int length = i2d_PKCS8_PRIV_KEY_INFO(reading->key, &octets);
    int32_t status = keep_der(call, length, octets, &bundle->private_key);
    for (int i = 0; status == SIGNET_OK && i < count; i++) {
        X509 *certificate = sk_X509_value(reading->certificates, i);
        int own = bundle->certificate.length == 0 && X509_check_private_key(certificate, key) == 1;
        ERR_clear_error();
        octets = NULL;
        length = i2d_X509(certificate, &octets);
        status = keep_der(call, length, octets,
                          own ? &bundle->certificate : &chain[bundle->chain_count]);
        bundle->chain_count += own ? 0 : 1;
    }
    EVP_PKEY_free(key);
    bundle->chain = chain;
    if (status == SIGNET_OK && bundle->certificate.length == 0)
        return malformed(call, "holds no certificate of its key");
    return status;
}

static int32_t read_file(reading_t *reading, PKCS12 *file, signet_key_bundle_t *bundle)
{
    int32_t status = check_mac(reading, file);
    STACK_OF(PKCS7) *safes = status == SIGNET_OK ? PKCS12_unpack_authsafes(file) : NULL;
    if (status == SIGNET_OK && safes == NULL)
        status = malformed(reading->call, "cannot be read");
    for (int i = 0; status == SIGNET_OK && i < sk_PKCS7_num(safes); i++)
        status = read_safe(reading, sk_PKCS7_value(safes, i));
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return status == SIGNET_OK ? sort(reading, bundle) : status;
}

int32_t signet_pkcs12_read(signet_call_t *call, signet_bytes_t der, signet_text_t password,
                           const signet_key_bundle_t **bundle)
{
    const uint8_t *at = der.data;
    if (der.length > SIGNET_PKCS12_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "pkcs12.too-large", "pkcs12",
                                 "the PKCS#12 file is larger than %llu octets",
                                 (unsigned long long)SIGNET_PKCS12_MAX);
    signet_key_bundle_t *read = signet_alloc(call, 1, sizeof *read);
    reading_t reading = {.call = call, .password = signet_text_string(call, password)};
    if (read == NULL || reading.password == NULL)
        return SIGNET_NO_MEMORY;
    reading.certificates = sk_X509_new_null();
    PKCS12 *file = d2i_PKCS12(NULL, &at, (long)der.length);
    int32_t status = SIGNET_OK;
    if (reading.certificates == NULL)
        status = signet_fail_memory(call);
    else if (file == NULL || at != der.data + der.length)
        status = malformed(call, "cannot be read");
    else
        status = read_file(&reading, file, read);
    PKCS12_free(file);
    PKCS8_PRIV_KEY_INFO_free(reading.key);
    sk_X509_pop_free(reading.certificates, X509_free);
    if (status == SIGNET_OK)
        *bundle = read;
    return status;
}
