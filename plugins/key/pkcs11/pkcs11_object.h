/* Objects on a token. */
#ifndef PKCS11_OBJECT_H
#define PKCS11_OBJECT_H

#include "pkcs11_token.h"

#include <signet/sdk/backend.h>

/* Which keys are meant: by label, by id, or by both. Empty ones match all. */
typedef struct pkcs11_selector {
    signet_text_t label;
    signet_bytes_t id;
} pkcs11_selector_t;

/* The handles of the objects of a class that match, at most `room`; `*count` is how many. */
int32_t pkcs11_object_search(signet_call_t *call, const pkcs11_token_t *token,
                             CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
                             const pkcs11_selector_t *selector, CK_OBJECT_HANDLE *handles,
                             uint64_t room, uint64_t *count);
/* An attribute's octets in the arena; empty where the object has none. */
int32_t pkcs11_object_bytes(signet_call_t *call, const pkcs11_token_t *token,
                            CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                            CK_ATTRIBUTE_TYPE type, signet_bytes_t *value);
/* A CK_BBOOL; `otherwise` where the object has none. */
int pkcs11_object_flag(const pkcs11_token_t *token, CK_SESSION_HANDLE session,
                       CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, int otherwise);
/* The SubjectPublicKeyInfo of a public key object and its type. UNSUPPORTED for others than ours.
 */
int32_t pkcs11_object_public_key(signet_call_t *call, const pkcs11_token_t *token,
                                 CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 signet_bytes_t *spki, const signet_key_type_t **type);
/* The curve's OID, DER, with tag and length: what CKA_EC_PARAMS holds. Empty for RSA. */
signet_bytes_t pkcs11_curve(const signet_key_type_t *type);

#endif
