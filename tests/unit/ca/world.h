/* What the tests of the CA share: store, journal, keys and a small hierarchy, made of the real
 * plugins; requests made by OpenSSL; and a plugin that stands between the CA and the real ones,
 * counts, and breaks on command. */
#ifndef TESTS_UNIT_CA_WORLD_H
#define TESTS_UNIT_CA_WORLD_H

#include <check.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <signet/check.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <signet/signet.h>

/* The hierarchy: root → policy → tls, device, user, code-signing, workload; and "narrow", whose
 * name constraints permit narrow.example alone. */
extern signet_check_t *check;
extern signet_call_t *call; /* of an officer */

/* More authorities, each with a ',' before it; not made by world_begin. Set before it. */
extern const char *world_authorities;
/* More settings of the block. Set before it. */
extern const char *world_settings;

/* What the next world has besides: instances of a plugin linked into the test, opened before the
 * CA, and options of the CA's block. */
typedef struct world_more {
    const signet_plugin_t *plugin;
    const char *instances[4]; /* names, until the first NULL */
    const char *settings;
} world_more_t;
extern world_more_t world_more;

/* A world with the shipped profiles and these besides (groups in libconfig's syntax, each with a
 * ',' before it), and all authorities made. */
void world_begin(const char *profiles);
/* The same, without authorities made. */
void world_open(const char *profiles);
void world_end(void);
/* Closes the CA and opens it again, as a restart does. */
int32_t world_restart(void);
/* The same with other settings: each `from` in them becomes `to`, which must be no longer. */
int32_t world_profiles_replace(const char *from, const char *to);
/* Makes an authority with the local command. */
void world_create(const char *authority);
/* A new call in place of `call`. */
void world_actor(const char *actor, const char *roles);

/* The interfaces of the CA. */
const signet_ca_interface_t *world_ca(void **instance);
const signet_inventory_interface_t *world_inventory(void **instance);
signet_store_t world_store(void);
signet_journal_t world_journal(void);

/* Runs a command; the status. */
int32_t world_command(const char *command, const char *const *arguments, uint64_t count);

/* Issues from a CSR; the status. */
int32_t world_issue(const char *profile, signet_bytes_t csr,
                    const signet_certificate_t **certificate);
int32_t world_ask(const signet_issue_request_t *request, const signet_certificate_t **certificate);
/* The same, which must succeed. */
const signet_certificate_t *world_issued(const char *profile, signet_bytes_t csr);
int32_t world_revoke(const signet_certificate_t *certificate, int32_t reason);
/* The certificate as the inventory has it, or NULL. */
const signet_certificate_t *world_get(const signet_certificate_t *certificate);
/* How many entries of the journal have this event. */
uint64_t world_entries(const char *event);
/* How many records a collection holds. */
uint64_t world_records(const char *collection);

/* A request, DER, in the arena of `call`. `subject` is "/CN=x/O=y" or ""; `san` is OpenSSL's
 * notation ("DNS:a.example,IP:192.0.2.1") or NULL; `key` NULL: a new P-256 key. */
signet_bytes_t world_csr(EVP_PKEY *key, const char *subject, const char *san);
/* The same with more extensions, which are freed, before the signature is made. */
signet_bytes_t world_csr_with(EVP_PKEY *key, const char *subject, STACK_OF(X509_EXTENSION) * list);
EVP_PKEY *world_key(void);
/* An extension by OpenSSL's configuration syntax, or from the DER of its value. */
X509_EXTENSION *world_extension(int nid, const char *value);
X509_EXTENSION *world_extension_der(const char *oid, int critical, const void *der, size_t length);
/* The chain above a certificate, and whether OpenSSL verifies it. */
int world_verifies(signet_bytes_t der, const char *authority);

/* The plugin in between: signet.store/1, signet.journal/1 and signet.key/1. */
extern const signet_plugin_t fault_plugin;
typedef struct fault {
    uint64_t store_commits;
    uint64_t store_reads;
    uint64_t journal_commits;
    uint64_t signatures;
    int32_t fail_store_commit; /* the status of the next commit; 0: none */
    int32_t fail_journal_commit;
    uint64_t pass_journal_commits; /* before that one */
    int32_t fail_sign;
    int32_t fail_find;
    int32_t fail_destroy;
    int do_it_first;             /* the commit happens before it fails */
    int lie;                     /* signatures are wrong */
    int change;                  /* what was stored as intent changes behind the CA's back */
    int intent_before_signature; /* each signature found its intent in the store */
    void (*meanwhile)(void);     /* called once, right before the next commit to the store */
} fault_t;
extern fault_t fault;

/* Fails the test unless `result` is `status`, with the reason; clears the error. */
#define expect_error(result_, status_, reason_)                                                    \
    do {                                                                                           \
        int32_t expected_result = (result_);                                                       \
        const signet_error_t *expected_error = call->services->error(call);                        \
        ck_assert_msg(                                                                             \
            expected_result == (status_), "status %d, reason %.*s", expected_result,               \
            SIGNET_FORMAT(expected_error ? expected_error->reason : (signet_text_t){0}));          \
        ck_assert_ptr_nonnull(expected_error);                                                     \
        ck_assert_msg(signet_text_is(expected_error->reason, (reason_)), "reason %.*s: %.*s",      \
                      SIGNET_FORMAT(expected_error->reason),                                       \
                      SIGNET_FORMAT(expected_error->message));                                     \
        call->services->clear(call);                                                               \
    } while (0)

#define expect_ok(result_)                                                                         \
    do {                                                                                           \
        int32_t expected_result = (result_);                                                       \
        const signet_error_t *expected_error = call->services->error(call);                        \
        ck_assert_msg(                                                                             \
            expected_result == SIGNET_OK, "status %d, %.*s: %.*s", expected_result,                \
            SIGNET_FORMAT(expected_error ? expected_error->reason : (signet_text_t){0}),           \
            SIGNET_FORMAT(expected_error ? expected_error->message : (signet_text_t){0}));         \
    } while (0)

/* Runs the tests of one program; its exit code. With profiles they share one world, and each begins
 * with a call of an officer and nothing broken; without, each makes its own. */
int world_run(const char *name, const char *profiles, const TTest *const *tests, uint64_t count);

#endif
