"""XML written by the two formats of Final Cut: elements in the order that their definitions demand."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring


def child(parent: Element, tag: str, text: str | int | None = None, /, **attributes: str | int) -> Element:
    """Add an element to `parent`, with its text and its attributes in the order given."""
    made = SubElement(parent, tag, {name: str(value) for name, value in attributes.items()})
    if text is not None:
        made.text = str(text)
    return made


def document(root: Element, doctype: str) -> str:
    """Return the whole document."""
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{tostring(root, encoding="unicode")}\n'
