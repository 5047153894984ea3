-- A large installation: accounts, people, keys, objects and 400 days of events, of which some of each kind are rare.
-- Half of the objects are one account's, and a fiftieth of the events one object's.

INSERT INTO objects_app_account (id, name, created_at, suspended_at, default_is_public)
SELECT id, 'customer ' || n, at, CASE WHEN n %% 100 = 7 THEN now() END, false FROM seeded WHERE kind = 'acc';

INSERT INTO objects_app_user (password, is_superuser, email, name, is_active, is_staff, date_joined)
SELECT '!', false, 'person' || n || '@example.com', 'Person ' || n, true, false, at FROM seeded WHERE kind = 'acc';

INSERT INTO objects_app_membership (account_id, user_id, role, created_at)
SELECT account.id, person.id, 'owner', now()
FROM objects_app_user AS person
JOIN seeded AS account ON kind = 'acc' AND email = 'person' || n || '@example.com';

INSERT INTO objects_app_apikey (
    id, account_id, name, digest, last_four, can_read, can_write, created_at, created_by, revoked_by,
    last_used_at, expires_at, revoked_at
)
SELECT
    each.id, account.id, 'key ' || each.n, encode(sha256(each.id::bytea), 'hex'), right(each.id, 4),
    true, each.n %% 3 > 0, each.at, 'person@example.com', '',
    CASE WHEN each.n %% 5 > 0 THEN now() END,
    CASE WHEN each.n %% 50 = 0 THEN now() + interval '3 days' END,
    CASE WHEN each.n %% 4 = 0 THEN now() END
FROM seeded AS each
JOIN seeded AS account ON account.kind = 'acc' AND account.n = 1 + each.n %% %(accounts)s
WHERE each.kind = 'key';

INSERT INTO objects_app_storedobject (
    id, account_id, name, folded_name, content_type, state, error_reason, metadata, is_public, was_public,
    visibility_epoch, created_by, created_at, last_activity_at, completed_at, verified_at, deleted_at,
    declared_sha256, staging_key, staged_sha256, blob_key, size_bytes, sha256
)
SELECT
    id, account_id, name, name, 'application/gzip', state,
    CASE WHEN state = 'ERROR' THEN 'too large' ELSE '' END,
    CASE WHEN state = 'DELETED' THEN '{}' ELSE jsonb_build_object('build', n) END,
    is_public, is_public, 0, 'a key', at, at,
    CASE WHEN is_whole THEN at END, CASE WHEN is_whole THEN at END, CASE WHEN state = 'DELETED' THEN at END,
    '', '', '', CASE WHEN is_whole THEN 'blob' || n ELSE '' END,
    CASE WHEN is_whole THEN size END, CASE WHEN is_whole THEN lpad(n::text, 64, '0') ELSE '' END
FROM (SELECT *, state = 'READ_ONLY' AS is_whole FROM seeded_object) AS each;

INSERT INTO objects_app_objectcount (account_id, state, is_public, amount)
SELECT account_id, state, is_public, COUNT(*) FROM objects_app_storedobject GROUP BY 1, 2, 3;

INSERT INTO objects_app_auditevent (
    id, at, account_id, actor_kind, actor_id, actor_label, via, action, target_type, target_id, target_label,
    result, address, request_id, bytes, details
)
SELECT
    event.n, now() - interval '400 days' * (1 - event.n / %(events)s::float), target.account_id,
    CASE WHEN place < 18 THEN 'key' ELSE 'person' END,
    CASE WHEN place < 18 THEN key.id ELSE (1 + event.n %% 1000)::text END,
    CASE WHEN place < 18 THEN 'key ' || key.n ELSE 'person' || 1 + event.n %% 1000 || '@example.com' END,
    CASE
        WHEN event.n %% 1009 = 0 THEN 'admin'
        WHEN place >= 18 THEN 'session'
        WHEN place >= 12 THEN 'signed_url'
        ELSE 'api'
    END,
    CASE
        WHEN event.n %% 10007 = 0 THEN 'anomaly.key_from_new_network'
        WHEN event.n %% 2003 = 0 THEN 'object.published'
        WHEN place < 4 THEN 'object.created'
        WHEN place < 8 THEN 'object.completed'
        WHEN place < 12 THEN 'object.download_url_issued'
        WHEN place < 18 THEN 'object.content_downloaded'
        WHEN place = 18 THEN 'user.signed_in'
        ELSE 'object.not_found'
    END,
    'storedobject', target.id, target.name,
    CASE WHEN place = 19 THEN 'not_found' WHEN event.n %% 3001 = 0 THEN 'failed' ELSE 'ok' END,
    '10.0.0.0'::inet + event.n %% 5000, 'request-' || event.n,
    CASE WHEN place BETWEEN 12 AND 17 THEN event.n END,
    CASE WHEN place BETWEEN 12 AND 17 THEN jsonb_build_object('grant', event.n - 4) ELSE '{}' END
FROM (
    SELECT n, n %% 20 AS place, CASE WHEN n %% 50 = 13 THEN 4 ELSE 1 + n * 7919 %% %(objects)s END AS target_n
    FROM generate_series(1, %(events)s::bigint) AS n
) AS event
JOIN seeded_object AS target ON target.n = target_n
JOIN seeded AS key ON key.kind = 'key' AND key.n = 1 + event.n * 7919 %% %(keys)s;

SELECT setval(pg_get_serial_sequence('objects_app_auditevent', 'id'), %(events)s);
