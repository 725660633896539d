"""Our tables. Columns are what is looked up by; the rest of a record is its `document`."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, DateTime, Float, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

trackers = Table(
    "mibot_trackers",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("dirty", Integer, nullable=False, default=1),
    Column("clean", Integer, nullable=False, default=0),
)

replies = Table(
    "mibot_replies",
    metadata,
    Column("comment", BigInteger, primary_key=True, autoincrement=False),
    Column("written", BigInteger, nullable=True, index=True),
    Column("document", JSON, nullable=False),
)

reply_upgrades = Table(
    "mibot_reply_upgrades",
    metadata,
    Column("slug", String(100), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("comment", BigInteger, primary_key=True, autoincrement=False),
)

upgrades = Table(
    "mibot_upgrades",
    metadata,
    Column("slug", String(100), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("stage", String(40), nullable=False, index=True),
    Column("head", String(40), nullable=False, default="", index=True),
    Column("document", JSON, nullable=False),
    Column("revision", Integer, nullable=False, default=0, server_default="0"),
)

outbox = Table(
    "mibot_outbox",
    metadata,
    Column("slug", String(100), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(40), primary_key=True),
    Column("state", String(40), nullable=False, index=True),
    Column("document", JSON, nullable=True),
)

preparations = Table(
    "mibot_preparations",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("stage", String(40), nullable=False, index=True),
    Column("document", JSON, nullable=False),
)

cursors = Table(
    "mibot_cursors",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", DateTime(timezone=True), nullable=False),
)

creations = Table(
    "mibot_creations",
    metadata,
    Column("key", String(400), primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("number", BigInteger, nullable=True),
    Column("unclear_since", DateTime(timezone=True), nullable=True),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

blobs = Table(
    "mibot_blobs",
    metadata,
    Column("sha", String(40), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

workers = Table(
    "mibot_workers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False),
    Column("seen", Float(53), nullable=False),
    Column("ended", Float(53), nullable=True),
    sqlite_autoincrement=True,  # a number is never given again
)

pacing = Table(
    "mibot_pacing",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("until", Float(53), nullable=False),
)
