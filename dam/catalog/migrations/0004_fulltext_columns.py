"""Two more columns of the full-text index: what is written in a picture, and the sentence that a model says of it."""

from django.db import migrations

# FTS5 tables can't be altered: the old rows are carried into a new table.
SQLITE = [
    "ALTER TABLE catalog_fulltext RENAME TO catalog_fulltext_old",
    "DROP TRIGGER IF EXISTS catalog_unit_forgets_words",
    "CREATE VIRTUAL TABLE catalog_fulltext USING fts5("
    "spoken, described, written, captioned, spoken_text UNINDEXED, described_text UNINDEXED, written_text UNINDEXED,"
    " captioned_text UNINDEXED, tokenize = 'unicode61 remove_diacritics 0')",
    "INSERT INTO catalog_fulltext (rowid, spoken, described, written, captioned, spoken_text, described_text,"
    " written_text, captioned_text)"
    " SELECT rowid, spoken, described, '', '', spoken_text, described_text, '', '' FROM catalog_fulltext_old",
    "DROP TABLE catalog_fulltext_old",
    "CREATE TRIGGER IF NOT EXISTS catalog_unit_forgets_words AFTER DELETE ON catalog_unit"
    " BEGIN DELETE FROM catalog_fulltext WHERE rowid = old.id; END",
]
POSTGRESQL = [
    "ALTER TABLE catalog_fulltext ADD COLUMN written tsvector NOT NULL DEFAULT ''",
    "ALTER TABLE catalog_fulltext ADD COLUMN captioned tsvector NOT NULL DEFAULT ''",
    "ALTER TABLE catalog_fulltext ADD COLUMN written_text text NOT NULL DEFAULT ''",
    "ALTER TABLE catalog_fulltext ADD COLUMN captioned_text text NOT NULL DEFAULT ''",
    "CREATE INDEX catalog_fulltext_written ON catalog_fulltext USING gin (written)",
    "CREATE INDEX catalog_fulltext_captioned ON catalog_fulltext USING gin (captioned)",
]


def widen(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_understanding")]
    operations = [migrations.RunPython(widen)]
