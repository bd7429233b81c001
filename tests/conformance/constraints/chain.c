#include "chain.h"

#include <check.h>
#include <openssl/conf.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const dns_bases[] = {"example.com", "a.example.com", ".example.com",   "com",
                                        "example.org", "EXAMPLE.com",   "b.a.example.com"};
static const char *const dns_names[] = {
    "example.com",     "a.example.com",   "b.a.example.com", "example.org",
    "notexample.com",  "*.example.com",   "A.Example.COM",   "x.example.org",
    "example.com.org", "*.a.example.com", "a-example.com",   "c.b.a.example.com",
};
static const char *const ip_bases[] = {"192.0.2.0/255.255.255.0",
                                       "192.0.2.128/255.255.255.128",
                                       "0.0.0.0/0.0.0.0",
                                       "198.51.100.7/255.255.255.255",
                                       "2001:db8::/ffff:ffff:0:0:0:0:0:0",
                                       "2001:db8:1::/ffff:ffff:ffff:0:0:0:0:0"};
static const char *const ip_names[] = {"192.0.2.1",   "192.0.2.200",     "198.51.100.7",
                                       "203.0.113.9", "2001:db8::1",     "2001:db8:1::1",
                                       "2001:db9::1", "::ffff:192.0.2.1"};
static const char *const email_bases[] = {"example.com", ".example.com", "joe@example.com",
                                          "a.example.com", "example.org"};
static const char *const email_names[] = {"joe@example.com", "ann@example.com", "joe@a.example.com",
                                          "Joe@example.com", "joe@EXAMPLE.com", "x@example.org"};
static const char *const uri_bases[] = {"example.com", ".example.com", "a.example.com",
                                        "example.org"};
static const char *const uri_names[] = {
    "https://example.com/x", "https://a.example.com/", "http://b.a.example.com:8080/",
    "https://EXAMPLE.com/",  "https://example.org/",   "https://192.0.2.1/",
    "urn:example:thing",     "ldap://a.example.com/x", "spiffe://example.com/service",
};
static const char *const directory_bases[] = {"/C=DE", "/C=DE/O=Example", "/C=DE/O=Example/OU=A",
                                              "/O=Example", "/C=FR"};
static const char *const subjects[] = {
    "/C=DE/O=Example/CN=x",
    "/C=DE/O=example/CN=x",
    "/C=DE/O=Example/OU=A/CN=x",
    "/C=DE/O=Example/OU=B/CN=x",
    "/C=FR/O=Other/CN=x",
    "/O=Example/CN=x",
    "/C=DE/O=EXAMPLE  OU/CN=x",
    "/CN=a.example.com",
    "/C=DE/O=Example/CN=example.org",
    "/C=DE/CN=A person",
    "/CN=x/emailAddress=joe@example.com",
    "/C=DE/O=Example/emailAddress=x@example.org",
    "/CN=x/emailAddress=joe@example.com/emailAddress=x@example.org",
    "/C=DE/CN=a.example.com/CN=x.example.org",
    "/CN=under_score.example.org",
    "/CN=192.0.2.1",
    "",
};
static const char *const authority_subjects[] = {
    "/C=DE/O=Example/CN=CA",
    "/C=DE/O=Example/OU=A/CN=CA",
    "/C=DE/O=Other/CN=CA",
    "/O=Example/CN=CA",
    "/CN=CA",
    "/C=FR/O=Example/CN=CA",
};

static const struct {
    int type;
    const char *const *bases;
    size_t base_count;
    const char *const *names;
    size_t name_count;
} kinds[] = {
    {GEN_DNS, dns_bases, COUNT(dns_bases), dns_names, COUNT(dns_names)},
    {GEN_IPADD, ip_bases, COUNT(ip_bases), ip_names, COUNT(ip_names)},
    {GEN_EMAIL, email_bases, COUNT(email_bases), email_names, COUNT(email_names)},
    {GEN_URI, uri_bases, COUNT(uri_bases), uri_names, COUNT(uri_names)},
    {GEN_DIRNAME, directory_bases, COUNT(directory_bases), subjects, COUNT(subjects) - 1},
};

static uint64_t state;
static EVP_PKEY *keys[CHAIN_MAX];
static CONF *sections; /* none, but OpenSSL wants them for policies */

/* splitmix64: deterministic, and good enough to choose. */
static uint64_t draw(uint64_t below)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ (mixed >> 31)) % below;
}

void chain_begin(void)
{
    sections = NCONF_new(NULL);
    ck_assert_ptr_nonnull(sections);
    for (size_t i = 0; i < CHAIN_MAX; i++) {
        keys[i] = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
        ck_assert_ptr_nonnull(keys[i]);
    }
}

void chain_end(void)
{
    for (size_t i = 0; i < CHAIN_MAX; i++)
        EVP_PKEY_free(keys[i]);
    NCONF_free(sections);
}

static void draw_subtrees(chain_certificate_t *authority)
{
    authority->name_count = draw(4) == 0 ? 0 : 1 + (int)draw(4);
    /* Few types, so that names meet them. */
    size_t first = draw(COUNT(kinds));
    for (int i = 0; i < authority->name_count; i++) {
        size_t kind = draw(3) == 0 ? draw(COUNT(kinds)) : first;
        authority->names[i] =
            (chain_name_t){.type = kinds[kind].type,
                           .excluded = draw(3) == 0,
                           .minimum = draw(60) == 0,
                           .text = kinds[kind].bases[draw(kinds[kind].base_count)]};
        if (draw(40) == 0)
            authority->names[i] = (chain_name_t){.type = draw(2) == 0 ? GEN_RID : GEN_OTHERNAME,
                                                 .excluded = draw(2) == 0,
                                                 .text = "1.2.3.4"};
    }
}

static void draw_names(chain_certificate_t *leaf)
{
    leaf->name_count = (int)draw(4);
    if (leaf->subject[0] == '\0' && leaf->name_count == 0)
        leaf->name_count = 1;
    for (int i = 0; i < leaf->name_count; i++) {
        size_t kind = draw(COUNT(kinds));
        leaf->names[i] = (chain_name_t){.type = kinds[kind].type,
                                        .text = kinds[kind].names[draw(kinds[kind].name_count)]};
        if (draw(25) == 0)
            leaf->names[i] =
                (chain_name_t){.type = draw(2) == 0 ? GEN_RID : GEN_OTHERNAME, .text = "1.2.3.4"};
    }
}

static X509_NAME *directory(const char *text)
{
    X509_NAME *name = X509_NAME_new();
    char copy[256];
    char *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *part = strsep(&rest, "/"); part != NULL; part = strsep(&rest, "/")) {
        char *value = strchr(part, '=');
        if (value == NULL)
            continue;
        *value++ = '\0';
        ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
                                                    (const unsigned char *)value, -1, -1, 0),
                         1);
    }
    return name;
}

static GENERAL_NAME *general(const chain_name_t *name, int subtree)
{
    GENERAL_NAME *made = NULL;
    if (name->type == GEN_DIRNAME) {
        made = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(made, GEN_DIRNAME, directory(name->text));
    } else if (name->type == GEN_OTHERNAME) {
        ASN1_TYPE *value = ASN1_TYPE_new();
        ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
        ASN1_STRING_set(string, "x", 1);
        ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
        made = GENERAL_NAME_new();
        GENERAL_NAME_set0_othername(made, OBJ_txt2obj(name->text, 1), value);
    } else {
        made = a2i_GENERAL_NAME(NULL, NULL, NULL, name->type, name->text, subtree);
    }
    ck_assert_msg(made != NULL, "OpenSSL refuses %s", name->text);
    return made;
}

static void add_subtrees(X509 *x509, const chain_certificate_t *authority)
{
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    for (int i = 0; i < authority->name_count; i++) {
        const chain_name_t *name = &authority->names[i];
        STACK_OF(GENERAL_SUBTREE) **side =
            name->excluded ? &constraints->excludedSubtrees : &constraints->permittedSubtrees;
        GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
        GENERAL_NAME_free(subtree->base);
        subtree->base = general(name, 1);
        if (name->minimum) {
            subtree->minimum = ASN1_INTEGER_new();
            ASN1_INTEGER_set(subtree->minimum, 1);
        }
        if (*side == NULL)
            *side = sk_GENERAL_SUBTREE_new_null();
        sk_GENERAL_SUBTREE_push(*side, subtree);
    }
    ck_assert_int_eq(X509_add1_ext_i2d(x509, NID_name_constraints, constraints, 1, 0), 1);
    NAME_CONSTRAINTS_free(constraints);
}

static void add_alternative_names(X509 *x509, const chain_certificate_t *leaf)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    for (int i = 0; i < leaf->name_count; i++)
        sk_GENERAL_NAME_push(names, general(&leaf->names[i], 0));
    ck_assert_int_eq(
        X509_add1_ext_i2d(x509, NID_subject_alt_name, names, leaf->subject[0] == '\0', 0), 1);
    GENERAL_NAMES_free(names);
}

static void add_text(X509 *x509, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, NULL, NULL, NULL, NULL, 0);
    X509V3_set_nconf(&context, sections);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ck_assert_msg(extension != NULL, "OpenSSL refuses %s", value);
    ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void build(chain_t *chain, int index)
{
    const chain_certificate_t *certificate = &chain->certificates[index];
    int leaf = index + 1 == chain->count;
    int above = index > 0 ? index - 1 : 0;
    char basic[64] = "critical,CA:FALSE";
    X509 *x509 = X509_new();
    X509_NAME *subject = directory(certificate->subject);
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), index + 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    /* Each authority has a name of its own, and none is self-issued by chance. */
    if (!leaf) {
        char number[] = {(char)('0' + index), '\0'};
        X509_NAME_add_entry_by_txt(subject, "OU", MBSTRING_UTF8, (const unsigned char *)number, -1,
                                   -1, 0);
    }
    X509_set_subject_name(x509, subject);
    X509_set_issuer_name(x509, index > 0 ? X509_get_subject_name(chain->x509[above]) : subject);
    X509_NAME_free(subject);
    X509_set_pubkey(x509, keys[index]);
    if (!leaf && certificate->path_length >= 0)
        snprintf(basic, sizeof basic, "critical,CA:TRUE,pathlen:%d", certificate->path_length);
    else if (!leaf)
        snprintf(basic, sizeof basic, "critical,CA:TRUE");
    add_text(x509, NID_basic_constraints, basic);
    add_text(x509, NID_key_usage, leaf ? "critical,digitalSignature" : "critical,keyCertSign");
    if (leaf && certificate->serves >= 0)
        add_text(x509, NID_ext_key_usage, certificate->serves ? "serverAuth" : "clientAuth");
    add_text(x509, NID_certificate_policies, certificate->policies);
    add_text(x509, NID_policy_mappings, certificate->mappings);
    add_text(x509, NID_policy_constraints, certificate->constraints);
    add_text(x509, NID_inhibit_any_policy, certificate->inhibit_any);
    if (certificate->name_count > 0 && leaf)
        add_alternative_names(x509, certificate);
    else if (certificate->name_count > 0)
        add_subtrees(x509, certificate);
    ck_assert_int_gt(X509_sign(x509, keys[above], EVP_sha256()), 0);
    chain->x509[index] = x509;
}

void chain_make(chain_t *chain, uint64_t seed)
{
    state = seed;
    *chain = (chain_t){.count = 2 + (int)draw(3)};
    for (int i = 0; i < chain->count; i++) {
        chain_certificate_t *certificate = &chain->certificates[i];
        int leaf = i + 1 == chain->count;
        certificate->path_length = draw(8) == 0 ? (int)draw(3) : -1;
        certificate->serves = (int)draw(3) - 1;
        certificate->subject = leaf ? subjects[draw(COUNT(subjects))]
                                    : authority_subjects[draw(COUNT(authority_subjects))];
        if (leaf)
            draw_names(certificate);
        else if (i > 0 || draw(2) == 0)
            draw_subtrees(certificate);
    }
    for (int i = 0; i < chain->count; i++)
        build(chain, i);
}

void chain_make_policies(chain_t *chain, uint64_t seed)
{
    static const char *const policies[] = {
        NULL,     "1.2.3.1", "1.2.3.2", "1.2.3.1,1.2.3.2", "2.5.29.32.0", "1.2.3.1,2.5.29.32.0",
        "1.2.3.3"};
    static const char *const mappings[] = {NULL, NULL, "critical,1.2.3.1:1.2.3.2",
                                           "critical,1.2.3.2:1.2.3.3",
                                           "critical,1.2.3.1:1.2.3.2,1.2.3.1:1.2.3.3"};
    static const char *const constraints[] = {NULL, "critical,requireExplicitPolicy:0",
                                              "critical,requireExplicitPolicy:1",
                                              "critical,inhibitPolicyMapping:0",
                                              "critical,requireExplicitPolicy:2,"
                                              "inhibitPolicyMapping:1"};
    static const char *const inhibits[] = {NULL, NULL, "critical,0", "critical,1"};
    state = seed;
    *chain = (chain_t){.count = 2 + (int)draw(3)};
    for (int i = 0; i < chain->count; i++) {
        chain_certificate_t *certificate = &chain->certificates[i];
        int leaf = i + 1 == chain->count;
        certificate->path_length = -1;
        certificate->serves = 1;
        certificate->subject = leaf ? "/CN=leaf" : "/CN=CA";
        if (i == 0)
            continue;
        certificate->policies = policies[draw(COUNT(policies))];
        if (leaf)
            continue;
        certificate->mappings =
            certificate->policies != NULL ? mappings[draw(COUNT(mappings))] : NULL;
        certificate->constraints = constraints[draw(COUNT(constraints))];
        certificate->inhibit_any = inhibits[draw(COUNT(inhibits))];
    }
    for (int i = 0; i < chain->count; i++)
        build(chain, i);
}

void chain_free(chain_t *chain)
{
    for (int i = 0; i < chain->count; i++)
        X509_free(chain->x509[i]);
}

static const char *type_name(int type)
{
    static const char *const names[] = {"otherName", "email", "dns", "x400",        "directory",
                                        "edi",       "uri",   "ip",  "registeredID"};
    return names[type];
}

const char *chain_text(const chain_t *chain)
{
    static char text[4096];
    size_t length = 0;
    for (int i = 0; i < chain->count; i++) {
        const chain_certificate_t *certificate = &chain->certificates[i];
        int leaf = i + 1 == chain->count;
        length += (size_t)snprintf(text + length, sizeof text - length, "  %s \"%s\" pathlen %d",
                                   leaf ? "leaf" : "authority", certificate->subject,
                                   certificate->path_length);
        for (int j = 0; j < certificate->name_count; j++) {
            const chain_name_t *name = &certificate->names[j];
            length += (size_t)snprintf(text + length, sizeof text - length, ", %s%s%s:%s",
                                       leaf             ? ""
                                       : name->excluded ? "excluded "
                                                        : "permitted ",
                                       name->minimum ? "minimum " : "", type_name(name->type),
                                       name->text);
        }
        if (leaf)
            length += (size_t)snprintf(text + length, sizeof text - length, ", serves %d",
                                       certificate->serves);
        if (certificate->policies != NULL || certificate->constraints != NULL)
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       ", policies %s, mappings %s, %s, any %s",
                                       certificate->policies ? certificate->policies : "-",
                                       certificate->mappings ? certificate->mappings : "-",
                                       certificate->constraints ? certificate->constraints : "-",
                                       certificate->inhibit_any ? certificate->inhibit_any : "-");
        length += (size_t)snprintf(text + length, sizeof text - length, "\n");
    }
    return text;
}

int chain_constrains(const chain_t *chain, int type)
{
    for (int i = 0; i + 1 < chain->count; i++) {
        for (int j = 0; j < chain->certificates[i].name_count; j++) {
            if (chain->certificates[i].names[j].type == type)
                return 1;
        }
    }
    return 0;
}

int chain_names(const chain_t *chain, int type)
{
    const chain_certificate_t *leaf = &chain->certificates[chain->count - 1];
    for (int i = 0; i < leaf->name_count; i++) {
        if (leaf->names[i].type == type)
            return 1;
    }
    return 0;
}
