/* The journal's collections and keys. */
#ifndef JOURNAL_SCHEMA_H
#define JOURNAL_SCHEMA_H

#include <signet/sdk/record.h>

#define JOURNAL_ENTRIES "journal.entries" /* NODE/EPOCH/SEQUENCE */
#define JOURNAL_SEALS "journal.seals"     /* NODE/INDEX */
#define JOURNAL_EPOCHS "journal.epochs"   /* NODE */
#define JOURNAL_KEYS "journal.keys"       /* FINGERPRINT of a key that sealed */
#define JOURNAL_CURSORS "journal.cursors" /* CONSUMER/NODE */

#define JOURNAL_NODE_LIMIT 64U

/* Where an entry stands. Sequences count from 1. */
typedef struct journal_position {
    signet_text_t node;
    uint64_t epoch;
    uint64_t sequence;
} journal_position_t;

/* Declares all collections. [worker] */
int32_t journal_schema_declare(signet_call_t *call, const signet_store_t *store);
/* Letters, digits, '.', '_' and '-': what a node or consumer may be named. [any] */
int journal_name_valid(signet_text_t name);
/* Keys of entries and seals. Empty on NO_MEMORY. [any] */
signet_text_t journal_entry_key(signet_call_t *call, const journal_position_t *position);
signet_text_t journal_seal_key(signet_call_t *call, signet_text_t node, uint64_t index);
/* The position in an entry's key; 0 where it is not such a key. [any] */
int journal_entry_position(signet_text_t key, journal_position_t *position);
/* 16 hexadecimal digits; 0 where they are not. [any] */
int journal_number(signet_text_t text, uint64_t *number);
/* A condition on a text. [any] */
signet_condition_t journal_condition(uint32_t compare, const signet_field_t *value);

#endif
