#include "difference.h"

#include <stdio.h>
#include <string.h>

typedef struct difference {
    int openssl; /* 1: it refuses */
    int gnutls;
    int signet;
    int (*applies)(const chain_t *chain);
    const char *reason;
    unsigned count;
} difference_t;

static int has_unreadable_constraint(const chain_t *chain)
{
    if (chain_constrains(chain, GEN_OTHERNAME) || chain_constrains(chain, GEN_RID))
        return 1;
    for (int i = 0; i + 1 < chain->count; i++) {
        for (int j = 0; j < chain->certificates[i].name_count; j++) {
            const chain_name_t *name = &chain->certificates[i].names[j];
            if (name->excluded && (name->type == GEN_DIRNAME ||
                                   (name->type == GEN_URI && chain_names(chain, GEN_URI))))
                return 1;
        }
    }
    return 0;
}

static int constrains_directories(const chain_t *chain)
{
    return chain_constrains(chain, GEN_DIRNAME);
}

static int constrains_uris(const chain_t *chain)
{
    return chain_constrains(chain, GEN_URI) && chain_names(chain, GEN_URI);
}

static int constrains_addresses(const chain_t *chain)
{
    return chain_constrains(chain, GEN_IPADD) && chain_names(chain, GEN_IPADD);
}

static int has_minimum(const chain_t *chain)
{
    for (int i = 0; i + 1 < chain->count; i++) {
        for (int j = 0; j < chain->certificates[i].name_count; j++) {
            if (chain->certificates[i].names[j].minimum)
                return 1;
        }
    }
    return 0;
}

/* A leaf that may be a TLS server's, with a common name and no dNSName, below a constraint on dns.
 */
static int is_known_by_common_name(const chain_t *chain)
{
    const chain_certificate_t *leaf = &chain->certificates[chain->count - 1];
    return chain_constrains(chain, GEN_DNS) && !chain_names(chain, GEN_DNS) && leaf->serves != 0 &&
           strstr(leaf->subject, "CN=") != NULL;
}

static int has_two_mail_addresses(const chain_t *chain)
{
    const char *first = strstr(chain->certificates[chain->count - 1].subject, "emailAddress=");
    return chain_constrains(chain, GEN_EMAIL) && first != NULL &&
           strstr(first + 1, "emailAddress=") != NULL;
}

static int has_host_as_common_name(const chain_t *chain)
{
    const char *subject = chain->certificates[chain->count - 1].subject;
    const char *name = strstr(subject, "CN=");
    return chain_constrains(chain, GEN_DNS) && name != NULL && strchr(name, '.') != NULL;
}

static int has_address_as_common_name(const chain_t *chain)
{
    return chain_constrains(chain, GEN_IPADD) &&
           strstr(chain->certificates[chain->count - 1].subject, "CN=192.0.2.1") != NULL;
}

static difference_t differences[] = {
    {0, 1, 0, has_unreadable_constraint,
     "GnuTLS refuses all below a constraint on otherName or registeredID and below an exclusion of "
     "directory names, and URIs below an exclusion of URIs; 4.2.1.10 has unknown types refused "
     "only "
     "where such a name appears, and directory names and URIs compared",
     0},
    {1, 0, 1, has_minimum,
     "GnuTLS overlooks a minimum; 4.2.1.10: minimum MUST be zero, and one who does not process "
     "another MUST reject",
     0},
    {1, 0, 1, constrains_directories,
     "GnuTLS does not compare directory names; 4.2.1.10: MUST process directoryName", 0},
    {1, 0, 1, constrains_uris,
     "GnuTLS does not compare URIs; 4.2.1.10: either process the constraint or reject, and a URI "
     "without a host name MUST be rejected",
     0},
    {1, 0, 1, constrains_addresses,
     "GnuTLS judges IPv4 and IPv6 apart; 4.2.1.10 knows one type iPAddress, of which permitted "
     "ranges leave only what they hold",
     0},
    {1, 0, 1, has_host_as_common_name,
     "OpenSSL takes a common name for a host where there is no dNSName, GnuTLS for servers alone; "
     "4.2.1.10 leaves it to the local interpretation of names, and Signet takes the narrower one",
     0},
    {0, 1, 1, is_known_by_common_name,
     "GnuTLS takes any common name of a server without dNSName for its host, OpenSSL one that "
     "looks like a host; 4.2.1.10 leaves it to the local interpretation of names",
     0},
    {0, 1, 1, has_two_mail_addresses,
     "GnuTLS refuses two mail addresses in a subject; 4.2.1.10 has the constraint apply to each, "
     "which OpenSSL does",
     0},
    {0, 1, 1, has_unreadable_constraint,
     "as the first, and Signet refuses the leaf for a constraint that OpenSSL does not apply to it",
     0},
    {0, 0, 1, has_address_as_common_name,
     "Signet alone holds an address in the common name against constraints on addresses; old "
     "clients read it there (RFC 6125, B.2)",
     0},
    {0, 0, 1, has_host_as_common_name,
     "Signet holds a host in the common name against constraints also beside a dNSName; old "
     "clients read it there (RFC 6125, 6.4.4)",
     0},
};

#define COUNT (sizeof differences / sizeof differences[0])

int difference_explain(const chain_t *chain, const difference_verdicts_t *verdicts)
{
    for (size_t i = 0; i < COUNT; i++) {
        difference_t *difference = &differences[i];
        if (difference->openssl == verdicts->openssl && difference->gnutls == verdicts->gnutls &&
            difference->signet == verdicts->signet && difference->applies(chain)) {
            difference->count++;
            return 1;
        }
    }
    return 0;
}

int difference_report(void)
{
    int unused = 0;
    printf("differences (o OpenSSL, g GnuTLS, s Signet refuses):\n");
    for (size_t i = 0; i < COUNT; i++) {
        const difference_t *difference = &differences[i];
        printf("%4u  %c%c%c  %s\n", difference->count, difference->openssl ? 'o' : '-',
               difference->gnutls ? 'g' : '-', difference->signet ? 's' : '-', difference->reason);
        unused += difference->count == 0;
    }
    return unused;
}
