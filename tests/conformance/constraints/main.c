/* Case 74: what OpenSSL or GnuTLS refuses as a chain, Signet refuses to sign. 1,000 chains from
 * fixed seeds, with subtrees and names of every type; and 1,000 of certificate policies, which
 * GnuTLS does not process. */
#include "difference.h"
#include "verdict.h"

#include <check.h>
#include <signet/check.h>
#include <stdio.h>
#include <stdlib.h>

#define CHAINS 1000U

static signet_check_t *check;

static void begin(void)
{
    check = signet_check_begin();
    chain_begin();
}

static void end(void)
{
    chain_end();
    signet_check_end(check);
}

START_TEST(names_lie_within_as_verifiers_see_it)
{
    unsigned accepted = 0;
    unsigned refused = 0;
    for (uint64_t seed = 1; seed <= CHAINS; seed++) {
        chain_t chain;
        signet_call_t *call = signet_check_call(check, "test", "");
        chain_make(&chain, seed);
        const char *openssl = verdict_openssl(&chain, 0);
        const char *gnutls = verdict_gnutls(&chain);
        const char *signet = verdict_signet(call, &chain, 0);
        const char *own = verdict_signet(call, &chain, 1);
        difference_verdicts_t verdicts = {openssl != NULL, gnutls != NULL, signet != NULL};
        accepted += openssl == NULL && gnutls == NULL && signet == NULL;
        refused += openssl != NULL && gnutls != NULL && signet != NULL;
        int same = verdicts.openssl == verdicts.gnutls && verdicts.gnutls == verdicts.signet;
        ck_assert_msg(same || difference_explain(&chain, &verdicts),
                      "chain %u: OpenSSL: %s; GnuTLS: %s; Signet: %s\n%s", (unsigned)seed,
                      openssl ? openssl : "right", gnutls ? gnutls : "right",
                      signet ? signet : "right", chain_text(&chain));
        /* What is to be signed here is held to more, never to less. */
        ck_assert(signet == NULL || own != NULL);
        chain_free(&chain);
        signet_check_call_end(call);
    }
    printf("%u chains: %u right for all, %u wrong for all\n", CHAINS, accepted, refused);
    ck_assert_uint_gt(accepted, CHAINS / 10);
    ck_assert_uint_gt(refused, CHAINS / 10);
    ck_assert_msg(difference_report() == 0, "a listed difference was never met: remove it");
}
END_TEST

START_TEST(policies_are_valid_as_verifiers_see_it)
{
    unsigned stricter = 0;
    unsigned refused = 0;
    for (uint64_t seed = 1; seed <= CHAINS; seed++) {
        chain_t chain;
        signet_call_t *call = signet_check_call(check, "test", "");
        chain_make_policies(&chain, seed);
        const char *openssl = verdict_openssl(&chain, 1);
        const char *signet = verdict_signet(call, &chain, 0);
        ck_assert_msg(openssl == NULL || signet != NULL, "chain %u: OpenSSL: %s\n%s",
                      (unsigned)seed, openssl, chain_text(&chain));
        refused += openssl != NULL;
        stricter += openssl == NULL && signet != NULL;
        chain_free(&chain);
        signet_check_call_end(call);
    }
    /* A verifier that needs no policy accepts a certificate that states an invalid one, without the
     * policy (RFC 5280, 6.1.5 g); Signet does not sign what would not count. */
    printf("%u chains of policies: %u refused by OpenSSL, %u more by Signet\n", CHAINS, refused,
           stricter);
    ck_assert_uint_gt(refused, CHAINS / 20);
    ck_assert_uint_lt(refused + stricter, CHAINS * 9 / 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("constraints");
    TCase *tcase = tcase_create("constraints");
    tcase_set_timeout(tcase, 0);
    tcase_add_unchecked_fixture(tcase, begin, end);
    tcase_add_test(tcase, names_lie_within_as_verifiers_see_it);
    tcase_add_test(tcase, policies_are_valid_as_verifiers_see_it);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
