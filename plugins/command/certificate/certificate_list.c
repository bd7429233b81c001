/* signet list */
#include <inttypes.h>
#include <signet/sdk/setting.h>

#include "certificate.h"

static const signet_column_t columns[] = {
    SIGNET_COLUMN("subject", "Subject", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("profile", "Profile", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("not_after", "Expires", 0),
    SIGNET_COLUMN("serial", "Serial", 0),
};

static void add_conditions(signet_call_t *call, const signet_command_input_t *input,
                           signet_buffer_t *path)
{
    static const char *const names[] = {"serial",    "fingerprint", "name",      "profile",
                                        "authority", "state",       "requester", "owner"};
    for (uint64_t i = 0; i < sizeof names / sizeof names[0]; i++)
        signet_url_query(path, names[i], signet_setting_text(input->options, names[i]));
    int64_t expiring = signet_setting_integer(input->options, "expiring", 0);
    if (expiring == 0)
        return;
    /* What has expired already does not expire within that time. */
    signet_url_query(path, "expires_after", SIGNET_TEXT("0s"));
    signet_url_query(path, "expires_before", signet_format(call, "%" PRId64 "ms", expiring));
}

int32_t certificate_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    int all = signet_setting_integer(input->options, "all", 0) != 0;
    signet_buffer_t path = signet_buffer(call, 256);
    signet_buffer_add_string(&path, "/v1/certificates");
    add_conditions(call, input, &path);
    signet_listing_t listing = {
        .member = "certificates",
        .limit = all ? 0 : (uint64_t)signet_setting_integer(input->options, "limit", 50),
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .cell = certificate_cell,
    };
    int32_t status = signet_buffer_text(&path, &listing.path);
    return status == SIGNET_OK ? signet_show_list(call, input, &listing) : status;
}
