"""A run folder in, one HTML page out: frames -> statistics -> figures -> sections -> page.

Nothing here trains anything, and nothing here imports the code that does: the run folder is the
contract. Import the module you need (`reports.frames`, `reports.summary`, `reports.page`).
"""
