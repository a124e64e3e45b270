"""The Python client, as openapi-python-client makes it from the Python view."""

import contextlib
import io
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader, Template
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError as ClientError
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.strings import ClassName

from generator.document import Document, Location
from generator.operation import operations
from generator.problem import GeneratorError, Problem

OPENAPI_PYTHON_CLIENT = "0.29.1"
"""The version that the templates belong to. Its interface in Python is not promised to last, hence exact."""

PACKAGE = "bingx_spot_api"
TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_client(document: Document, view: Mapping[str, Any], folder: Path, head: str) -> None:
    """Writes the generated package.

    Args:
        document: The contract, for the lines that warnings speak of.
        view: The Python view of it.
        folder: The package's folder. It must not exist yet.
        head: What each of its modules begins with.

    Raises:
        SpecError: If openapi-python-client has anything to complain of, a mere warning included.
        GeneratorError: If another version of it is installed.
    """
    installed = version("openapi-python-client")
    if installed != OPENAPI_PYTHON_CLIENT:
        needed = f"{OPENAPI_PYTHON_CLIENT} is needed. Run `make setup`."
        raise GeneratorError(f"openapi-python-client {installed} is installed, {needed}")
    try:
        complaints = _write(view, _config(folder), head)
    except Exception as error:  # noqa: BLE001 - it raises what it likes where a contract surprises it
        complaints = [ClientError(header=f"{type(error).__name__}:", detail=str(error))]
    document.refuse(_problem(document, complaint) for complaint in complaints)


def _write(view: Mapping[str, Any], config: Config, head: str) -> Sequence[ClientError]:
    data = GeneratorData.from_dict(dict(view), config=config)
    if isinstance(data, ClientError):
        return [data]
    hoist_imports(data.models)
    with contextlib.redirect_stdout(io.StringIO()):  # It announces the folder.
        project = _project(data, config, view)
        project.env.template_class = _headed(head)
        return project.build()


def _config(folder: Path) -> Config:
    return Config.from_sources(
        ConfigFile(package_name_override=PACKAGE, post_hooks=[]),
        MetaType.NONE,
        document_source=folder,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder,
    )


def _project(data: GeneratorData, config: Config, view: Mapping[str, Any]) -> Project:
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    # A template of ours may include the one that it stands for as `upstream/NAME`.
    upstream = PrefixLoader({"upstream": PackageLoader("openapi_python_client")})
    project.env.loader = ChoiceLoader([loader for loader in (project.env.loader, upstream) if loader])
    project.env.auto_reload = False  # A template is looked up for each property; none changes meanwhile.
    project.env.globals["open_enums"] = _open_enums(view, config)
    return project


def _headed(head: str) -> type[Template]:
    """Gives templates that begin what they write with the head, so that no file is written again for it."""

    class Headed(Template):
        def render(self, *args: Any, **kwargs: Any) -> str:
            return f"{head}\n{super().render(*args, **kwargs).lstrip()}"

    return Headed


def _open_enums(view: Mapping[str, Any], config: Config) -> set[str]:
    """Gives the class names of the enums that are marked extensible, as openapi-python-client names them."""
    schemas = view.get("components", {}).get("schemas", {})
    return {
        str(ClassName(schema.get("title") or name, config.field_prefix))
        for name, schema in schemas.items()
        if schema.get("x-extensible")
    }


def _problem(document: Document, complaint: ClientError) -> Problem:
    words = " ".join(f"{complaint.header} {complaint.detail or ''}".split()).rstrip(".")
    text = f"openapi-python-client refuses this: {words}. Write it in another way."
    return document.problem(_location(document, words), text)


def _location(document: Document, words: str) -> Location:
    """Finds what a complaint speaks of: it names an operation (`POST /path`), a schema or its class."""
    for operation in operations(document.root):
        if operation.title in words:
            return operation.location
    names = document.root.get("components", {}).get("schemas", {})
    places = {name: re.search(rf"\b{re.escape(name)}\b", words) for name in names}
    first = min(((place.start(), name) for name, place in places.items() if place), default=None)
    return ("components", "schemas", first[1]) if first else ()


def hoist_imports(models: Sequence[ModelProperty]) -> None:
    """Moves imports of models from functions, which import at each call, to the heads of the modules.

    openapi-python-client imports every model within functions, lest modules import each other in a ring. What
    leads back to where it is imported stays there.

    Args:
        models: All models, as openapi-python-client has parsed them. They are changed.
    """
    within = {f"from ..{model.self_import}": set(model.lazy_imports or ()) for model in models}
    for name, model in zip(within, models, strict=True):
        early = {held for held in within[name] if name not in _reached(held, within)}
        model.set_relative_imports((model.relative_imports or set()) | early)
        model.set_lazy_imports(within[name] - early)


def _reached(name: str, within: Mapping[str, set[str]]) -> set[str]:
    """Gives what a model holds, with all that is held in turn, and itself."""
    found, ahead = {name}, [name]
    while ahead:
        fresh = within.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found
