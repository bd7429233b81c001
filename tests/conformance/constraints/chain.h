/* Chains of certificates made from a seed: random constraints of every type on authorities, random
 * names on leaves. */
#ifndef CHAIN_H
#define CHAIN_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>

#define CHAIN_MAX 4
#define CHAIN_NAMES_MAX 8

/* A name or the base of a subtree: its GeneralName type and text. */
typedef struct chain_name {
    int type; /* GEN_DNS, … */
    int excluded;
    int minimum; /* of a subtree: other than 0 */
    const char *text;
} chain_name_t;

typedef struct chain_certificate {
    const char *subject;                 /* "/C=DE/O=Example", or "" */
    chain_name_t names[CHAIN_NAMES_MAX]; /* subtrees of an authority, names of a leaf */
    int name_count;
    int path_length;      /* -1: none */
    int serves;           /* leaf: 1 serverAuth, 0 clientAuth, -1 no extended key usage */
    const char *policies; /* OpenSSL's notation, or NULL */
    const char *mappings;
    const char *constraints;
    const char *inhibit_any;
} chain_certificate_t;

/* From the root to the leaf. */
typedef struct chain {
    chain_certificate_t certificates[CHAIN_MAX];
    X509 *x509[CHAIN_MAX];
    int count;
} chain_t;

/* A chain of names and name constraints, or of policies. */
void chain_make(chain_t *chain, uint64_t seed);
void chain_make_policies(chain_t *chain, uint64_t seed);
void chain_free(chain_t *chain);
/* The chain in words, for a report; in static memory. */
const char *chain_text(const chain_t *chain);
/* Whether an authority has a subtree of a type, and whether the leaf has a name of it. */
int chain_constrains(const chain_t *chain, int type);
int chain_names(const chain_t *chain, int type);
/* The keys that all chains share. */
void chain_begin(void);
void chain_end(void);

#endif
