/* The Merkle tree against its definition, computed the slow way. */
#include "world.h"

#include "digest.h"

#include <openssl/evp.h>
#include <string.h>

/* MTH of RFC 9162, 2.1.1, over leaves that are hashes already. */
static void define_root(const uint8_t *leaves, uint64_t count, uint8_t root[JOURNAL_DIGEST])
{
    uint8_t input[1 + 2 * JOURNAL_DIGEST] = {1};
    uint64_t split = 1;
    if (count == 1) {
        memcpy(root, leaves, JOURNAL_DIGEST);
        return;
    }
    while (split * 2 < count)
        split *= 2;
    define_root(leaves, split, input + 1);
    define_root(leaves + split * JOURNAL_DIGEST, count - split, input + 1 + JOURNAL_DIGEST);
    ck_assert_int_eq(EVP_Digest(input, sizeof(input), root, NULL, EVP_sha256(), NULL), 1);
}

START_TEST(root_is_as_defined)
{
    signet_check_t *check = signet_check_begin();
    signet_call_t *call = signet_check_call(check, "tester", "");
    for (uint64_t count = 1; count <= 70; count++) {
        uint8_t leaves[70 * JOURNAL_DIGEST];
        uint8_t expected[JOURNAL_DIGEST];
        uint8_t root[JOURNAL_DIGEST];
        for (uint64_t i = 0; i < count; i++)
            memset(leaves + i * JOURNAL_DIGEST, (int)i, JOURNAL_DIGEST);
        define_root(leaves, count, expected);
        ck_assert_int_eq(journal_root(call, leaves, count, root), SIGNET_OK);
        ck_assert_mem_eq(root, expected, JOURNAL_DIGEST);
    }
    uint8_t empty[JOURNAL_DIGEST];
    uint8_t root[JOURNAL_DIGEST];
    ck_assert_int_eq(EVP_Digest("", 0, empty, NULL, EVP_sha256(), NULL), 1);
    ck_assert_int_eq(journal_root(call, NULL, 0, root), SIGNET_OK);
    ck_assert_mem_eq(root, empty, JOURNAL_DIGEST);
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

START_TEST(leaf_covers_key_and_body)
{
    signet_check_t *check = signet_check_begin();
    signet_call_t *call = signet_check_call(check, "tester", "");
    uint8_t expected[JOURNAL_DIGEST];
    uint8_t leaf[JOURNAL_DIGEST];
    uint8_t other[JOURNAL_DIGEST];
    static const uint8_t input[] = {0, 0, 2, 'k', '1', 'b', 'o'};
    ck_assert_int_eq(EVP_Digest(input, sizeof(input), expected, NULL, EVP_sha256(), NULL), 1);
    ck_assert_int_eq(
        journal_leaf(call, SIGNET_TEXT("k1"), signet_text_bytes(SIGNET_TEXT("bo")), leaf),
        SIGNET_OK);
    ck_assert_mem_eq(leaf, expected, JOURNAL_DIGEST);
    ck_assert_int_eq(
        journal_leaf(call, SIGNET_TEXT("k1b"), signet_text_bytes(SIGNET_TEXT("o")), other),
        SIGNET_OK);
    ck_assert_mem_ne(leaf, other, JOURNAL_DIGEST);
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

TCase *merkle_case(void)
{
    TCase *tests = tcase_create("merkle");
    tcase_add_test(tests, root_is_as_defined);
    tcase_add_test(tests, leaf_covers_key_and_body);
    return tests;
}
