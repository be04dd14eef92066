"""What a file name can't do to a terminal."""

from rich.console import Console

from dam.terminal import shown


def test_control_characters_and_markup_are_shown_not_obeyed() -> None:
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(shown("a\x1b[31m[red]b\nc\u202egpj.jpg"))
    assert capture.get() == "a\\x1b[31m[red]b\\nc\\u202egpj.jpg\n"


def test_letters_of_any_script_stay() -> None:
    assert shown("Zürich 東京 naïve.jpg").plain == "Zürich 東京 naïve.jpg"
