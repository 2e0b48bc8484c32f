"""Where a study is kept: run folders, records, Optuna's storages, and whose they are."""
