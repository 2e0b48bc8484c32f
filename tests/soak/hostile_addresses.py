"""Run folders that name other hosts, storages, buckets and repositories."""

from tests.soak.outside import Case

HOSTILE: tuple[Case, ...] = ()
