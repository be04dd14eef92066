"""The full-text index, in the dialect of the database, and the trigger that empties it with its units.

A migration that makes SQLite copy `catalog_unit` (altering a field does) drops the trigger with the old table and has
to create it again: run `create` once more there.
"""

from django.db import migrations

SQLITE = [
    # Terms come folded and stemmed (dam.catalog.words), so the tokenizer only has to cut at spaces.
    "CREATE VIRTUAL TABLE IF NOT EXISTS catalog_fulltext USING fts5("
    "spoken, described, spoken_text UNINDEXED, described_text UNINDEXED, tokenize = 'unicode61 remove_diacritics 0')",
    "CREATE TRIGGER IF NOT EXISTS catalog_unit_forgets_words AFTER DELETE ON catalog_unit"
    " BEGIN DELETE FROM catalog_fulltext WHERE rowid = old.id; END",
]
POSTGRESQL = [
    "CREATE TABLE catalog_fulltext (unit_id bigint PRIMARY KEY, spoken tsvector NOT NULL,"
    " described tsvector NOT NULL, spoken_text text NOT NULL, described_text text NOT NULL)",
    "CREATE INDEX catalog_fulltext_spoken ON catalog_fulltext USING gin (spoken)",
    "CREATE INDEX catalog_fulltext_described ON catalog_fulltext USING gin (described)",
    "CREATE FUNCTION catalog_unit_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN DELETE FROM catalog_fulltext WHERE unit_id = old.id; RETURN old; END $$",
    "CREATE TRIGGER catalog_unit_forgets_words AFTER DELETE ON catalog_unit"
    " FOR EACH ROW EXECUTE FUNCTION catalog_unit_forget_words()",
    "CREATE FUNCTION catalog_unit_forget_all_words() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN DELETE FROM catalog_fulltext; RETURN NULL; END $$",
    "CREATE TRIGGER catalog_unit_forgets_all_words AFTER TRUNCATE ON catalog_unit"
    " FOR EACH STATEMENT EXECUTE FUNCTION catalog_unit_forget_all_words()",
]


def create(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS catalog_unit_forgets_words")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS catalog_unit_forgets_words ON catalog_unit")
        schema_editor.execute("DROP TRIGGER IF EXISTS catalog_unit_forgets_all_words ON catalog_unit")
        schema_editor.execute("DROP FUNCTION IF EXISTS catalog_unit_forget_words, catalog_unit_forget_all_words")
    schema_editor.execute("DROP TABLE IF EXISTS catalog_fulltext")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
