/* Attribute types of distinguished names. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_ATTRIBUTE_TYPE_H
#define SIGNET_SDK_SRC_ATTRIBUTE_TYPE_H

#include <signet/sdk/x509.h>

typedef struct signet_attribute_type {
    const char *name;
    const char *dotted;
    signet_bytes_t oid;
    uint8_t tag;    /* string type to encode with */
    uint64_t least; /* characters */
    uint64_t most;  /* characters; RFC 5280, appendix A.1 */
} signet_attribute_type_t;

/* By short name (any case) or dotted OID, or NULL. */
const signet_attribute_type_t *signet_attribute_type_named(signet_text_t name);
/* By encoded OID, or NULL. */
const signet_attribute_type_t *signet_attribute_type_of(signet_bytes_t oid);

#endif
