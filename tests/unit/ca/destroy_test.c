/* Keys of authorities that are destroyed: refused while they are needed, with a last revocation
 * list, a responder where one is wanted, and evidence; an interruption leaves nothing undone. */
#include "life.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signet/sdk/crypto.h>
#include <stdio.h>
#include <string.h>

static const char more[] =
    ", { name = \"spare\"; parent = \"policy\"; subject = \"CN=Spare CA,O=Example\"; keys = "
    "\"fault\"; certificate = \"spare.pem\"; validity = \"5y\"; }";

static const char profiles[] =
    ", { name = \"leaf\"; authority = \"spare\"; subject = [ \"CN=name\" ]; dns = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }";

static void administrator(void)
{
    world_actor("token:ca", "ca-administrator,officer");
}

static void begin(void)
{
    world_authorities = more;
    world_begin(profiles);
    world_create("spare");
    administrator();
}

static const signet_certificate_t *leaf(void)
{
    const signet_certificate_t *issued = world_issued("leaf", world_csr(NULL, "", "DNS:a.example"));
    return world_get(issued);
}

static signet_authority_change_t asked(const char *authority, uint64_t generation)
{
    return (signet_authority_change_t){.size = sizeof(signet_authority_change_t),
                                       .action = SIGNET_TEXT(SIGNET_CHANGE_DESTROY_KEY),
                                       .authority = signet_text(authority),
                                       .generation = generation,
                                       .comment = SIGNET_TEXT("no longer needed")};
}

static int32_t destroy(const signet_authority_change_t *change, const signet_json_t **evidence)
{
    const signet_authority_report_t *report = NULL;
    void *instance = NULL;
    const signet_authority_interface_t *interface = life_authorities(&instance);
    int32_t status = life_agreed(change, &report);
    if (status != SIGNET_OK)
        return status;
    expect_ok(interface->evidence(instance, call, change->authority, change->generation, &report));
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, evidence));
    return SIGNET_OK;
}

/* Whether the backend has a key of this name. */
static int has_key(const char *name)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    const signet_key_t *key = NULL;
    int32_t status = keys->find(provider->instance, call, signet_text(name), &key);
    call->services->clear(call);
    ck_assert(status == SIGNET_OK || status == SIGNET_NOT_FOUND);
    return status == SIGNET_OK;
}

static signet_bytes_t last_list(const char *authority, uint64_t generation)
{
    void *instance = NULL;
    signet_bytes_t der = {NULL, 0};
    const signet_authority_interface_t *interface = life_authorities(&instance);
    expect_ok(interface->last_list(instance, call, signet_text(authority), generation, &der));
    return der;
}

/* Whether the last list, which this certificate's key must have signed, has a serial on it. */
static int lists(const char *authority, uint64_t generation, signet_bytes_t serial)
{
    signet_bytes_t der = last_list(authority, generation);
    const unsigned char *next = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &next, (long)der.length);
    X509 *issuer = life_parse(life_certificate(authority, generation, "certificate"));
    ck_assert_ptr_nonnull(crl);
    ck_assert_int_eq(X509_CRL_verify(crl, X509_get0_pubkey(issuer)), 1);
    /* Good for longer than the authority's own certificate. */
    ck_assert_int_gt(ASN1_TIME_compare(X509_CRL_get0_nextUpdate(crl), X509_get0_notAfter(issuer)),
                     0);
    BIGNUM *number = BN_bin2bn(serial.data, (int)serial.length, NULL);
    ASN1_INTEGER *wanted = BN_to_ASN1_INTEGER(number, NULL);
    X509_REVOKED *revoked = NULL;
    int found = X509_CRL_get0_by_serial(crl, &revoked, wanted) == 1;
    ASN1_INTEGER_free(wanted);
    BN_free(number);
    X509_free(issuer);
    X509_CRL_free(crl);
    return found;
}

/* A serial that outlives the call in which its certificate was issued. */
static signet_bytes_t keep(const signet_certificate_t *certificate)
{
    static uint8_t octets[20];
    ck_assert_uint_le(certificate->serial.length, sizeof octets);
    memcpy(octets, certificate->serial.data, certificate->serial.length);
    return (signet_bytes_t){octets, certificate->serial.length};
}

static void retire_first_key(void)
{
    expect_ok(life_change("rotate", "spare"));
    expect_ok(life_change("activate", "spare"));
    life_states("spare", "active: retired active");
}

START_TEST(a_key_is_destroyed_with_evidence)
{
    begin();
    const signet_json_t *evidence = NULL;
    const signet_certificate_t *first = leaf();
    const signet_certificate_t *second = leaf();
    signet_authority_change_t change = asked("spare", 1);
    expect_error(destroy(&change, &evidence), SIGNET_CONFLICT, "authority.state");
    retire_first_key();
    expect_ok(world_revoke(first, SIGNET_REASON_SUPERSEDED));
    /* One is left. */
    expect_error(destroy(&change, &evidence), SIGNET_CONFLICT, "authority.certificates-left");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_LIST_CONCLUDED), 0);
    ck_assert(has_key("spare"));
    /* Held is not revoked. */
    const signet_certificate_t *held = leaf();
    ck_assert_uint_eq(held->generation, 2);
    expect_ok(world_revoke(second, SIGNET_REASON_CERTIFICATE_HOLD));
    expect_error(destroy(&change, &evidence), SIGNET_CONFLICT, "authority.certificates-left");
    expect_ok(world_revoke(second, SIGNET_REASON_CESSATION_OF_OPERATION));
    signet_text_t der = life_certificate("spare", 1, "certificate");
    expect_ok(destroy(&change, &evidence));
    life_states("spare", "active: destroyed active");
    ck_assert(!has_key("spare"));
    ck_assert(has_key("spare-g2"));
    ck_assert(lists("spare", 1, first->serial));
    ck_assert(lists("spare", 1, second->serial));
    ck_assert(!lists("spare", 1, held->serial));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_LIST_CONCLUDED), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_DESTROYING), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_DESTROYED), 1);

    /* What, by whom, and what it signed last. */
    const signet_json_t *begun = signet_json_get(evidence, "destroyed");
    const signet_json_t *key = signet_json_get(begun, "key");
    X509 *x509 = life_parse(der);
    unsigned char *spki = NULL;
    int length = i2d_PUBKEY(X509_get0_pubkey(x509), &spki);
    signet_bytes_t digest;
    expect_ok(signet_sha256(call, (signet_bytes_t){spki, (uint64_t)length}, &digest));
    OPENSSL_free(spki);
    X509_free(x509);
    ck_assert(signet_text_equal(signet_json_get(key, "public_key_sha256")->text,
                                signet_hex(call, digest)));
    ck_assert(signet_text_is(signet_json_get(key, "uri")->text, "file:spare"));
    ck_assert_uint_gt(signet_json_get(key, "token")->text.length, 0);
    ck_assert(signet_text_is(signet_json_get(begun, "asked_by")->text, "token:ca"));
    const signet_json_t *approved = signet_json_get(begun, "approved_by");
    ck_assert_uint_eq(approved->count, 1);
    ck_assert(signet_text_is(signet_json_get(&approved->items[0], "actor")->text, "token:second"));
    ck_assert(signet_text_is(signet_json_get(begun, "reason")->text, "no longer needed"));
    expect_ok(signet_sha256(call, last_list("spare", 1), &digest));
    ck_assert(signet_text_equal(signet_json_get(evidence, "last_list_sha256")->text,
                                signet_hex(call, digest)));
    ck_assert(
        signet_text_equal(signet_json_get(signet_json_get(begun, "last_list"), "sha256")->text,
                          signet_hex(call, digest)));

    /* All of it stays, and asked once more it is the same. */
    signet_bytes_t serial = keep(first);
    expect_ok(world_restart());
    administrator();
    const signet_json_t *again = NULL;
    expect_ok(destroy(&change, &again));
    ck_assert_ptr_nonnull(signet_json_get(again, "at"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_DESTROYED), 1);
    ck_assert(lists("spare", 1, serial));
    const signet_json_t *list = signet_json_get(life_describe("spare"), "generations");
    ck_assert_ptr_nonnull(signet_json_get(&list->items[0], "evidence"));
    /* The authority goes on. */
    ck_assert_uint_eq(leaf()->generation, 2);
    world_end();
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    begin();
    const signet_json_t *evidence = NULL;
    signet_authority_change_t change = asked("spare", 7);
    expect_error(destroy(&change, &evidence), SIGNET_NOT_FOUND, "authority.no-generation");
    change = asked("spare", 0);
    expect_error(destroy(&change, &evidence), SIGNET_NOT_FOUND, "authority.no-generation");
    change = asked("none", 1);
    expect_error(destroy(&change, &evidence), SIGNET_NOT_FOUND, "authority.not-found");
    void *instance = NULL;
    signet_bytes_t der = {NULL, 0};
    const signet_authority_interface_t *interface = life_authorities(&instance);
    expect_error(interface->last_list(instance, call, SIGNET_TEXT("spare"), 1, &der),
                 SIGNET_NOT_FOUND, "authority.no-list");
    const signet_authority_report_t *report = NULL;
    expect_error(interface->evidence(instance, call, SIGNET_TEXT("spare"), 1, &report),
                 SIGNET_NOT_FOUND, "authority.no-evidence");
    world_actor("token:officer", "officer,administrator");
    change = asked("spare", 1);
    expect_error(destroy(&change, &evidence), SIGNET_DENIED, "permission.authority");
    world_actor("token:requester", "requester");
    expect_error(interface->last_list(instance, call, SIGNET_TEXT("spare"), 1, &der), SIGNET_DENIED,
                 "permission.authority");
    world_end();
}
END_TEST

/* With a reason and another person it goes all the same. */
START_TEST(a_reason_overrides)
{
    begin();
    const signet_json_t *evidence = NULL;
    const signet_authority_report_t *report = NULL;
    (void)leaf();
    (void)leaf();
    expect_ok(life_change("retire", "spare"));
    signet_authority_change_t change = asked("spare", 1);
    expect_error(destroy(&change, &evidence), SIGNET_CONFLICT, "authority.certificates-left");
    change.override = SIGNET_TEXT("the devices are scrapped");
    ck_assert_int_eq(life_apply(&change, &report), SIGNET_PENDING);
    call->services->clear(call);
    ck_assert(has_key("spare"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_LIST_CONCLUDED), 0);
    /* Another reason is another matter, which nobody agreed to. */
    expect_ok(destroy(&change, &evidence));
    life_states("spare", "retired: destroyed");
    ck_assert(!has_key("spare"));
    const signet_json_t *left =
        signet_json_get(signet_json_get(evidence, "destroyed"), "certificates");
    ck_assert_int_eq(signet_json_get(left, "left")->integer, 2);
    ck_assert(signet_text_is(signet_json_get(left, "override")->text, "the devices are scrapped"));
    expect_ok(world_restart());
    administrator();
    life_states("spare", "retired: destroyed");
    world_end();
}
END_TEST

START_TEST(a_responder_outlives_the_key)
{
    begin();
    const signet_json_t *evidence = NULL;
    expect_ok(life_change("retire", "spare"));
    signet_authority_change_t change = asked("spare", 1);
    change.responder = world_csr(NULL, "/CN=Spare OCSP", NULL);
    change.profile = SIGNET_TEXT("leaf");
    expect_error(destroy(&change, &evidence), SIGNET_INVALID, "profile.kind");
    change.profile = SIGNET_TEXT("none");
    expect_error(destroy(&change, &evidence), SIGNET_NOT_FOUND, "profile.not-found");
    change.profile = SIGNET_TEXT("ocsp-responder");
    change.responder = world_csr(NULL, "", NULL);
    ck_assert_int_eq(destroy(&change, &evidence), SIGNET_INVALID);
    call->services->clear(call);
    ck_assert(has_key("spare"));
    change.responder = world_csr(NULL, "/CN=Spare OCSP", NULL);
    /* Who asks needs the role for that profile as well. */
    world_actor("token:ca", "ca-administrator");
    expect_error(destroy(&change, &evidence), SIGNET_DENIED, "permission.profile");
    administrator();
    change.responder = world_csr(NULL, "/CN=Spare OCSP", NULL);
    expect_ok(destroy(&change, &evidence));
    const signet_json_t *responder =
        signet_json_get(signet_json_get(evidence, "destroyed"), "responder");
    signet_bytes_t serial;
    expect_ok(signet_hex_decode(call, signet_json_get(responder, "serial")->text, &serial));
    const signet_certificate_t wanted = {.authority = SIGNET_TEXT("spare"), .serial = serial};
    const signet_certificate_t *certificate = world_get(&wanted);
    ck_assert_ptr_nonnull(certificate);
    X509 *x509 = life_parse_der(certificate->der);
    X509 *issuer = life_parse(life_certificate("spare", 1, "certificate"));
    ck_assert_int_eq(X509_verify(x509, X509_get0_pubkey(issuer)), 1);
    ck_assert_int_eq(ASN1_TIME_compare(X509_get0_notAfter(x509), X509_get0_notAfter(issuer)), 0);
    ck_assert_uint_eq(X509_get_extended_key_usage(x509), XKU_OCSP_SIGN);
    X509_free(x509);
    X509_free(issuer);
    world_end();
}
END_TEST

/* Keys that never issued need neither list nor reason. */
START_TEST(unused_keys_are_destroyed)
{
    begin();
    const signet_json_t *evidence = NULL;
    expect_ok(life_change("rotate", "spare"));
    expect_error(life_change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    signet_authority_change_t change = asked("spare", 2);
    expect_ok(destroy(&change, &evidence));
    life_states("spare", "active: active destroyed");
    ck_assert(!has_key("spare-g2"));
    ck_assert(has_key("spare"));
    expect_ok(life_change("rotate", "spare"));
    life_states("spare", "active: active destroyed prepublished");
    /* One whose certificate never came. */
    expect_ok(life_change("activate", "spare"));
    expect_ok(life_change("suspend", "policy"));
    expect_ok(life_change("rotate", "spare"));
    life_states("spare", "active: retired destroyed active requested");
    ck_assert(has_key("spare-g4"));
    change = asked("spare", 4);
    expect_ok(destroy(&change, &evidence));
    ck_assert_ptr_null(signet_json_get(evidence, "last_list_number"));
    life_states("spare", "active: retired destroyed active destroyed");
    ck_assert(!has_key("spare-g4"));
    expect_ok(life_change("retire", "spare"));
    world_end();
}
END_TEST

/* A root keeps its place in the chains of what it issued. */
START_TEST(a_root_loses_its_first_key)
{
    begin();
    const signet_json_t *evidence = NULL;
    uint8_t der[4096];
    const signet_certificate_t *certificate = leaf();
    ck_assert_uint_le(certificate->der.length, sizeof der);
    memcpy(der, certificate->der.data, certificate->der.length);
    const signet_bytes_t issued = {der, certificate->der.length};
    expect_ok(life_change("rotate", "root"));
    expect_ok(life_change("activate", "root"));
    signet_authority_change_t change = asked("root", 1);
    expect_error(destroy(&change, &evidence), SIGNET_CONFLICT, "authority.certificates-left");
    change.override = SIGNET_TEXT("its policy authority is certified anew");
    expect_ok(destroy(&change, &evidence));
    expect_ok(world_restart());
    administrator();
    life_states("root", "active: destroyed active");
    ck_assert(world_verifies(issued, "spare"));
    ck_assert_uint_eq(leaf()->generation, 1);
    expect_ok(life_change("rotate", "policy"));
    world_end();
}
END_TEST

/* Fails `what` and restarts; then the same is asked again until it is done. */
static void interrupt(int32_t *what, uint64_t pass, int do_it_first, uint64_t *interrupted)
{
    begin();
    const signet_json_t *evidence = NULL;
    const signet_authority_report_t *report = NULL;
    const signet_certificate_t *first = leaf();
    signet_bytes_t serial = keep(first);
    retire_first_key();
    expect_ok(world_revoke(first, SIGNET_REASON_SUPERSEDED));
    signet_authority_change_t change = asked("spare", 1);
    change.responder = world_csr(NULL, "/CN=Spare OCSP", NULL);
    change.profile = SIGNET_TEXT("ocsp-responder");
    signet_bytes_t responder = signet_bytes_copy(call, change.responder);
    ck_assert_int_eq(life_apply(&change, &report), SIGNET_PENDING);
    life_agree();
    *what = SIGNET_UNAVAILABLE;
    fault.pass_journal_commits = pass;
    fault.do_it_first = do_it_first;
    int32_t status = destroy(&change, &evidence);
    call->services->clear(call);
    *interrupted += status != SIGNET_OK;
    memset(&fault, 0, sizeof fault);
    uint8_t copy[4096];
    ck_assert_uint_le(responder.length, sizeof copy);
    memcpy(copy, responder.data, responder.length);
    expect_ok(world_restart());
    administrator();
    change.responder = (signet_bytes_t){copy, responder.length};
    expect_ok(destroy(&change, &evidence));
    life_states("spare", "active: destroyed active");
    ck_assert(!has_key("spare"));
    ck_assert_ptr_nonnull(signet_json_get(evidence, "at"));
    ck_assert(lists("spare", 1, serial));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_DESTROYING), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_DESTROYED), 1);
    world_end();
}

START_TEST(an_interruption_leaves_nothing_undone)
{
    uint64_t interrupted = 0;
    /* Each entry of the journal: list, responder, destroying, destroyed. */
    for (uint64_t pass = 0; pass < 4; pass++)
        interrupt(&fault.fail_journal_commit, pass, 0, &interrupted);
    ck_assert_uint_eq(interrupted, 4);
    for (uint64_t pass = 0; pass < 4; pass++)
        interrupt(&fault.fail_journal_commit, pass, 1, &interrupted);
    ck_assert_uint_eq(interrupted, 8);
    /* The key itself: not destroyed, and destroyed without a word. */
    interrupt(&fault.fail_destroy, 0, 0, &interrupted);
    interrupt(&fault.fail_destroy, 0, 1, &interrupted);
    interrupt(&fault.fail_sign, 0, 0, &interrupted);
    ck_assert_uint_eq(interrupted, 11);
}
END_TEST

/* What is revoked while the destruction waits for its end is on the list all the same. */
START_TEST(a_late_revocation_is_listed)
{
    begin();
    const signet_json_t *evidence = NULL;
    const signet_certificate_t *first = leaf();
    const signet_certificate_t *second = leaf();
    expect_ok(life_change("retire", "spare"));
    expect_ok(world_revoke(first, SIGNET_REASON_SUPERSEDED));
    signet_authority_change_t change = asked("spare", 1);
    change.override = SIGNET_TEXT("scrapped");
    fault.fail_destroy = SIGNET_UNAVAILABLE;
    expect_error(destroy(&change, &evidence), SIGNET_UNAVAILABLE, "test.fault");
    life_states("spare", "retired: destroying");
    ck_assert(!lists("spare", 1, second->serial));
    expect_ok(world_revoke(second, SIGNET_REASON_SUPERSEDED));
    expect_ok(destroy(&change, &evidence));
    ck_assert(lists("spare", 1, first->serial));
    ck_assert(lists("spare", 1, second->serial));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_LIST_CONCLUDED), 2);
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_key_is_destroyed_with_evidence,
                                  what_cannot_be_is_refused,
                                  a_reason_overrides,
                                  a_responder_outlives_the_key,
                                  unused_keys_are_destroyed,
                                  a_root_loses_its_first_key,
                                  an_interruption_leaves_nothing_undone,
                                  a_late_revocation_is_listed};
    return world_run("ca-destroy", NULL, tests, sizeof tests / sizeof tests[0]);
}
