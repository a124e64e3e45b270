"""Every generator of generators.py: generate, check the models, read the answers of the vectors with them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tools.conformance.answers import Answer, answers
from tools.conformance.generation import CONTRACT, generate
from tools.conformance.generators import GENERATORS, Generator
from tools.conformance.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of one generator.

    Args:
        generator: The generator.
        wrongs: What is wrong with its code or its reader, a sentence each.
        reading: What its models make of the answers, unless they were not read.
        why_not: Why they were not read.
    """

    generator: Generator
    wrongs: tuple[str, ...] = ()
    reading: Reading | None = None
    why_not: str = ""

    @property
    def version(self) -> str:
        """The generator's version, or that of openapi-generator."""
        own = self.reading.version if self.reading else ""
        return own or version("openapi-generator-cli")


def try_all(build: Path, *, slow: bool) -> list[Trial]:
    """Try every generator, two at a time.

    Args:
        build: The folder for what is generated and compiled.
        slow: Whether to read with those too whose readers are slow.
    """
    build.mkdir(parents=True, exist_ok=True)
    of_the_vectors = answers(CONTRACT)

    def tried(generator: Generator) -> Trial:
        return try_one(generator, build, of_the_vectors, slow=slow)

    first, *others = GENERATORS
    with ThreadPoolExecutor(2) as threads:
        return [tried(first), *threads.map(tried, others)]


def try_one(generator: Generator, build: Path, of_the_vectors: list[Answer], *, slow: bool = True) -> Trial:
    """Try one generator."""
    folder = build / generator.name
    wrongs = [] if generator.options is None else generate(generator, folder)
    why_not = next(_obstacles(generator, wrongs, slow=slow), "")
    if why_not:
        return Trial(generator, tuple(wrongs), why_not=why_not)
    reading = read(generator, folder, build / f"{generator.name}.reader", of_the_vectors)
    return Trial(generator, (reading.wrong,) if reading.wrong else (), reading)


def _obstacles(generator: Generator, wrongs: list[str], *, slow: bool) -> Iterator[str]:
    if wrongs:
        yield "its code is wrong"
    if generator.reader is None:
        yield "no toolchain"
    if generator.slow and not slow:
        yield "slow; `make generators`"
    if missing := generator.missing():
        yield f"not installed: {', '.join(missing)}"
