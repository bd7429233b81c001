/* Case 108: what is done to the stored journal is found and named. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY(epoch, sequence) "node/000000000000000" #epoch "/000000000000000" #sequence
#define SEAL(index) "node/000000000000000" #index

/* Two epochs; the first with two seals over entries 1 to 3 and 4 to 6 and a gap at 5, the second
 * with one seal over 1 to 3. */
static world_t sealed_world(void)
{
    static const signet_collection_t things = {
        .size = sizeof(things), .revision = 1, .name = SIGNET_TEXT_INIT("test.things")};
    world_t world = world_begin();
    const signet_entry_t entry = {
        .size = sizeof(entry), .event = SIGNET_TEXT("thing.made"), .object = SIGNET_TEXT("x")};
    const signet_change_t change =
        signet_put("test.things", SIGNET_TEXT("x"), 99, NULL, 0, (signet_bytes_t){NULL, 0});
    for (int i = 0; i < 3; i++)
        world_write(&world, "thing.made", "one");
    world_seal(&world);
    world_write(&world, "thing.made", "two");
    ck_assert_int_eq(world.store.interface->declare(world.store.instance, world.call, &things),
                     SIGNET_OK);
    ck_assert_int_eq(
        world.journal.interface->commit(world.journal.instance, world.call, &change, 1, &entry),
        SIGNET_CONFLICT);
    world_write(&world, "thing.made", "two");
    world_close(&world);
    world_open(&world);
    for (int i = 0; i < 3; i++)
        world_write(&world, "thing.made", "three");
    return world;
}

/* What is done, and what the verdict must say. */
typedef struct tampering {
    const char *sql;
    const char *says;
} tampering_t;

#define BODY_OF(key) "(SELECT _body FROM \"journal.entries\" WHERE _key='" key "')"
#define CHANGE_BODY(table, key, from, to)                                                          \
    "UPDATE \"journal." table "\" SET _body=CAST(replace(CAST(_body AS TEXT),'" from "','" to      \
    "') AS BLOB) WHERE _key='" key "'"
#define INSERT(key)                                                                                \
    "INSERT INTO \"journal.entries\"(_tenant,_key,_version,time,event,object,actor,tenant,trace,"  \
    "_body) SELECT _tenant,'" key "',1,time,event,object,actor,tenant,trace,_body FROM "           \
    "\"journal.entries\" WHERE _key='" ENTRY(1, 4) "'"
#define SWAP(key, other)                                                                           \
    "UPDATE \"journal.entries\" SET _key='swap' WHERE _key='" key "';"                             \
    "UPDATE \"journal.entries\" SET _key='" key "' WHERE _key='" other "';"                        \
    "UPDATE \"journal.entries\" SET _key='" other "' WHERE _key='swap'"
#define NUMBER(index) "(SELECT _id FROM \"journal.seals\" WHERE _key='" SEAL(index) "')"

static const tampering_t tamperings[] = {
    /* altered */
    {CHANGE_BODY("entries", ENTRY(1, 2), "one", "none"), "Entry " ENTRY(1, 2) " was altered"},
    {CHANGE_BODY("entries", ENTRY(2, 3), "tester", "nobody"), "Entry " ENTRY(2, 3) " was altered"},
    {"UPDATE \"journal.entries\" SET actor='nobody' WHERE _key='" ENTRY(1, 4) "'",
     "Entry " ENTRY(1, 4) " was altered: its fields"},
    {"UPDATE \"journal.entries\" SET time=time-1 WHERE _key='" ENTRY(1, 6) "'",
     "Entry " ENTRY(1, 6) " was altered: its fields"},
    {"UPDATE \"journal.entries\" SET tenant='other' WHERE _key='" ENTRY(1, 1) "'",
     "Entry " ENTRY(1, 1) " was altered: its fields"},
    {CHANGE_BODY("seals", SEAL(1), "\"count\":3", "\"count\":2"), "Seal " SEAL(1) " was altered"},
    {CHANGE_BODY("seals", SEAL(2), "\"time\":1", "\"time\":2"), "Seal " SEAL(2) " was altered"},
    {CHANGE_BODY("seals", SEAL(2), "\"gaps\":[5,5]", "\"gaps\":[4,4]"),
     "Seal " SEAL(2) " was altered"},
    {CHANGE_BODY("seals", SEAL(3), "{", "["), "Seal " SEAL(3) " was altered"},
    {"UPDATE \"journal.seals\" SET last=2 WHERE _key='" SEAL(1) "'",
     "Seal " SEAL(1) " was altered"},
    {"UPDATE \"journal.keys\" SET _body=CAST(replace(CAST(_body AS TEXT),'MF','MG') AS BLOB)",
     "sealing key"},
    /* removed */
    {"DELETE FROM \"journal.entries\" WHERE _key='" ENTRY(1, 2) "'",
     "Entry " ENTRY(1, 2) " was removed"},
    {"DELETE FROM \"journal.entries\" WHERE _key='" ENTRY(1, 6) "'",
     "Entry " ENTRY(1, 6) " was removed"},
    {"DELETE FROM \"journal.entries\" WHERE _key='" ENTRY(2, 3) "'",
     "Entry " ENTRY(2, 3) " was removed"},
    {"DELETE FROM \"journal.entries\"", "Entry " ENTRY(1, 1) " was removed"},
    {"DELETE FROM \"journal.seals\" WHERE _key='" SEAL(1) "'", "Seal " SEAL(1) " was removed"},
    {"DELETE FROM \"journal.seals\" WHERE _key='" SEAL(2) "'", "Seal " SEAL(2) " was removed"},
    /* inserted */
    {INSERT(ENTRY(1, 5)), "Entry " ENTRY(1, 5) " was inserted"},
    {INSERT(ENTRY(1, 0)), "Entry " ENTRY(1, 0) " was inserted"},
    {INSERT(ENTRY(1, 7)), "Entry " ENTRY(1, 7) " was inserted"},
    {INSERT("zzz"), "Entry zzz was inserted"},
    /* reordered */
    {SWAP(ENTRY(1, 1), ENTRY(1, 3)),
     "Entry " ENTRY(1, 1) " was reordered: what stands there is entry " ENTRY(1, 3)},
    {SWAP(ENTRY(1, 4), ENTRY(2, 2)), "Entry " ENTRY(1, 4) " was reordered"},
    {"UPDATE \"journal.seals\" SET _key='swap' WHERE _key='" SEAL(
         1) "';"
            "UPDATE \"journal.seals\" SET _key='" SEAL(1) "' WHERE _key='" SEAL(
                2) "';"
                   "UPDATE \"journal.seals\" SET _key='" SEAL(2) "' WHERE _key='swap'",
     "Seal " SEAL(1) " was altered or reordered"},
};

static void expect_verdict(world_t *world, const char *says)
{
    char said[4096];
    int32_t status = world_verify(world, NULL, 0, said, sizeof(said));
    ck_assert_msg(status == SIGNET_CORRUPT, "'%s' expected, got %d: %s", says, status, said);
    ck_assert_msg(strstr(said, says) != NULL, "'%s' expected: %s", says, said);
}

START_TEST(tampering_is_named)
{
    world_t world = sealed_world();
    const tampering_t *tampering = &tamperings[_i];
    world_close(&world);
    char said[4096];
    ck_assert_msg(world_verify(&world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
    ck_assert_ptr_nonnull(strstr(said, "Every sealed entry"));
    world_open(&world);
    world_tamper(&world, tampering->sql);
    expect_verdict(&world, tampering->says);
    world_end(&world);
}
END_TEST

static void write_head(world_t *world, char *path, size_t size)
{
    signet_text_t output;
    ck_assert_int_eq(signet_check_command(world->check, world->call, "journal", "journal head",
                                          NULL, 0, 0, &output),
                     SIGNET_OK);
    snprintf(path, size, "%s/head", signet_check_folder(world->check));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "%.*s", SIGNET_FORMAT(output));
    fclose(file);
}

START_TEST(truncation_shows_against_a_head)
{
    world_t world = sealed_world();
    char path[512];
    char said[4096];
    world_seal(&world);
    write_head(&world, path, sizeof(path));
    const char *const arguments[] = {"--head", path};
    world_write(&world, "thing.made", "later");
    world_close(&world);
    ck_assert_msg(world_verify(&world, arguments, 2, said, sizeof(said)) == SIGNET_OK, "%s", said);
    world_open(&world);
    world_tamper(&world, "DELETE FROM \"journal.seals\" WHERE _key>='" SEAL(
                             3) "';"
                                "DELETE FROM \"journal.entries\" WHERE _key>='" ENTRY(2, 1) "'");
    ck_assert_msg(world_verify(&world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
    ck_assert_int_eq(world_verify(&world, arguments, 2, said, sizeof(said)), SIGNET_CORRUPT);
    ck_assert_msg(strstr(said, "truncated") && strstr(said, SEAL(3)), "%s", said);
    world_end(&world);
}
END_TEST

/* An attacker who has the sealing key, or makes one, seals another story: only a head kept
 * elsewhere tells. */
START_TEST(rewritten_journal_shows_against_a_head)
{
    world_t world = world_begin();
    char path[512];
    char said[4096];
    world_write(&world, "thing.made", "true");
    world_seal(&world);
    write_head(&world, path, sizeof(path));
    const char *const arguments[] = {"--head", path};
    world_tamper(&world, "DELETE FROM \"journal.seals\"; DELETE FROM \"journal.entries\";"
                         "DELETE FROM \"journal.epochs\"");
    world_open(&world);
    world_write(&world, "thing.made", "false");
    world_close(&world);
    ck_assert_msg(world_verify(&world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
    ck_assert_int_eq(world_verify(&world, arguments, 2, said, sizeof(said)), SIGNET_CORRUPT);
    ck_assert_msg(strstr(said, SEAL(1)) && strstr(said, "head kept elsewhere"), "%s", said);
    world_end(&world);
}
END_TEST

START_TEST(tail_is_reported_as_unsealed)
{
    world_t world = sealed_world();
    char said[4096];
    world_close(&world);
    world_open(&world);
    world_tamper(&world, "DELETE FROM \"journal.seals\" WHERE _key='" SEAL(3) "'");
    ck_assert_msg(world_verify(&world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
    /* node, 5 entries under 2 seals, 3 unsealed */
    const char *line = strstr(said, "node");
    ck_assert_ptr_nonnull(line);
    ck_assert_msg(strstr(said, "5") && strstr(said, "3"), "%s", said);
    world_end(&world);
}
END_TEST

START_TEST(verification_can_begin_later)
{
    world_t world = sealed_world();
    char said[4096];
    const char *const arguments[] = {"--from", "2"};
    world_tamper(&world, CHANGE_BODY("entries", ENTRY(1, 2), "one", "none"));
    ck_assert_int_eq(world_verify(&world, NULL, 0, said, sizeof(said)), SIGNET_CORRUPT);
    ck_assert_msg(world_verify(&world, arguments, 2, said, sizeof(said)) == SIGNET_OK, "%s", said);
    world_open(&world);
    world_tamper(&world, CHANGE_BODY("entries", ENTRY(1, 6), "two", "none"));
    ck_assert_int_eq(world_verify(&world, arguments, 2, said, sizeof(said)), SIGNET_CORRUPT);
    ck_assert_msg(strstr(said, ENTRY(1, 6)) != NULL, "%s", said);
    world_end(&world);
}
END_TEST

TCase *tampering_case(void)
{
    TCase *tests = tcase_create("tampering");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, tampering_is_named, 0,
                        (int)(sizeof(tamperings) / sizeof(tamperings[0])));
    tcase_add_test(tests, truncation_shows_against_a_head);
    tcase_add_test(tests, rewritten_journal_shows_against_a_head);
    tcase_add_test(tests, tail_is_reported_as_unsealed);
    tcase_add_test(tests, verification_can_begin_later);
    return tests;
}
