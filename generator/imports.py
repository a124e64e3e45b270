"""Where the module of a model imports the models within it: once at its head, wherever it can."""

from collections.abc import Mapping, Sequence

from openapi_python_client.parser.properties import ModelProperty


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
