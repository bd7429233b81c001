/* signet.store/1: durable records.
 *
 * Collections of records, each declared and written by one owner. A record is a key, a version,
 * fields and a body. Only the key is unique: another unique value is a second record in the same
 * commit. A commit is done (all of it durable), not done (none of it), or UNKNOWN: then the caller
 * acknowledges nothing, reads its keys back and decides. Reads see every acknowledged write. The
 * store adds the call's tenant to every key of a tenant-scoped collection. */
#ifndef SIGNET_STORE_H
#define SIGNET_STORE_H

#include <signet/call.h>

#define SIGNET_STORE_INTERFACE "signet.store/1"

/* Limits of the contract. */
#define SIGNET_STORE_MAX_CHANGES 100U
#define SIGNET_STORE_MAX_BODY 1048576U
#define SIGNET_STORE_MAX_KEY 512U
#define SIGNET_STORE_MAX_PAGE 1000U

/* Types of values. */
#define SIGNET_VALUE_TEXT 1U /* compared by bytes */
#define SIGNET_VALUE_INTEGER 2U
#define SIGNET_VALUE_TIME 3U /* ms since 1970 UTC */
#define SIGNET_VALUE_BYTES 4U
#define SIGNET_VALUE_TEXTS 5U /* list of text; each element is indexed */

#define SIGNET_FIELD_UNINDEXED 1U /* kept and returned, never in a condition or order */

#define SIGNET_COLLECTION_GLOBAL 1U /* not scoped to tenants */

/* The declaration of one field. */
typedef struct signet_field_declaration {
    uint32_t size;
    uint32_t type;  /* SIGNET_VALUE_* */
    uint32_t flags; /* SIGNET_FIELD_* */
    uint32_t reserved;
    signet_text_t name; /* lower case, '_'; not "key", "version", "body" */
} signet_field_declaration_t;

/* The declaration of a collection. */
typedef struct signet_collection {
    uint32_t size;
    uint32_t flags;    /* SIGNET_COLLECTION_* */
    uint32_t revision; /* of the declaration, from 1; a stored newer one is refused (CORRUPT) */
    uint32_t reserved;
    signet_text_t name; /* "owner.name": "ca.certificates" */
    const signet_field_declaration_t *fields;
    uint64_t field_count;
} signet_collection_t;

/* A named value. Absent fields are left out and not indexed. */
typedef struct signet_field {
    uint32_t size;
    uint32_t type; /* as declared */
    signet_text_t name;
    signet_text_t text;         /* TEXT */
    int64_t integer;            /* INTEGER, TIME */
    signet_bytes_t bytes;       /* BYTES */
    const signet_text_t *texts; /* TEXTS */
    uint64_t text_count;
} signet_field_t;

/* A stored record. */
typedef struct signet_record {
    uint32_t size;
    uint32_t reserved;
    signet_text_t key;
    uint64_t version; /* 1 when first put, one more with each put */
    const signet_field_t *fields;
    uint64_t field_count;
    signet_bytes_t body;  /* a JSON object in UTF-8; DER in certificates */
    signet_text_t tenant; /* whose it is; empty in global collections */
} signet_record_t;

#define SIGNET_CHANGE_PUT 1U
#define SIGNET_CHANGE_DELETE 2U

#define SIGNET_VERSION_ABSENT UINT64_C(0) /* the record must not exist */
#define SIGNET_VERSION_ANY UINT64_MAX     /* whatever is there */

/* One change of a commit. */
typedef struct signet_change {
    uint32_t size;
    uint32_t kind; /* SIGNET_CHANGE_* */
    signet_text_t collection;
    signet_text_t key;
    uint64_t expected; /* the version it must have now, or SIGNET_VERSION_* */
    const signet_field_t *fields;
    uint64_t field_count;
    signet_bytes_t body;
    signet_text_t lease; /* fails with CONFLICT unless lease_owner holds it; empty: none */
    signet_text_t lease_owner;
} signet_change_t;

/* Comparisons. On TEXTS a condition holds where an element satisfies it. */
#define SIGNET_COMPARE_EQUAL 1U
#define SIGNET_COMPARE_LESS 2U
#define SIGNET_COMPARE_AT_MOST 3U
#define SIGNET_COMPARE_GREATER 4U
#define SIGNET_COMPARE_AT_LEAST 5U
#define SIGNET_COMPARE_PREFIX 6U /* TEXT, TEXTS and the key */

/* A condition on a declared, indexed field, or on the key (field.name "key", TEXT). */
typedef struct signet_condition {
    uint32_t size;
    uint32_t compare;            /* SIGNET_COMPARE_* */
    const signet_field_t *value; /* names the field and gives the value (TEXTS: in text) */
} signet_condition_t;

#define SIGNET_QUERY_DESCENDING 1U
#define SIGNET_QUERY_NO_BODY 2U /* leave bodies out of the answer */

/* A query: all conditions must hold. */
typedef struct signet_query {
    uint32_t size;
    uint32_t flags; /* SIGNET_QUERY_* */
    signet_text_t collection;
    const signet_condition_t *conditions;
    uint64_t condition_count;
    signet_text_t order;  /* an indexed field: the records that have it; "key"; empty: by key, or
                           * with a condition of equality in any order that stays the same. Ties
                           * stand in an order that stays the same. */
    uint64_t limit;       /* 1…SIGNET_STORE_MAX_PAGE */
    signet_text_t cursor; /* of the page before, or empty */
} signet_query_t;

/* A page of an answer. */
typedef struct signet_page {
    uint32_t size;
    uint32_t reserved;
    const signet_record_t *const *records; /* `count` pointers */
    uint64_t count;
    signet_text_t cursor; /* for the next page, opaque; empty: this was the last */
} signet_page_t;

/* The interface. */
typedef struct signet_store_interface {
    uint32_t size;
    uint32_t reserved;
    /* Declares a collection, at the start of its owner; adds what is new to a stored one. CORRUPT
     * where the stored revision is newer, CONFLICT where a field changed its type. Required.
     * [worker] */
    int32_t (*declare)(void *instance, signet_call_t *call, const signet_collection_t *collection);
    /* Makes all changes durable or none. INVALID (undeclared, type, limits, a record changed
     * twice, a tenant of "*"), CONFLICT (version, lease), FULL, UNAVAILABLE, UNKNOWN. Required.
     * [worker] */
    int32_t (*commit)(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count);
    /* One record by key. NOT_FOUND. Required. [worker] */
    int32_t (*get)(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                   const signet_record_t **record);
    /* A page of records. INVALID where no index serves the conditions. Required. [worker] */
    int32_t (*query)(void *instance, signet_call_t *call, const signet_query_t *query,
                     const signet_page_t **page);
    /* How many records satisfy the conditions, counting no further than query->limit (at most
     * 100,000 here). Required. [worker] */
    int32_t (*count)(void *instance, signet_call_t *call, const signet_query_t *query,
                     uint64_t *count);
    /* Takes or renews a lease for `duration_ms` by the store's clock. CONFLICT where another owner
     * holds it. Required. [worker] */
    int32_t (*lease)(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                     int64_t duration_ms);
    /* Gives a lease up; OK also where it is not held. Required. [worker] */
    int32_t (*release)(void *instance, signet_call_t *call, signet_text_t name,
                       signet_text_t owner);
} signet_store_interface_t;

#endif
