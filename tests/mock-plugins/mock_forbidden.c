/* Tries in start what the sandbox forbids, and tells by its failure how that went. */
#include "mock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("what"),
     .help = SIGNET_TEXT_INIT("What is tried."),
     .choices =
         SIGNET_TEXT_INIT("read|write|execute|process|packets|network|connect|mount|memory")},
    /* Text, so that nothing makes it a place that the plugin may touch. */
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("target"),
     .help = SIGNET_TEXT_INIT("The file, or the port.")},
};

/* Closes what was opened; 0 where it was not. */
static int opened(int file)
{
    if (file < 0)
        return 0;
    close(file);
    return 1;
}

static int try_connect(int port)
{
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int done = made >= 0 && connect(made, (const struct sockaddr *)&address, sizeof address) == 0;
    int cause = errno;
    opened(made);
    errno = cause;
    return done;
}

/* 0, with errno, where the kernel refuses. */
static int try_it(const char *what, const char *target)
{
    if (strcmp(what, "read") == 0)
        return opened(open(target, O_RDONLY | O_CLOEXEC));
    if (strcmp(what, "write") == 0)
        return opened(open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (strcmp(what, "execute") == 0)
        return execl("/bin/true", "true", (char *)NULL) == 0;
    if (strcmp(what, "packets") == 0)
        return opened(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (strcmp(what, "network") == 0)
        return opened(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (strcmp(what, "connect") == 0)
        return try_connect((int)strtol(target, NULL, 10));
    if (strcmp(what, "mount") == 0)
        return mount("none", target, "tmpfs", 0, NULL) == 0;
    if (strcmp(what, "memory") == 0) {
        void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return memory != MAP_FAILED && munmap(memory, 4096) == 0;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

static void copy(const signet_host_t *host, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    for (uint64_t index = 0; index < host->settings->member_count; index++) {
        const signet_setting_t *member = &host->settings->members[index];
        if (member->name.length == strlen(name) &&
            memcmp(member->name.data, name, member->name.length) == 0)
            (void)snprintf(text, size, "%.*s", (int)member->text.length, member->text.data);
    }
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    char what[64];
    char target[512];
    char told[128];
    copy(mock->host, "what", what, sizeof what);
    copy(mock->host, "target", target, sizeof target);
    errno = 0;
    int done = try_it(what, target);
    (void)snprintf(told, sizeof told, "%s: %s", what, done ? "done" : strerror(errno));
    return mock_fail(call, SIGNET_UNAVAILABLE, (signet_text_t){told, strlen(told)});
}

/* Of an interface that can be carried, so that it may be isolated; nobody calls it. */
static int32_t refuse_sign(void *instance, signet_call_t *call,
                           const signet_sign_request_t *request, signet_bytes_t *signature)
{
    (void)instance;
    (void)request;
    (void)signature;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("there are no keys"));
}

static int32_t refuse_find(void *instance, signet_call_t *call, signet_text_t uri,
                           const signet_key_t **key)
{
    (void)instance;
    (void)uri;
    (void)key;
    return mock_fail(call, SIGNET_NOT_FOUND, SIGNET_TEXT("there are no keys"));
}

static int32_t refuse_generate(void *instance, signet_call_t *call,
                               const signet_key_request_t *request, const signet_key_t **key)
{
    (void)instance;
    (void)request;
    (void)key;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("there are no keys"));
}

static const signet_key_interface_t keys = {.size = sizeof(signet_key_interface_t),
                                            .generate = refuse_generate,
                                            .find = refuse_find,
                                            .sign = refuse_sign};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE), &keys},
};

static const signet_plugin_t plugin = {
    MOCK_SOUND("mock-forbidden"), .options = options, .option_count = 2,       .provides = provides,
    .provide_count = 1,           .open = mock_open,  .start = start_instance, .close = mock_close};

MOCK_ENTRY(plugin)
