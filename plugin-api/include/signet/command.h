/* signet.command/1: what a plugin adds to the operator's command `signet`.
 *
 * Help, man pages and completion come from the one declaration. A remote command speaks REST to a
 * host; a local one works on a configuration, with no server and no network. */
#ifndef SIGNET_COMMAND_H
#define SIGNET_COMMAND_H

#include <signet/call.h>
#include <signet/option.h>

#define SIGNET_COMMAND_INTERFACE "signet.command/1"

#define SIGNET_COMMAND_LOCAL 1U /* needs a configuration; runs in an instance started from it */
/* Works on files alone: its instance is opened but not started, from the configuration (LOCAL) or
 * from the declared defaults, and what its plugin needs may be missing and is not opened. Its
 * argument `script`, a PATH, stands for the configuration. */
#define SIGNET_COMMAND_STANDALONE 2U
/* With LOCAL and STANDALONE: what its plugin would like to have is started all the same. */
#define SIGNET_COMMAND_WITH_OPTIONAL 4U
/* With LOCAL: its instance and all that it needs are opened and none is started, whether a host
 * runs or not. */
#define SIGNET_COMMAND_UNSTARTED 8U

#define SIGNET_KEPT_CONFIGURATION 1U /* a file of the configuration itself */
#define SIGNET_KEPT_STATE 2U         /* named by an option with SIGNET_OPTION_STATE */
#define SIGNET_KEPT_KEYS 3U          /* named by an option with SIGNET_OPTION_KEYS */

/* A file or folder that a deployment consists of besides its stores. */
typedef struct signet_kept_path {
    uint32_t size;
    uint32_t kind;        /* SIGNET_KEPT_* */
    signet_text_t option; /* what names it: "ca.authorities.tls.certificate" */
    signet_text_t path;   /* absolute; it need not be there */
} signet_kept_path_t;

#define SIGNET_COLUMN_NUMBER 1U /* right-aligned; a number in JSON */
#define SIGNET_COLUMN_WIDE 2U   /* shortened first where the terminal is narrow */

/* A column of a table. */
typedef struct signet_column {
    uint32_t size;
    uint32_t flags;      /* SIGNET_COLUMN_* */
    signet_text_t name;  /* the member's name in JSON */
    signet_text_t title; /* for people */
} signet_column_t;

typedef struct signet_output_services signet_output_services_t;

/* The head of an output; made by `signet`, one for each run. */
typedef struct signet_output {
    uint32_t size;
    uint32_t json; /* 1: --json was given */
    const signet_output_services_t *services;
} signet_output_t;

struct signet_output_services {
    uint32_t size;
    uint32_t reserved;
    /* Begins a table; in JSON an array of objects. One for a run. Required. [any] */
    int32_t (*columns)(signet_output_t *output, signet_call_t *call, const signet_column_t *columns,
                       uint64_t count);
    /* One row of the table: a cell for each column. Copied. Required. [any] */
    int32_t (*row)(signet_output_t *output, signet_call_t *call, const signet_text_t *cells,
                   uint64_t count);
    /* A labelled value: "Serial  01C8…"; in JSON a member of the one object. The column gives
     * name, title and whether it is a number. Required. [any] */
    int32_t (*value)(signet_output_t *output, signet_call_t *call, const signet_column_t *label,
                     signet_text_t value);
    /* A sentence for people, left out in JSON. Required. [any] */
    int32_t (*note)(signet_output_t *output, signet_call_t *call, signet_text_t sentence);
    /* Bytes to standard output as they are (PEM, DER). Required. [any] */
    int32_t (*raw)(signet_output_t *output, signet_call_t *call, signet_bytes_t bytes);
    /* How far long work has come: so many of `total` (0: not known) of what `unit` names, as in
     * "certificates". It may be called for each; a person at a terminal sees it a few times a
     * second on standard error, until something else is printed. Nothing is shown elsewhere or in
     * JSON. Optional. [any] */
    void (*progress)(signet_output_t *output, signet_text_t unit, uint64_t done, uint64_t total);
};

/* One run of a command. */
typedef struct signet_command_input {
    uint32_t size;
    uint32_t reserved;
    const signet_setting_t *options; /* a GROUP: options and positional arguments, checked */
    signet_output_t *output;
    signet_text_t url;                /* remote: --url or SIGNET_URL: "https://…", "unix:/path" */
    signet_text_t cacert;             /* remote: --cacert or SIGNET_CACERT, a path */
    signet_text_t token_file;         /* remote: --token-file or SIGNET_TOKEN_FILE, a path */
    signet_text_t client_certificate; /* remote: --client-certificate or SIGNET_CLIENT_CERTIFICATE,
                                       * a path: PEM, with its chain */
    signet_text_t client_key;         /* remote: --client-key or SIGNET_CLIENT_KEY, a path */
    const signet_kept_path_t *kept;   /* LOCAL: what the configuration consists of and names */
    uint64_t kept_count;
    signet_text_t socket; /* local: the Unix socket on which the configuration's host, if it runs,
                           * takes a local administrator: "unix:/path"; or empty */
} signet_command_input_t;

/* A command. Static data. */
typedef struct signet_command {
    uint32_t size;
    uint32_t flags;        /* SIGNET_COMMAND_* */
    signet_text_t name;    /* "token create" */
    signet_text_t summary; /* one sentence */
    signet_text_t help;    /* more, with an example; or empty */
    const signet_option_t *options;
    uint64_t option_count;
    /* Runs it. A failure's error is printed and its status becomes the exit code.
     * Required. [any] */
    int32_t (*run)(void *instance, signet_call_t *call, const signet_command_input_t *input);
} signet_command_t;

/* The interface. */
typedef struct signet_command_interface {
    uint32_t size;
    uint32_t reserved;
    const signet_command_t *commands;
    uint64_t command_count;
} signet_command_interface_t;

#endif
