/* Static declarations of collections and fields. */
#ifndef CA_COLLECTION_H
#define CA_COLLECTION_H

#include <signet/store.h>

#define CA_FIELD(field_name, field_type, field_flags)                                              \
    {                                                                                              \
        .size = sizeof(signet_field_declaration_t), .type = (field_type), .flags = (field_flags),  \
        .name = SIGNET_TEXT_INIT(field_name)                                                       \
    }

#define CA_COLLECTION(collection_name, collection_flags, declared)                                 \
    {                                                                                              \
        .size = sizeof(signet_collection_t), .flags = (collection_flags), .revision = 1,           \
        .name = SIGNET_TEXT_INIT(collection_name), .fields = (declared),                           \
        .field_count = sizeof(declared) / sizeof((declared)[0])                                    \
    }

#endif
