"""Tables of a journal."""

#: "BXcj" in the header of the file, which distinguishes it from other databases.
APPLICATION_ID = 0x4258636A
#: Version of the tables.
VERSION = 3

_SCHEMA = """
CREATE TABLE owner (
    created_at INTEGER NOT NULL,   -- Unix milliseconds
    created_by TEXT NOT NULL,      -- version of bingx-spot
    environment TEXT NOT NULL,     -- the base URL that requests are sent to
    salt BLOB NOT NULL,
    account BLOB NOT NULL,         -- fingerprint of the API key under the salt, never the key
    orders INTEGER NOT NULL,       -- how many were imported
    checksum BLOB NOT NULL         -- of all the above
);
CREATE TABLE orders (
    line INTEGER PRIMARY KEY,      -- of the input, from 1
    symbol TEXT NOT NULL,
    order_id INTEGER,              -- where the input names the order by it
    client_order_id TEXT,          -- where the input names the order by it
    cancel_restrictions TEXT,      -- the only status in which the order may be cancelled
    recv_window,                   -- how long a request stays valid, in milliseconds
    state TEXT NOT NULL,           -- waiting, or the outcome as far as it is known
    in_flight INTEGER NOT NULL,    -- whether a request may be in flight
    in_doubt INTEGER NOT NULL,     -- whether a request was sent whose outcome was never learnt
    calls INTEGER NOT NULL,        -- cancels that were begun
    started_at INTEGER,            -- of the first call, Unix milliseconds
    ended_at INTEGER,              -- of the last call, Unix milliseconds
    exchange_order_id INTEGER,     -- as the exchange named it; further calls go by it, since a client order
                                   -- id may be used again for a newer order
    order_status TEXT,             -- as the exchange stated it last
    executed_qty TEXT,             -- as the exchange stated it last, in the base asset
    error TEXT,                    -- name of the exception that cancel_order would have raised
    code TEXT,                     -- the exchange's
    message TEXT,                  -- the exchange's text, or what happened instead of a response
    hint TEXT,                     -- what to do about it
    attempts TEXT,                 -- when, where and with which result requests were sent, as JSON
    checksum BLOB NOT NULL         -- of all the above
);
CREATE UNIQUE INDEX by_order_id ON orders (order_id, symbol) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX by_client_order_id ON orders (client_order_id, symbol) WHERE client_order_id IS NOT NULL;
"""
#: The statements that create the tables.
STATEMENTS = [statement for statement in map(str.strip, _SCHEMA.split(";\n")) if statement]
#: The lines of rows that fail their checksum; of one connection, and never in the file.
TEMPORARY = "CREATE TEMP TABLE damaged (line INTEGER PRIMARY KEY)"
