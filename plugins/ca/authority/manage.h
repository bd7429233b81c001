/* signet.authority/1: who may change the life of an authority, and who else must agree. */
#ifndef CA_MANAGE_H
#define CA_MANAGE_H

#include "authority/lifecycle.h"

extern const signet_authority_interface_t ca_manage;

/* Makes a change without asking who may: for local commands, whose user has the keys in hand. */
int32_t ca_manage_change(ca_t *ca, signet_call_t *call, const signet_authority_change_t *change,
                         const signet_authority_report_t **report);
int32_t ca_manage_describe(ca_t *ca, signet_call_t *call, signet_text_t authority,
                           const signet_authority_report_t **report);

#endif
