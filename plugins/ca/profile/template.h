/* The to-be-signed part of a certificate (RFC 5280, 4.1.2), put together from parts that are
 * encoded already. */
#ifndef CA_TEMPLATE_H
#define CA_TEMPLATE_H

#include <signet/sdk/name.h>

/* What a certificate will hold. Everything but names is DER. */
typedef struct ca_content {
    signet_bytes_t serial;     /* octets; the first is 01 to 7F */
    signet_bytes_t identifier; /* AlgorithmIdentifier of the signature */
    signet_bytes_t issuer;     /* Name */
    int64_t not_before;
    int64_t not_after;
    signet_bytes_t subject; /* Name */
    signet_bytes_t spki;
    signet_bytes_t key_id;     /* for subjectKeyIdentifier */
    signet_bytes_t extensions; /* those that are the same in every certificate */
    uint64_t extension_count;  /* how many these are */
    signet_bytes_t extra;      /* extensions of this certificate alone, each whole */
    uint64_t extra_count;
    const signet_canonical_t *names; /* for subjectAltName; none: no such extension */
    uint64_t name_count;
    /* What the unchanging extensions say, for the lint. */
    int is_ca;
    int64_t path_length;
    uint32_t key_usage;
    const signet_extension_t *linted; /* the unchanging extensions; NULL: not looked at before */
    const struct ca_profile *profile; /* whose promises count; NULL: a root's own certificate */
    int outlives; /* lasts longer than the profile has it: a responder's after its issuer's key */
} ca_content_t;

/* The encoded empty Name. */
extern const signet_bytes_t ca_empty_name;

/* Encodes TBSCertificate. */
int32_t ca_template_build(signet_call_t *call, const ca_content_t *content, signet_bytes_t *tbs);
/* Reads an encoded TBSCertificate back, as if its signature stood behind it. */
int32_t ca_template_read(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                         const signet_x509_t **x509);
/* The whole certificate from its parts. */
int32_t ca_template_join(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                         signet_bytes_t signature, signet_bytes_t *certificate);

#endif
