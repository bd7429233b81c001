#include "profile/required_field.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

static int32_t require(signet_call_t *call, const ca_profile_t *profile, const ca_fields_t *fields,
                       signet_text_t name)
{
    if (ca_field_value(fields, name) != NULL)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "profile.field-required", "fields",
                             "the profile \"%.*s\" needs the field \"%.*s\" beside the request",
                             SIGNET_FORMAT(profile->name), SIGNET_FORMAT(name));
}

int32_t ca_fields_present(signet_call_t *call, const ca_profile_t *profile,
                          const ca_fields_t *fields)
{
    const signet_setting_t *required = profile->required_fields;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && required != NULL && i < required->member_count; i++)
        status = require(call, profile, fields, signet_setting_at(required, i)->text);
    if (status == SIGNET_OK && profile->sid == CA_SID_REQUIRED)
        status = require(call, profile, fields, SIGNET_TEXT(CA_FIELD_SID));
    return status;
}

static int sid_of(signet_text_t word)
{
    if (signet_text_is(word, "required"))
        return CA_SID_REQUIRED;
    return signet_text_is(word, "optional") ? CA_SID_OPTIONAL : CA_SID_NONE;
}

int32_t ca_fields_configure(signet_call_t *call, ca_profile_t *profile)
{
    profile->sid = sid_of(signet_setting_text(profile->setting, "sid"));
    profile->required_fields = signet_setting(profile->setting, "required_fields");
    uint64_t count = signet_setting_count(profile->setting, "required_fields");
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *item = signet_setting_at(profile->required_fields, i);
        if (!ca_field_known(item->text))
            return signet_setting_fail(call, item, "profile.required-fields",
                                       "\"%.*s\" is no field of a request; write owner or tag.NAME",
                                       SIGNET_FORMAT(item->text));
    }
    return SIGNET_OK;
}
