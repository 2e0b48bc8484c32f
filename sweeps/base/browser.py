"""Showing a page in the user's browser, where there is a screen for one."""

import os
import sys


def has_display() -> bool:
    """Whether there is a screen: without one, a text browser would take over this terminal."""
    return sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def show(address: str) -> bool:
    """Open an address; whether there was a browser for it."""
    if not has_display():
        return False
    import webbrowser

    return webbrowser.open(address)
