/* The gate on the ABI: every size, offset, constant and signature of the contract, as compiled
 * assertions. A change that breaks a built plugin breaks this file first. Appending a member adds
 * lines here and changes a size; no other line may ever change once 1.0 is declared.
 *
 * The numbers are those of the 64-bit data models that the product runs on. */
#include <signet/signet.h>

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " changed its size")
#define MEMBER(type, member, offset)                                                               \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " moved")
#define NUMBER(name, value) _Static_assert((name) == (value), #name " changed")
#define STRING(name, value)                                                                        \
    _Static_assert(sizeof(name) == sizeof(value) &&                                                \
                       __builtin_memcmp(name, value, sizeof(value)) == 0,                          \
                   #name " changed")

/* base.h */
NUMBER(SIGNET_ABI, 0);
NUMBER(SIGNET_OK, 0);
NUMBER(SIGNET_INVALID, (-1));
NUMBER(SIGNET_UNAUTHENTICATED, (-2));
NUMBER(SIGNET_DENIED, (-3));
NUMBER(SIGNET_NOT_FOUND, (-4));
NUMBER(SIGNET_EXISTS, (-5));
NUMBER(SIGNET_CONFLICT, (-6));
NUMBER(SIGNET_TOO_LARGE, (-7));
NUMBER(SIGNET_LIMITED, (-8));
NUMBER(SIGNET_BUSY, (-9));
NUMBER(SIGNET_WOULD_BLOCK, (-10));
NUMBER(SIGNET_UNAVAILABLE, (-11));
NUMBER(SIGNET_TIMEOUT, (-12));
NUMBER(SIGNET_CANCELLED, (-13));
NUMBER(SIGNET_UNKNOWN, (-14));
NUMBER(SIGNET_FULL, (-15));
NUMBER(SIGNET_CORRUPT, (-16));
NUMBER(SIGNET_UNSUPPORTED, (-17));
NUMBER(SIGNET_ABI_MISMATCH, (-18));
NUMBER(SIGNET_NO_MEMORY, (-19));
NUMBER(SIGNET_INTERNAL, (-20));
NUMBER(SIGNET_PENDING, (-21));
/* option.h */
NUMBER(SIGNET_OPTION_TEXT, 1);
NUMBER(SIGNET_OPTION_INTEGER, 2);
NUMBER(SIGNET_OPTION_BOOLEAN, 3);
NUMBER(SIGNET_OPTION_DURATION, 4);
NUMBER(SIGNET_OPTION_SIZE, 5);
NUMBER(SIGNET_OPTION_TEXTS, 8);
NUMBER(SIGNET_OPTION_GROUP, 9);
NUMBER(SIGNET_OPTION_INSTANCE, 11);
NUMBER(SIGNET_OPTION_REQUIRED, 1U);
NUMBER(SIGNET_OPTION_POSITIONAL, 2U);
NUMBER(SIGNET_OPTION_REPEATABLE, 4U);
NUMBER(SIGNET_OPTION_RELOADABLE, 8U);
NUMBER(SIGNET_OPTION_STATE, 16U);
NUMBER(SIGNET_OPTION_KEYS, 32U);
NUMBER(SIGNET_OPTION_WRITTEN, 64U);
/* http.h */
NUMBER(SIGNET_ROUTE_PUBLIC, 2U);
NUMBER(SIGNET_ROUTE_STREAM, 4U);
NUMBER(SIGNET_ROUTE_CERTIFICATE, 8U);
NUMBER(SIGNET_ROUTE_REST, 16U);
/* host.h */
NUMBER(SIGNET_MODE_SERVE, 1U);
NUMBER(SIGNET_MODE_CHECK, 2U);
NUMBER(SIGNET_MODE_COMMAND, 3U);
NUMBER(SIGNET_LOG_DEBUG, 1);
NUMBER(SIGNET_LOG_INFO, 2);
NUMBER(SIGNET_LOG_WARNING, 3);
NUMBER(SIGNET_LOG_ERROR, 4);
NUMBER(SIGNET_LANE_REQUEST, 1U);
NUMBER(SIGNET_LANE_STREAM, 2U);
NUMBER(SIGNET_LANE_BACKGROUND, 3U);
NUMBER(SIGNET_LANE_OUTBOUND, 4U);
NUMBER(SIGNET_METRIC_COUNTER, 1U);
NUMBER(SIGNET_METRIC_GAUGE, 2U);
NUMBER(SIGNET_METRIC_HISTOGRAM, 3U);
/* plugin.h */
NUMBER(SIGNET_NEED_REQUIRED, 1U);
NUMBER(SIGNET_NEED_OPTIONAL, 2U);
NUMBER(SIGNET_USES_NETWORK, 1U);
NUMBER(SIGNET_USES_DEVICES, 2U);
/* key.h */
NUMBER(SIGNET_PURPOSE_CERTIFICATE, 1U);
NUMBER(SIGNET_PURPOSE_CRL, 2U);
NUMBER(SIGNET_PURPOSE_OCSP, 4U);
NUMBER(SIGNET_PURPOSE_TIMESTAMP, 8U);
NUMBER(SIGNET_PURPOSE_CMS, 16U);
NUMBER(SIGNET_PURPOSE_SEAL, 32U);
NUMBER(SIGNET_PURPOSE_DECRYPT, 64U);
STRING(SIGNET_KEY_INTERFACE, "signet.key/1");
STRING(SIGNET_KEY_P256, "EC-P256");
STRING(SIGNET_KEY_P384, "EC-P384");
STRING(SIGNET_KEY_P521, "EC-P521");
STRING(SIGNET_KEY_RSA2048, "RSA-2048");
STRING(SIGNET_KEY_RSA3072, "RSA-3072");
STRING(SIGNET_KEY_RSA4096, "RSA-4096");
STRING(SIGNET_KEY_ED25519, "ED25519");
STRING(SIGNET_KEY_ED448, "ED448");
STRING(SIGNET_KEY_MLDSA44, "ML-DSA-44");
STRING(SIGNET_KEY_MLDSA65, "ML-DSA-65");
STRING(SIGNET_KEY_MLDSA87, "ML-DSA-87");
STRING(SIGNET_KEY_RSAPSS2048, "RSA-PSS-2048");
STRING(SIGNET_KEY_RSAPSS3072, "RSA-PSS-3072");
STRING(SIGNET_KEY_RSAPSS4096, "RSA-PSS-4096");
STRING(SIGNET_SIGN_ECDSA_SHA256, "ECDSA-SHA256");
STRING(SIGNET_SIGN_ECDSA_SHA384, "ECDSA-SHA384");
STRING(SIGNET_SIGN_ECDSA_SHA512, "ECDSA-SHA512");
STRING(SIGNET_SIGN_RSA_SHA256, "RSA-PKCS1-SHA256");
STRING(SIGNET_SIGN_RSA_SHA384, "RSA-PKCS1-SHA384");
STRING(SIGNET_SIGN_RSA_SHA512, "RSA-PKCS1-SHA512");
STRING(SIGNET_SIGN_PSS_SHA256, "RSA-PSS-SHA256");
STRING(SIGNET_SIGN_PSS_SHA384, "RSA-PSS-SHA384");
STRING(SIGNET_SIGN_PSS_SHA512, "RSA-PSS-SHA512");
STRING(SIGNET_SIGN_ED25519, "ED25519");
STRING(SIGNET_SIGN_ED448, "ED448");
STRING(SIGNET_DECRYPT_OAEP_SHA256, "RSA-OAEP-SHA256");
STRING(SIGNET_DECRYPT_OAEP_SHA1, "RSA-OAEP-SHA1");
/* store.h */
NUMBER(SIGNET_STORE_MAX_CHANGES, 100U);
NUMBER(SIGNET_STORE_MAX_BODY, 1048576U);
NUMBER(SIGNET_STORE_MAX_KEY, 512U);
NUMBER(SIGNET_STORE_MAX_PAGE, 1000U);
NUMBER(SIGNET_VALUE_TEXT, 1U);
NUMBER(SIGNET_VALUE_INTEGER, 2U);
NUMBER(SIGNET_VALUE_TIME, 3U);
NUMBER(SIGNET_VALUE_BYTES, 4U);
NUMBER(SIGNET_VALUE_TEXTS, 5U);
NUMBER(SIGNET_FIELD_UNINDEXED, 1U);
NUMBER(SIGNET_COLLECTION_GLOBAL, 1U);
NUMBER(SIGNET_CHANGE_PUT, 1U);
NUMBER(SIGNET_CHANGE_DELETE, 2U);
NUMBER(SIGNET_VERSION_ABSENT, UINT64_C(0));
NUMBER(SIGNET_VERSION_ANY, UINT64_MAX);
NUMBER(SIGNET_COMPARE_EQUAL, 1U);
NUMBER(SIGNET_COMPARE_LESS, 2U);
NUMBER(SIGNET_COMPARE_AT_MOST, 3U);
NUMBER(SIGNET_COMPARE_GREATER, 4U);
NUMBER(SIGNET_COMPARE_AT_LEAST, 5U);
NUMBER(SIGNET_COMPARE_PREFIX, 6U);
NUMBER(SIGNET_QUERY_DESCENDING, 1U);
NUMBER(SIGNET_QUERY_NO_BODY, 2U);
STRING(SIGNET_STORE_INTERFACE, "signet.store/1");
/* journal.h */
STRING(SIGNET_JOURNAL_INTERFACE, "signet.journal/1");
STRING(SIGNET_EVENT_CERTIFICATE_ISSUED, "certificate.issued");
STRING(SIGNET_EVENT_CERTIFICATE_PRECERTIFIED, "certificate.precertified");
STRING(SIGNET_EVENT_CERTIFICATE_DENIED, "certificate.denied");
STRING(SIGNET_EVENT_CERTIFICATE_REVOKED, "certificate.revoked");
STRING(SIGNET_EVENT_CERTIFICATE_HELD, "certificate.held");
STRING(SIGNET_EVENT_CERTIFICATE_RELEASED, "certificate.released");
STRING(SIGNET_EVENT_CERTIFICATE_HINTED, "certificate.hinted");
STRING(SIGNET_EVENT_CERTIFICATES_REVOKED, "certificates.revoked");
STRING(SIGNET_EVENT_INTENT_ABANDONED, "intent.abandoned");
STRING(SIGNET_EVENT_APPROVAL_REQUESTED, "approval.requested");
STRING(SIGNET_EVENT_APPROVAL_RETURNED, "approval.returned");
STRING(SIGNET_EVENT_APPROVAL_APPROVED, "approval.approved");
STRING(SIGNET_EVENT_APPROVAL_DENIED, "approval.denied");
STRING(SIGNET_EVENT_APPROVAL_WITHDRAWN, "approval.withdrawn");
STRING(SIGNET_EVENT_APPROVAL_COMMENTED, "approval.commented");
STRING(SIGNET_EVENT_APPROVAL_EXPIRED, "approval.expired");
STRING(SIGNET_EVENT_APPROVAL_ESCALATED, "approval.escalated");
STRING(SIGNET_EVENT_AUTHORITY_CREATED, "authority.created");
STRING(SIGNET_EVENT_AUTHORITY_REQUESTED, "authority.requested");
STRING(SIGNET_EVENT_AUTHORITY_ACTIVATED, "authority.activated");
STRING(SIGNET_EVENT_AUTHORITY_CROSSED, "authority.cross-certified");
STRING(SIGNET_EVENT_AUTHORITY_ROTATING, "authority.rotating");
STRING(SIGNET_EVENT_AUTHORITY_PREPUBLISHED, "authority.prepublished");
STRING(SIGNET_EVENT_AUTHORITY_SUSPENDED, "authority.suspended");
STRING(SIGNET_EVENT_AUTHORITY_RESUMED, "authority.resumed");
STRING(SIGNET_EVENT_AUTHORITY_RETIRED, "authority.retired");
STRING(SIGNET_EVENT_AUTHORITY_COMPROMISED, "authority.compromised");
STRING(SIGNET_EVENT_COMPROMISE_REHEARSED, "compromise.rehearsed");
STRING(SIGNET_EVENT_LIST_SIGNED, "list.signed");
STRING(SIGNET_EVENT_LIST_CONCLUDED, "list.concluded");
STRING(SIGNET_EVENT_KEY_DESTROYING, "key.destroying");
STRING(SIGNET_EVENT_KEY_DESTROYED, "key.destroyed");
STRING(SIGNET_EVENT_KEY_GENERATED, "key.generated");
STRING(SIGNET_EVENT_KEY_BLOCKED, "key.blocked");
STRING(SIGNET_EVENT_KEY_ARCHIVED, "key.archived");
STRING(SIGNET_EVENT_KEY_RECOVERED, "key.recovered");
STRING(SIGNET_EVENT_TOKEN_CREATED, "token.created");
STRING(SIGNET_EVENT_TOKEN_REVOKED, "token.revoked");
STRING(SIGNET_EVENT_TENANT_ENTERED, "tenant.entered");
STRING(SIGNET_EVENT_GLASS_BROKEN, "glass.broken");
STRING(SIGNET_EVENT_LOGIN_FAILED, "login.failed");
STRING(SIGNET_EVENT_ACCESS_DENIED, "access.denied");
STRING(SIGNET_EVENT_JOURNAL_ROLLED_BACK, "journal.rolled-back");
STRING(SIGNET_EVENT_JOURNAL_ACKNOWLEDGED, "journal.acknowledged");
STRING(SIGNET_EVENT_CLOCK_JUMPED, "clock.jumped");
STRING(SIGNET_EVENT_HOST_STARTED, "host.started");
STRING(SIGNET_EVENT_HOST_STOPPED, "host.stopped");
STRING(SIGNET_EVENT_CONFIGURATION_LOADED, "configuration.loaded");
STRING(SIGNET_EVENT_CONFIGURATION_REFUSED, "configuration.refused");
STRING(SIGNET_EVENT_PLUGIN_LOADED, "plugin.loaded");
STRING(SIGNET_EVENT_DELIVERY_REFUSED, "delivery.refused");
STRING(SIGNET_EVENT_CERTIFICATE_FOUND, "certificate.found");
STRING(SIGNET_EVENT_PROCESS_LOST, "process.lost");
STRING(SIGNET_EVENT_PROCESS_RESTARTED, "process.restarted");
STRING(SIGNET_EVENT_ENTRIES_SUPPRESSED, "entries.suppressed");
/* inventory.h */
NUMBER(SIGNET_REASON_UNSPECIFIED, 0);
NUMBER(SIGNET_REASON_KEY_COMPROMISE, 1);
NUMBER(SIGNET_REASON_CA_COMPROMISE, 2);
NUMBER(SIGNET_REASON_AFFILIATION_CHANGED, 3);
NUMBER(SIGNET_REASON_SUPERSEDED, 4);
NUMBER(SIGNET_REASON_CESSATION_OF_OPERATION, 5);
NUMBER(SIGNET_REASON_CERTIFICATE_HOLD, 6);
NUMBER(SIGNET_REASON_PRIVILEGE_WITHDRAWN, 9);
NUMBER(SIGNET_REASON_AA_COMPROMISE, 10);
STRING(SIGNET_INVENTORY_INTERFACE, "signet.inventory/1");
STRING(SIGNET_CERTIFICATE_VALID, "valid");
STRING(SIGNET_CERTIFICATE_REVOKED, "revoked");
STRING(SIGNET_CERTIFICATE_HELD, "held");
STRING(SIGNET_CERTIFICATE_UNKNOWN, "abandoned");
STRING(SIGNET_CERTIFICATE_PRE, "precertificate");
STRING(SIGNET_CERTIFICATE_FOUND, "found");
/* ca.h */
STRING(SIGNET_CA_INTERFACE, "signet.ca/1");
STRING(SIGNET_AUTHORITY_ROOT, "root");
STRING(SIGNET_AUTHORITY_POLICY, "policy");
STRING(SIGNET_AUTHORITY_ISSUING, "issuing");
STRING(SIGNET_AUTHORITY_EXTERNAL, "external");
STRING(SIGNET_AUTHORITY_ACTIVE, "active");
STRING(SIGNET_AUTHORITY_OFFLINE, "offline");
STRING(SIGNET_AUTHORITY_PENDING, "pending");
STRING(SIGNET_AUTHORITY_SUSPENDED, "suspended");
STRING(SIGNET_AUTHORITY_RETIRED, "retired");
STRING(SIGNET_AUTHORITY_COMPROMISED, "compromised");
STRING(SIGNET_BULK_PREVIEW, "preview");
STRING(SIGNET_BULK_RUNNING, "running");
STRING(SIGNET_BULK_DONE, "done");
/* auth.h */
STRING(SIGNET_AUTH_INTERFACE, "signet.auth/1");
STRING(SIGNET_ROLE_ADMINISTRATOR, "administrator");
STRING(SIGNET_ROLE_OFFICER, "officer");
STRING(SIGNET_ROLE_REVOCATION_OFFICER, "revocation-officer");
STRING(SIGNET_ROLE_RECOVERY_OFFICER, "recovery-officer");
STRING(SIGNET_ROLE_REQUESTER, "requester");
STRING(SIGNET_ROLE_AUDITOR, "auditor");
/* command.h */
NUMBER(SIGNET_COMMAND_LOCAL, 1U);
NUMBER(SIGNET_COMMAND_STANDALONE, 2U);
NUMBER(SIGNET_COMMAND_WITH_OPTIONAL, 4U);
NUMBER(SIGNET_COMMAND_UNSTARTED, 8U);
NUMBER(SIGNET_KEPT_CONFIGURATION, 1U);
NUMBER(SIGNET_KEPT_STATE, 2U);
NUMBER(SIGNET_KEPT_KEYS, 3U);
NUMBER(SIGNET_COLUMN_NUMBER, 1U);
NUMBER(SIGNET_COLUMN_WIDE, 2U);
STRING(SIGNET_COMMAND_INTERFACE, "signet.command/1");

/* base.h: signet_text */
SIZE(signet_text, 16);
MEMBER(signet_text, data, 0);
MEMBER(signet_text, length, 8);

/* base.h: signet_bytes */
SIZE(signet_bytes, 16);
MEMBER(signet_bytes, data, 0);
MEMBER(signet_bytes, length, 8);

/* call.h: signet_call */
SIZE(signet_call, 16);
MEMBER(signet_call, size, 0);
MEMBER(signet_call, reserved, 4);
MEMBER(signet_call, services, 8);

/* call.h: signet_error */
SIZE(signet_error, 80);
MEMBER(signet_error, size, 0);
MEMBER(signet_error, status, 4);
MEMBER(signet_error, reason, 8);
MEMBER(signet_error, message, 24);
MEMBER(signet_error, detail, 40);
MEMBER(signet_error, field, 56);
MEMBER(signet_error, retry_after_ms, 72);

/* call.h: signet_grant */
SIZE(signet_grant, 72);
MEMBER(signet_grant, size, 0);
MEMBER(signet_grant, reserved, 4);
MEMBER(signet_grant, role, 8);
MEMBER(signet_grant, authority, 24);
MEMBER(signet_grant, profile, 40);
MEMBER(signet_grant, names, 56);

/* call.h: signet_actor */
SIZE(signet_actor, 104);
MEMBER(signet_actor, size, 0);
MEMBER(signet_actor, reserved, 4);
MEMBER(signet_actor, id, 8);
MEMBER(signet_actor, name, 24);
MEMBER(signet_actor, method, 40);
MEMBER(signet_actor, tenant, 56);
MEMBER(signet_actor, grants, 72);
MEMBER(signet_actor, grant_count, 80);
MEMBER(signet_actor, person, 88);

/* call.h: signet_provider */
SIZE(signet_provider, 48);
MEMBER(signet_provider, size, 0);
MEMBER(signet_provider, flags, 4);
MEMBER(signet_provider, number, 8);
MEMBER(signet_provider, name, 16);
MEMBER(signet_provider, interface, 32);
MEMBER(signet_provider, instance, 40);

/* call.h: signet_call_services */
SIZE(signet_call_services, 160);
MEMBER(signet_call_services, size, 0);
MEMBER(signet_call_services, reserved, 4);
MEMBER(signet_call_services, alloc, 8);
MEMBER(signet_call_services, fail, 16);
MEMBER(signet_call_services, error, 24);
MEMBER(signet_call_services, clear, 32);
MEMBER(signet_call_services, actor, 40);
MEMBER(signet_call_services, set_actor, 48);
MEMBER(signet_call_services, tenant, 56);
MEMBER(signet_call_services, trace, 64);
MEMBER(signet_call_services, remaining, 72);
MEMBER(signet_call_services, check, 80);
MEMBER(signet_call_services, shield, 88);
MEMBER(signet_call_services, child, 96);
MEMBER(signet_call_services, end, 104);
MEMBER(signet_call_services, find, 112);
MEMBER(signet_call_services, providers, 120);
MEMBER(signet_call_services, set_tenant, 128);
MEMBER(signet_call_services, pause, 136);
MEMBER(signet_call_services, resume, 144);
MEMBER(signet_call_services, limit, 152);

/* option.h: signet_option */
SIZE(signet_option, 112);
MEMBER(signet_option, size, 0);
MEMBER(signet_option, type, 4);
MEMBER(signet_option, flags, 8);
MEMBER(signet_option, reserved, 12);
MEMBER(signet_option, name, 16);
MEMBER(signet_option, help, 32);
MEMBER(signet_option, default_value, 48);
MEMBER(signet_option, choices, 64);
MEMBER(signet_option, minimum, 80);
MEMBER(signet_option, maximum, 88);
MEMBER(signet_option, members, 96);
MEMBER(signet_option, member_count, 104);

/* option.h: signet_setting */
SIZE(signet_setting, 88);
MEMBER(signet_setting, size, 0);
MEMBER(signet_setting, type, 4);
MEMBER(signet_setting, name, 8);
MEMBER(signet_setting, text, 24);
MEMBER(signet_setting, integer, 40);
MEMBER(signet_setting, members, 48);
MEMBER(signet_setting, member_count, 56);
MEMBER(signet_setting, file, 64);
MEMBER(signet_setting, line, 80);
MEMBER(signet_setting, reserved, 84);

/* http.h: signet_pair */
SIZE(signet_pair, 40);
MEMBER(signet_pair, size, 0);
MEMBER(signet_pair, reserved, 4);
MEMBER(signet_pair, name, 8);
MEMBER(signet_pair, value, 24);

/* http.h: signet_request */
SIZE(signet_request, 168);
MEMBER(signet_request, size, 0);
MEMBER(signet_request, secure, 4);
MEMBER(signet_request, method, 8);
MEMBER(signet_request, path, 24);
MEMBER(signet_request, parameters, 40);
MEMBER(signet_request, parameter_count, 48);
MEMBER(signet_request, query, 56);
MEMBER(signet_request, query_count, 64);
MEMBER(signet_request, headers, 72);
MEMBER(signet_request, header_count, 80);
MEMBER(signet_request, body, 88);
MEMBER(signet_request, peer, 104);
MEMBER(signet_request, certificate, 120);
MEMBER(signet_request, listener, 136);
MEMBER(signet_request, chain, 152);
MEMBER(signet_request, chain_count, 160);

/* http.h: signet_response */
SIZE(signet_response, 40);
MEMBER(signet_response, size, 0);
MEMBER(signet_response, status, 4);
MEMBER(signet_response, headers, 8);
MEMBER(signet_response, header_count, 16);
MEMBER(signet_response, body, 24);

/* http.h: signet_exchange */
SIZE(signet_exchange, 16);
MEMBER(signet_exchange, size, 0);
MEMBER(signet_exchange, inside_loop, 4);
MEMBER(signet_exchange, services, 8);

/* http.h: signet_exchange_services */
SIZE(signet_exchange_services, 48);
MEMBER(signet_exchange_services, size, 0);
MEMBER(signet_exchange_services, reserved, 4);
MEMBER(signet_exchange_services, respond, 8);
MEMBER(signet_exchange_services, read, 16);
MEMBER(signet_exchange_services, begin, 24);
MEMBER(signet_exchange_services, write, 32);
MEMBER(signet_exchange_services, finish, 40);

/* http.h: signet_route */
SIZE(signet_route, 88);
MEMBER(signet_route, size, 0);
MEMBER(signet_route, flags, 4);
MEMBER(signet_route, method, 8);
MEMBER(signet_route, path, 24);
MEMBER(signet_route, body_limit, 40);
MEMBER(signet_route, deadline_ms, 48);
MEMBER(signet_route, openapi, 56);
MEMBER(signet_route, handle, 72);
MEMBER(signet_route, on_error, 80);

/* host.h: signet_job */
SIZE(signet_job, 72);
MEMBER(signet_job, size, 0);
MEMBER(signet_job, lane, 4);
MEMBER(signet_job, name, 8);
MEMBER(signet_job, period_ms, 24);
MEMBER(signet_job, deadline_ms, 32);
MEMBER(signet_job, lease, 40);
MEMBER(signet_job, run, 56);
MEMBER(signet_job, subject, 64);

/* host.h: signet_metric */
SIZE(signet_metric, 56);
MEMBER(signet_metric, size, 0);
MEMBER(signet_metric, kind, 4);
MEMBER(signet_metric, name, 8);
MEMBER(signet_metric, help, 24);
MEMBER(signet_metric, labels, 40);

/* host.h: signet_host */
SIZE(signet_host, 104);
MEMBER(signet_host, size, 0);
MEMBER(signet_host, mode, 4);
MEMBER(signet_host, number, 8);
MEMBER(signet_host, name, 16);
MEMBER(signet_host, node, 32);
MEMBER(signet_host, settings, 48);
MEMBER(signet_host, services, 56);
MEMBER(signet_host, process_time_ms, 64);
MEMBER(signet_host, process_folder, 72);
MEMBER(signet_host, isolated_folder, 88);

/* host.h: signet_host_services */
SIZE(signet_host_services, 112);
MEMBER(signet_host_services, size, 0);
MEMBER(signet_host_services, reserved, 4);
MEMBER(signet_host_services, log, 8);
MEMBER(signet_host_services, log_enabled, 16);
MEMBER(signet_host_services, secret, 24);
MEMBER(signet_host_services, add_routes, 32);
MEMBER(signet_host_services, routes, 40);
MEMBER(signet_host_services, add_job, 48);
MEMBER(signet_host_services, wake_job, 56);
MEMBER(signet_host_services, add_metric, 64);
MEMBER(signet_host_services, record, 72);
MEMBER(signet_host_services, set, 80);
MEMBER(signet_host_services, fatal, 88);
MEMBER(signet_host_services, start_process, 96);
MEMBER(signet_host_services, end_process, 104);

/* plugin.h: signet_provide */
SIZE(signet_provide, 32);
MEMBER(signet_provide, size, 0);
MEMBER(signet_provide, reserved, 4);
MEMBER(signet_provide, interface, 8);
MEMBER(signet_provide, vtable, 24);

/* plugin.h: signet_need */
SIZE(signet_need, 40);
MEMBER(signet_need, size, 0);
MEMBER(signet_need, kind, 4);
MEMBER(signet_need, interface, 8);
MEMBER(signet_need, option, 24);

/* plugin.h: signet_plugin */
SIZE(signet_plugin, 160);
MEMBER(signet_plugin, size, 0);
MEMBER(signet_plugin, abi, 4);
MEMBER(signet_plugin, id, 8);
MEMBER(signet_plugin, version, 24);
MEMBER(signet_plugin, summary, 40);
MEMBER(signet_plugin, options, 56);
MEMBER(signet_plugin, option_count, 64);
MEMBER(signet_plugin, provides, 72);
MEMBER(signet_plugin, provide_count, 80);
MEMBER(signet_plugin, needs, 88);
MEMBER(signet_plugin, need_count, 96);
MEMBER(signet_plugin, open, 104);
MEMBER(signet_plugin, start, 112);
MEMBER(signet_plugin, reload, 120);
MEMBER(signet_plugin, drain, 128);
MEMBER(signet_plugin, stop, 136);
MEMBER(signet_plugin, close, 144);
MEMBER(signet_plugin, uses, 152);

/* key.h: signet_key_request */
SIZE(signet_key_request, 40);
MEMBER(signet_key_request, size, 0);
MEMBER(signet_key_request, purposes, 4);
MEMBER(signet_key_request, name, 8);
MEMBER(signet_key_request, type, 24);

/* key.h: signet_key */
SIZE(signet_key, 128);
MEMBER(signet_key, size, 0);
MEMBER(signet_key, purposes, 4);
MEMBER(signet_key, uri, 8);
MEMBER(signet_key, name, 24);
MEMBER(signet_key, type, 40);
MEMBER(signet_key, public_key, 56);
MEMBER(signet_key, exportable, 72);
MEMBER(signet_key, hardware, 76);
MEMBER(signet_key, module, 80);
MEMBER(signet_key, origin, 96);
MEMBER(signet_key, attestation, 112);

/* key.h: signet_token_request */
SIZE(signet_token_request, 40);
MEMBER(signet_token_request, size, 0);
MEMBER(signet_token_request, reserved, 4);
MEMBER(signet_token_request, officer_secret, 8);
MEMBER(signet_token_request, secret, 24);

/* key.h: signet_sign_request */
SIZE(signet_sign_request, 88);
MEMBER(signet_sign_request, size, 0);
MEMBER(signet_sign_request, purpose, 4);
MEMBER(signet_sign_request, uri, 8);
MEMBER(signet_sign_request, algorithm, 24);
MEMBER(signet_sign_request, message, 40);
MEMBER(signet_sign_request, digest, 56);
MEMBER(signet_sign_request, intent, 72);

/* key.h: signet_decrypt_request */
SIZE(signet_decrypt_request, 56);
MEMBER(signet_decrypt_request, size, 0);
MEMBER(signet_decrypt_request, reserved, 4);
MEMBER(signet_decrypt_request, uri, 8);
MEMBER(signet_decrypt_request, algorithm, 24);
MEMBER(signet_decrypt_request, ciphertext, 40);

/* key.h: signet_key_interface */
SIZE(signet_key_interface, 80);
MEMBER(signet_key_interface, size, 0);
MEMBER(signet_key_interface, reserved, 4);
MEMBER(signet_key_interface, generate, 8);
MEMBER(signet_key_interface, find, 16);
MEMBER(signet_key_interface, sign, 24);
MEMBER(signet_key_interface, list, 32);
MEMBER(signet_key_interface, initialise, 40);
MEMBER(signet_key_interface, unlock, 48);
MEMBER(signet_key_interface, lock, 56);
MEMBER(signet_key_interface, decrypt, 64);
MEMBER(signet_key_interface, destroy, 72);

/* store.h: signet_field_declaration */
SIZE(signet_field_declaration, 32);
MEMBER(signet_field_declaration, size, 0);
MEMBER(signet_field_declaration, type, 4);
MEMBER(signet_field_declaration, flags, 8);
MEMBER(signet_field_declaration, reserved, 12);
MEMBER(signet_field_declaration, name, 16);

/* store.h: signet_collection */
SIZE(signet_collection, 48);
MEMBER(signet_collection, size, 0);
MEMBER(signet_collection, flags, 4);
MEMBER(signet_collection, revision, 8);
MEMBER(signet_collection, reserved, 12);
MEMBER(signet_collection, name, 16);
MEMBER(signet_collection, fields, 32);
MEMBER(signet_collection, field_count, 40);

/* store.h: signet_field */
SIZE(signet_field, 80);
MEMBER(signet_field, size, 0);
MEMBER(signet_field, type, 4);
MEMBER(signet_field, name, 8);
MEMBER(signet_field, text, 24);
MEMBER(signet_field, integer, 40);
MEMBER(signet_field, bytes, 48);
MEMBER(signet_field, texts, 64);
MEMBER(signet_field, text_count, 72);

/* store.h: signet_record */
SIZE(signet_record, 80);
MEMBER(signet_record, size, 0);
MEMBER(signet_record, reserved, 4);
MEMBER(signet_record, key, 8);
MEMBER(signet_record, version, 24);
MEMBER(signet_record, fields, 32);
MEMBER(signet_record, field_count, 40);
MEMBER(signet_record, body, 48);
MEMBER(signet_record, tenant, 64);

/* store.h: signet_change */
SIZE(signet_change, 112);
MEMBER(signet_change, size, 0);
MEMBER(signet_change, kind, 4);
MEMBER(signet_change, collection, 8);
MEMBER(signet_change, key, 24);
MEMBER(signet_change, expected, 40);
MEMBER(signet_change, fields, 48);
MEMBER(signet_change, field_count, 56);
MEMBER(signet_change, body, 64);
MEMBER(signet_change, lease, 80);
MEMBER(signet_change, lease_owner, 96);

/* store.h: signet_condition */
SIZE(signet_condition, 16);
MEMBER(signet_condition, size, 0);
MEMBER(signet_condition, compare, 4);
MEMBER(signet_condition, value, 8);

/* store.h: signet_query */
SIZE(signet_query, 80);
MEMBER(signet_query, size, 0);
MEMBER(signet_query, flags, 4);
MEMBER(signet_query, collection, 8);
MEMBER(signet_query, conditions, 24);
MEMBER(signet_query, condition_count, 32);
MEMBER(signet_query, order, 40);
MEMBER(signet_query, limit, 56);
MEMBER(signet_query, cursor, 64);

/* store.h: signet_page */
SIZE(signet_page, 40);
MEMBER(signet_page, size, 0);
MEMBER(signet_page, reserved, 4);
MEMBER(signet_page, records, 8);
MEMBER(signet_page, count, 16);
MEMBER(signet_page, cursor, 24);

/* store.h: signet_store_interface */
SIZE(signet_store_interface, 64);
MEMBER(signet_store_interface, size, 0);
MEMBER(signet_store_interface, reserved, 4);
MEMBER(signet_store_interface, declare, 8);
MEMBER(signet_store_interface, commit, 16);
MEMBER(signet_store_interface, get, 24);
MEMBER(signet_store_interface, query, 32);
MEMBER(signet_store_interface, count, 40);
MEMBER(signet_store_interface, lease, 48);
MEMBER(signet_store_interface, release, 56);

/* journal.h: signet_entry */
SIZE(signet_entry, 56);
MEMBER(signet_entry, size, 0);
MEMBER(signet_entry, reserved, 4);
MEMBER(signet_entry, event, 8);
MEMBER(signet_entry, object, 24);
MEMBER(signet_entry, fields, 40);
MEMBER(signet_entry, field_count, 48);

/* journal.h: signet_journal_entry */
SIZE(signet_journal_entry, 128);
MEMBER(signet_journal_entry, size, 0);
MEMBER(signet_journal_entry, sealed, 4);
MEMBER(signet_journal_entry, key, 8);
MEMBER(signet_journal_entry, time, 24);
MEMBER(signet_journal_entry, event, 32);
MEMBER(signet_journal_entry, object, 48);
MEMBER(signet_journal_entry, actor, 64);
MEMBER(signet_journal_entry, tenant, 80);
MEMBER(signet_journal_entry, trace, 96);
MEMBER(signet_journal_entry, body, 112);

/* journal.h: signet_journal_query */
SIZE(signet_journal_query, 96);
MEMBER(signet_journal_query, size, 0);
MEMBER(signet_journal_query, descending, 4);
MEMBER(signet_journal_query, event, 8);
MEMBER(signet_journal_query, object, 24);
MEMBER(signet_journal_query, actor, 40);
MEMBER(signet_journal_query, from, 56);
MEMBER(signet_journal_query, to, 64);
MEMBER(signet_journal_query, limit, 72);
MEMBER(signet_journal_query, cursor, 80);

/* journal.h: signet_journal_page */
SIZE(signet_journal_page, 40);
MEMBER(signet_journal_page, size, 0);
MEMBER(signet_journal_page, reserved, 4);
MEMBER(signet_journal_page, entries, 8);
MEMBER(signet_journal_page, count, 16);
MEMBER(signet_journal_page, cursor, 24);

/* journal.h: signet_journal_interface */
SIZE(signet_journal_interface, 56);
MEMBER(signet_journal_interface, size, 0);
MEMBER(signet_journal_interface, reserved, 4);
MEMBER(signet_journal_interface, commit, 8);
MEMBER(signet_journal_interface, denied, 16);
MEMBER(signet_journal_interface, query, 24);
MEMBER(signet_journal_interface, read, 32);
MEMBER(signet_journal_interface, acknowledge, 40);
MEMBER(signet_journal_interface, ready, 48);

/* inventory.h: signet_certificate */
SIZE(signet_certificate, 304);
MEMBER(signet_certificate, size, 0);
MEMBER(signet_certificate, reason, 4);
MEMBER(signet_certificate, authority, 8);
MEMBER(signet_certificate, serial, 24);
MEMBER(signet_certificate, der, 40);
MEMBER(signet_certificate, fingerprint, 56);
MEMBER(signet_certificate, subject, 72);
MEMBER(signet_certificate, names, 88);
MEMBER(signet_certificate, name_count, 96);
MEMBER(signet_certificate, profile, 104);
MEMBER(signet_certificate, profile_version, 120);
MEMBER(signet_certificate, requester, 128);
MEMBER(signet_certificate, request_id, 144);
MEMBER(signet_certificate, state, 160);
MEMBER(signet_certificate, not_before, 176);
MEMBER(signet_certificate, not_after, 184);
MEMBER(signet_certificate, issued_at, 192);
MEMBER(signet_certificate, revoked_at, 200);
MEMBER(signet_certificate, version, 208);
MEMBER(signet_certificate, asked, 216);
MEMBER(signet_certificate, replaces, 232);
MEMBER(signet_certificate, renew_from, 248);
MEMBER(signet_certificate, renew_before, 256);
MEMBER(signet_certificate, fields, 264);
MEMBER(signet_certificate, field_count, 272);
MEMBER(signet_certificate, generation, 280);
MEMBER(signet_certificate, private_key, 288);

/* inventory.h: signet_certificate_query */
SIZE(signet_certificate_query, 192);
MEMBER(signet_certificate_query, size, 0);
MEMBER(signet_certificate_query, descending, 4);
MEMBER(signet_certificate_query, authority, 8);
MEMBER(signet_certificate_query, profile, 24);
MEMBER(signet_certificate_query, state, 40);
MEMBER(signet_certificate_query, name, 56);
MEMBER(signet_certificate_query, requester, 72);
MEMBER(signet_certificate_query, fingerprint, 88);
MEMBER(signet_certificate_query, serial, 104);
MEMBER(signet_certificate_query, expires_from, 120);
MEMBER(signet_certificate_query, expires_before, 128);
MEMBER(signet_certificate_query, limit, 136);
MEMBER(signet_certificate_query, cursor, 144);
MEMBER(signet_certificate_query, replaces, 160);
MEMBER(signet_certificate_query, owner, 176);

/* inventory.h: signet_certificate_page */
SIZE(signet_certificate_page, 40);
MEMBER(signet_certificate_page, size, 0);
MEMBER(signet_certificate_page, reserved, 4);
MEMBER(signet_certificate_page, certificates, 8);
MEMBER(signet_certificate_page, count, 16);
MEMBER(signet_certificate_page, cursor, 24);

/* inventory.h: signet_inventory_interface */
SIZE(signet_inventory_interface, 48);
MEMBER(signet_inventory_interface, size, 0);
MEMBER(signet_inventory_interface, reserved, 4);
MEMBER(signet_inventory_interface, get, 8);
MEMBER(signet_inventory_interface, query, 16);
MEMBER(signet_inventory_interface, hint, 24);
MEMBER(signet_inventory_interface, found, 32);
MEMBER(signet_inventory_interface, renewal_asked, 40);
/* inventory.h: signet_found */
SIZE(signet_found, 56);
MEMBER(signet_found, size, 0);
MEMBER(signet_found, reserved, 4);
MEMBER(signet_found, der, 8);
MEMBER(signet_found, place, 24);
MEMBER(signet_found, fields, 40);
MEMBER(signet_found, field_count, 48);

/* ca.h: signet_authority */
SIZE(signet_authority, 128);
MEMBER(signet_authority, size, 0);
MEMBER(signet_authority, reserved, 4);
MEMBER(signet_authority, name, 8);
MEMBER(signet_authority, kind, 24);
MEMBER(signet_authority, state, 40);
MEMBER(signet_authority, parent, 56);
MEMBER(signet_authority, certificate, 72);
MEMBER(signet_authority, subject, 88);
MEMBER(signet_authority, key_type, 104);
MEMBER(signet_authority, not_after, 120);

/* ca.h: signet_profile */
SIZE(signet_profile, 104);
MEMBER(signet_profile, size, 0);
MEMBER(signet_profile, reserved, 4);
MEMBER(signet_profile, name, 8);
MEMBER(signet_profile, description, 24);
MEMBER(signet_profile, authority, 40);
MEMBER(signet_profile, version, 56);
MEMBER(signet_profile, validity_ms, 64);
MEMBER(signet_profile, document, 72);
MEMBER(signet_profile, origins, 88);

/* ca.h: signet_requested_name */
SIZE(signet_requested_name, 40);
MEMBER(signet_requested_name, size, 0);
MEMBER(signet_requested_name, reserved, 4);
MEMBER(signet_requested_name, type, 8);
MEMBER(signet_requested_name, value, 24);

/* ca.h: signet_issue_request */
SIZE(signet_issue_request, 224);
MEMBER(signet_issue_request, size, 0);
MEMBER(signet_issue_request, reserved, 4);
MEMBER(signet_issue_request, request_id, 8);
MEMBER(signet_issue_request, profile, 24);
MEMBER(signet_issue_request, authority, 40);
MEMBER(signet_issue_request, csr, 56);
MEMBER(signet_issue_request, names, 72);
MEMBER(signet_issue_request, name_count, 80);
MEMBER(signet_issue_request, not_before, 88);
MEMBER(signet_issue_request, not_after, 96);
MEMBER(signet_issue_request, validity_ms, 104);
MEMBER(signet_issue_request, fields, 112);
MEMBER(signet_issue_request, field_count, 120);
MEMBER(signet_issue_request, replaces_authority, 128);
MEMBER(signet_issue_request, replaces_serial, 144);
MEMBER(signet_issue_request, attestation, 160);
MEMBER(signet_issue_request, attested_key, 176);
MEMBER(signet_issue_request, generate, 192);
MEMBER(signet_issue_request, subject, 208);

/* ca.h: signet_renew_request */
SIZE(signet_renew_request, 96);
MEMBER(signet_renew_request, size, 0);
MEMBER(signet_renew_request, reserved, 4);
MEMBER(signet_renew_request, request_id, 8);
MEMBER(signet_renew_request, authority, 24);
MEMBER(signet_renew_request, serial, 40);
MEMBER(signet_renew_request, csr, 56);
MEMBER(signet_renew_request, validity_ms, 72);
MEMBER(signet_renew_request, fields, 80);
MEMBER(signet_renew_request, field_count, 88);

/* ca.h: signet_revoke_request */
SIZE(signet_revoke_request, 64);
MEMBER(signet_revoke_request, size, 0);
MEMBER(signet_revoke_request, reason, 4);
MEMBER(signet_revoke_request, authority, 8);
MEMBER(signet_revoke_request, serial, 24);
MEMBER(signet_revoke_request, invalid_since, 40);
MEMBER(signet_revoke_request, comment, 48);

/* ca.h: signet_bulk_request */
SIZE(signet_bulk_request, 96);
MEMBER(signet_bulk_request, size, 0);
MEMBER(signet_bulk_request, reason, 4);
MEMBER(signet_bulk_request, select, 8);
MEMBER(signet_bulk_request, invalid_since, 16);
MEMBER(signet_bulk_request, comment, 24);
MEMBER(signet_bulk_request, expected, 40);
MEMBER(signet_bulk_request, key, 56);
MEMBER(signet_bulk_request, deadline, 72);
MEMBER(signet_bulk_request, from, 80);
MEMBER(signet_bulk_request, grace_ms, 88);

/* ca.h: signet_bulk */
SIZE(signet_bulk, 184);
MEMBER(signet_bulk, size, 0);
MEMBER(signet_bulk, reason, 4);
MEMBER(signet_bulk, id, 8);
MEMBER(signet_bulk, state, 24);
MEMBER(signet_bulk, requester, 40);
MEMBER(signet_bulk, comment, 56);
MEMBER(signet_bulk, digest, 72);
MEMBER(signet_bulk, count, 88);
MEMBER(signet_bulk, done, 96);
MEMBER(signet_bulk, failed, 104);
MEMBER(signet_bulk, created, 112);
MEMBER(signet_bulk, certificates, 120);
MEMBER(signet_bulk, certificate_count, 128);
MEMBER(signet_bulk, deadline, 136);
MEMBER(signet_bulk, from, 144);
MEMBER(signet_bulk, grace_ms, 152);
MEMBER(signet_bulk, replaced, 160);
MEMBER(signet_bulk, unasked, 168);
MEMBER(signet_bulk, spread, 176);

/* ca.h: signet_preview */
SIZE(signet_preview, 128);
MEMBER(signet_preview, size, 0);
MEMBER(signet_preview, approvals, 4);
MEMBER(signet_preview, profile, 8);
MEMBER(signet_preview, profile_version, 24);
MEMBER(signet_preview, authority, 32);
MEMBER(signet_preview, subject, 48);
MEMBER(signet_preview, names, 64);
MEMBER(signet_preview, name_count, 72);
MEMBER(signet_preview, not_before, 80);
MEMBER(signet_preview, not_after, 88);
MEMBER(signet_preview, tbs, 96);
MEMBER(signet_preview, text, 112);

/* ca.h: signet_chain */
SIZE(signet_chain, 40);
MEMBER(signet_chain, size, 0);
MEMBER(signet_chain, reserved, 4);
MEMBER(signet_chain, root, 8);
MEMBER(signet_chain, certificates, 24);
MEMBER(signet_chain, certificate_count, 32);

/* ca.h: signet_key_import */
SIZE(signet_key_import, 56);
MEMBER(signet_key_import, size, 0);
MEMBER(signet_key_import, reserved, 4);
MEMBER(signet_key_import, profile, 8);
MEMBER(signet_key_import, private_key, 24);
MEMBER(signet_key_import, certificate, 40);

/* ca.h: signet_recovery_request */
SIZE(signet_recovery_request, 72);
MEMBER(signet_recovery_request, size, 0);
MEMBER(signet_recovery_request, reserved, 4);
MEMBER(signet_recovery_request, authority, 8);
MEMBER(signet_recovery_request, serial, 24);
MEMBER(signet_recovery_request, reason, 40);
MEMBER(signet_recovery_request, request_id, 56);

/* ca.h: signet_archived_key */
SIZE(signet_archived_key, 192);
MEMBER(signet_archived_key, size, 0);
MEMBER(signet_archived_key, reserved, 4);
MEMBER(signet_archived_key, authority, 8);
MEMBER(signet_archived_key, serial, 24);
MEMBER(signet_archived_key, subject, 40);
MEMBER(signet_archived_key, names, 56);
MEMBER(signet_archived_key, name_count, 64);
MEMBER(signet_archived_key, profile, 72);
MEMBER(signet_archived_key, requester, 88);
MEMBER(signet_archived_key, recovery_key, 104);
MEMBER(signet_archived_key, spki_sha256, 120);
MEMBER(signet_archived_key, not_after, 136);
MEMBER(signet_archived_key, archived_at, 144);
MEMBER(signet_archived_key, certificate, 152);
MEMBER(signet_archived_key, private_key, 168);
MEMBER(signet_archived_key, generation, 184);

/* ca.h: signet_archived_key_query */
SIZE(signet_archived_key_query, 48);
MEMBER(signet_archived_key_query, size, 0);
MEMBER(signet_archived_key_query, descending, 4);
MEMBER(signet_archived_key_query, name, 8);
MEMBER(signet_archived_key_query, limit, 24);
MEMBER(signet_archived_key_query, cursor, 32);

/* ca.h: signet_archived_key_page */
SIZE(signet_archived_key_page, 40);
MEMBER(signet_archived_key_page, size, 0);
MEMBER(signet_archived_key_page, reserved, 4);
MEMBER(signet_archived_key_page, keys, 8);
MEMBER(signet_archived_key_page, count, 16);
MEMBER(signet_archived_key_page, cursor, 24);

/* ca.h: signet_ca_interface */
SIZE(signet_ca_interface, 144);
MEMBER(signet_ca_interface, size, 0);
MEMBER(signet_ca_interface, reserved, 4);
MEMBER(signet_ca_interface, issue, 8);
MEMBER(signet_ca_interface, revoke, 16);
MEMBER(signet_ca_interface, release, 24);
MEMBER(signet_ca_interface, authorities, 32);
MEMBER(signet_ca_interface, chain, 40);
MEMBER(signet_ca_interface, profiles, 48);
MEMBER(signet_ca_interface, revoke_by_key, 56);
MEMBER(signet_ca_interface, revoke_many, 64);
MEMBER(signet_ca_interface, bulk, 72);
MEMBER(signet_ca_interface, renew, 80);
MEMBER(signet_ca_interface, preview, 88);
MEMBER(signet_ca_interface, chains, 96);
MEMBER(signet_ca_interface, chain_of, 104);
MEMBER(signet_ca_interface, import_key, 112);
MEMBER(signet_ca_interface, recover_key, 120);
MEMBER(signet_ca_interface, archived_keys, 128);
MEMBER(signet_ca_interface, relied_chains, 136);

/* auth.h: signet_credential */
SIZE(signet_credential, 88);
MEMBER(signet_credential, size, 0);
MEMBER(signet_credential, reserved, 4);
MEMBER(signet_credential, scheme, 8);
MEMBER(signet_credential, value, 24);
MEMBER(signet_credential, certificate, 40);
MEMBER(signet_credential, peer, 56);
MEMBER(signet_credential, chain, 72);
MEMBER(signet_credential, chain_count, 80);

/* auth.h: signet_auth_interface */
SIZE(signet_auth_interface, 16);
MEMBER(signet_auth_interface, size, 0);
MEMBER(signet_auth_interface, reserved, 4);
MEMBER(signet_auth_interface, authenticate, 8);

/* command.h: signet_column */
SIZE(signet_column, 40);
MEMBER(signet_column, size, 0);
MEMBER(signet_column, flags, 4);
MEMBER(signet_column, name, 8);
MEMBER(signet_column, title, 24);

/* command.h: signet_output */
SIZE(signet_output, 16);
MEMBER(signet_output, size, 0);
MEMBER(signet_output, json, 4);
MEMBER(signet_output, services, 8);

/* command.h: signet_output_services */
SIZE(signet_output_services, 56);
MEMBER(signet_output_services, size, 0);
MEMBER(signet_output_services, reserved, 4);
MEMBER(signet_output_services, columns, 8);
MEMBER(signet_output_services, row, 16);
MEMBER(signet_output_services, value, 24);
MEMBER(signet_output_services, note, 32);
MEMBER(signet_output_services, raw, 40);
MEMBER(signet_output_services, progress, 48);

/* command.h: signet_command_input */
SIZE(signet_command_input, 136);
MEMBER(signet_command_input, size, 0);
MEMBER(signet_command_input, reserved, 4);
MEMBER(signet_command_input, options, 8);
MEMBER(signet_command_input, output, 16);
MEMBER(signet_command_input, url, 24);
MEMBER(signet_command_input, cacert, 40);
MEMBER(signet_command_input, token_file, 56);
MEMBER(signet_command_input, client_certificate, 72);
MEMBER(signet_command_input, client_key, 88);
MEMBER(signet_command_input, kept, 104);
MEMBER(signet_command_input, kept_count, 112);
MEMBER(signet_command_input, socket, 120);

/* command.h: signet_kept_path */
SIZE(signet_kept_path, 40);
MEMBER(signet_kept_path, size, 0);
MEMBER(signet_kept_path, kind, 4);
MEMBER(signet_kept_path, option, 8);
MEMBER(signet_kept_path, path, 24);

/* command.h: signet_command */
SIZE(signet_command, 80);
MEMBER(signet_command, size, 0);
MEMBER(signet_command, flags, 4);
MEMBER(signet_command, name, 8);
MEMBER(signet_command, summary, 24);
MEMBER(signet_command, help, 40);
MEMBER(signet_command, options, 56);
MEMBER(signet_command, option_count, 64);
MEMBER(signet_command, run, 72);

/* command.h: signet_command_interface */
SIZE(signet_command_interface, 24);
MEMBER(signet_command_interface, size, 0);
MEMBER(signet_command_interface, reserved, 4);
MEMBER(signet_command_interface, commands, 8);
MEMBER(signet_command_interface, command_count, 16);

/* Signatures: an assignment of another type does not compile. */
void signet_abi_signatures(void);

static void pin_signet_call_services(const struct signet_call_services *object)
{
    void *(*alloc)(signet_call_t * call, uint64_t length) = object->alloc;
    (void)alloc;
    int32_t (*fail)(signet_call_t * call, const signet_error_t *error) = object->fail;
    (void)fail;
    const signet_error_t *(*error)(signet_call_t * call) = object->error;
    (void)error;
    void (*clear)(signet_call_t * call) = object->clear;
    (void)clear;
    const signet_actor_t *(*actor)(signet_call_t * call) = object->actor;
    (void)actor;
    int32_t (*set_actor)(signet_call_t * call, const signet_actor_t *actor) = object->set_actor;
    (void)set_actor;
    signet_text_t (*tenant)(signet_call_t * call) = object->tenant;
    (void)tenant;
    signet_text_t (*trace)(signet_call_t * call) = object->trace;
    (void)trace;
    int64_t (*remaining)(signet_call_t * call) = object->remaining;
    (void)remaining;
    int32_t (*check)(signet_call_t * call) = object->check;
    (void)check;
    void (*shield)(signet_call_t * call) = object->shield;
    (void)shield;
    signet_call_t *(*child)(signet_call_t * call) = object->child;
    (void)child;
    void (*end)(signet_call_t * child) = object->end;
    (void)end;
    const signet_provider_t *(*find)(signet_call_t * call, signet_text_t interface,
                                     signet_text_t name) = object->find;
    (void)find;
    const signet_provider_t *const *(*providers)(signet_call_t * call, signet_text_t interface,
                                                 uint64_t * count) = object->providers;
    (void)providers;
    int32_t (*set_tenant)(signet_call_t * call, signet_text_t tenant) = object->set_tenant;
    (void)set_tenant;
    void (*pause)(signet_call_t * call) = object->pause;
    (void)pause;
    void (*resume)(signet_call_t * call) = object->resume;
    (void)resume;
    void (*limit)(signet_call_t * call, int64_t duration_ms) = object->limit;
    (void)limit;
}

static void pin_signet_exchange_services(const struct signet_exchange_services *object)
{
    int32_t (*respond)(signet_exchange_t * exchange, signet_call_t * call,
                       const signet_response_t *response) = object->respond;
    (void)respond;
    int32_t (*read)(signet_exchange_t * exchange, signet_call_t * call, signet_bytes_t * piece) =
        object->read;
    (void)read;
    int32_t (*begin)(signet_exchange_t * exchange, signet_call_t * call,
                     const signet_response_t *response) = object->begin;
    (void)begin;
    int32_t (*write)(signet_exchange_t * exchange, signet_call_t * call, signet_bytes_t piece) =
        object->write;
    (void)write;
    int32_t (*finish)(signet_exchange_t * exchange, signet_call_t * call) = object->finish;
    (void)finish;
}

static void pin_signet_route(const struct signet_route *object)
{
    int32_t (*handle)(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange) = object->handle;
    (void)handle;
    int32_t (*on_error)(void *instance, signet_call_t *call, const signet_request_t *request,
                        const signet_error_t *error, signet_exchange_t *exchange) =
        object->on_error;
    (void)on_error;
}

static void pin_signet_job(const struct signet_job *object)
{
    int32_t (*run)(void *instance, signet_call_t *call) = object->run;
    (void)run;
}

static void pin_signet_host_services(const struct signet_host_services *object)
{
    void (*log)(const signet_host_t *host, signet_call_t *call, int32_t level, signet_text_t event,
                signet_text_t message, const signet_pair_t *fields, uint64_t field_count) =
        object->log;
    (void)log;
    int32_t (*log_enabled)(const signet_host_t *host, int32_t level) = object->log_enabled;
    (void)log_enabled;
    int32_t (*secret)(const signet_host_t *host, signet_call_t *call, signet_text_t reference,
                      signet_bytes_t *secret) = object->secret;
    (void)secret;
    int32_t (*add_routes)(const signet_host_t *host, signet_call_t *call,
                          const signet_route_t *routes, uint64_t count) = object->add_routes;
    (void)add_routes;
    const signet_route_t *const *(*routes)(const signet_host_t *host, signet_call_t *call,
                                           uint64_t *count) = object->routes;
    (void)routes;
    int32_t (*add_job)(const signet_host_t *host, signet_call_t *call, const signet_job_t *job) =
        object->add_job;
    (void)add_job;
    int32_t (*wake_job)(const signet_host_t *host, signet_call_t *call, signet_text_t name) =
        object->wake_job;
    (void)wake_job;
    int32_t (*add_metric)(const signet_host_t *host, signet_call_t *call,
                          const signet_metric_t *metric, uint64_t *number) = object->add_metric;
    (void)add_metric;
    void (*record)(const signet_host_t *host, uint64_t number, int64_t value) = object->record;
    (void)record;
    void (*set)(const signet_host_t *host, uint64_t number, int64_t value) = object->set;
    (void)set;
    void (*fatal)(const signet_host_t *host, signet_text_t event, signet_text_t message) =
        object->fatal;
    (void)fatal;
    int32_t (*start_process)(const signet_host_t *host, signet_call_t *call, int32_t *socket) =
        object->start_process;
    (void)start_process;
    int32_t (*end_process)(const signet_host_t *host, signet_call_t *call, signet_text_t *how) =
        object->end_process;
    (void)end_process;
}

static void pin_signet_plugin(const struct signet_plugin *object)
{
    int32_t (*open)(const signet_host_t *host, signet_call_t *call, void **instance) = object->open;
    (void)open;
    int32_t (*start)(void *instance, signet_call_t *call) = object->start;
    (void)start;
    int32_t (*reload)(void *instance, signet_call_t *call, const signet_host_t *host) =
        object->reload;
    (void)reload;
    int32_t (*drain)(void *instance, signet_call_t *call) = object->drain;
    (void)drain;
    int32_t (*stop)(void *instance, signet_call_t *call) = object->stop;
    (void)stop;
    void (*close)(void *instance) = object->close;
    (void)close;
}

static void pin_signet_key_interface(const struct signet_key_interface *object)
{
    int32_t (*generate)(void *instance, signet_call_t *call, const signet_key_request_t *request,
                        const signet_key_t **key) = object->generate;
    (void)generate;
    int32_t (*find)(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key) = object->find;
    (void)find;
    int32_t (*sign)(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature) = object->sign;
    (void)sign;
    int32_t (*list)(void *instance, signet_call_t *call, const signet_key_t *const **keys,
                    uint64_t *count) = object->list;
    (void)list;
    int32_t (*initialise)(void *instance, signet_call_t *call,
                          const signet_token_request_t *request, signet_text_t *description) =
        object->initialise;
    (void)initialise;
    int32_t (*unlock)(void *instance, signet_call_t *call, signet_bytes_t secret) = object->unlock;
    (void)unlock;
    int32_t (*lock)(void *instance, signet_call_t *call) = object->lock;
    (void)lock;
    int32_t (*decrypt)(void *instance, signet_call_t *call, const signet_decrypt_request_t *request,
                       signet_bytes_t *plaintext) = object->decrypt;
    (void)decrypt;
    int32_t (*destroy)(void *instance, signet_call_t *call, signet_text_t uri,
                       signet_bytes_t public_key) = object->destroy;
    (void)destroy;
}

static void pin_signet_store_interface(const struct signet_store_interface *object)
{
    int32_t (*declare)(void *instance, signet_call_t *call, const signet_collection_t *collection) =
        object->declare;
    (void)declare;
    int32_t (*commit)(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count) = object->commit;
    (void)commit;
    int32_t (*get)(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                   const signet_record_t **record) = object->get;
    (void)get;
    int32_t (*query)(void *instance, signet_call_t *call, const signet_query_t *query,
                     const signet_page_t **page) = object->query;
    (void)query;
    int32_t (*count)(void *instance, signet_call_t *call, const signet_query_t *query,
                     uint64_t *count) = object->count;
    (void)count;
    int32_t (*lease)(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                     int64_t duration_ms) = object->lease;
    (void)lease;
    int32_t (*release)(void *instance, signet_call_t *call, signet_text_t name,
                       signet_text_t owner) = object->release;
    (void)release;
}

static void pin_signet_journal_interface(const struct signet_journal_interface *object)
{
    int32_t (*commit)(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count, const signet_entry_t *entry) = object->commit;
    (void)commit;
    void (*denied)(void *instance, signet_call_t *call, signet_text_t source,
                   const signet_entry_t *entry) = object->denied;
    (void)denied;
    int32_t (*query)(void *instance, signet_call_t *call, const signet_journal_query_t *query,
                     const signet_journal_page_t **page) = object->query;
    (void)query;
    int32_t (*read)(void *instance, signet_call_t *call, signet_text_t consumer, uint64_t limit,
                    const signet_journal_page_t **page) = object->read;
    (void)read;
    int32_t (*acknowledge)(void *instance, signet_call_t *call, signet_text_t consumer,
                           signet_text_t position) = object->acknowledge;
    (void)acknowledge;
    int32_t (*ready)(void *instance, signet_call_t *call) = object->ready;
    (void)ready;
}

static void pin_signet_inventory_interface(const struct signet_inventory_interface *object)
{
    int32_t (*get)(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate) = object->get;
    (void)get;
    int32_t (*query)(void *instance, signet_call_t *call, const signet_certificate_query_t *query,
                     const signet_certificate_page_t **page) = object->query;
    (void)query;
    int32_t (*hint)(void *instance, signet_call_t *call, signet_text_t authority,
                    signet_bytes_t serial, int64_t from, int64_t before,
                    const signet_certificate_t **certificate) = object->hint;
    (void)hint;
    int32_t (*found)(void *instance, signet_call_t *call, signet_text_t source,
                     const signet_found_t *found, const signet_certificate_t **certificate) =
        object->found;
    (void)found;
    int32_t (*renewal_asked)(void *instance, signet_call_t *call, signet_text_t authority,
                             signet_bytes_t serial) = object->renewal_asked;
    (void)renewal_asked;
}

static void pin_signet_ca_interface(const struct signet_ca_interface *object)
{
    int32_t (*issue)(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                     const signet_certificate_t **certificate) = object->issue;
    (void)issue;
    int32_t (*revoke)(void *instance, signet_call_t *call, const signet_revoke_request_t *request,
                      const signet_certificate_t **certificate) = object->revoke;
    (void)revoke;
    int32_t (*release)(void *instance, signet_call_t *call, signet_text_t authority,
                       signet_bytes_t serial, const signet_certificate_t **certificate) =
        object->release;
    (void)release;
    int32_t (*authorities)(void *instance, signet_call_t *call,
                           const signet_authority_t *const **authorities, uint64_t *count) =
        object->authorities;
    (void)authorities;
    int32_t (*chain)(void *instance, signet_call_t *call, signet_text_t authority,
                     const signet_bytes_t **certificates, uint64_t *count) = object->chain;
    (void)chain;
    int32_t (*profiles)(void *instance, signet_call_t *call,
                        const signet_profile_t *const **profiles, uint64_t *count) =
        object->profiles;
    (void)profiles;
    int32_t (*revoke_by_key)(void *instance, signet_call_t *call, signet_bytes_t der,
                             const signet_revoke_request_t *request,
                             const signet_certificate_t **certificate) = object->revoke_by_key;
    (void)revoke_by_key;
    int32_t (*revoke_many)(void *instance, signet_call_t *call,
                           const signet_bulk_request_t *request, const signet_bulk_t **bulk) =
        object->revoke_many;
    (void)revoke_many;
    int32_t (*bulk)(void *instance, signet_call_t *call, signet_text_t id,
                    const signet_bulk_t **bulk) = object->bulk;
    (void)bulk;
    int32_t (*renew)(void *instance, signet_call_t *call, const signet_renew_request_t *request,
                     const signet_certificate_t **certificate) = object->renew;
    (void)renew;
    int32_t (*preview)(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                       const signet_preview_t **preview) = object->preview;
    (void)preview;

    int32_t (*chains)(void *instance, signet_call_t *call, signet_text_t authority,
                      const signet_chain_t *const **list, uint64_t *count) = object->chains;
    (void)chains;
    int32_t (*chain_of)(void *instance, signet_call_t *call, signet_text_t authority,
                        uint64_t generation, const signet_bytes_t **certificates, uint64_t *count) =
        object->chain_of;
    (void)chain_of;
    int32_t (*import_key)(void *instance, signet_call_t *call, const signet_key_import_t *request,
                          const signet_archived_key_t **archived) = object->import_key;
    (void)import_key;
    int32_t (*recover_key)(void *instance, signet_call_t *call,
                           const signet_recovery_request_t *request,
                           const signet_archived_key_t **recovered) = object->recover_key;
    (void)recover_key;
    int32_t (*archived_keys)(void *instance, signet_call_t *call,
                             const signet_archived_key_query_t *query,
                             const signet_archived_key_page_t **page) = object->archived_keys;
    (void)archived_keys;
    int32_t (*relied_chains)(void *instance, signet_call_t *call, signet_text_t authority,
                             const signet_chain_t *const **chains, uint64_t *count) =
        object->relied_chains;
    (void)relied_chains;
}

static void pin_signet_auth_interface(const struct signet_auth_interface *object)
{
    int32_t (*authenticate)(void *instance, signet_call_t *call,
                            const signet_credential_t *credential, const signet_actor_t **actor) =
        object->authenticate;
    (void)authenticate;
}

static void pin_signet_output_services(const struct signet_output_services *object)
{
    int32_t (*columns)(signet_output_t * output, signet_call_t * call,
                       const signet_column_t *columns, uint64_t count) = object->columns;
    (void)columns;
    int32_t (*row)(signet_output_t * output, signet_call_t * call, const signet_text_t *cells,
                   uint64_t count) = object->row;
    (void)row;
    int32_t (*value)(signet_output_t * output, signet_call_t * call, const signet_column_t *label,
                     signet_text_t value) = object->value;
    (void)value;
    int32_t (*note)(signet_output_t * output, signet_call_t * call, signet_text_t sentence) =
        object->note;
    (void)note;
    int32_t (*raw)(signet_output_t * output, signet_call_t * call, signet_bytes_t bytes) =
        object->raw;
    (void)raw;
}

static void pin_signet_command(const struct signet_command *object)
{
    int32_t (*run)(void *instance, signet_call_t *call, const signet_command_input_t *input) =
        object->run;
    (void)run;
}

void signet_abi_signatures(void)
{
    const signet_plugin_t *(*entry)(void) = signet_plugin_entry;
    (void)entry;
    (void)pin_signet_call_services;
    (void)pin_signet_exchange_services;
    (void)pin_signet_route;
    (void)pin_signet_job;
    (void)pin_signet_host_services;
    (void)pin_signet_plugin;
    (void)pin_signet_key_interface;
    (void)pin_signet_store_interface;
    (void)pin_signet_journal_interface;
    (void)pin_signet_inventory_interface;
    (void)pin_signet_ca_interface;
    (void)pin_signet_auth_interface;
    (void)pin_signet_output_services;
    (void)pin_signet_command;
}
