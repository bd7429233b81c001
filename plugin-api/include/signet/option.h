/* Options: what a plugin or a command can be told, declared once; and settings: what it was told.
 *
 * Validation, the reference manual, sample configuration, --help and completion are all made
 * from the declarations. */
#ifndef SIGNET_OPTION_H
#define SIGNET_OPTION_H

#include <signet/base.h>

/* Types of options. Values in settings: text for TEXT, PATH and SECRET; integer for the rest. */
#define SIGNET_OPTION_TEXT 1     /* UTF-8 text */
#define SIGNET_OPTION_INTEGER 2  /* signed 64-bit integer */
#define SIGNET_OPTION_BOOLEAN 3  /* true or false; integer 1 or 0 */
#define SIGNET_OPTION_DURATION 4 /* "250ms", "30s", "5m", "24h", "90d", "10y"; integer: ms */
#define SIGNET_OPTION_SIZE 5     /* "64KiB", "10MiB", "1GiB"; integer: octets */
#define SIGNET_OPTION_PATH                                                                         \
    6 /* a file or folder; the host makes it absolute, relative to the                             \
       * configuration file that holds it */
#define SIGNET_OPTION_SECRET                                                                       \
    7                         /* a reference, never a value: "file:PATH", "env:NAME",              \
                               * "cred:NAME"; read it with host.secret */
#define SIGNET_OPTION_TEXTS 8 /* list of text; settings: members, each TEXT, without names */
#define SIGNET_OPTION_GROUP 9 /* one group of options, declared in members */
#define SIGNET_OPTION_GROUPS                                                                       \
    10                            /* list of groups, each declared by members; a member `name`, if \
                                   * declared, must be unique in the list */
#define SIGNET_OPTION_INSTANCE 11 /* the name of another plugin instance; text */

/* Flags of options. */
#define SIGNET_OPTION_REQUIRED 1U   /* must be set */
#define SIGNET_OPTION_POSITIONAL 2U /* of a command: an argument, not a --flag */
#define SIGNET_OPTION_REPEATABLE 4U /* of a command: may be given several times (TEXTS) */
#define SIGNET_OPTION_RELOADABLE 8U /* may change by reload without a restart */
#define SIGNET_OPTION_STATE 16U     /* of a PATH: what lies there belongs to a backup */
#define SIGNET_OPTION_KEYS 32U      /* the same for private keys: only where they are asked for */
#define SIGNET_OPTION_WRITTEN 64U   /* of a PATH: the daemon may write there, not only read */

typedef struct signet_option signet_option_t;

/* The declaration of one option. Static data. */
struct signet_option {
    uint32_t size;
    uint32_t type;  /* SIGNET_OPTION_* type */
    uint32_t flags; /* SIGNET_OPTION_* flags */
    uint32_t reserved;
    signet_text_t name;          /* lower case, words joined by '_'; commands show '-' */
    signet_text_t help;          /* one sentence */
    signet_text_t default_value; /* as written in a file; empty text: none */
    signet_text_t choices; /* TEXT, TEXTS: the permitted values joined by '|', or empty: any */
    int64_t minimum;       /* INTEGER, DURATION, SIZE: smallest value, with maximum */
    int64_t maximum;       /* largest value; minimum == maximum == 0: no limits */
    const signet_option_t *members; /* GROUP, GROUPS: the options inside */
    uint64_t member_count;
};

typedef struct signet_setting signet_setting_t;

/* A value that was set, or a default. A tree of plain data, made by the host, checked against the
 * declarations. Lives as long as the instance (configuration) or the call (command). */
struct signet_setting {
    uint32_t size;
    uint32_t type;      /* as declared; GROUP for the root and for each element of GROUPS */
    signet_text_t name; /* empty for elements of lists */
    signet_text_t text;
    int64_t integer;
    const signet_setting_t *members; /* GROUP: set members; TEXTS, GROUPS: elements */
    uint64_t member_count;
    signet_text_t file; /* where it was set; empty for a default or a command line */
    uint32_t line;      /* counted from 1; 0 for a default */
    uint32_t reserved;
};

#endif
