/* Case 66: keys on the operator's lists, Debian's weak ones of 2008 among them. */
#include "record/blocklist.h"
#include "world.h"

#include "cost.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <signet/sdk/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A modulus that Debian's generator made, known from the tests of another authority, and the line
 * of openssl-blacklist for it: the end of the SHA-1 of "Modulus=…\n". */
static const char debian_modulus[] =
    "D673252AF6723C3F72529403EAB7C30DEF3C52F97E799825F4A70191C616ADCF1ECE1113F1625971074C492C592025"
    "FDEADBDB146A081826BDF0D77C3C913DCF1B6F0B3B78F5108D2E493AD0EEE8CA5C021711ADC13D358E61133870FCD1"
    "9C8E5C22403959782AA82E72AEE53A3D491E3912CE27B27E1A85EA69C19A527D28F7934C9823B7E56FDD657DAC83FD"
    "C65BB22A98D843DF73238919781B714C81A5E2AFEC71F5C54AA2A27C590AD94C03C1062D50EFCFFAC743E3C8A3AE05"
    "6846A1D756EB862BF4224169D467C35215ADE0AFCC11E85FE629AFB802C4786FF2E9C929BCCF502B3D3B8876C6A117"
    "85CC398B389F1D86BDD9CB0BD4EC13956EC3FA270D";
static const char debian_line[] = "8df20e6961a16398b85a";

static char folder[] = "/tmp/signet-blocklist-XXXXXX";
static EVP_PKEY *blocked;

static void path_of(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
}

static void write_list(const char *name, const char *text)
{
    char path[256];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

/* An RSA key with the Debian modulus. */
static signet_public_key_t debian_key(void)
{
    static const uint8_t identifier[] = {0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 1, 1, 1,    5,    0};
    static const uint8_t exponent[] = {1, 0, 1};
    signet_public_key_t key;
    signet_bytes_t modulus;
    signet_bytes_t content;
    signet_bytes_t spki;
    expect_ok(signet_hex_decode(call, signet_text(debian_modulus), &modulus));
    signet_buffer_t bits = signet_buffer(call, 512);
    uint64_t mark = signet_der_begin(&bits, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&bits, modulus);
    signet_der_add_unsigned(&bits, (signet_bytes_t){exponent, sizeof exponent});
    signet_der_end(&bits, mark);
    expect_ok(signet_buffer_bytes(&bits, &content));
    signet_buffer_t whole = signet_buffer(call, 512);
    mark = signet_der_begin(&whole, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&whole, identifier, sizeof identifier);
    signet_der_add_bits(&whole, content);
    signet_der_end(&whole, mark);
    expect_ok(signet_buffer_bytes(&whole, &spki));
    expect_ok(signet_public_key_parse(call, spki, &key));
    return key;
}

static int is_listed(const ca_blocklist_t *list, const signet_public_key_t *key)
{
    signet_bytes_t digest;
    int found = 0;
    expect_ok(signet_sha256(call, key->spki, &digest));
    expect_ok(ca_blocklist_has(call, list, key, digest, &found));
    return found;
}

START_TEST(case_66_a_debian_weak_key_is_known_by_its_line)
{
    char path[256];
    char text[256];
    ca_blocklist_t list = {0};
    signet_public_key_t key = debian_key();
    /* Nothing but the list knows it. */
    expect_ok(signet_key_judge(call, &key));
    path_of("debian", path);
    snprintf(text, sizeof text, "# comment\n\nffffffffffffffffffff\r\n%s\n00005890bc78bcbee3ca\n",
             debian_line);
    write_list("debian", text);
    expect_ok(ca_blocklist_open(call, signet_text(path), &list));
    int listed = 0;
    COST_AT_MOST_MS(50, listed = is_listed(&list, &key));
    ck_assert(listed);
    key.modulus.length--;
    ck_assert(!is_listed(&list, &key));
    ca_blocklist_free(&list);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(case_66_a_listed_key_is_not_certified)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t signatures = fault.signatures;
    expect_error(world_issue("tls-server", world_csr(blocked, "", "DNS:a.example"), &certificate),
                 SIGNET_INVALID, "key.blocked");
    ck_assert_uint_eq(fault.signatures, signatures);
    world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"));
}
END_TEST

START_TEST(broken_lists_are_refused)
{
    static const char *const texts[] = {"8df20e6961a16398b85\n", "zdf20e6961a16398b85a\n",
                                        "8df20e6961a16398b85a 1\n",
                                        "a3853d0c563765e504c18df20e6961"
                                        "a16398b85a\n"};
    char path[256];
    ca_blocklist_t list = {0};
    path_of("broken", path);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_list("broken", texts[i]);
        expect_error(ca_blocklist_open(call, signet_text(path), &list), SIGNET_INVALID,
                     "ca.key-blocklist");
        ck_assert_ptr_null(list.digests);
    }
    ck_assert_int_eq(unlink(path), 0);
    expect_error(ca_blocklist_open(call, signet_text(path), &list), SIGNET_NOT_FOUND,
                 "ca.key-blocklist");
}
END_TEST

/* A folder with one list, that holds the key of a request to come. */
static void prepare(void)
{
    static char settings[512];
    unsigned char *spki = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    char text[3 * EVP_MAX_MD_SIZE];
    blocked = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    int size = blocked != NULL ? i2d_PUBKEY(blocked, &spki) : 0;
    if (mkdtemp(folder) == NULL || size <= 0 ||
        EVP_Digest(spki, (size_t)size, digest, &length, EVP_sha256(), NULL) != 1)
        abort();
    for (unsigned i = 0; i < length; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02X", digest[i]);
    OPENSSL_free(spki);
    strcat(text, "\n");
    write_list("leaked", text);
    snprintf(settings, sizeof settings, "key_blocklist = \"%s\";\n", folder);
    world_settings = settings;
}

int main(void)
{
    const TTest *const tests[] = {
        case_66_a_debian_weak_key_is_known_by_its_line,
        case_66_a_listed_key_is_not_certified,
        broken_lists_are_refused,
    };
    char path[256];
    prepare();
    int result = world_run("ca-blocklist", "", tests, sizeof tests / sizeof tests[0]);
    EVP_PKEY_free(blocked);
    path_of("leaked", path);
    unlink(path);
    rmdir(folder);
    return result;
}
