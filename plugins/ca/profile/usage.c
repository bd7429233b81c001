#include "profile/usage.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

typedef struct usage_bit {
    const char *name;
    uint32_t bit;
} usage_bit_t;

/* RFC 5280, 4.2.1.3. */
static const usage_bit_t usage_bits[] = {
    {"digitalSignature", SIGNET_KEY_USAGE_DIGITAL_SIGNATURE},
    {"nonRepudiation", SIGNET_KEY_USAGE_NON_REPUDIATION},
    {"contentCommitment", SIGNET_KEY_USAGE_NON_REPUDIATION},
    {"keyEncipherment", SIGNET_KEY_USAGE_KEY_ENCIPHERMENT},
    {"dataEncipherment", SIGNET_KEY_USAGE_DATA_ENCIPHERMENT},
    {"keyAgreement", SIGNET_KEY_USAGE_KEY_AGREEMENT},
    {"keyCertSign", SIGNET_KEY_USAGE_KEY_CERT_SIGN},
    {"cRLSign", SIGNET_KEY_USAGE_CRL_SIGN},
    {"encipherOnly", SIGNET_KEY_USAGE_ENCIPHER_ONLY},
    {"decipherOnly", SIGNET_KEY_USAGE_DECIPHER_ONLY},
};

typedef struct usage_name {
    const char *name;
    const char *dotted;
} usage_name_t;

static const usage_name_t usage_names[] = {
    {"serverAuth", "1.3.6.1.5.5.7.3.1"},          {"clientAuth", "1.3.6.1.5.5.7.3.2"},
    {"codeSigning", "1.3.6.1.5.5.7.3.3"},         {"emailProtection", "1.3.6.1.5.5.7.3.4"},
    {"timeStamping", "1.3.6.1.5.5.7.3.8"},        {"OCSPSigning", CA_USAGE_OCSP_SIGNING},
    {"ipsecIKE", "1.3.6.1.5.5.7.3.17"},           {"documentSigning", "1.3.6.1.5.5.7.3.36"},
    {"smartcardLogon", "1.3.6.1.4.1.311.20.2.2"}, {"anyExtendedKeyUsage", CA_USAGE_ANY},
};

int32_t ca_usage_bits(signet_call_t *call, const signet_setting_t *list, uint32_t *bits)
{
    *bits = 0;
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        const signet_setting_t *item = signet_setting_at(list, i);
        uint32_t bit = 0;
        for (size_t j = 0; j < sizeof usage_bits / sizeof usage_bits[0]; j++) {
            if (signet_text_is(item->text, usage_bits[j].name))
                bit = usage_bits[j].bit;
        }
        if (bit == 0)
            return signet_setting_fail(call, item, "profile.key-usage",
                                       "\"%.*s\" is no key usage; use digitalSignature, "
                                       "nonRepudiation, keyEncipherment, dataEncipherment or "
                                       "keyAgreement",
                                       SIGNET_FORMAT(item->text));
        *bits |= bit;
    }
    return SIGNET_OK;
}

signet_text_t ca_usage_dotted(signet_text_t name)
{
    for (size_t i = 0; i < sizeof usage_names / sizeof usage_names[0]; i++) {
        if (signet_text_is(name, usage_names[i].name))
            return signet_text(usage_names[i].dotted);
    }
    return name;
}

static int32_t usage_oid(signet_call_t *call, const signet_setting_t *item, int any,
                         signet_bytes_t *oid)
{
    signet_text_t dotted = ca_usage_dotted(item->text);
    if (!any && signet_text_is(dotted, CA_USAGE_ANY))
        return signet_setting_fail(call, item, "profile.any-usage",
                                   "anyExtendedKeyUsage would make a certificate good for "
                                   "everything; list the usages that are meant");
    if (signet_oid_parse(call, dotted, oid) != SIGNET_OK) {
        call->services->clear(call);
        return signet_setting_fail(call, item, "profile.oid",
                                   "\"%.*s\" is neither a known short name (serverAuth, "
                                   "clientAuth, …) nor a dotted object identifier",
                                   SIGNET_FORMAT(item->text));
    }
    return SIGNET_OK;
}

int32_t ca_usage_oids(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list, int any,
                      signet_bytes_t **oids, uint64_t *count)
{
    *count = list == NULL ? 0 : list->member_count;
    *oids = ca_pool_alloc(pool, call, *count + 1, sizeof **oids);
    if (*oids == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < *count; i++) {
        signet_bytes_t oid = {NULL, 0};
        int32_t status = usage_oid(call, signet_setting_at(list, i), any, &oid);
        if (status == SIGNET_OK)
            status = ca_pool_bytes(pool, call, oid, &(*oids)[i]);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}
