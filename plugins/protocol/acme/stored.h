/* What all records of ACME share: keys of directory and id, one read, one write. */
#ifndef ACME_STORED_H
#define ACME_STORED_H

#include "acme.h"

/* Declares collections. [worker] */
int32_t acme_stored_declare(signet_call_t *call, const signet_store_t *store,
                            const signet_collection_t *collections, uint64_t count);
/* "DIRECTORY/ID"; NULL data with the error set without memory. [any] */
signet_text_t acme_stored_key(signet_call_t *call, signet_text_t directory, signet_text_t id);
/* The id in a record's key. [any] */
signet_text_t acme_stored_id(const signet_record_t *record);
/* NOT_FOUND, also for an id that no key can hold. [worker] */
int32_t acme_stored_get(signet_call_t *call, const acme_t *acme, const char *collection,
                        signet_text_t directory, signet_text_t id, const signet_record_t **record);
/* The status of a reader of a record's body; what is wrong with a body is CORRUPT, and an error of
 * ours. [any] */
int32_t acme_stored_read(signet_call_t *call, int32_t status, const char *what, signet_text_t id);
/* A list of texts in a body, which may be missing. [any] */
int32_t acme_stored_texts(signet_call_t *call, const signet_json_t *list,
                          const signet_text_t **texts, uint64_t *count);
/* Records with this value of a field; of a page of `limit` after `cursor`. [worker] */
int32_t acme_stored_query(signet_call_t *call, const acme_t *acme, const char *collection,
                          const signet_field_t *value, uint32_t flags, uint64_t limit,
                          signet_text_t cursor, const signet_page_t **page);
/* Makes changes durable; the second journals them.
 * [worker] */
int32_t acme_stored_commit(signet_call_t *call, const acme_t *acme, const signet_change_t *changes,
                           uint64_t count);
int32_t acme_stored_journal(signet_call_t *call, const acme_t *acme, const signet_change_t *changes,
                            uint64_t count, const char *event, signet_text_t object,
                            const signet_pair_t *fields, uint64_t field_count);

#endif
