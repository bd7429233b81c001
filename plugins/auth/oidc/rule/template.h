/* Templates: text with claims inside, "github:%{repository}:%{ref}".
 *
 * %{CLAIM} stands for a claim, by its name or JSON Pointer, %% for a percent sign. Claims come from
 * whoever could have the issuer say something, so that what they may do to the text is limited. */
#ifndef OIDC_TEMPLATE_H
#define OIDC_TEMPLATE_H

#include <signet/sdk/json.h>

/* 1 where the text is a template. */
int oidc_template_valid(signet_text_t text);
/* An id: what is not visible ASCII, and '%', is percent-encoded; ':' as well where there are
 * several claims, so that two different sets of claims never give the same id. UNAUTHENTICATED
 * where a claim is missing, empty, or not a text, integer or boolean. */
int32_t oidc_template_id(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                         signet_text_t *result);
/* A text for people: as the claims have it, with spaces for control characters. UNAUTHENTICATED as
 * above. */
int32_t oidc_template_label(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                            signet_text_t *result);
/* A pattern of names: a claim may hold letters, digits and "-._~@+=" alone and is not "." or
 * "..", with %{CLAIM|path} also '/' between segments like that. So it can neither widen the pattern
 * nor move what follows it. UNAUTHENTICATED. */
int32_t oidc_template_pattern(signet_call_t *call, signet_text_t text, const signet_json_t *claims,
                              signet_text_t *result);

#endif
