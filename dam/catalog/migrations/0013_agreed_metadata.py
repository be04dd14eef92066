"""What files said of the assets so far is what both sides agree on: nobody could edit it before."""

from django.db import migrations

_FIELDS = ('title', 'description', 'keywords', 'creator', 'copyright', 'rating', 'label', 'location', 'city', 'state',
           'country', 'country_code')
_BATCH = 500


def agree(apps, schema_editor):
    metadata = apps.get_model('catalog', 'AssetMetadata')
    bases = apps.get_model('catalog', 'MetadataBase')
    fresh = []
    for row in metadata.objects.values('asset_id', *_FIELDS).iterator(chunk_size=_BATCH):
        said = {name: row[name] for name in _FIELDS}
        fresh.append(bases(asset_id=row['asset_id'], agreed=said, in_file=said))
        if len(fresh) == _BATCH:
            bases.objects.bulk_create(fresh, ignore_conflicts=True)
            fresh = []
    bases.objects.bulk_create(fresh, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0012_metadata_writes'),
    ]

    operations = [
        migrations.RunPython(agree, migrations.RunPython.noop),
    ]
