/* Tokens and the journal's route over the real store and journal. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_ca.h"
#include "world.h"

#define GRANTS                                                                                     \
    "\"grants\":[{\"role\":\"requester\",\"profile\":\"p\"},{\"role\":\"requester\",\"names\":\"*" \
    ".x\"}]"

static char token[65];
static char id[17];

static void must(int32_t status)
{
    const signet_error_t *error = signet_check_error(world);
    ck_assert_msg(status == SIGNET_OK, "%.*s", error != NULL ? (int)error->message.length : 0,
                  error != NULL ? error->message.data : "");
}

static void open_all(void)
{
    char settings[512];
    (void)snprintf(settings, sizeof settings, "folder = \"keys\"; passphrase = \"file:%s/pass\";",
                   signet_check_folder(world));
    must(signet_check_open(world, "store-sqlite", "store", "path = \"signet.db\";"));
    must(signet_check_open(world, "key-file", "keys", settings));
    must(signet_check_open(world, "journal", "journal", "store = \"store\"; keys = \"keys\";"));
    must(signet_check_open_linked(world, &fake_ca_plugin, "ca", ""));
    must(signet_check_open(world, "protocol-rest", "rest", ""));
    must(signet_check_open(world, "auth-token", "tokens", ""));
}

static void close_all(void)
{
    static const char *const names[] = {"tokens", "rest", "ca", "journal", "keys", "store"};
    if (world_call != NULL)
        signet_check_call_end(world_call);
    world_call = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        signet_check_close(world, names[i]);
}

static void begin(void)
{
    char path[512];
    fake_ca = (fake_ca_t){.issued = 0};
    world = signet_check_begin();
    (void)snprintf(path, sizeof path, "%s/keys", signet_check_folder(world));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/pass", signet_check_folder(world));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs("a passphrase for tests\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    open_all();
}

static uint32_t ask(const char *method, const char *target, const char *body)
{
    return world_ask("token:boss", "administrator", method, target, NULL, body);
}

static void make_token(const char *name)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\"," GRANTS "}", name);
    ck_assert_uint_eq(ask("POST", "/v1/tokens", body), 201);
    (void)snprintf(token, sizeof token, "%.*s", SIGNET_FORMAT(world_text("token")));
    (void)snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(world_text("id")));
}

static int32_t authenticate(void)
{
    const signet_provider_t *provider = signet_check_find(world, SIGNET_AUTH_INTERFACE, NULL);
    const signet_auth_interface_t *auth = provider->interface;
    signet_credential_t credential = {.size = sizeof credential,
                                      .scheme = SIGNET_TEXT("bearer"),
                                      .value = signet_text(token),
                                      .peer = SIGNET_TEXT("192.0.2.9")};
    const signet_actor_t *actor = NULL;
    signet_call_t *call = signet_check_call(world, "", "");
    int32_t status = auth->authenticate(provider->instance, call, &credential, &actor);
    if (status == SIGNET_OK) {
        const signet_grant_t *second = SIGNET_AT(signet_grant_t, actor->grants, 1);
        ck_assert_uint_eq(actor->grant_count, 2);
        assert_text(second->names, "*.x");
    }
    signet_check_call_end(call);
    return status;
}

START_TEST(outlives_a_restart)
{
    make_token("First");
    ck_assert_int_eq(authenticate(), SIGNET_OK);
    close_all();
    open_all();
    ck_assert_int_eq(authenticate(), SIGNET_OK);
    char target[64];
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    ck_assert_uint_eq(ask("DELETE", target, NULL), 204);
    ck_assert_int_eq(authenticate(), SIGNET_UNAUTHENTICATED);
    close_all();
    open_all();
    ck_assert_int_eq(authenticate(), SIGNET_UNAUTHENTICATED);
    ck_assert_uint_eq(ask("DELETE", target, NULL), 404);
}
END_TEST

/* Five tokens in pages of two: each comes once. */
START_TEST(lists_page_by_page)
{
    char target[512] = "/v1/tokens?limit=2";
    char made[5][17];
    int seen[5] = {0};
    for (int i = 0; i < 5; i++) {
        make_token("Many");
        memcpy(made[i], id, sizeof id);
    }
    for (int page = 0; page < 3; page++) {
        ck_assert_uint_eq(ask("GET", target, NULL), 200);
        const signet_json_t *tokens = signet_json_get(world_json(), "tokens");
        for (uint64_t i = 0; i < tokens->count; i++)
            for (int k = 0; k < 5; k++)
                seen[k] += signet_text_is(signet_json_get(&tokens->items[i], "id")->text, made[k]);
        (void)snprintf(target, sizeof target, "/v1/tokens?limit=2&cursor=%.*s",
                       SIGNET_FORMAT(world_text("next")));
    }
    for (int k = 0; k < 5; k++)
        ck_assert_int_eq(seen[k], 1);
    ck_assert_ptr_null(signet_json_get(world_json(), "next"));
    ck_assert_uint_eq(ask("GET", "/v1/tokens?cursor=nonsense", NULL), 400);
}
END_TEST

START_TEST(journals_each_change)
{
    char target[128];
    make_token("Journaled");
    (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
    ck_assert_uint_eq(ask("DELETE", target, NULL), 204);
    (void)snprintf(target, sizeof target, "/v1/journal?object=token:%s&from=-1h", id);
    ck_assert_uint_eq(ask("GET", target, NULL), 200);
    const signet_json_t *entries = signet_json_get(world_json(), "entries");
    ck_assert_uint_eq(entries->count, 2);
    assert_text(signet_json_get(&entries->items[0], "event")->text, "token.created");
    assert_text(signet_json_get(&entries->items[1], "event")->text, "token.revoked");
    assert_text(signet_json_get(&entries->items[0], "actor")->text, "token:boss");
    const signet_json_t *fields =
        signet_json_get(signet_json_get(&entries->items[0], "entry"), "fields");
    assert_text(signet_json_get(fields, "name")->text, "Journaled");
    ck_assert_ptr_null(memmem(world_body().data, world_body().length, token + 21, 43));
    ck_assert_uint_eq(ask("GET", "/v1/journal?event=token.revoked&order=desc&limit=1", NULL), 200);
    ck_assert_uint_eq(signet_json_get(world_json(), "entries")->count, 1);
    ck_assert_uint_eq(ask("GET", "/v1/journal?to=-1h", NULL), 200);
    ck_assert_uint_eq(signet_json_get(world_json(), "entries")->count, 0);
}
END_TEST

/* What the threads of the next test share. */
static atomic_int revoked;
static atomic_int stop;
static atomic_int successes;
static atomic_int late; /* uses that began after the revocation was answered and succeeded */

static void *use_token(void *nothing)
{
    const signet_provider_t *provider = signet_check_find(world, SIGNET_AUTH_INTERFACE, NULL);
    const signet_auth_interface_t *auth = provider->interface;
    signet_credential_t credential = {.size = sizeof credential,
                                      .scheme = SIGNET_TEXT("bearer"),
                                      .value = {token, 64},
                                      .peer = SIGNET_TEXT("192.0.2.9")};
    while (!atomic_load(&stop)) {
        int after = atomic_load(&revoked);
        const signet_actor_t *actor = NULL;
        signet_call_t *call = signet_check_call(world, "", "");
        int good = auth->authenticate(provider->instance, call, &credential, &actor) == SIGNET_OK;
        signet_check_call_end(call);
        atomic_fetch_add(&successes, good);
        atomic_fetch_add(&late, good && after);
    }
    return nothing;
}

/* No use of a token that begins after its revocation was answered succeeds, however many threads
 * are reading and keeping it meanwhile. */
START_TEST(ends_for_every_thread_at_once)
{
    enum { THREADS = 4, ROUNDS = 5 };
    pthread_t threads[THREADS];
    for (int round = 0; round < ROUNDS; round++) {
        char target[64];
        make_token("Shared");
        (void)snprintf(target, sizeof target, "/v1/tokens/%s", id);
        atomic_store(&revoked, 0);
        atomic_store(&stop, 0);
        atomic_store(&successes, 0);
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, use_token, NULL), 0);
        while (atomic_load(&successes) < 100)
            (void)sched_yield();
        uint32_t status = ask("DELETE", target, NULL);
        atomic_store(&revoked, 1);
        for (int i = 0; i < 100; i++)
            (void)sched_yield();
        atomic_store(&stop, 1);
        for (int i = 0; i < THREADS; i++)
            (void)pthread_join(threads[i], NULL);
        ck_assert_uint_eq(status, 204);
        ck_assert_int_eq(atomic_load(&late), 0);
    }
}
END_TEST

/* The secret is nowhere in the database, in no encoding that it could have been written in. */
START_TEST(stores_no_secret) /* case 102 */
{
    static const char *const names[] = {"signet.db", "signet.db-wal"};
    static char content[1 << 20];
    make_token("Secret");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", signet_check_folder(world), names[i]);
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            continue;
        size_t length = fread(content, 1, sizeof content, file);
        (void)fclose(file);
        ck_assert_ptr_null(memmem(content, length, token + 21, 20));
        if (i == 1)
            ck_assert_ptr_nonnull(memmem(content, length, id, 16));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {outlives_a_restart, lists_page_by_page, journals_each_change,
                                  ends_for_every_thread_at_once, stores_no_secret};
    return world_run_in("stored", begin, world_end, tests, sizeof tests / sizeof tests[0]);
}
