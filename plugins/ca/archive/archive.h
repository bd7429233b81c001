/* Archival: private keys of encryption profiles are kept, wrapped to a recovery key. */
#ifndef CA_ARCHIVE_H
#define CA_ARCHIVE_H

#include "archive/archived.h"
#include "profile/draft.h"

/* Reads the recovery keys, and links each profile that archives to its own. INVALID at the setting:
 * no such recovery key, or a profile whose keys sign. */
int32_t ca_archive_configure(ca_t *ca, signet_call_t *call);
/* Whether the draft's key can be archived where its profile says so: it is made here, or was
 * archived with the certificate that is renewed. INVALID ("profile.archive"). */
int32_t ca_archive_check(ca_t *ca, signet_call_t *call, const ca_draft_t *draft);
/* The change that archives the draft's key with its certificate; NULL where nothing is archived.
 * `certificate` has authority, serial, profile, names, requester, subject and notAfter. */
int32_t ca_archive_seal(signet_call_t *call, const ca_draft_t *draft,
                        const signet_certificate_t *certificate, const signet_change_t **change);
/* signet.ca/1 import_key. */
int32_t ca_archive_import(void *instance, signet_call_t *call, const signet_key_import_t *request,
                          const signet_archived_key_t **archived);
/* Seals a key under the description in `archived`, and fills the rest. */
int32_t ca_archive_wrap(signet_call_t *call, const ca_recovery_key_t *key,
                        signet_bytes_t private_key, ca_archived_t *archived);
/* The reverse. UNAVAILABLE, CORRUPT. */
int32_t ca_archive_unwrap(signet_call_t *call, const ca_recovery_key_t *key,
                          const ca_archived_t *archived, signet_bytes_t *private_key);
const ca_recovery_key_t *ca_archive_find_key(const ca_t *ca, signet_text_t name);

#endif
