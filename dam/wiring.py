"""The one place where ports meet adapters, once per process.

Which adapter a model has stands in its pack (a dotted path); the media reader's and the vector store's paths are the
settings `MEDIA_READER` and `VECTOR_STORE`. Nothing heavy is imported before it is used.
"""

from collections.abc import Callable
from functools import cache
from threading import RLock
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from dam.catalog import pack as choices
from dam.config import config
from dam.engines import device, weights
from dam.engines.packs import Pack, load_pack, load_packs
from dam.errors import ModelUnavailable
from dam.ports import (
    Captioner,
    Embedder,
    FaceEngine,
    MediaReader,
    MetadataTool,
    ObjectDetector,
    SoundEmbedder,
    TextReader,
    Transcriber,
    VectorStore,
)

MEDIA_READER = "dam.engines.media.reader.ChildMediaReader"
METADATA_TOOL = "dam.engines.exiftool.ExifTool"
VECTOR_STORE = "dam.vectors.layered_store.LayeredStore"

# `functools.cache` alone may call twice when two threads come at once, and a model would load twice.
_lock = RLock()


def active_pack() -> Pack:
    """Return the pack that answers now; it may change while a process runs, so it is read each time.

    Raises ConfigError for a pack that does not exist.
    """
    chosen = choices.active()
    return choose_pack(env=config().env.pack, row=chosen.name if chosen else "")


def building_pack() -> Pack | None:
    """Return the pack whose vectors are being made beside the active one's, if any. Raises ConfigError."""
    chosen = choices.active()
    if chosen is None or not chosen.building or config().env.pack:
        return None
    return load_pack(chosen.building)


def choose_pack(*, env: str = "", row: str = "") -> Pack:
    """Choose: what the environment says, what `models use` chose, `standard` where it was fetched, `starter`.

    Raises ConfigError for a name that does not exist.
    """
    if env or row:
        return load_pack(env or row)
    standard = load_pack("standard")
    return standard if weights.is_present(standard, models=config().places.models) else load_pack("starter")


def embedder(pack: str | None = None) -> Embedder:
    """Return a pack's embedder (the active one's), the same object every time. Loads at the first vector.

    Raises ModelUnavailable when its weights are not here, ImproperlyConfigured for a wrong adapter.
    """
    found: Embedder = _bound(pack or active_pack().name, "embedder")
    return found


def transcriber(pack: str | None = None) -> Transcriber:
    """Return a pack's transcriber (the active one's), the same object every time; as `embedder`."""
    found: Transcriber = _bound(pack or active_pack().name, "transcriber")
    return found


def face_engine(model: str) -> FaceEngine:
    """Return the face engine of that model, from whichever pack has it, the same object every time.

    This and the four that follow raise ModelUnavailable when the weights are not here (or no pack has the model),
    ImproperlyConfigured for a wrong adapter.
    """
    found: FaceEngine = _by_model("faces", model)
    return found


def text_reader(model: str) -> TextReader:
    """Return the reader of writing of that model; as `face_engine`."""
    found: TextReader = _by_model("text", model)
    return found


def object_detector(model: str) -> ObjectDetector:
    """Return the object detector of that model; as `face_engine`."""
    found: ObjectDetector = _by_model("objects", model)
    return found


def captioner(model: str) -> Captioner:
    """Return the captioner of that model; as `face_engine`."""
    found: Captioner = _by_model("captions", model)
    return found


def sound_embedder(model: str) -> SoundEmbedder:
    """Return the sound embedder of that model; as `face_engine`."""
    found: SoundEmbedder = _by_model("sounds", model)
    return found


def embedder_of(model: str) -> Embedder:
    """Return the embedder of that model, from whichever pack has it; as `face_engine`."""
    found: Embedder = _by_model("embedder", model)
    return found


def media_reader() -> MediaReader:
    """Return the process's media reader with its pool of decoder children."""
    with _lock:
        return _media_reader()


def metadata_tool() -> MetadataTool:
    """Return the process's tool for the tags of files; its process starts when first asked."""
    with _lock:
        return _metadata_tool()


def vector_store(dimensions: int) -> VectorStore:
    """Return a new, empty store for one space."""
    store: VectorStore = _adapter(getattr(settings, "VECTOR_STORE", VECTOR_STORE))(dimensions)
    return store


def has_gpu() -> bool:
    """Tell whether models run on something else than the processor, as far as can be told without loading torch."""
    return device.likely_gpu(config().env.device)


def reset() -> None:
    """Forget every adapter (tests, and a worker after `models pull` has replaced weights)."""
    with _lock:
        _bind.cache_clear()
        _media_reader.cache_clear()
        _metadata_tool.cache_clear()


def _by_model(port: str, name: str) -> Any:
    """Bind a model by its name: the rows that are shown may be those of a pack that no longer answers."""
    for pack in (active_pack(), *load_packs().values()):
        found = pack.model(port)
        if found is not None and found.name == name:
            return _bound(pack.name, port)
    raise ModelUnavailable(f"No model pack has the model “{name}”.")


def _bound(pack: str, port: str) -> Any:
    with _lock:
        return _bind(pack, port)


@cache
def _bind(pack_name: str, port: str) -> Any:
    pack = load_pack(pack_name)
    model = pack.model(port)
    if model is None:
        raise ModelUnavailable(f"The pack “{pack_name}” has no model for {port}.")
    models = config().places.models
    weights.require(pack, model, models=models)
    build = _adapter(model.adapter)
    folder = weights.folder_of(model, models=models)
    options = dict(model.options)
    try:
        return build(folder, name=model.name, device=config().env.device, **options)
    except TypeError as error:
        raise ImproperlyConfigured(
            f"The {port} of the pack “{pack_name}” can't be made by {model.adapter}: {error}."
        ) from error


@cache
def _media_reader() -> MediaReader:
    reader: MediaReader = _adapter(getattr(settings, "MEDIA_READER", MEDIA_READER))(config().limits)
    return reader


@cache
def _metadata_tool() -> MetadataTool:
    tool: MetadataTool = _adapter(METADATA_TOOL)(memory_bytes=config().limits.decoder_memory_bytes)
    return tool


def _adapter(path: str) -> Callable[..., Any]:
    try:
        found: Callable[..., Any] = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"The adapter {path} can't be imported: {error}. Check the dotted path in the pack or the setting."
        ) from error
    return found
