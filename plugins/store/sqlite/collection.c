#include "collection.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

store_collection_t *store_catalogue_find(store_catalogue_t *catalogue, signet_text_t name)
{
    store_collection_t *entry = atomic_load_explicit(&catalogue->first, memory_order_acquire);
    while (entry && !signet_text_equal(entry->name, name))
        entry = entry->next;
    return entry;
}

int32_t store_catalogue_need(store_catalogue_t *catalogue, signet_call_t *call, signet_text_t name,
                             store_collection_t **collection)
{
    *collection = store_catalogue_find(catalogue, name);
    if (*collection)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "store.undeclared",
                       "The collection '%.*s' was not declared.", SIGNET_FORMAT(name));
}

void store_catalogue_add(store_catalogue_t *catalogue, store_collection_t *collection)
{
    collection->next = atomic_load_explicit(&catalogue->first, memory_order_relaxed);
    atomic_store_explicit(&catalogue->first, collection, memory_order_release);
}

static void finalize(store_collection_t *collection)
{
    sqlite3_stmt **statements[] = {&collection->find, &collection->values, &collection->insert,
                                   &collection->update, &collection->remove};
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        sqlite3_finalize(*statements[i]);
        *statements[i] = NULL;
    }
}

void store_catalogue_finalize(store_catalogue_t *catalogue)
{
    for (store_collection_t *entry = atomic_load(&catalogue->first); entry; entry = entry->next)
        finalize(entry);
    store_tables_finalize(catalogue->tables);
}

void store_catalogue_clear(store_catalogue_t *catalogue)
{
    store_collection_t *entry = atomic_load(&catalogue->first);
    while (entry) {
        store_collection_t *next = entry->next;
        store_collection_free(entry);
        entry = next;
    }
    atomic_store(&catalogue->first, NULL);
    store_tables_free(catalogue->tables);
    catalogue->tables = NULL;
}

static signet_text_t duplicate(signet_text_t text)
{
    char *copy = malloc(text.length + 1);
    if (!copy)
        return (signet_text_t){NULL, 0};
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (signet_text_t){copy, text.length};
}

static void release(signet_text_t *text)
{
    free((void *)(uintptr_t)text->data);
    text->data = NULL;
}

void store_collection_free(store_collection_t *collection)
{
    if (!collection)
        return;
    finalize(collection);
    for (uint32_t i = 0; i < collection->field_count; i++)
        release(&collection->fields[i].name);
    free(collection->fields);
    release(&collection->name);
    free(collection);
}

/* Names become SQL identifiers between quotes; these characters cannot end them. */
static int name_valid(signet_text_t name, const char *others)
{
    if (name.length == 0 || name.length > 64 || name.data[0] < 'a' || name.data[0] > 'z')
        return 0;
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(others, c)))
            return 0;
    }
    return 1;
}

static int field_name_valid(signet_text_t name)
{
    return name_valid(name, "_") && !signet_text_is(name, "key") &&
           !signet_text_is(name, "version") && !signet_text_is(name, "body");
}

static int32_t check(signet_call_t *call, const signet_collection_t *declaration)
{
    signet_text_t name = declaration->name;
    if (!name_valid(name, "_.-") || !memchr(name.data, '.', name.length))
        return signet_fail(
            call, SIGNET_INVALID, "store.declaration",
            "'%.*s' does not name a collection: it must be OWNER.NAME in lower case.",
            SIGNET_FORMAT(name));
    if (declaration->revision == 0 || (declaration->flags & ~SIGNET_COLLECTION_GLOBAL) != 0 ||
        declaration->field_count > STORE_MAX_FIELDS)
        return signet_fail(call, SIGNET_INVALID, "store.declaration",
                           "The declaration of '%.*s' needs a revision from 1, known flags and at "
                           "most %u fields.",
                           SIGNET_FORMAT(name), STORE_MAX_FIELDS);
    for (uint64_t i = 0; i < declaration->field_count; i++) {
        const signet_field_declaration_t *field =
            SIGNET_AT(signet_field_declaration_t, declaration->fields, i);
        int bad = !field_name_valid(field->name) || field->type < SIGNET_VALUE_TEXT ||
                  field->type > SIGNET_VALUE_TEXTS || (field->flags & ~SIGNET_FIELD_UNINDEXED) != 0;
        for (uint64_t j = 0; j < i && !bad; j++)
            bad = signet_text_equal(
                field->name, SIGNET_AT(signet_field_declaration_t, declaration->fields, j)->name);
        if (bad)
            return signet_fail(call, SIGNET_INVALID, "store.declaration",
                               "The field '%.*s' of '%.*s' has a name, type or flag that is not "
                               "permitted, or is declared twice.",
                               SIGNET_FORMAT(field->name), SIGNET_FORMAT(name));
    }
    return SIGNET_OK;
}

static int copy_fields(store_collection_t *collection, const signet_collection_t *declaration)
{
    uint32_t count = (uint32_t)declaration->field_count;
    collection->fields = calloc(count ? count : 1, sizeof(*collection->fields));
    if (!collection->fields)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        const signet_field_declaration_t *source =
            SIGNET_AT(signet_field_declaration_t, declaration->fields, i);
        store_field_t *field = &collection->fields[i];
        field->name = duplicate(source->name);
        if (!field->name.data)
            return 0;
        collection->field_count++;
        field->type = source->type;
        field->flags = source->flags;
        field->position = i;
        if (!(field->flags & SIGNET_FIELD_UNINDEXED))
            collection->has_indexes = 1;
    }
    return 1;
}

int32_t store_collection_new(signet_call_t *call, const signet_collection_t *declaration,
                             store_collection_t **collection)
{
    int32_t status = check(call, declaration);
    if (status != SIGNET_OK)
        return status;
    store_collection_t *made = calloc(1, sizeof(*made));
    if (!made)
        return signet_fail_memory(call);
    made->flags = declaration->flags;
    made->revision = declaration->revision;
    made->name = duplicate(declaration->name);
    if (!made->name.data || !copy_fields(made, declaration)) {
        store_collection_free(made);
        return signet_fail_memory(call);
    }
    *collection = made;
    return SIGNET_OK;
}

const store_field_t *store_collection_field(const store_collection_t *collection,
                                            signet_text_t name)
{
    for (uint32_t i = 0; i < collection->field_count; i++)
        if (signet_text_equal(collection->fields[i].name, name))
            return &collection->fields[i];
    return NULL;
}

signet_text_t store_collection_tenant(const store_collection_t *collection, signet_call_t *call)
{
    if (collection->flags & SIGNET_COLLECTION_GLOBAL)
        return SIGNET_TEXT("");
    return call->services->tenant(call);
}
