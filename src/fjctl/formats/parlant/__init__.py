"""Journeys of the real Parlant: SDK scripts read as text and written, and graphs as JSON.

Facts: Parlant 3.3.2 (`parlant.sdk`), and the names its next release gives to the same things (`triggers` for
`conditions`, `on_selected` for `on_match`). Nothing of Parlant is imported.
"""
