from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.project.globs import fill, has_wildcard, is_excluded, match, wildcards


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("a/*.json", "a/x.json", ("x",)),
        ("a/*.json", "a/b/x.json", None),
        ("**/*.json", "x.json", ("", "x")),
        ("**/*.json", "a/b/x.json", ("a/b/", "x")),
        ("a/**", "a/b/c", ("b/c",)),
        ("?.json", "x.json", ("x",)),
        ("?.json", "xy.json", None),
        ("[ab].json", "b.json", ("b",)),
        ("[!ab].json", "b.json", None),
        ("[!ab].json", "c.json", ("c",)),
        ("x[1.json", "x[1.json", ()),
        ("a.json", "aXjson", None),
        ("*.json", "a\nb.json", ("a\nb",)),
    ],
)
def test_a_pattern_gives_what_its_wildcards_stand_for(pattern: str, path: str, values: tuple[str, ...] | None) -> None:
    assert match(pattern, path) == values
    if values is not None:
        assert fill(pattern, values) == path


def test_wildcards_are_listed_in_order() -> None:
    assert wildcards("a/**/*-?.[jy]son") == ["**/", "*", "?", "[jy]"]
    assert has_wildcard("*.json")
    assert not has_wildcard("flow.json")


@pytest.mark.parametrize(
    ("path", "pattern", "excluded"),
    [
        ("old/x.json", "old/", True),
        ("a/old/x.json", "old", True),
        ("a/older/x.json", "old", False),
        ("a/x.bak.json", "*.bak.json", True),
        ("a/b/x.json", "a/*", True),
        ("b/a/x.json", "a/*", False),
        ("x.json", "/x.json", True),
    ],
)
def test_exclusion_reads_like_a_gitignore(path: str, pattern: str, excluded: bool) -> None:
    assert is_excluded(path, (pattern,)) is excluded


@given(st.text(alphabet="abc./-_[]{}", max_size=12).filter(lambda name: "/" not in name))
def test_what_is_matched_can_be_filled_in_again(name: str) -> None:
    values = match("w/**/*.json", f"w/x/y/{name}.json")
    assert values is not None
    assert fill("j/**/*.journey.yaml", values) == f"j/x/y/{name}.journey.yaml"
