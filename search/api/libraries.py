"""Libraries: the folders that are indexed, listed, added, edited and removed."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.readers.activity import LibraryStatus, library_statuses
from dam.catalog.readers.libraries import find_library, list_libraries
from dam.catalog.writers.libraries import add_library, edit_library, remove_library
from dam.types.files import LibraryRoot
from search.api.errors import answers, missing
from search.api.guard import MAY_ADMINISTER
from search.api.types import Body, Id, Text
from search.pages.folders import readable_folder

router = Router()

_PATTERNS = "as in .gitignore, without regard to case: `*.jpg` anywhere, `Raw/**` from the root, `cache/` for folders"
Patterns = Annotated[list[Annotated[Text, Field(min_length=1, max_length=400)]], Field(max_length=200)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]


class LibraryOut(Schema):
    """A root folder that is watched."""

    id: int
    name: str
    root: str
    include: list[str] = Field(description=f"Only what matches is indexed; empty: everything. Globs {_PATTERNS}.")
    exclude: list[str]
    online: bool = Field(description="False while the folder is not there: an unplugged drive.")
    scanned_at: datetime | None = Field(description="When it was looked through last.")
    files: int


class LibraryList(Schema):
    """Every library, by name."""

    libraries: list[LibraryOut]


class NewLibrary(Body):
    """A folder to be indexed."""

    root: Annotated[Text, Field(min_length=1, max_length=4096, description="Its whole path on the machine.")]
    name: Annotated[Name | None, Field(description="Else the folder's own.")] = None
    include: Annotated[Patterns, Field(description=f"Globs {_PATTERNS}.")] = []
    exclude: Patterns = []


class LibraryChange(Body):
    """What is to be changed; what is left out stays, and each list is replaced as a whole."""

    name: Name | None = None
    include: Patterns | None = None
    exclude: Patterns | None = None


@router.get("", response=answers(LibraryList), summary="List libraries")
def list_all_libraries(request: HttpRequest) -> Any:
    """Return the folders that are indexed, with how many files are in each."""
    roots = {root.id: root for root in list_libraries()}
    return LibraryList(libraries=[_out(row, roots[row.id]) for row in library_statuses() if row.id in roots])


@router.post("", response=answers(LibraryOut, 400, 415, success=201), auth=MAY_ADMINISTER, summary="Add a library")
def add_a_library(request: HttpRequest, body: NewLibrary) -> Any:
    """Index and watch a folder; 400 where it can't be read, or lies in another library or around it."""
    folder = readable_folder(body.root)
    made = add_library(folder, name=body.name or "", include=body.include, exclude=body.exclude)
    return Status(201, _one(made.id))


@router.get("/{library_id}", response=answers(LibraryOut, 404), summary="One library")
def get_library(request: HttpRequest, library_id: Id) -> Any:
    """Return one library."""
    return _one(library_id)


@router.patch(
    "/{library_id}", response=answers(LibraryOut, 400, 404, 415), auth=MAY_ADMINISTER, summary="Edit a library"
)
def edit_a_library(request: HttpRequest, library_id: Id, body: LibraryChange) -> Any:
    """Change the name or the patterns; the next scan applies them."""
    _one(library_id)
    edit_library(library_id, name=body.name, include=body.include, exclude=body.exclude)
    return _one(library_id)


@router.delete(
    "/{library_id}", response=answers(None, 404, 415, success=204), auth=MAY_ADMINISTER, summary="Remove a library"
)
def remove_a_library(request: HttpRequest, library_id: Id) -> Any:
    """Forget a library; the files on disk are not touched, and what was understood of them is kept."""
    _one(library_id)
    remove_library(library_id)
    return Status(204, None)


def _one(library_id: int) -> LibraryOut:
    root = find_library(library_id)
    status = next((row for row in library_statuses() if row.id == library_id), None)
    if root is None or status is None:
        raise missing("library", library_id)
    return _out(status, root)


def _out(status: LibraryStatus, root: LibraryRoot) -> LibraryOut:
    return LibraryOut(
        id=status.id,
        name=status.name,
        root=status.root,
        include=list(root.include),
        exclude=list(root.exclude),
        online=status.online,
        scanned_at=status.scanned_at,
        files=status.files,
    )
