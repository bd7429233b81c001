#include "range.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Whether an address, as text, is permitted by ranges; "+range" permits, "-range" denies. */
static int permits(const char *address, const char *const *rules)
{
    signet_range_t ranges[8];
    uint64_t count = 0;
    for (; rules && rules[count]; count++) {
        ck_assert_int_eq(signet_range_parse(rules[count] + 1, &ranges[count]), 0);
        ranges[count].source = rules[count][0] == '+' ? SIGNET_RANGE_PERMIT : SIGNET_RANGE_DENY;
    }
    uint8_t octets[16];
    int version = strchr(address, ':') ? 6 : 4;
    ck_assert_int_eq(inet_pton(version == 4 ? AF_INET : AF_INET6, address, octets), 1);
    return signet_range_permits(ranges, count, octets, version);
}

START_TEST(denies_by_default)
{
    static const char *const denied[] = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.0.8",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:192.0.2.1",
        "::ffff:169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
    };
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        ck_assert_msg(!permits(denied[i], NULL), "%s is permitted", denied[i]);
    }
    static const char *const permitted[] = {
        "1.1.1.1",         "10.0.0.1",         "126.255.255.255", "128.0.0.1", "169.253.255.255",
        "169.255.0.0",     "172.16.0.1",       "192.168.1.1",     "192.0.1.0", "223.255.255.255",
        "100.100.100.199", "2606:4700::1111",  "2001:db8::1",     "2001:1::1", "fc00::1",
        "fd00:ec2::253",   "64:ff9b::1.1.1.1", "2002:101:101::1",
    };
    for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++) {
        ck_assert_msg(permits(permitted[i], NULL), "%s is denied", permitted[i]);
    }
}
END_TEST

START_TEST(lets_the_longest_range_decide)
{
    static const char *const loopback[] = {"+127.0.0.1/32", NULL};
    ck_assert(permits("127.0.0.1", loopback));
    ck_assert(!permits("127.0.0.2", loopback));
    ck_assert(!permits("::1", loopback));
    /* A wide permission does not undo the built-in denials; one of the same length does. */
    static const char *const wide[] = {"+0.0.0.0/0", "+::/0", NULL};
    ck_assert(!permits("127.0.0.1", wide));
    ck_assert(!permits("::1", wide));
    ck_assert(permits("192.0.2.1", wide));
    static const char *const same[] = {"+127.0.0.0/8", NULL};
    ck_assert(permits("127.0.0.1", same));
    /* A metadata service stays denied inside a permitted network. */
    static const char *const link[] = {"+169.254.0.0/16", NULL};
    ck_assert(permits("169.254.1.1", link));
    ck_assert(!permits("169.254.169.254", link));
    /* Only some: deny all, permit those. */
    static const char *const some[] = {"-0.0.0.0/0", "-::/0", "+10.1.0.0/16", "-10.1.2.0/24", NULL};
    ck_assert(permits("10.1.1.1", some));
    ck_assert(!permits("10.1.2.1", some));
    ck_assert(!permits("10.2.0.1", some));
    ck_assert(!permits("2001:db8::1", some));
    /* In doubt it is denied, whatever the order. */
    static const char *const both[] = {"-192.0.2.0/24", "+192.0.2.0/24", NULL};
    ck_assert(!permits("192.0.2.1", both));
    static const char *const reverse[] = {"+192.0.2.0/24", "-192.0.2.0/24", NULL};
    ck_assert(!permits("192.0.2.1", reverse));
    /* What an IPv6 address carries must be permitted besides itself. */
    static const char *const mapped[] = {"+::ffff:0:0/96", NULL};
    ck_assert(permits("::ffff:192.0.2.1", mapped));
    ck_assert(!permits("::ffff:127.0.0.1", mapped));
    static const char *const inner[] = {"-192.0.2.0/24", NULL};
    ck_assert(!permits("64:ff9b::192.0.2.1", inner));
    ck_assert(!permits("2002:c000:201::1", inner));
}
END_TEST

START_TEST(reads_ranges)
{
    signet_range_t range;
    static const char *const good[] = {
        "192.0.2.0/24",  "192.0.2.1", "192.0.2.1/32", "0.0.0.0/0", "128.0.0.0/1",
        "2001:db8::/32", "::1",       "::/0",         "fe80::/10", "2001:db8::1/128"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(signet_range_parse(good[i], &range) == 0, "%s", good[i]);
    }
    static const char *const bad[] = {"",
                                      "/",
                                      "/8",
                                      "192.0.2.0/",
                                      "192.0.2.0/33",
                                      "192.0.2.1/24",
                                      "192.0.2/24",
                                      "192.0.2.0/-1",
                                      "192.0.2.0/+8",
                                      "192.0.2.0/ 8",
                                      "192.0.2.0/8x",
                                      "0300.0.0.1",
                                      "localhost",
                                      "2001:db8::/129",
                                      "2001:db8::1/64",
                                      "::ffff:192.0.2.1/200",
                                      "192.0.2.0/99999999999999999999",
                                      "192.0.2.0/24/24",
                                      "1111:1111:1111:1111:1111:1111:111.111.111.1111111"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(signet_range_parse(bad[i], &range) != 0, "%s", bad[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("range");
    TCase *tcase = tcase_create("range");
    tcase_add_test(tcase, denies_by_default);
    tcase_add_test(tcase, lets_the_longest_range_decide);
    tcase_add_test(tcase, reads_ranges);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
