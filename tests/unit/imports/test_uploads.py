import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import InvalidInput
from mentorfy_core.imports.uploads import DEEPEST, LONGEST_PATH, is_ignored, path_of


@given(st.text(max_size=60))
def test_any_name_becomes_a_path_that_leads_nowhere_else_or_is_refused(name: str) -> None:
    try:
        path = path_of(name)
    except InvalidInput:
        return
    assert path
    assert not {"", ".", ".."} & {part.strip() for part in path}
    assert not any({"/", "\\", "\0", "\n", "\u202e"} & set(part) for part in path)
    assert path_of("/".join(path)) == path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.md", ("a.md",)),
        ("Letters/a b.md", ("Letters", "a b.md")),
        ("/etc/passwd", ("etc", "passwd")),
        ("C:\\Users\\Ann\\a.md", ("Users", "Ann", "a.md")),
        ("\\\\server\\share\\a.md", ("server", "share", "a.md")),
        ("a\0b.md", ("a\N{REPLACEMENT CHARACTER}b.md",)),
        ("Gro\u0308ße.md", ("Größe.md",)),
        ("x" * 1000, ("x" * 1000,)),
    ],
)
def test_names_as_browsers_and_programs_send_them(name: str, path: tuple[str, ...]) -> None:
    assert path_of(name) == path


@pytest.mark.parametrize("name", ["", "/", ".", "C:\\", "c:", "../a.md", "a/../../b", "a/ .. /b"])
def test_names_that_name_nothing_or_lead_out_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        path_of(name)


def test_a_path_that_is_too_long_or_too_deep_is_refused() -> None:
    assert len(path_of("/".join("a" * DEEPEST))) == DEEPEST
    for name in ("/".join("a" * (DEEPEST + 1)), "a" * (LONGEST_PATH + 1)):
        with pytest.raises(InvalidInput):
            path_of(name)


def test_hidden_and_system_files_are_nobodys_documents() -> None:
    assert is_ignored(("a", ".DS_Store"))
    assert is_ignored(("__pycache__", ".git", "b"))
    assert not is_ignored(("a.b", "c~$d.md"))
