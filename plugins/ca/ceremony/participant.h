/* Who takes part in a ceremony: a role, a certificate whose key is theirs, and, while they are
 * present, that key. */
#ifndef CA_PARTICIPANT_H
#define CA_PARTICIPANT_H

#include "ceremony/console.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signet/host.h>

#define CA_ROLE_ADMINISTRATOR 1 /* leads the ceremony; one */
#define CA_ROLE_HOLDER 2        /* holds a share */
#define CA_ROLE_WITNESS 3       /* sees and confirms */

typedef struct ca_participant {
    const signet_setting_t *setting;
    signet_text_t name;
    int role;
    signet_bytes_t certificate; /* DER */
    signet_text_t fingerprint;  /* SHA-256 of the public key, hexadecimal */
    X509 *x509;
    EVP_PKEY *key; /* NULL: not present */
} ca_participant_t;

/* Reads name, role and certificate. INVALID at the setting. */
int32_t ca_participant_load(signet_call_t *call, const signet_setting_t *setting,
                            ca_participant_t *participant);
/* Asks whether they are present, and opens their private key. INVALID where it is not the key of
 * the certificate. */
int32_t ca_participant_arrive(signet_call_t *call, const signet_host_t *host, ca_console_t *console,
                              ca_participant_t *participant);
void ca_participant_free(ca_participant_t *participant);
const char *ca_role_name(int role);

#endif
