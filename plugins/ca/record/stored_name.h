/* Names as records keep them: in the field "names" their values without types, each once, to be
 * found by; in "canonical" all of them with their types, one a line. */
#ifndef CA_STORED_NAME_H
#define CA_STORED_NAME_H

#include <signet/sdk/text.h>

/* Both fields of these names. */
int32_t ca_stored_names_write(signet_call_t *call, const signet_text_t *names, uint64_t count,
                              signet_text_t **values, uint64_t *value_count, signet_text_t *lines);
/* The names in "canonical". */
int32_t ca_stored_names_read(signet_call_t *call, signet_text_t lines, const signet_text_t **names,
                             uint64_t *count);
/* What to look for in "names" for a name that is searched, "dns:a.example" or "a.example"; `typed`
 * tells whether its type was given, which the field does not know. */
signet_text_t ca_stored_name_value(signet_text_t name, int *typed);
/* Whether one of these names is the one that is searched, its type considered; the empty one is
 * any. */
int ca_stored_name_matches(signet_text_t searched, const signet_text_t *names, uint64_t count);

#endif
