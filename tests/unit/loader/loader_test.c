/* The loader: what it refuses before any code of a plugin runs, and what afterwards. */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/world.h"
#include "core/loader.h"
#include "core/text.h"

/* Loads ID from the folder of mocks, which must fail with this status, in one line with these
 * words. */
static void expect_refused_from(const char *folder, const char *id, int32_t status,
                                const char *words)
{
    const signet_plugin_t *plugin = NULL;
    world_clear();
    ck_assert_int_eq(core_loader_load(world_call(), core_text(folder), core_text(id), &plugin),
                     status);
    ck_assert_msg(strstr(world_message(), words) != NULL, "%s", world_message());
    ck_assert_msg(world_is_line(world_message()), "%s", world_message());
}

static void expect_refused(const char *id, int32_t status, const char *words)
{
    expect_refused_from(world_build("mock-plugins"), id, status, words);
}

/* The same for a copy that was made to be refused. */
static void expect_copy_refused(int32_t status, const char *words)
{
    expect_refused_from(world_path("plugins"), "mock-good", status, words);
}

static int32_t load_copy(void)
{
    const signet_plugin_t *plugin = NULL;
    world_clear();
    return core_loader_load(world_call(), core_text(world_path("plugins")),
                            SIGNET_TEXT("mock-good"), &plugin);
}

static void overwrite(off_t at, const void *octets, size_t length)
{
    int file = open(world_path("plugins/mock-good.so"), O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(file, octets, length, at), (ssize_t)length);
    ck_assert_int_eq(close(file), 0);
}

START_TEST(a_good_one_is_loaded_once)
{
    const signet_plugin_t *plugin = NULL;
    const signet_plugin_t *again = NULL;
    signet_text_t folder = core_text(world_build("mock-plugins"));
    ck_assert_int_eq(core_loader_load(world_call(), folder, SIGNET_TEXT("mock-good"), &plugin),
                     SIGNET_OK);
    ck_assert_int_eq(core_loader_load(world_call(), folder, SIGNET_TEXT("mock-good"), &again),
                     SIGNET_OK);
    ck_assert_ptr_eq(plugin, again);
    ck_assert(core_text_is(plugin->id, "mock-good"));
}
END_TEST

/* Case 114. */
START_TEST(another_contract_is_refused)
{
    expect_refused("mock-abi", SIGNET_ABI_MISMATCH,
                   "mock-abi.so was built for revision 1 of the plugin contract, this host has 0: "
                   "install a version of the plugin for this host");
    expect_refused("mock-size", SIGNET_ABI_MISMATCH, "mock-size.so has a descriptor of");
    expect_refused("mock-member", SIGNET_ABI_MISMATCH,
                   "mock-member.so lacks the required function open");
    expect_refused(
        "mock-vtable", SIGNET_ABI_MISMATCH,
        "mock-vtable.so provides signet.auth/1 without its required member authenticate");
    expect_refused("mock-short", SIGNET_ABI_MISMATCH,
                   "mock-short.so provides signet.auth/1 without its required member authenticate");
    expect_refused("mock-option", SIGNET_ABI_MISMATCH,
                   "declares an option \"period\" that has a default that its type does not allow");
    expect_refused("mock-identity", SIGNET_INVALID,
                   "mock-identity.so calls itself \"mock-somebody-else\"");
}
END_TEST

/* Case 115. */
START_TEST(a_missing_symbol_is_refused)
{
    expect_refused("mock-symbol", SIGNET_INVALID, "mock_function_that_exists_nowhere");
    expect_refused("mock-entry", SIGNET_ABI_MISMATCH, "does not export signet_plugin_entry");
}
END_TEST

START_TEST(a_missing_plugin_is_named)
{
    expect_refused("mock-nowhere", SIGNET_NOT_FOUND,
                   "mock-nowhere.so does not exist: install the plugin or correct its name");
    expect_refused("../mock-good", SIGNET_INVALID, "is not the id of a plugin");
    expect_refused_from(world_path("nowhere"), "mock-good", SIGNET_NOT_FOUND, "the plugin folder");
}
END_TEST

/* Case 116, the file's length. */
START_TEST(a_truncated_file_is_refused)
{
    world_copy_plugin("mock-good", "mock-good");
    struct stat about;
    ck_assert_int_eq(stat(world_path("plugins/mock-good.so"), &about), 0);
    /* From the last octet missing to nothing left but the start of the header. */
    for (off_t length = about.st_size - 1; length > 20; length -= about.st_size / 40 + 1) {
        ck_assert_int_eq(truncate(world_path("plugins/mock-good.so"), length), 0);
        expect_copy_refused(SIGNET_CORRUPT, "mock-good.so is truncated: install the plugin again");
    }
    ck_assert_int_eq(truncate(world_path("plugins/mock-good.so"), 0), 0);
    expect_copy_refused(SIGNET_INVALID, "is not a shared object");
}
END_TEST

/* Case 116, the machine. */
START_TEST(a_foreign_file_is_refused)
{
    const uint16_t foreign = EM_S390;
    const uint16_t program = ET_EXEC;
    const unsigned char narrow = ELFCLASS32;
    world_copy_plugin("mock-good", "mock-good");
    overwrite(offsetof(Elf64_Ehdr, e_machine), &foreign, sizeof foreign);
    expect_copy_refused(SIGNET_INVALID, "was built for another machine");
    world_copy_plugin("mock-good", "mock-good");
    overwrite(EI_CLASS, &narrow, 1);
    expect_copy_refused(SIGNET_INVALID, "was built for another machine");
    world_copy_plugin("mock-good", "mock-good");
    overwrite(offsetof(Elf64_Ehdr, e_type), &program, sizeof program);
    expect_copy_refused(SIGNET_INVALID, "is not a shared object but ELF type 2");
    world_copy_plugin("mock-good", "mock-good");
    overwrite(0, "#!/bin/sh", 9);
    expect_copy_refused(SIGNET_INVALID, "is not a shared object");
}
END_TEST

/* Case 116, who may change it. */
START_TEST(a_file_open_to_others_is_refused)
{
    world_copy_plugin("mock-good", "mock-good");
    chmod(world_path("plugins/mock-good.so"), 0757);
    expect_copy_refused(SIGNET_DENIED,
                        "mock-good.so has mode 0757, so that others may change it: chmod go-w it");
    chmod(world_path("plugins/mock-good.so"), 0775);
    expect_copy_refused(SIGNET_DENIED, "has mode 0775");
    chmod(world_path("plugins/mock-good.so"), 0755);
    chmod(world_path("plugins"), 0777);
    expect_copy_refused(SIGNET_DENIED, "plugins has mode 0777");
    chmod(world_path("plugins"), 0755);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(world_path("plugins/mock-good.so"), 12345, 0), 0);
        expect_copy_refused(SIGNET_DENIED, "belongs to user 12345");
        ck_assert_int_eq(chown(world_path("plugins/mock-good.so"), 0, 0), 0);
    }
    ck_assert_int_eq(rename(world_path("plugins/mock-good.so"), world_path("plugins/real.so")), 0);
    ck_assert_int_eq(symlink("real.so", world_path("plugins/mock-good.so")), 0);
    expect_copy_refused(SIGNET_INVALID, "is not a regular file");
    unlink(world_path("plugins/mock-good.so"));
    ck_assert_int_eq(rename(world_path("plugins/real.so"), world_path("plugins/mock-good.so")), 0);
    ck_assert_int_eq(load_copy(), SIGNET_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader");
    TCase *tests = tcase_create("loader");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_test(tests, a_good_one_is_loaded_once);
    tcase_add_test(tests, another_contract_is_refused);
    tcase_add_test(tests, a_missing_symbol_is_refused);
    tcase_add_test(tests, a_missing_plugin_is_named);
    tcase_add_test(tests, a_truncated_file_is_refused);
    tcase_add_test(tests, a_foreign_file_is_refused);
    tcase_add_test(tests, a_file_open_to_others_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
