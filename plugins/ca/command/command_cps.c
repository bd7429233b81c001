#include "command/command.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/setting.h>

/* What only the operator can write. */
#define TO_WRITE "*To be written by the operator.*\n"

static void heading(signet_buffer_t *buffer, int depth, const char *text)
{
    signet_buffer_format(buffer, "\n%s %s\n\n", depth == 1 ? "##" : "###", text);
}

/* A section of the outline that the configuration says nothing about. */
static void leave_open(signet_buffer_t *buffer, const char *title, const char *hint)
{
    heading(buffer, 2, title);
    signet_buffer_format(buffer, TO_WRITE "%s\n", hint);
}

static void list_texts(signet_buffer_t *buffer, const signet_setting_t *list, const char *none)
{
    uint64_t count = list == NULL ? 0 : list->member_count;
    for (uint64_t i = 0; i < count; i++)
        signet_buffer_format(buffer, "%s`%.*s`", i > 0 ? ", " : "",
                             SIGNET_FORMAT(signet_setting_at(list, i)->text));
    if (count == 0)
        signet_buffer_add_string(buffer, none);
}

static void list_option(signet_buffer_t *buffer, const ca_profile_t *profile, const char *title,
                        const char *option, const char *none)
{
    signet_buffer_format(buffer, "- %s: ", title);
    list_texts(buffer, signet_setting(profile->setting, option), none);
    signet_buffer_add_byte(buffer, '\n');
}

/* Durations as a whole number of days or hours where they are. */
static void add_duration(signet_buffer_t *buffer, int64_t ms)
{
    int64_t hours = ms / 3600000;
    if (ms % 86400000 == 0)
        signet_buffer_format(buffer, "%lld days", (long long)(hours / 24));
    else if (ms % 3600000 == 0)
        signet_buffer_format(buffer, "%lld hours", (long long)hours);
    else
        signet_buffer_format(buffer, "%lld minutes", (long long)(ms / 60000));
}

static void write_introduction(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "1. Introduction");
    leave_open(buffer, "1.1 Overview", "Say what this PKI is for and whom it serves.");
    leave_open(buffer, "1.2 Document name and identification", "Name, version, date, and OID.");
    heading(buffer, 2, "1.3 PKI participants");
    signet_buffer_add_string(buffer, "Certification authorities:\n\n"
                                     "| Authority | Kind | Parent | Subject | Key |\n"
                                     "|---|---|---|---|---|\n");
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        signet_buffer_format(
            buffer, "| %.*s | %.*s | %.*s | %.*s | %.*s |\n", SIGNET_FORMAT(authority->name),
            SIGNET_FORMAT(authority->kind),
            SIGNET_FORMAT(authority->parent != NULL ? authority->parent->name : SIGNET_TEXT("–")),
            SIGNET_FORMAT(signet_setting_text(authority->setting, "subject")),
            SIGNET_FORMAT(authority->key_type));
    }
    heading(buffer, 2, "1.4 Certificate usage");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer,
                             "- **%.*s**: %.*s. Extended key usage: ", SIGNET_FORMAT(profile->name),
                             SIGNET_FORMAT(profile->description));
        list_texts(buffer, signet_setting(profile->setting, "extended_key_usage"), "none");
        signet_buffer_add_string(buffer, ".\n");
    }
    leave_open(buffer, "1.5 Policy administration",
               "Who keeps this document, and how to reach it.");
    leave_open(buffer, "1.6 Definitions and acronyms", "");
}

static void write_repositories(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "2. Publication and repository responsibilities");
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        signet_buffer_format(buffer, "- **%.*s**: certificate at ", SIGNET_FORMAT(authority->name));
        list_texts(buffer, signet_setting(authority->setting, "aia_urls"), "(not published)");
        signet_buffer_add_string(buffer, "; revocation list at ");
        list_texts(buffer, signet_setting(authority->setting, "crl_urls"), "(not published)");
        signet_buffer_add_string(buffer, "; OCSP at ");
        list_texts(buffer, signet_setting(authority->setting, "ocsp_urls"), "(none)");
        signet_buffer_add_string(buffer, ".\n");
    }
}

static void write_names(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "3. Identification and authentication");
    heading(buffer, 2, "3.1 Naming");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer, "**%.*s**\n\n", SIGNET_FORMAT(profile->name));
        list_option(buffer, profile, "Subject", "subject", "empty");
        list_option(buffer, profile, "Host names", "dns", "none");
        list_option(buffer, profile, "Addresses", "ip", "none");
        list_option(buffer, profile, "Mail addresses", "email", "none");
        list_option(buffer, profile, "URIs", "uri", "none");
        list_option(buffer, profile, "User principal names", "upn", "none");
        signet_buffer_add_byte(buffer, '\n');
    }
    leave_open(buffer, "3.2 Initial identity validation",
               "Requests are signed by the key that they hold, which is verified. Say how persons "
               "and organisations are identified.");
    leave_open(buffer, "3.3 Re-key requests", "");
    leave_open(buffer, "3.4 Revocation requests",
               "Whoever holds a certificate's key, its requester and officers may revoke it.");
}

static void write_life_cycle(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "4. Certificate life-cycle operational requirements");
    signet_buffer_add_string(buffer, "| Profile | Who may ask | Approvals | Same key in renewal | "
                                     "Certificates at a time |\n|---|---|---|---|---|\n");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        static const char *const renewal[] = {"allowed", "required", "forbidden"};
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer, "| %.*s | ", SIGNET_FORMAT(profile->name));
        list_texts(buffer, profile->requesters, "nobody");
        signet_buffer_format(buffer, " | %lld | %s | ",
                             (long long)signet_setting_integer(profile->setting, "approval", 0),
                             renewal[profile->renewal_key]);
        if (profile->max_active > 0)
            signet_buffer_format(buffer, "%llu |\n", (unsigned long long)profile->max_active);
        else
            signet_buffer_add_string(buffer, "no limit |\n");
    }
    signet_buffer_add_string(
        buffer, "\nEach certificate is checked against RFC 5280 and its profile before "
                "it is signed, and recorded with a journal entry before it is handed "
                "out. Revocation is final, but for certificateHold.\n");
}

static void write_keys(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "6. Technical security controls");
    heading(buffer, 2, "6.1 Key pair generation and sizes");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer, "- **%.*s**: ", SIGNET_FORMAT(profile->name));
        list_texts(buffer, profile->key_types, "none");
        signet_buffer_add_byte(buffer, '\n');
    }
    leave_open(buffer, "6.2 Private key protection",
               "Name the modules that hold authorities' keys.");
    heading(buffer, 2, "6.3 Operational periods");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer, "- **%.*s**: ", SIGNET_FORMAT(profile->name));
        add_duration(buffer, profile->validity_ms);
        signet_buffer_add_byte(buffer, '\n');
    }
    leave_open(buffer, "6.4 – 6.8 Further controls",
               "Activation data, computers, life cycle, network, time stamping.");
}

static void write_profiles(const ca_t *ca, signet_buffer_t *buffer)
{
    heading(buffer, 1, "7. Certificate, CRL, and OCSP profiles");
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (profile->abstract)
            continue;
        signet_buffer_format(buffer, "### %.*s, version %llu\n\n", SIGNET_FORMAT(profile->name),
                             (unsigned long long)profile->version);
        list_option(buffer, profile, "Key usage", "key_usage", "as for authorities");
        list_option(buffer, profile, "Extended key usage", "extended_key_usage", "none");
        list_option(buffer, profile, "Certificate policies", "policies", "none");
        signet_buffer_format(buffer, "- Strict profile set: %s\n", profile->strict ? "yes" : "no");
        signet_buffer_format(buffer, "- Revocable: %s\n\n", profile->no_revocation ? "no" : "yes");
    }
}

int32_t ca_command_cps(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const ca_t *ca = instance;
    signet_bytes_t text;
    signet_buffer_t buffer = signet_buffer(call, 16384);
    signet_buffer_add_string(&buffer,
                             "# Certification practice statement\n\n"
                             "A skeleton after RFC 3647. What the configuration says is filled in; "
                             "the rest is the operator's to write.\n");
    write_introduction(ca, &buffer);
    write_repositories(ca, &buffer);
    write_names(ca, &buffer);
    write_life_cycle(ca, &buffer);
    heading(&buffer, 1, "5. Facility, management, and operational controls");
    leave_open(&buffer, "5.1 – 5.3 Physical, procedural and personnel controls", "");
    heading(&buffer, 2, "5.4 Audit logging");
    signet_buffer_add_string(&buffer, "Every decision leaves a journal entry; entries are sealed "
                                      "about once a second, and `signet journal verify` finds any "
                                      "that was changed, removed or reordered.\n");
    leave_open(&buffer, "5.5 – 5.8 Archival, key changeover, compromise, termination", "");
    write_keys(ca, &buffer);
    write_profiles(ca, &buffer);
    heading(&buffer, 1, "8. Compliance audit and other assessments");
    signet_buffer_add_string(&buffer, TO_WRITE);
    heading(&buffer, 1, "9. Other business and legal matters");
    signet_buffer_add_string(&buffer, TO_WRITE);
    int32_t status = signet_buffer_bytes(&buffer, &text);
    return status == SIGNET_OK ? input->output->services->raw(input->output, call, text) : status;
}
