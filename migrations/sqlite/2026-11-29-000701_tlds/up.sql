-- Registrars, and the endings of names that a seller sells.

-- An account with a registrar, and the endings that it takes.
CREATE TABLE registrars (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    supported TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);

CREATE TABLE tlds (
    seller_id BLOB NOT NULL REFERENCES sellers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    default_registrar_id BLOB,
    prices TEXT NOT NULL,
    is_predefined BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name),
    FOREIGN KEY (seller_id, default_registrar_id) REFERENCES registrars (seller_id, id)
);

-- Sellers that are there already begin like new ones.
WITH predefined (name) AS (VALUES
    ('com'), ('net'), ('org'), ('info'), ('biz'), ('name'), ('eu'), ('fr'), ('de'), ('be'),
    ('nl'), ('lu'), ('ch'), ('at'), ('it'), ('es'), ('pt'), ('uk'), ('co.uk'), ('ie'),
    ('pl'), ('cz'), ('dk'), ('se'), ('no'), ('fi'), ('us'), ('ca'), ('me'), ('io'),
    ('co'), ('tv'), ('cc'), ('app'), ('dev'), ('shop'), ('online'), ('site'), ('store'), ('xyz')
)
INSERT INTO tlds (seller_id, id, name, state, default_registrar_id, prices, is_predefined, created_at, version)
SELECT sellers.id, randomblob(16), predefined.name, 'suspended', CAST(NULL AS BLOB), '[]', TRUE, sellers.created_at, 1
FROM sellers CROSS JOIN predefined;

-- What their plans sell goes on, by hand as until now.
INSERT INTO tlds (seller_id, id, name, state, default_registrar_id, prices, is_predefined, created_at, version)
SELECT named.seller_id, randomblob(16), named.name, 'suspended', CAST(NULL AS BLOB), '[]', FALSE, sellers.created_at, 1
FROM (SELECT DISTINCT plans.seller_id, ending.value AS name FROM plans CROSS JOIN json_each(plans.tlds) AS ending) AS named
JOIN sellers ON sellers.id = named.seller_id
WHERE NOT EXISTS (SELECT 1 FROM tlds WHERE tlds.seller_id = named.seller_id AND tlds.name = named.name);

UPDATE tlds SET state = 'active'
WHERE EXISTS (
    SELECT 1 FROM plans CROSS JOIN json_each(plans.tlds) AS ending
    WHERE plans.seller_id = tlds.seller_id AND ending.value = tlds.name
);
