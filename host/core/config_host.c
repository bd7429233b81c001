/* What the `host` group may hold. */
#include "core/config_host.h"

#include "core/text.h"

#define OPTION(kind, key, words)                                                                   \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .name = SIGNET_TEXT_INIT(key),  \
    .help = SIGNET_TEXT_INIT(words)
#define RELOADABLE .flags = SIGNET_OPTION_RELOADABLE
#define DEFAULT(value) .default_value = SIGNET_TEXT_INIT(value)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define KIB INT64_C(1024)

static const signet_option_t certificate_options[] = {
    {OPTION(PATH, "certificate", "TLS certificate and its chain, PEM."),
     .flags = SIGNET_OPTION_REQUIRED},
    {OPTION(PATH, "key", "Its private key, PEM, mode 0600."), .flags = SIGNET_OPTION_REQUIRED},
};

static const signet_option_t listener_options[] = {
    {OPTION(TEXT, "name", "What the listener is called in the log and by routes."),
     .flags = SIGNET_OPTION_REQUIRED},
    {OPTION(TEXT, "address",
            "IP address and port to listen on, \"127.0.0.1:8443\" or \"[::1]:8443\"; port 0 is the "
            "kernel's choice.")},
    {OPTION(PATH, "unix", "Unix socket to listen on, instead of an address."),
     .flags = SIGNET_OPTION_WRITTEN},
    {OPTION(TEXT, "mode", "Mode of the Unix socket, in octal."), DEFAULT("0660")},
    {OPTION(TEXTS, "roles",
            "Roles of whoever connects to the Unix socket as root or as the daemon's own user.")},
    {OPTION(PATH, "certificate", "TLS certificate and its chain, PEM.")},
    {OPTION(PATH, "key", "Private key of the TLS certificate, PEM, mode 0600.")},
    {OPTION(GROUPS, "certificates",
            "More certificates: a TLS client gets those whose names fit the server name that it "
            "asks for, and the first where none fits. One for RSA and one for ECDSA with the same "
            "names serve clients of either kind."),
     .members = certificate_options, .member_count = COUNT(certificate_options)},
    {OPTION(TEXT, "minimum_tls", "Oldest version of TLS to speak."), DEFAULT("1.2"),
     .choices = SIGNET_TEXT_INIT("1.2|1.3")},
    {OPTION(BOOLEAN, "http2", "Whether TLS clients may speak HTTP/2."), DEFAULT("true")},
    {OPTION(TEXT, "client_certificates",
            "Whether TLS clients are asked for a certificate: not at all, or they may show one, or "
            "nothing is served to those without one that an auth plugin accepts."),
     DEFAULT("none"), .choices = SIGNET_TEXT_INIT("none|optional|required")},
    {OPTION(TEXTS, "certificate_paths",
            "Paths, each with all below it, that are served only to those whose client certificate "
            "an auth plugin accepts. For a listener whose clients may, but need not, show one.")},
    {OPTION(TEXTS, "instances",
            "The plugin instances whose routes are served here, and nothing else, not even the "
            "host's own; none: everything.")},
    {OPTION(PATH, "client_authorities",
            "PEM file with certificates whose names tell TLS clients which authorities are "
            "acceptable. A hint alone: what is trusted, the auth plugins decide.")},
};

static const signet_option_t log_options[] = {
    {OPTION(TEXT, "level", "Least severe level that is written."), RELOADABLE, DEFAULT("info"),
     .choices = SIGNET_TEXT_INIT("debug|info|warning|error")},
    {OPTION(TEXT, "format",
            "JSON lines or readable text; auto: text on a terminal, JSON otherwise."),
     DEFAULT("auto"), .choices = SIGNET_TEXT_INIT("auto|text|json")},
    {OPTION(BOOLEAN, "access", "Whether each request leaves a line."), RELOADABLE, DEFAULT("true")},
};

static const signet_option_t limit_options[] = {
    {OPTION(INTEGER, "connections", "Connections open at one time."), DEFAULT("10000"),
     .minimum = 1, .maximum = 1000000},
    {OPTION(INTEGER, "streams",
            "Requests that one connection of HTTP/2 may have open at one time."),
     DEFAULT("100"), .minimum = 1, .maximum = 1000},
    {OPTION(INTEGER, "address_rate",
            "Requests a second that one address (of IPv6, one /64) may make over time; 0: any "
            "number. Who makes more is answered 429 with Retry-After."),
     DEFAULT("0"), .minimum = 0, .maximum = 1000000},
    {OPTION(INTEGER, "address_burst", "Requests that one address may make at once."),
     DEFAULT("100"), .minimum = 1, .maximum = 1000000},
    {OPTION(INTEGER, "actor_rate",
            "Requests a second that one authenticated client may make over time, whatever its "
            "addresses; 0: any number."),
     DEFAULT("0"), .minimum = 0, .maximum = 1000000},
    {OPTION(INTEGER, "actor_burst", "Requests that one authenticated client may make at once."),
     DEFAULT("100"), .minimum = 1, .maximum = 1000000},
    {OPTION(SIZE, "header_size", "Size of a request's line and headers together."),
     DEFAULT("16KiB"), .minimum = KIB, .maximum = 1024 * KIB},
    {OPTION(DURATION, "handshake_time", "Time for a TLS handshake."), DEFAULT("10s"),
     .minimum = SECOND / 10, .maximum = HOUR},
    {OPTION(DURATION, "header_time", "Time for a request's line and headers to arrive."),
     DEFAULT("10s"), .minimum = SECOND / 10, .maximum = HOUR},
    {OPTION(DURATION, "body_time",
            "Time without progress in which the next part of a body must arrive or leave."),
     DEFAULT("30s"), .minimum = SECOND / 10, .maximum = HOUR},
    {OPTION(DURATION, "idle_time", "Time that an idle connection is kept."), DEFAULT("75s"),
     .minimum = SECOND / 10, .maximum = HOUR},
    {OPTION(DURATION, "request_time", "Time to answer a request, unless its route has its own."),
     DEFAULT("30s"), .minimum = SECOND / 10, .maximum = HOUR},
    {OPTION(
         DURATION, "loop_time",
         "Time that one piece of work may hold a loop; longer is logged with instance, route and "
         "stack."),
     DEFAULT("500ms"), .minimum = 20, .maximum = HOUR},
    {OPTION(DURATION, "drain_time", "Time that requests in flight get when the host stops."),
     DEFAULT("30s"), .minimum = 0, .maximum = HOUR},
};

static const signet_option_t isolated_options[] = {
    {OPTION(PATH, "folder",
            "Folder for what the processes of isolated instances keep for themselves: NAME.signed "
            "is the log of all that the keys of the instance NAME signed. Required where a block "
            "says isolate = true.")},
    {OPTION(DURATION, "time",
            "How long such a process may take for one call, and to be ready; then it counts as "
            "hung, is ended and started anew."),
     DEFAULT("60s"), .minimum = SECOND / 10, .maximum = HOUR},
};

static const signet_option_t sandbox_file_options[] = {
    {OPTION(PATH, "path", "A file or folder."), .flags = SIGNET_OPTION_REQUIRED},
    {OPTION(BOOLEAN, "write", "Whether it is written too."), DEFAULT("false")},
};

static const signet_option_t sandbox_options[] = {
    {OPTION(BOOLEAN, "enabled",
            "Whether the daemon and its processes may only touch what the configuration names, and "
            "only ask the kernel for what they need."),
     DEFAULT("true")},
    {OPTION(GROUPS, "files",
            "What they may touch beside it: files of a token's module, for instance."),
     .members = sandbox_file_options, .member_count = COUNT(sandbox_file_options)},
};

static const signet_option_t host_options[] = {
    {OPTION(TEXT, "node",
            "Name of this node, unique among those that share a store; by default the name of the "
            "machine.")},
    {OPTION(
        TEXT, "user",
        "User that a host which was started as root becomes once it has its sockets, before any "
        "plugin is loaded, and cannot leave again.")},
    {OPTION(TEXT, "group", "Its group; by default that of the user.")},
    {OPTION(PATH, "plugins", "Folder that plugins are loaded from; by default the installed one.")},
    {OPTION(GROUPS, "listeners", "Where the host listens."), RELOADABLE,
     .members = listener_options, .member_count = COUNT(listener_options)},
    {OPTION(
         DURATION, "certificate_check",
         "How often the listeners' certificate and key files are looked at; what is new is taken "
         "up while connections go on."),
     DEFAULT("1m"), .minimum = SECOND / 10, .maximum = 24 * HOUR},
    {OPTION(
         PATH, "control",
         "Unix socket by which `signetd --take-over` gets the listening sockets of this host and "
         "takes its place; without it that is not offered."),
     .flags = SIGNET_OPTION_WRITTEN},
    {OPTION(PATH, "ready_file", "File that is written with the addresses once the host is ready."),
     .flags = SIGNET_OPTION_WRITTEN},
    {OPTION(GROUP, "log", "What is logged, and how."), .members = log_options,
     .member_count = COUNT(log_options)},
    {OPTION(GROUP, "isolated", "Instances that live in a process of their own."),
     .members = isolated_options, .member_count = COUNT(isolated_options)},
    {OPTION(GROUP, "sandbox", "What the processes of the daemon are kept from."),
     .members = sandbox_options, .member_count = COUNT(sandbox_options)},
    {OPTION(GROUP, "limits", "Bounds on what clients may take."), RELOADABLE,
     .members = limit_options, .member_count = COUNT(limit_options)},
};

const signet_option_t *core_host_options(uint64_t *count)
{
    *count = COUNT(host_options);
    return host_options;
}

static signet_text_t text_of(const signet_setting_t *group, const char *name)
{
    for (uint64_t index = 0; index < group->member_count; index++) {
        if (core_text_is(group->members[index].name, name))
            return group->members[index].text;
    }
    return (signet_text_t){NULL, 0};
}

static int has_members(const signet_setting_t *group, const char *name)
{
    for (uint64_t index = 0; index < group->member_count; index++) {
        if (core_text_is(group->members[index].name, name))
            return group->members[index].member_count > 0;
    }
    return 0;
}

static int is_mode(signet_text_t mode)
{
    for (uint64_t index = 0; index < mode.length; index++) {
        if (mode.data[index] < '0' || mode.data[index] > '7')
            return 0;
    }
    return mode.length >= 3 && mode.length <= 4 && (mode.length == 3 || mode.data[0] == '0');
}

static void check_listener(core_faults_t *faults, const signet_setting_t *listener)
{
    signet_text_t name = text_of(listener, "name");
    int has_address = text_of(listener, "address").length > 0;
    int has_unix = text_of(listener, "unix").length > 0;
    int has_first = text_of(listener, "certificate").length > 0;
    int has_key = text_of(listener, "key").length > 0;
    int has_certificate = has_first || has_members(listener, "certificates");
    if (has_address == has_unix)
        core_fault(faults, listener->file, listener->line,
                   "listener \"%.*s\" must have either \"address\" or \"unix\": set one of them",
                   CORE_TEXT_ARG(name));
    if (has_first != has_key)
        core_fault(faults, listener->file, listener->line,
                   "listener \"%.*s\" has one of \"certificate\" and \"key\": set both",
                   CORE_TEXT_ARG(name));
    int asks = text_of(listener, "client_certificates").length > 0 &&
               !core_text_is(text_of(listener, "client_certificates"), "none");
    if (!asks && text_of(listener, "client_authorities").length > 0)
        core_fault(faults, listener->file, listener->line,
                   "listener \"%.*s\" names \"client_authorities\" but asks for no client "
                   "certificates: set \"client_certificates\"",
                   CORE_TEXT_ARG(name));
    if (!asks && has_members(listener, "certificate_paths"))
        core_fault(faults, listener->file, listener->line,
                   "listener \"%.*s\" names \"certificate_paths\" but asks for no client "
                   "certificates: set \"client_certificates\" to \"optional\"",
                   CORE_TEXT_ARG(name));
    if (asks && !has_certificate)
        core_fault(faults, listener->file, listener->line,
                   "listener \"%.*s\" asks for client certificates without TLS: set "
                   "\"certificate\" and \"key\" too",
                   CORE_TEXT_ARG(name));
    if (!is_mode(text_of(listener, "mode")))
        core_fault(faults, listener->file, listener->line,
                   "the mode \"%.*s\" of listener \"%.*s\" is not octal: write it as \"0660\"",
                   CORE_TEXT_ARG(text_of(listener, "mode")), CORE_TEXT_ARG(name));
}

/* A node's name is a part of the keys of its records. */
static int is_node(signet_text_t node)
{
    for (uint64_t index = 0; index < node.length; index++) {
        char letter = node.data[index];
        if (!((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
              (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' || letter == '_'))
            return 0;
    }
    return node.length > 0 && node.length <= 64;
}

void core_host_check(core_faults_t *faults, const signet_setting_t *host)
{
    for (uint64_t index = 0; index < host->member_count; index++) {
        const signet_setting_t *member = &host->members[index];
        if (core_text_is(member->name, "node") && !is_node(member->text))
            core_fault(faults, member->file, member->line,
                       "\"%.*s\" cannot be a node's name: use at most 64 letters, digits, '-', '.' "
                       "and '_'",
                       CORE_TEXT_ARG(member->text));
        if (core_text_is(member->name, "group") && member->text.length &&
            !text_of(host, "user").length)
            core_fault(faults, member->file, member->line,
                       "\"group\" is the group of \"user\", which is missing: set it too");
        for (uint64_t at = 0; core_text_is(member->name, "listeners") && at < member->member_count;
             at++)
            check_listener(faults, &member->members[at]);
    }
}
