"""The Optuna Dashboard: what a run writes for it, and the server that shows it.

Nothing here changes a trial. A run writes attributes of its study in the Dashboard's own form
(`board`), without importing the Dashboard, which takes a second.
"""
