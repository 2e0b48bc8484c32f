"""Where rows come from: files of any kind, sets by their names, made-up ones."""
