"""The public surface of the SDK as one stub: every public name with its members and signatures."""

import re
from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[2]
PATHS = (ROOT / "overlays" / "python", ROOT / "generated" / "python")
PACKAGE, GENERATED = "bingx_spot", "bingx_spot_api"
#: What public functions take as `Unpack[...]`: its keys are keyword arguments.
OPTIONS = "bingx_spot.config.Options"
_MARKS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}
# A type is the same, imported or looked up in the package.
_LOOKED_UP = re.compile(rf"\b(?:{PACKAGE}|{GENERATED})\.")
# Methods that callers use by `with`, `await`, `for`, `len`, `[...]` or a call.
_SPECIAL = frozenset(
    {
        *("__init__", "__call__", "__enter__", "__exit__", "__aenter__", "__aexit__"),
        *("__iter__", "__next__", "__aiter__", "__anext__", "__len__", "__getitem__", "__contains__"),
    }
)


def stub(paths: tuple[Path, ...] = PATHS) -> str:
    """Return the stub of the SDK.

    Args:
        paths: Where its packages are.
    """
    loader = griffe.GriffeLoader(search_paths=[str(path) for path in paths])
    for name in (GENERATED, PACKAGE):
        loader.load(name)
    loader.resolve_aliases()
    package = loader.modules_collection[PACKAGE]
    names = {str(name): package[str(name)] for name in package.exports or ()}
    options = loader.modules_collection[OPTIONS]
    objects = [names[name] for name in sorted(names) if name != "__version__"]
    lines = [line for found in [*objects, options] for line in _lines(found, "")]
    return "\n".join(
        [f'"""The public surface of {PACKAGE}, written by `make release-surface`."""', *lines, ""]
    )


def _lines(found: griffe.Object | griffe.Alias, indent: str) -> Iterator[str]:
    thing = found.final_target if isinstance(found, griffe.Alias) else found
    if isinstance(thing, griffe.Class):
        yield from _class(found.name, thing, indent)
    elif isinstance(thing, griffe.Function):
        yield from _function(found.name, thing, indent)
    elif isinstance(thing, griffe.Attribute):
        yield _attribute(found.name, thing, indent)


def _class(name: str, thing: griffe.Class, indent: str) -> Iterator[str]:
    bases = ", ".join(str(base).split(".")[-1] for base in thing.bases)
    yield f"{indent}class {name}({bases}):" if bases else f"{indent}class {name}:"
    members = {name: member for name, member in thing.all_members.items() if _is_public(name)}
    lines = [line for name in sorted(members) for line in _lines(members[name], indent + "    ")]
    yield from lines or [f"{indent}    ..."]


def _is_public(name: str) -> bool:
    return name in _SPECIAL or not name.startswith("_")


def _function(name: str, thing: griffe.Function, indent: str) -> Iterator[str]:
    for decorator in thing.decorators:
        if str(decorator.value) in ("classmethod", "staticmethod", "property"):
            yield f"{indent}@{decorator.value}"
    word = "async def" if "async" in thing.labels else "def"
    returns = f" -> {_type(thing.returns)}" if thing.returns is not None else ""
    yield f"{indent}{word} {name}({_parameters(thing.parameters)}){returns}: ..."


def _attribute(name: str, thing: griffe.Attribute, indent: str) -> str:
    # griffe takes a property for an attribute, and so does a caller.
    if thing.annotation is not None:
        return f"{indent}{name}: {_type(thing.annotation)}"
    # Callers compare with the value of an enum member; other values are not public.
    word = isinstance(thing.value, str) and thing.value[:1] in "'\""
    return f"{indent}{name} = {thing.value}" if word else f"{indent}{name}: object"


def _type(annotation: str | griffe.Expr) -> str:
    return _LOOKED_UP.sub("", str(annotation))


def _parameters(parameters: griffe.Parameters) -> str:
    texts: list[str] = []
    keyword_only = False
    for parameter in parameters:
        kind = parameter.kind
        if kind is griffe.ParameterKind.keyword_only and not keyword_only:
            texts.append("*")
        keyword_only |= kind in (griffe.ParameterKind.keyword_only, griffe.ParameterKind.var_positional)
        texts.append(_parameter(parameter))
        if kind is griffe.ParameterKind.positional_only:
            texts = [*[text for text in texts if text != "/"], "/"]
    return ", ".join(texts)


def _parameter(parameter: griffe.Parameter) -> str:
    mark = _MARKS.get(parameter.kind, "") if parameter.kind else ""
    kind = f": {_type(parameter.annotation)}" if parameter.annotation is not None else ""
    default = f" = {parameter.default}" if parameter.default is not None and not mark else ""
    return f"{mark}{parameter.name}{kind}{default}"
