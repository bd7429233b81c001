/* Certificates of others: whatever they are like, weak, expired or odd, so OpenSSL reads them. */
#ifndef CA_FOREIGN_H
#define CA_FOREIGN_H

#include <signet/inventory.h>
#include <signet/sdk/text.h>

#define CA_FOREIGN_MAX 65536U /* octets */

/* Fills what a certificate says of itself: serial, subject, names, validity, der and fingerprint;
 * and its issuer's name. Names without a canonical form are left out. INVALID
 * ("inventory.not-a-certificate"), TOO_LARGE. */
int32_t ca_foreign_read(signet_call_t *call, signet_bytes_t der, signet_certificate_t *certificate,
                        signet_text_t *issuer);

#endif
