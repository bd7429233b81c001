/* The chains of authorities, encoded once and kept. */
#ifndef REST_CHAINS_H
#define REST_CHAINS_H

#include <signet/signet.h>

typedef struct rest_chains rest_chains_t;

/* The two forms of a chain that answers hold. */
typedef enum rest_chain_form {
    REST_CHAIN_PEM, /* PEM blocks, one after the other */
    REST_CHAIN_JSON /* the same as a JSON array of texts */
} rest_chain_form_t;

/* NULL when out of memory. */
rest_chains_t *rest_chains_new(void);
void rest_chains_free(rest_chains_t *chains);
/* `certificates` (DER, in that order), the chain of an authority of the CA instance `number`, in
 * the form asked for and in the call's arena. A kept one is used only where the certificates are
 * still the same, so that a renewed authority is never answered with its old chain. [any] */
int32_t rest_chains_get(rest_chains_t *chains, signet_call_t *call, uint64_t number,
                        signet_text_t authority, const signet_bytes_t *certificates, uint64_t count,
                        rest_chain_form_t form, signet_text_t *chain);

#endif
