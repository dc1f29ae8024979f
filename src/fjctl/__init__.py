"""Flow ⇄ journey control."""

__version__ = "0.1.0"
