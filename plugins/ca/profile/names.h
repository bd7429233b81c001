/* The names of a certificate: those asked for, in canonical form, held against the profile. */
#ifndef CA_NAMES_H
#define CA_NAMES_H

#include "profile/profile.h"
#include "profile/substitute.h"

#define CA_NAME_UPN 0
#define CA_NAME_EMAIL 1
#define CA_NAME_DNS 2
#define CA_NAME_URI 6
#define CA_NAME_IP 7
#define CA_NAME_COMMON 0xff

/* Names without duplicates, in the order asked for. */
typedef struct ca_names {
    signet_canonical_t *items; /* those of the subjectAltName */
    uint64_t count;
    uint64_t asked; /* how many of these were asked for; 0 too where the profile adds none */
    signet_text_t common_name; /* asked for beside the request; empty: none */
    int replaced;              /* they came with the request's parameters, not from the CSR */
} ca_names_t;

/* The names asked for: those of the parameters where there are any, else those of the CSR. INVALID
 * (malformed, of a type or value that the profile does not permit), TOO_LARGE. */
int32_t ca_names_collect(signet_call_t *call, const ca_profile_t *profile, const signet_csr_t *csr,
                         const signet_issue_request_t *request, ca_names_t *names);
/* Fails where the profile needs a name and there is none. */
int32_t ca_names_present(signet_call_t *call, const ca_profile_t *profile, const ca_names_t *names);
/* Adds the names that the profile makes of the request. INVALID ("profile.substitute-…", "name.…").
 */
int32_t ca_names_add(signet_call_t *call, const ca_profile_t *profile, const ca_source_t *source,
                     ca_names_t *names);
/* Adds what the subject says as names: its common name and its mail address, for permissions,
 * constraints and the record. `all` gets names and these. A mail address must be one that the
 * profile permits. */
int32_t ca_names_with_subject(signet_call_t *call, const ca_profile_t *profile,
                              const ca_names_t *names, const ca_subject_t *subject,
                              ca_names_t *all);
/* Checks names against the constraints of the authority and of those above it. INVALID
 * ("authority.name-constraint"). */
int32_t ca_names_check(signet_call_t *call, const ca_authority_t *authority,
                       const ca_names_t *names);
/* A common name as a name: "cn:VALUE". */
int32_t ca_names_common(signet_call_t *call, signet_text_t value, signet_canonical_t *name);
/* Fills certificate->names from an encoded certificate: subjectAltName and common name. */
int32_t ca_names_of_certificate(signet_call_t *call, const signet_x509_t *x509,
                                signet_certificate_t *certificate);

#endif
