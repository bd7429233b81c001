#include "command/command.h"

#include "ceremony/command.h"
#include "option.h"

#include <signet/sdk/text.h>

#define REQUIRED SIGNET_OPTION_REQUIRED
#define ARGUMENT (SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL)

static const signet_option_t create_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
};

static const signet_option_t request_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    CA_OPTION("out", SIGNET_OPTION_PATH, REQUIRED, "", "The file for the request (PEM)."),
};

static const signet_option_t sign_options[] = {
    CA_OPTION("csr", SIGNET_OPTION_PATH, REQUIRED, "", "The request of the authority below."),
    CA_OPTION("authority", SIGNET_OPTION_TEXT, REQUIRED, "", "The authority that signs."),
    CA_OPTION("profile", SIGNET_OPTION_TEXT, 0, "subordinate-ca", "The profile, of subordinates."),
    CA_OPTION("out", SIGNET_OPTION_PATH, REQUIRED, "", "The file for the certificate (PEM)."),
};

static const signet_option_t import_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    CA_OPTION("file", SIGNET_OPTION_PATH, ARGUMENT, "", "Its certificate (PEM)."),
};

static const signet_option_t rotate_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    CA_OPTION("out", SIGNET_OPTION_PATH, 0, "",
              "The file for the request (PEM), where the parent's key is elsewhere."),
    CA_OPTION("key_type", SIGNET_OPTION_TEXT, 0, "",
              "Type of the further key; else as the configuration has it."),
};

static const signet_option_t change_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    CA_OPTION("comment", SIGNET_OPTION_TEXT, 0, "", "Why; kept and journaled."),
};

static const signet_option_t destroy_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("generation"),
     .help = SIGNET_TEXT_INIT("Number of the key, counted from 1."),
     .minimum = 1,
     .maximum = 999999999},
    CA_OPTION("comment", SIGNET_OPTION_TEXT, 0, "", "Why; kept and journaled."),
    CA_OPTION("override", SIGNET_OPTION_TEXT, 0, "",
              "Why certificates that are neither expired nor revoked may lose their key."),
    CA_OPTION("responder", SIGNET_OPTION_PATH, 0, "",
              "The request of an OCSP responder that answers on (PEM)."),
    CA_OPTION("profile", SIGNET_OPTION_TEXT, 0, "", "The responder's profile."),
};

static const signet_option_t cross_options[] = {
    CA_OPTION("file", SIGNET_OPTION_PATH, ARGUMENT, "",
              "The foreign authority's self-signed certificate, or its request (PEM)."),
    CA_OPTION("authority", SIGNET_OPTION_TEXT, REQUIRED, "", "The authority that signs."),
    CA_OPTION("profile", SIGNET_OPTION_TEXT, REQUIRED, "",
              "The profile, of subordinates, that limits what the foreign authority may certify."),
    CA_OPTION("out", SIGNET_OPTION_PATH, REQUIRED, "", "The file for the certificate (PEM)."),
};

static const signet_option_t import_cross_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The authority, as it is configured."),
    CA_OPTION("file", SIGNET_OPTION_PATH, ARGUMENT, "",
              "Its cross-certificate, and behind it those above it up to the foreign root (PEM)."),
};

static const signet_option_t recovery_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, ARGUMENT, "", "The recovery key, as it is configured."),
    CA_OPTION("type", SIGNET_OPTION_TEXT, 0, "RSA-3072", "Its type: RSA-3072 or RSA-4096."),
};

static const signet_option_t issue_options[] = {
    CA_OPTION("profile", SIGNET_OPTION_TEXT, REQUIRED, "", "The profile."),
    CA_OPTION("csr", SIGNET_OPTION_PATH, REQUIRED, "", "The request (PEM or DER)."),
    CA_OPTION("authority", SIGNET_OPTION_TEXT, 0, "", "The authority; by default the profile's."),
    CA_OPTION("out", SIGNET_OPTION_PATH, REQUIRED, "", "The file for the certificate (PEM)."),
    CA_OPTION("chain", SIGNET_OPTION_BOOLEAN, 0, "false",
              "Append the certificates of the authorities, without the root."),
};

static const signet_option_t ceremony_run_options[] = {
    CA_OPTION("script", SIGNET_OPTION_PATH, ARGUMENT, "", "The script of the ceremony."),
    CA_OPTION("answers", SIGNET_OPTION_PATH, 0, "",
              "A file of answers, for a rehearsal; the transcript says so."),
};

static const signet_option_t ceremony_plan_options[] = {
    CA_OPTION("script", SIGNET_OPTION_PATH, ARGUMENT, "", "The script of the ceremony."),
};

static const signet_option_t ceremony_check_options[] = {
    CA_OPTION("transcript", SIGNET_OPTION_PATH, ARGUMENT, "", "The transcript."),
    CA_OPTION("script_file", SIGNET_OPTION_PATH, 0, "",
              "The script that it must be of, by its SHA-256."),
};

static const signet_option_t ceremony_import_options[] = {
    CA_OPTION("bundle", SIGNET_OPTION_PATH, ARGUMENT, "", "The bundle that the ceremony exported."),
    CA_OPTION("signers", SIGNET_OPTION_PATH, REQUIRED, "",
              "The certificates of the people who may sign it (PEM)."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("quorum"),
     .default_value = SIGNET_TEXT_INIT("2"),
     .minimum = 2,
     .maximum = 255,
     .help = SIGNET_TEXT_INIT("How many of them must have signed it; never fewer than the "
                              "ceremony's own quorum.")},
    CA_OPTION("transcript", SIGNET_OPTION_PATH, 0, "",
              "The transcript of the ceremony; it is checked, and must hold the bundle."),
    CA_OPTION("out", SIGNET_OPTION_PATH, 0, "",
              "A folder for what belongs to no authority that is configured here."),
};

static const signet_option_t ceremony_calendar_options[] = {
    CA_OPTION("within", SIGNET_OPTION_DURATION, 0, "", "Only what ends so soon."),
};

static const signet_option_t replay_options[] = {
    CA_OPTION("since", SIGNET_OPTION_DURATION, 0, "30d", "How far back: 30d, 12h."),
    CA_OPTION("profile", SIGNET_OPTION_TEXT, 0, "", "Only what was asked for under this profile."),
};

#define COMMAND(command_name, table, handler, command_summary, command_help)                       \
    FLAGGED(command_name, SIGNET_COMMAND_LOCAL, table, handler, command_summary, command_help)
#define FLAGGED(command_name, command_flags, table, handler, command_summary, command_help)        \
    {                                                                                              \
        .size = sizeof(signet_command_t), .flags = (command_flags),                                \
        .name = SIGNET_TEXT_INIT(command_name), .summary = SIGNET_TEXT_INIT(command_summary),      \
        .help = SIGNET_TEXT_INIT(command_help), .options = (table),                                \
        .option_count = sizeof(table) / sizeof((table)[0]), .run = (handler)                       \
    }

static const signet_command_t commands[] = {
    COMMAND("authority create", create_options, ca_command_authority_create,
            "Make an authority's key and certificate.",
            "A root signs itself; another is signed by its parent, whose key must be in the same "
            "configuration. The key is made if it is not there."),
    COMMAND("recovery-key create", recovery_options, ca_command_recovery_key,
            "Make a recovery key, which archived private keys are wrapped to.",
            "It is made in the key backend that the configuration names; have a backup of it."),
    COMMAND("authority request", request_options, ca_command_authority_request,
            "Make an authority's key and a request for its certificate.",
            "The parent signs it elsewhere with 'authority sign'; 'authority import' brings the "
            "certificate back."),
    COMMAND("authority sign", sign_options, ca_command_authority_sign,
            "Certify an authority below from its request.",
            "The certificate contains what the profile says and is recorded like every other."),
    COMMAND("authority import", import_options, ca_command_authority_import,
            "Take the certificate that a parent made for an authority.",
            "Refused unless it is for the authority's key and made by its parent."),
    COMMAND("authority cross", cross_options, ca_command_authority_cross,
            "Certify a foreign authority's key under its own name.",
            "The profile gives path length, validity, name constraints, policies and mappings. "
            "Give the certificate to those who trust our root and shall trust the foreign "
            "authority within these limits."),
    COMMAND("authority import-cross", import_cross_options, ca_command_authority_import_cross,
            "Take a cross-certificate that a foreign authority made for one of ours.",
            "It is served as another way up for all who trust the foreign root. Refused unless it "
            "is for the authority's key and name and its chain is whole."),
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL,
     .name = SIGNET_TEXT_INIT("cps"),
     .summary =
         SIGNET_TEXT_INIT("Write a certification practice statement's skeleton, in Markdown."),
     .help = SIGNET_TEXT_INIT("After RFC 3647, with what the configuration says filled in. signet "
                              "cps --config signet.cfg > cps.md"),
     .run = ca_command_cps},
    COMMAND("policy replay", replay_options, ca_command_policy_replay,
            "Show what a changed configuration would have refused or issued differently.",
            "Builds each certificate on record anew as the configuration of --config says and "
            "compares it with what was issued. signet policy replay --config new.cfg --since 30d"),
    COMMAND("authority rotate", rotate_options, ca_command_authority_rotate,
            "Make a further key for an authority while the host does not run.",
            "Where the parent's key is here it is certified at once; else 'authority sign' makes "
            "its certificate from the request, and 'authority import' brings it back."),
    COMMAND("authority activate", change_options, ca_command_authority_activate,
            "Let the published key issue in place of the former.", ""),
    COMMAND("authority suspend", change_options, ca_command_authority_suspend,
            "Let an authority issue nothing until it is resumed.", ""),
    COMMAND("authority resume", change_options, ca_command_authority_resume,
            "Let a suspended authority issue again.", ""),
    COMMAND("authority retire", change_options, ca_command_authority_retire,
            "Let an authority issue no more.", ""),
    COMMAND("authority destroy-key", destroy_options, ca_command_authority_destroy_key,
            "Destroy a key of an authority that issues no more, for good.",
            "Refused while certificates of it are neither expired nor revoked. It signs a last "
            "revocation list before, and certifies a responder where one is named."),
    COMMAND("ca issue", issue_options, ca_command_issue,
            "Issue a certificate without a running host.",
            "For the host's own first TLS certificate, for instance. All rules apply."),
    FLAGGED("ceremony run",
            SIGNET_COMMAND_LOCAL | SIGNET_COMMAND_STANDALONE | SIGNET_COMMAND_WITH_OPTIONAL,
            ceremony_run_options, ca_command_ceremony_run,
            "Run a ceremony from its script, offline.",
            "On files and a token alone: it says every value before it acts, asks for "
            "confirmation, and writes a signed transcript."),
    FLAGGED("ceremony plan", SIGNET_COMMAND_LOCAL | SIGNET_COMMAND_STANDALONE,
            ceremony_plan_options, ca_command_ceremony_plan,
            "Find mistakes in the script of a ceremony, and list its steps.",
            "Needs neither token nor people; nothing is done."),
    FLAGGED("ceremony check", SIGNET_COMMAND_STANDALONE, ceremony_check_options,
            ca_command_ceremony_check, "Verify the transcript of a ceremony.",
            "Needs nothing but the transcript. A changed one is refused, and the place named."),
    COMMAND("ceremony import", ceremony_import_options, ca_command_ceremony_import,
            "Install what a ceremony made for the online side.",
            "Certificates and revocation lists go where the configuration says, once enough of "
            "the people have signed the bundle; each is journaled."),
    FLAGGED("ceremony calendar", SIGNET_COMMAND_LOCAL | SIGNET_COMMAND_STANDALONE,
            ceremony_calendar_options, ca_command_ceremony_calendar,
            "List what the coming ceremonies must sign.",
            "Certificates, revocation lists and responders of root and policy authorities, the "
            "next first."),
};

const signet_command_interface_t ca_commands = {
    .size = sizeof(signet_command_interface_t),
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
};

int32_t ca_command_say(signet_call_t *call, const signet_command_input_t *input, const char *name,
                       const char *title, signet_text_t value)
{
    signet_column_t label = {
        .size = sizeof label, .name = signet_text(name), .title = signet_text(title)};
    return input->output->services->value(input->output, call, &label, value);
}
