"""Seals for the files that are there already: this once, their rows are trusted."""

from django.db import migrations, models

from studio.seals import make_seal


def seal_all(apps, schema_editor):
    stored_files = apps.get_model('studio', 'StoredFile').objects
    for stored in stored_files.filter(seal='').iterator():
        stored_files.filter(pk=stored.pk).update(seal=make_seal(stored))


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0002_feature_file'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedfile',
            name='seal',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunPython(seal_all, migrations.RunPython.noop, elidable=True),
    ]
