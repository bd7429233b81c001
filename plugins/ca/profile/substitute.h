/* Texts of a profile with parts of the request in braces: "{CN}.devices.example.com". */
#ifndef CA_SUBSTITUTE_H
#define CA_SUBSTITUTE_H

#include <signet/ca.h>
#include <signet/option.h>
#include <signet/sdk/name.h>

/* Where the parts come from. */
typedef struct ca_source {
    const signet_attribute_t *attributes; /* of the request's subject: {CN}, {UID}, … */
    uint64_t attribute_count;
    signet_text_t common_name;       /* asked for beside the request: {CN} too; or empty */
    const signet_canonical_t *names; /* {dns}, {ip}, {email}, {upn}: the first of its type */
    uint64_t name_count;
    const signet_pair_t *fields; /* {field.owner}, {field.tag.NAME} */
    uint64_t field_count;
    signet_text_t requester; /* {requester}: the actor's id */
} ca_source_t;

/* Whether a text has parts in braces. */
int ca_substitute_has(signet_text_t text);
/* Whether each part in braces is one that there can be. INVALID at the setting. */
int32_t ca_substitute_check(signet_call_t *call, const signet_setting_t *setting,
                            signet_text_t text);
/* Puts the parts in. INVALID where one is missing, or holds a character that could make something
 * else of the text: '*', ',', '/', quotes, signs of distinguished names, white space but single
 * spaces inside, control characters. */
int32_t ca_substitute(signet_call_t *call, signet_text_t text, const ca_source_t *source,
                      signet_text_t *result);

#endif
